//! The built-in policies hold to the contract of policies.

use rayon::prelude::*;
use skyberth::model::PolicyChoice;
use skyberth::policy::registry::{Kind, PartName, check, compose, names, preset_parts, vendors_of};
use skyberth::testing::{WORLDS, check_policy_in};
use skyberth::units::Span;

#[track_caller]
fn holds(name: &str, broker: &str, placement: &str, worlds: u64) {
    let held = check_policy_in(0..worlds, |model| {
        let vendors = vendors_of(model);
        let with = |choice: PolicyChoice, kind, name| choice.with(kind, name, &vendors).expect("a registered part");
        let choice = with(PolicyChoice::preset(name).expect("a preset"), Kind::Broker, broker);
        let mut choice = with(choice, Kind::Placement, placement);
        (choice.levels, choice.rounds.round) = (model.policy.levels.clone(), Span::HOUR);
        check(&choice, model).expect("they go together");
        compose(&choice, model)
    });
    held.unwrap_or_else(|broken| panic!("{name} with {broker} and {placement}: {broken}"));
}

/// Whether a preset solves a linear program at every turn.
fn is_by_rounds(name: &&str) -> bool {
    preset_parts(PartName::parse(name)).expect("a preset").allocator.is_some()
}

#[test]
fn every_preset() {
    for name in names(Kind::Preset).filter(|name| !is_by_rounds(name)) {
        holds(name, "first_fit", "best_fit", WORLDS);
    }
    for half_life in ["fair:6h", "fair-easy:2d"] {
        holds(half_life, "first_fit", "best_fit", WORLDS);
    }
    for order in names(Kind::Order).filter(|order| *order != "expr") {
        holds(&format!("{order}-easy"), "earliest", "best_fit", WORLDS);
    }
}

#[test]
fn every_preset_by_rounds() {
    let worlds = if cfg!(debug_assertions) { 2 } else { WORLDS };
    let names: Vec<&str> = names(Kind::Preset).filter(is_by_rounds).collect();
    assert!(names.len() >= 7, "{names:?}");
    names.into_par_iter().for_each(|name| holds(name, "first_fit", "best_fit", worlds));
}

#[test]
fn every_broker_and_placement() {
    // `random` draws for each job by its name: equal jobs are not equal to it.
    for broker in names(Kind::Broker).filter(|name| !["random", "single"].contains(name)) {
        holds("easy", broker, "best_fit", WORLDS);
    }
    for placement in names(Kind::Placement) {
        holds("las", "most_free", placement, WORLDS);
    }
}
