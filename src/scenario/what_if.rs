//! Questions from the command line: what if a vendor is down, a tranche late, demand lower. Each changes a model that is already understood.

use super::issue::{Issue, Issues};
use super::spec::{DurationText, MomentText};
use crate::model::Model;
use crate::model::job::JobSource;
use crate::model::outage::{Outage, OutageKind, OutageTimes};
use crate::model::ramp::{CapacityKind, Slip, Tranche};
use crate::model::watch::Watch;
use crate::units::{ClusterId, SimTime, Span};
use std::ops::Range;

/// A question, as written behind its flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// What is asked.
    pub question: Question,
    /// The text behind the flag.
    pub text: String,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// `VENDOR[:REGION]@DATE+DURATION`, or a cluster's key: the GPUs are lost for a while.
    Outage,
    /// `CLUSTER-OR-VENDOR:60d`: everything that is still to come comes so much later, as is revealed on the planned dates; `-30d` is earlier,
    /// at the scenario's start at the earliest.
    Slip,
    /// `CLUSTER:GPUS@DATE`: a tranche more, reserved at the cluster's price.
    Add,
    /// `WORKLOAD-OR-SERVICE:-30%`, or `all:-30%`: less or more demand from the start.
    Demand,
    /// `JURISDICTION@DATE`: from then on nothing may run there; what is paid is paid.
    Ban,
}

impl Question {
    /// The flag.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Outage => "--outage",
            Self::Slip => "--slip",
            Self::Add => "--add",
            Self::Demand => "--demand",
            Self::Ban => "--ban",
        }
    }

    const fn shape(self) -> &'static str {
        match self {
            Self::Outage => "VENDOR[:REGION]@DATE+DURATION, such as aws:us-va@2026-10-20+15h",
            Self::Slip => "CLUSTER-OR-VENDOR:DELAY, such as oracle:60d",
            Self::Add => "CLUSTER:GPUS@DATE, such as aws-virginia:8192@2027-01-01",
            Self::Demand => "WORKLOAD-OR-SERVICE:CHANGE, such as research:-30% (or all:-30%)",
            Self::Ban => "JURISDICTION@DATE, such as ae@2027-03-01",
        }
    }
}

/// What went wrong with a question.
struct Trouble {
    title: String,
    help: Option<String>,
    /// The names that there are.
    allowed: Option<(String, Vec<String>)>,
}

impl Trouble {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), help: None, allowed: None }
    }

    fn shape(question: Question) -> Self {
        Self {
            help: Some(format!("write {}", question.shape())),
            ..Self::new(format!("`{}` does not understand this", question.flag()))
        }
    }

    fn unknown(what: &str, name: &str, names: Vec<String>) -> Self {
        Self { allowed: Some((name.to_owned(), names)), ..Self::new(format!("unknown {what} `{name}`")) }
    }
}

impl WhatIf {
    /// Changes a model; says what is wrong with the text, which lies at `span`.
    pub(super) fn apply(&self, model: &mut Model, span: Range<usize>, issues: &mut Issues) {
        let outcome = match self.question {
            Question::Outage => self.outage(model),
            Question::Slip => self.slip(model),
            Question::Add => self.add(model),
            Question::Demand => self.demand(model),
            Question::Ban => self.ban(model),
        };
        if let Err(trouble) = outcome {
            let mut issue = Issue::error(trouble.title, Some(span));
            if let Some((name, names)) = &trouble.allowed {
                issue = issue.allowed(name, names.iter().map(String::as_str));
            } else if let Some(help) = trouble.help {
                issue = issue.help(help);
            }
            issues.push(issue);
        }
    }

