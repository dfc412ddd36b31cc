//! Policies by rounds hold to the contract of policies. They solve a linear program at every turn, so that all worlds are tried in release only.

use skyberth::model::PolicyChoice;
use skyberth::policy::registry::{Kind, compose, entries, vendors_of};
use skyberth::testing::{WORLDS, check_policy_in};
use skyberth::units::Span;

fn holds(name: &str) {
    let worlds = if cfg!(debug_assertions) { 2 } else { WORLDS };
    let held = check_policy_in(0..worlds, |model| {
        let vendors = vendors_of(model);
        let choice = PolicyChoice::preset(name).expect("a preset");
        let mut choice = choice.with(Kind::Broker, "first_fit", &vendors).expect("a registered part");
        choice.rounds.round = Span::HOUR;
        compose(&choice, model)
    });
    held.unwrap_or_else(|broken| panic!("{name}: {broken}"));
}

/// Each in a test of its own, so that they run side by side.
macro_rules! by_rounds {
    ($($test:ident = $preset:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                holds($preset);
            }
        )*

        #[test]
        fn none_is_left_out() {
            let tried = [$($preset),*];
            for entry in entries().filter(|entry| entry.part == Kind::Preset && entry.meaning.starts_with("by rounds")) {
                assert!(tried.contains(&entry.name), "{}", entry.name);
            }
        }
    };
}

by_rounds! {
    maxmin = "maxmin",
    maxmin_blind = "maxmin:blind",
    water_filling = "water-filling",
    makespan = "makespan",
    finish_time_fairness = "ftf",
    cost = "cost",
    throughput = "throughput",
}
