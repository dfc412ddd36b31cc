//! Counts how often intervals hold the truth, and prints the page about it:
//! `cargo run --release --locked --example coverage > docs/coverage.md`.

mod experiments;
mod heavy;
mod page;
mod world;

use experiments::{Coverage, Figure, Interval, Subject, experiments, truths};
use heavy::{LAWS, Law, SIZES};
use skyberth::scenario::Question;
use std::collections::BTreeSet;
use world::World;

const EXPERIMENTS: u64 = 1_000;
/// Studies of each heavy law.
const STUDIES: u64 = 20_000;
/// Replications behind each truth.
const TRUTH: u32 = 30_000;
/// The first seed of the truth: far from those of the experiments, which are 1, 2, ...
const TRUTH_SEED: u64 = 1_000_000;
/// Replications of a scenario that does not say how many.
const DEFAULT: u32 = 16;
/// Replications behind a measured variance reduction.
const PAIRS: u32 = 200;

const LATE: (Question, &str) = (Question::Slip, "iowa:5d");
const LESS: (Question, &str) = (Question::Demand, "all:-10%");

fn main() {
    let world = World::small(&[LATE, LESS]);
    let figure = |metric, subject, n, required| Figure { metric, subject, n, required };
    let nominal = Some((0.93, 0.97));
    let mut figures = vec![figure(0, Subject::Baseline, 10, nominal), figure(1, Subject::Baseline, 30, Some((0.93, 1.0)))];
    figures.extend((0..2).flat_map(|variant| [0, 1].map(|metric| figure(metric, Subject::Difference(variant), 30, nominal))));
    // Without a promise: the default number of replications.
    let subjects = [Subject::Baseline, Subject::Difference(0), Subject::Difference(1)];
    figures.extend(subjects.into_iter().flat_map(|subject| [0, 1].map(|metric| figure(metric, subject, DEFAULT, None))));
    let truths = truths(&world, &figures, TRUTH_SEED, TRUTH);
    let intervals = experiments(&world, &figures, 1..EXPERIMENTS + 1);
    let coverages = truths.iter().zip(&intervals).map(|(truth, intervals)| Coverage::of(intervals, truth.value));
    let rows: Vec<page::Row> = (figures.iter().zip(&truths).zip(&intervals).zip(coverages))
        .map(|(((figure, truth), intervals), coverage)| (*figure, *truth, coverage, methods(intervals)))
        .collect();
    let heavy: Vec<(Law, usize, heavy::Heavy)> =
        LAWS.into_iter().flat_map(|law| SIZES.map(|n| (law, n, heavy::heavy(law, n, STUDIES)))).collect();
    let reference = World::reference(&[LESS, (Question::Slip, "texas:30d"), (Question::Slip, "texas:60d")]);
    let mut reductions = reference.reductions(1, PAIRS);
    reductions.extend(World::small(&[LESS, (Question::Demand, "all:-20%"), LATE]).reductions(1, PAIRS));
    print!("{}", page::page(&world, &rows, TRUTH, &heavy, &reductions));
}

/// The methods of intervals, each once.
fn methods(intervals: &[Interval]) -> String {
    let names: BTreeSet<&str> = intervals.iter().map(|interval| interval.method.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}