    /// What it is called among variants and events.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.question.flag().trim_start_matches('-'), self.text)
    }

    fn outage(&self, model: &mut Model) -> Result<(), Trouble> {
        let shape = || Trouble::shape(Question::Outage);
        let (place, when) = self.text.split_once('@').ok_or_else(shape)?;
        let (date, duration) = when.rsplit_once('+').ok_or_else(shape)?;
        let from = within(model, moment(date)?)?;
        let span = duration.parse::<DurationText>().map_err(Trouble::new)?.span();
        if span <= Span::ZERO {
            return Err(Trouble::new("an outage must have a positive duration"));
        }
        let (name, region) = place.split_once(':').map_or((place, None), |(name, region)| (name, Some(region)));
        let mut clusters = clusters_of(model, name)?;
        if let Some(region) = region {
            clusters.retain(|id| model.clusters[id.index()].region == region);
            if clusters.is_empty() {
                let mut regions: Vec<String> =
                    clusters_of(model, name)?.iter().map(|id| model.clusters[id.index()].region.clone()).collect();
                regions.dedup();
                return Err(Trouble::unknown(&format!("region of `{name}`:"), region, regions));
            }
        }
        let until = from.saturating_add(span);
        let (name, times) = (self.name(), OutageTimes::Scheduled { from, until });
        model.watches.push(Watch { name: name.clone(), from, until });
        model.outages.push(Outage { name, kind: OutageKind::DataPlane, clusters, maintenance: false, times });
        Ok(())
    }

    fn slip(&self, model: &mut Model) -> Result<(), Trouble> {
        let (name, delay) = self.text.split_once(':').ok_or_else(|| Trouble::shape(Question::Slip))?;
        let (is_earlier, length) = delay.strip_prefix('-').map_or((false, delay.trim_start_matches('+')), |rest| (true, rest));
        let length = length.parse::<DurationText>().map_err(Trouble::new)?.span();
        let mut affected: Vec<SimTime> = Vec::new();
        for id in clusters_of(model, name)? {
            let cluster = &mut model.clusters[id.index()];
            for tranche in cluster.ramp.iter_mut().filter(|tranche| tranche.planned > SimTime::ZERO) {
                affected.push(tranche.planned);
                if is_earlier {
                    tranche.planned = (tranche.planned - length).max(SimTime::from_ms(1));
                } else {
                    tranche.late += length;
                }
            }
            // What comes at one instant stays in its order.
            cluster.ramp.sort_by_key(|tranche| tranche.planned);
        }
        let (Some(first), Some(last)) = (affected.iter().min(), affected.iter().max()) else {
            return Err(Trouble::new(format!("nothing of `{name}` is still to come after the scenario's start")));
        };
        let (from, until) = if is_earlier { (*first - length, *last) } else { (*first, last.saturating_add(length)) };
        let from = from.max(SimTime::ZERO);
        model.watches.push(Watch { name: self.name(), from, until: until.max(from) });
        Ok(())
    }

    fn add(&self, model: &mut Model) -> Result<(), Trouble> {
        let shape = || Trouble::shape(Question::Add);
        let (name, rest) = self.text.split_once(':').ok_or_else(shape)?;
        let (gpus, date) = rest.split_once('@').ok_or_else(shape)?;
        let planned = within(model, moment(date)?)?;
        let gpus: u64 = gpus.replace('_', "").parse().map_err(|_| shape())?;
        let names = model.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let found = model.clusters.iter_mut().find(|cluster| cluster.name == name);
        let cluster = found.ok_or_else(|| Trouble::unknown("cluster", name, names))?;
        let node = u64::from(cluster.node_gpus);
        if gpus == 0 || gpus > 1_000_000_000 || !gpus.is_multiple_of(node) {
            return Err(Trouble::new(format!("{gpus} GPUs are not a number of whole nodes of {node} (and at most a billion)")));
        }
        let place = cluster.ramp.partition_point(|tranche| tranche.planned <= planned);
        let tranche = Tranche::new(planned, gpus, CapacityKind::Reserved, Slip::none());
        cluster.ramp.insert(place, tranche);
        model.watches.push(Watch { name: self.name(), from: planned, until: planned });
        Ok(())
    }

    fn demand(&self, model: &mut Model) -> Result<(), Trouble> {
        let (name, change) = self.text.split_once(':').ok_or_else(|| Trouble::shape(Question::Demand))?;
        let percent = change.trim().strip_suffix('%').and_then(|number| number.trim_start_matches('+').parse::<f64>().ok());
        let factor = 1.0 + percent.ok_or_else(|| Trouble::shape(Question::Demand))? / 100.0;
        if !(0.0..=1000.0).contains(&factor) {
            return Err(Trouble::new(format!("{change} is out of range: demand changes by -100 % to +99,900 %")));
        }
        let mut found = false;
        for workload in model.workloads.iter_mut().filter(|workload| name == "all" || workload.name == name) {
            let JobSource::Drawn(laws) = &mut workload.jobs else {
                let help = "leave it out, or cut it with `only_every` or dates in its table [workload.KEY.trace]";
                let title = format!("workload `{}` is a trace: its jobs are what they were", workload.name);
                return Err(Trouble { help: Some(help.to_owned()), ..Trouble::new(title) });
            };
            laws.rate.factor *= factor;
            found = true;
        }
        for service in model.services.iter_mut().filter(|service| name == "all" || service.name == name) {
            service.demand.factor *= factor;
            found = true;
        }
        if !found {
            let mut names: Vec<String> = model.users().map(|(name, _)| name.to_owned()).collect();
            names.push("all".to_owned());
            return Err(Trouble::unknown("workload or service", name, names));
        }
        Ok(())
    }

    fn ban(&self, model: &mut Model) -> Result<(), Trouble> {
        let (place, date) = self.text.split_once('@').ok_or_else(|| Trouble::shape(Question::Ban))?;
        let from = within(model, moment(date)?)?;
        let all = || model.clusters.iter().enumerate();
        let clusters: Vec<ClusterId> =
            all().filter(|(_, cluster)| cluster.jurisdiction == place).map(|(index, _)| index.into()).collect();
        if clusters.is_empty() {
            let mut places: Vec<String> = all().map(|(_, cluster)| cluster.jurisdiction.clone()).collect();
            places.sort_unstable();
            places.dedup();
            return Err(Trouble::unknown("jurisdiction", place, places));
        }
        let times = OutageTimes::Scheduled { from, until: SimTime::NEVER };
        model.outages.push(Outage { name: self.name(), kind: OutageKind::Ban, clusters, maintenance: false, times });
        model.watches.push(Watch { name: self.name(), from, until: from });
        Ok(())
    }
}

