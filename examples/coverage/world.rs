//! Scenarios, variants of them, and their futures.

use skyberth::kernel::random::Address;
use skyberth::metrics::catalog::{self, Shape};
use skyberth::model::Model;
use skyberth::scenario::{Question, Source, WhatIf, built_in, load};
use skyberth::study::statistics::{PairedDifference, paired_difference};
use skyberth::study::{Finished, Progress, Run, Scope, Time, run};

/// The figures examined, over the whole run and all its parts.
pub const METRICS: [&str; 2] = ["utilisation_share", "wait_s_mean"];

/// The probability that an interval is to cover the truth.
pub const CONFIDENCE: f64 = 0.95;

/// How a metric's values lie over futures.
pub fn shape(metric: &str) -> Shape {
    catalog::find(metric).expect("a metric").shape
}

/// A scenario and variants of it.
pub struct World {
    pub name: &'static str,
    pub baseline: Model,
    /// By the question that makes them.
    pub variants: Vec<(&'static str, Model)>,
}

/// The questions: a vendor's tranches late, less demand.
type Ask = (Question, &'static str);

impl World {
    /// The small scenario of these experiments: a millisecond or two a replication.
    pub fn small(asked: &[Ask]) -> Self {
        Self::of("small.toml", include_str!("small.toml"), asked)
    }

    /// The scenario that comes with the program.
    pub fn reference(asked: &[Ask]) -> Self {
        Self::of("quickstart.toml", built_in("quickstart").expect("it is built in"), asked)
    }

    fn of(name: &'static str, text: &str, asked: &[Ask]) -> Self {
        let model = |what_ifs: Vec<WhatIf>| {
            let source = Source { what_ifs, ..Source::new(name, text) };
            let loaded = load(&source);
            loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)))
        };
        let variant = |&(question, text): &Ask| (text, model(vec![WhatIf { question, text: text.to_owned() }]));
        Self { name, baseline: model(Vec::new()), variants: asked.iter().map(variant).collect() }
    }
}

/// A model with other futures.
pub fn reseeded(model: &Model, seed: u64, replications: u32) -> Model {
    Model { seed, replications, ..model.clone() }
}

/// A figure, replication by replication.
pub fn values(finished: &[Finished], metric: &str) -> Vec<f64> {
    finished.iter().map(|one| one.measures.get(metric, Scope::All, Time::Total).unwrap_or(f64::NAN)).collect()
}

/// A model's figures in the order of [`METRICS`], replication by replication; on as many threads as there are processors.
pub fn futures(model: &Model) -> [Vec<f64>; METRICS.len()] {
    let finished = run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    METRICS.map(|metric| values(&finished, metric))
}

/// What common random numbers are worth, metric by metric.
pub struct Reduction {
    pub world: &'static str,
    pub variant: &'static str,
    /// Both under the same futures.
    pub synchronised: [PairedDifference; METRICS.len()],
    /// The control: the variant under the futures of another seed.
    pub desynchronised: [PairedDifference; METRICS.len()],
}

impl World {
    /// Every variant against the baseline.
    pub fn reductions(&self, seed: u64, replications: u32) -> Vec<Reduction> {
        let base = futures(&reseeded(&self.baseline, seed, replications));
        let pairs = |variant: &Model, seed: u64| {
            let other = futures(&reseeded(variant, seed, replications));
            let address = Address::stream(seed, 0, "bootstrap");
            std::array::from_fn(|metric| {
                paired_difference(&other[metric], &base[metric], CONFIDENCE, address, shape(METRICS[metric]))
            })
        };
        let reduction = |(name, variant): &(&'static str, Model)| Reduction {
            world: self.name,
            variant: name,
            synchronised: pairs(variant, seed),
            desynchronised: pairs(variant, seed + 1),
        };
        self.variants.iter().map(reduction).collect()
    }
}
