//! What if questions, which can be written behind `compare` and `explain` alike.

use clap::Args;
use skyberth::scenario::{Question, WhatIf};

/// What if something were otherwise.
#[derive(Debug, Args)]
pub struct QuestionArguments {
    /// What if GPUs are lost for a while: aws@2027-03-01+15h, aws:us-va@2027-03-01T07:00+15h, or (of `compare`) `each[@DATE]`: every
    /// vendor in turn for 8 h, 7 d and 90 d. Repeatable, as all questions are.
    #[arg(long, value_name = "VENDOR[:REGION]@DATE+DURATION")]
    pub outage: Vec<String>,
    /// What if all that is still to come is late, as is revealed on the planned dates: oracle:60d (-30d is earlier, at the
    /// scenario's start at the earliest).
    #[arg(long, value_name = "CLUSTER-OR-VENDOR:DELAY", allow_hyphen_values = true)]
    pub slip: Vec<String>,
    /// What if a vendor is not there at all, nor its clusters and contracts.
    #[arg(long, value_name = "VENDOR")]
    pub drop: Vec<String>,
    /// What if there is a tranche more, reserved at the cluster's price: aws-virginia:8192@2027-01-01.
    #[arg(long, value_name = "CLUSTER:GPUS@DATE")]
    pub add: Vec<String>,
    /// What if demand is another from the start: research:-30%, all:+20%.
    #[arg(long, value_name = "WORKLOAD-OR-SERVICE:CHANGE")]
    pub demand: Vec<String>,
    /// What if nothing may run in a jurisdiction any more from a day on, paid or not: ae@2027-03-01.
    #[arg(long, value_name = "JURISDICTION@DATE")]
    pub ban: Vec<String>,
}

impl QuestionArguments {
    /// The questions, by kind, as they are written; vendors to drop are changes of the scenario's text and not among them.
    pub fn asked(&self) -> impl Iterator<Item = WhatIf> {
        let all = [
            (Question::Outage, &self.outage),
            (Question::Slip, &self.slip),
            (Question::Add, &self.add),
            (Question::Demand, &self.demand),
            (Question::Ban, &self.ban),
        ];
        all.into_iter().flat_map(|(question, texts)| texts.iter().map(move |text| WhatIf { question, text: text.clone() }))
    }
}

/// What stands behind `--outage each`: nothing, or `@DATE`; none where the question is of one place.
pub fn each(what_if: &WhatIf) -> Option<&str> {
    let rest = what_if.text.strip_prefix("each").filter(|_| what_if.question == Question::Outage)?;
    (rest.is_empty() || rest.starts_with('@')).then_some(rest)
}