fn moment(text: &str) -> Result<MomentText, Trouble> {
    text.parse().map_err(Trouble::new)
}

/// The instant of a moment within the scenario.
fn within(model: &Model, moment: MomentText) -> Result<SimTime, Trouble> {
    let time = model.calendar.moment(moment.0);
    if time < SimTime::ZERO || time >= model.horizon() {
        let (first, last) = (model.calendar.start(), model.calendar.last_day());
        let title = format!("{moment} lies outside the scenario");
        return Err(Trouble { help: Some(format!("the scenario lasts from {first} to {last}")), ..Trouble::new(title) });
    }
    Ok(time)
}

/// The clusters of a vendor, or one by name.
fn clusters_of(model: &Model, name: &str) -> Result<Vec<ClusterId>, Trouble> {
    let all = || model.clusters.iter().enumerate();
    let found: Vec<ClusterId> = match model.vendors.iter().position(|vendor| vendor.key == name) {
        Some(vendor) => all().filter(|(_, cluster)| cluster.vendor.index() == vendor).map(|(index, _)| index.into()).collect(),
        None => all().filter(|(_, cluster)| cluster.name == name).map(|(index, _)| index.into()).collect(),
    };
    if found.is_empty() {
        let vendors = model.vendors.iter().map(|vendor| vendor.key.clone());
        return Err(Trouble::unknown(
            "vendor or cluster",
            name,
            vendors.chain(all().map(|(_, cluster)| cluster.name.clone())).collect(),
        ));
    }
    Ok(found)
}
