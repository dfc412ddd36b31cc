//! Counts how often the right system is selected, and prints the page about it:
//! `cargo run --release --locked --example selection > docs/selection.md`.

mod boards;
mod experiments;
mod page;
#[path = "../coverage/world.rs"]
#[allow(dead_code, reason = "the page on coverage uses the rest")]
mod world;

use experiments::{DIFFERENCE, Setting, Spread, select_often};
use skyberth::study::ranking::{Objective, Rules};
use world::World;

/// Macro-replications: whole selections, each with draws of its own.
const TRIALS: usize = 500;
/// Replications behind each truth.
const TRUTH: u32 = 5_000;
/// The seed of the truth: far from those of the boards, which are 1, 2, ...
const TRUTH_SEED: u64 = 1_000_000;

fn main() {
    let setting = |systems, common, first, spread| Setting { systems, common, first, spread, indifference: DIFFERENCE };
    let mut settings = Vec::new();
    for systems in [2, 5, 10, 20] {
        settings.extend([0.0, 0.5, 0.9].map(|common| setting(systems, common, 12, Spread::Normal)));
    }
    settings.extend([10, 24].map(|first| setting(10, 0.5, first, Spread::Normal)));
    settings.extend([Spread::BestVaries, Spread::OthersVary].map(|spread| setting(10, 0.5, 12, spread)));
    settings.extend([0.0, 0.5, 0.9].map(|common| setting(10, common, 12, Spread::Skewed)));
    let rows: Vec<page::Row> = settings.iter().map(|setting| (*setting, select_often(setting, TRIALS))).collect();
    let world = World::small(&[]);
    let rules = Rules { metric: Objective::from(boards::METRIC), indifference: 0.1, first: 12, most: 36 };
    let boards = boards::BOARDS.map(|policies| {
        let truths = boards::truths(&world, &policies, TRUTH_SEED, TRUTH);
        let found = boards::boards(&world, &policies, &truths, &rules, 1..TRIALS as u64 + 1);
        (policies, truths, found)
    });
    print!("{}", page::page(&rows, &rules, TRUTH, &boards));
}
