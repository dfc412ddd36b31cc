//! The page, as Markdown.

use super::boards::{Boards, POLICIES};
use super::experiments::{CORRECT, DIFFERENCE, Outcome, Setting, Spread};
use skyberth::study::ranking::Rules;
use skyberth::study::statistics::share_interval;

const HEAD: &str = "# Selection

`skyberth rank` promises that the policy which it selects is the best, or within the indifference of it, with a probability of at least
95 %. Here selections are made whose right answer is known, and counted. This page is made by

```sh
cargo run --release --locked --example selection > docs/selection.md
```

It is the same for any number of threads. `cargo test --test selection` is a smaller version of it, which also makes selections that stop
too early and must find them out.

## The slippage configuration

";

/// A setting, and what selections in it came to.
pub type Row = (Setting, Outcome);

/// The page.
pub fn page(rows: &[Row], truths: &[f64], truth_replications: u32, boards: &[(Rules, Boards)]) -> String {
    let trials = rows.first().map_or(0, |(_, outcome)| outcome.trials);
    let mut text = HEAD.to_owned();
    text.push_str(&format!(
        "One system is better than each of the others, which are equal, by just the indifference: nothing is harder to get right. The\n\
         indifference is {DIFFERENCE} standard deviations of one observation. Each row is {trials} seeded macro-replications: whole selections by the\n\
         procedure that `rank` uses (S.-H. Kim and B. L. Nelson, ACM TOMACS 11, 2001), each with draws of its own. Correlation is what common random\n\
         numbers bring: the same futures for all. The interval is binomial (Wilson, 95 %).\n\n\
         | systems | correlation | first observations | law | right | share | its interval | required | observations of a system |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    ));
    text.extend(rows.iter().map(line));
    text.push_str(ABOUT_SLIPPAGE);
    text.push_str("\n## Whole boards\n\n");
    text.push_str(&format!(
        "The engine itself, on the small scenario of the page on [coverage](coverage.md): four policies, ranked by mean wait, each with at least 12\n\
         futures and at most 36, {} boards with a seed each. The truth is the mean over {truth_replications} other futures:\n\n\
         | policy | true mean wait [s] | above the best |\n|---|---|---|\n",
        boards.first().map_or(0, |(_, found)| found.boards),
    ));
    let least = truths.iter().copied().fold(f64::INFINITY, f64::min);
    let mut order: Vec<usize> = (0..truths.len()).collect();
    order.sort_by(|&a, &b| truths[a].total_cmp(&truths[b]));
    for place in order {
        let above = 100.0 * (truths[place] / least - 1.0);
        text.push_str(&format!("| `{}` | {:.1} | {above:.1} % |\n", POLICIES[place], truths[place]));
    }
    text.push_str(
        "\n| indifference | boards | selected one | right | share of the selected | its interval | the very best | futures of a policy |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for (rules, found) in boards {
        text.push_str(&format!(
            "| {:.0} % | {} | {} | {} | {} | {} | {:.1} |\n",
            100.0 * rules.indifference,
            found.boards,
            found.selected,
            found.right,
            share(found.right, found.selected),
            found.best,
            found.futures
        ));
    }
    text.push_str(ABOUT_BOARDS);
    text
}

fn line((setting, outcome): &Row) -> String {
    let law = match setting.spread {
        Spread::Normal => "normal",
        Spread::BestVaries => "normal, the best varies twice as much",
        Spread::OthersVary => "normal, the others vary twice as much",
        Spread::Skewed => "exponential, skewness 2",
    };
    let required = match setting.spread {
        Spread::Skewed => "-",
        _ if outcome.right as f64 >= CORRECT * outcome.trials as f64 => "from 95 %: met",
        _ => "from 95 %: **not met**",
    };
    format!(
        "| {} | {} | {} | {law} | {} of {} | {} | {required} | {:.1} |\n",
        setting.systems,
        setting.common,
        setting.first,
        outcome.right,
        outcome.trials,
        share(outcome.right, outcome.trials),
        outcome.observations
    )
}

/// A share and its Wilson interval, as two cells.
fn share(right: usize, trials: usize) -> String {
    if trials == 0 {
        return "- | -".to_owned();
    }
    let (low, high) = share_interval(right, trials, 0.95);
    format!("{:.1} % | {:.1} to {:.1} %", 100.0 * right as f64 / trials as f64, 100.0 * low, 100.0 * high)
}

const ABOUT_SLIPPAGE: &str = "";
const ABOUT_BOARDS: &str = "";
