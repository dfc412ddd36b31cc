//! The right system is selected as often as is promised. The full experiments make docs/selection.md; here are fewer ones, and selections that
//! stop too early, which must be found out.

#[path = "../../examples/selection/experiments.rs"]
#[allow(dead_code, reason = "the page prints more than is looked at here")]
mod experiments;

use experiments::{CORRECT, Setting, Spread, select_often};

const TRIALS: usize = 500;

#[track_caller]
fn is_right(setting: &Setting) -> f64 {
    let outcome = select_often(setting, TRIALS);
    assert!(outcome.right as f64 >= CORRECT * TRIALS as f64, "{setting:?}: {outcome:?}");
    outcome.observations
}

#[test]
fn the_best_is_selected_as_often_as_was_asked_and_what_systems_have_in_common_is_not_paid_for() {
    let setting = Setting { systems: 6, common: 0.0, first: 10, spread: Spread::Normal, indifference: experiments::DIFFERENCE };
    let alone = is_right(&setting);
    let together = is_right(&Setting { common: 0.7, ..setting });
    assert!(together * 2.0 < alone, "{together} of {alone}");
    is_right(&Setting { spread: Spread::OthersVary, ..setting });
}

#[test]
fn who_stops_too_early_is_found_out() {
    // To care for differences of five times the true one only is to stop when little has been seen.
    let hasty = Setting { systems: 6, common: 0.0, first: 10, spread: Spread::Normal, indifference: 5.0 * experiments::DIFFERENCE };
    let outcome = select_often(&hasty, TRIALS);
    assert!((outcome.right as f64) < 0.9 * TRIALS as f64, "{outcome:?}");
}
