//! Intervals hold the truth as often as they promise, and common random numbers are worth what they cost. The full experiments make
//! docs/coverage.md; here are fewer ones, and intervals that are wrong on purpose, which must be found out.

#[path = "../../examples/coverage/experiments.rs"]
#[allow(dead_code, reason = "the page prints more than is looked at here")]
mod experiments;
#[path = "../../examples/coverage/world.rs"]
#[allow(dead_code, reason = "the page prints more than is looked at here")]
mod world;

use experiments::{Coverage, Figure, Interval, Subject, experiments, truths};
use skyberth::scenario::Question;
use world::{METRICS, World};

const LATE: (Question, &str) = (Question::Slip, "iowa:5d");
const LESS: (Question, &str) = (Question::Demand, "all:-10%");

/// An interval with ends so many times as far from its middle.
fn stretched(interval: &Interval, factor: f64) -> Interval {
    let (middle, half) = (0.5 * (interval.low + interval.high), 0.5 * (interval.high - interval.low));
    Interval { low: middle - factor * half, high: middle + factor * half, method: interval.method.clone() }
}

/// Counts fewer experiments than the page does, within wider bounds, and spoils the intervals by factors that must be found out.
#[track_caller]
fn counts(world: &World, figures: &[Figure], count: u64, wrong: &[(&str, f64)]) {
    let truths = truths(world, figures, 1_000_000, 1_000);
    for ((figure, truth), intervals) in figures.iter().zip(&truths).zip(&experiments(world, figures, 1..count + 1)) {
        let measured = |factor: f64| {
            let intervals: Vec<Interval> = intervals.iter().map(|interval| stretched(interval, factor)).collect();
            Coverage::of(&intervals, truth.value)
        };
        let what = format!("{} {:?} at n = {}", METRICS[figure.metric], figure.subject, figure.n);
        assert!(figure.is_met(&measured(1.0)), "{what}: {:?}", measured(1.0));
        for &(how, factor) in wrong {
            assert!(!figure.is_met(&measured(factor)), "{what}, {how}, passes: {:?}", measured(factor));
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn means_are_covered_and_wrong_intervals_found_out() {
    let figure = |metric, required| Figure { metric, subject: Subject::Baseline, n: 10, required: Some(required) };
    // The interval of a median of ten holds it in 97.9 %.
    let figures = [figure(0, (0.9, 0.99)), figure(1, (0.93, 0.999))];
    let root = 10.0_f64.sqrt();
    let wrong = [("deviations instead of errors", root), ("errors divided twice", 1.0 / root), ("half the width", 0.5)];
    counts(&World::small(&[]), &figures, 200, &wrong);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn differences_are_covered_and_unpaired_intervals_found_out() {
    let world = World::small(&[LATE]);
    let figure = |metric| Figure { metric, subject: Subject::Difference(0), n: 30, required: Some((0.88, 0.99)) };
    let pairs = &world.reductions(1, 100)[0].synchronised;
    let unpaired = pairs.map(|pair| pair.variance_reduction.expect("it varies").sqrt());
    let unpaired = unpaired[0].min(unpaired[1]);
    counts(&world, &[figure(0), figure(1)], 60, &[("unpaired", unpaired), ("half the width", 0.5)]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn the_same_futures_reduce_variance_and_other_futures_do_not() {
    let small = World::small(&[LESS]).reductions(1, 100);
    let reference = World::reference(&[LESS]).reductions(1, 8);
    for reduction in small.iter().chain(&reference) {
        let gain = reduction.synchronised[0].variance_reduction.expect("utilisation varies");
        assert!(gain >= 20.0, "{} {}: {gain}", reduction.world, reduction.variant);
    }
    for reduction in small {
        let gain = reduction.desynchronised[0].variance_reduction.expect("utilisation varies");
        assert!(gain < 1.2, "{} {}: {gain}", reduction.world, reduction.variant);
    }
}
