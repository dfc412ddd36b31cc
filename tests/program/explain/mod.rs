//! `skyberth explain`: why jobs wait and GPUs stand idle.

mod command;
mod sums;
mod worlds;

use skyberth::metrics::Observation;
use skyberth::model::Model;
use skyberth::policy::registry::compose;
use skyberth::scenario;
use skyberth::sim::{Control, Followed, Options, simulate};
use std::sync::atomic::{AtomicBool, AtomicU64};

#[track_caller]
pub(crate) fn load(text: &str) -> Model {
    let source = scenario::Source::new("world", text);
    let loaded = scenario::load(&source);
    loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)))
}

/// A future, asked why jobs wait or not; no sum may be inexact.
pub(crate) fn future(model: &Model, replication: u64, waiting: Option<Followed>) -> Observation {
    let mut policy = compose(&model.policy, model);
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let control = Control { stop: &stop, progress: &progress };
    let options = Options { records: true, waiting, ..Options::default() };
    simulate(model, replication, &mut policy, options, control).expect("the accounts balance")
}
