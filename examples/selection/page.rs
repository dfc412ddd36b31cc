//! The page, as Markdown.

use super::boards::Boards;
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

/// Who was ranked, the metric's true mean under each, and what the boards came to.
pub type Ranked = ([&'static str; 4], Vec<f64>, Boards);

/// The page.
pub fn page(rows: &[Row], rules: &Rules, truth_replications: u32, boards: &[Ranked]) -> String {
    let trials = rows.first().map_or(0, |(_, outcome)| outcome.trials);
    let mut text = HEAD.to_owned();
    text.push_str(&format!(
        "One system is better than each of the others, which are equal, by just the indifference: nothing is harder to get right. The\n\
         indifference is {DIFFERENCE} standard deviations of one observation. Each row is {trials} seeded macro-replications: whole selections by the\n\
         procedure that `rank` uses (S.-H. Kim and B. L. Nelson, ACM TOMACS 11, 2001, for one half of the error that is allowed; paired t tests at\n\
         the first observations and whenever there are twice as many for the other), each with draws of its own. Correlation is what common random\n\
         numbers bring: the same futures for all. The interval is binomial (Wilson, 95 %).\n\n\
         | systems | correlation | first observations | law | right | share | its interval | required | observations of a system |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    ));
    text.extend(rows.iter().map(line));
    text.push_str(ABOUT_SLIPPAGE);
    text.push_str(&format!(
        "\n## Whole boards\n\nThe engine itself, on the small scenario of the page on [coverage](coverage.md): policies ranked by mean wait at an \
         indifference of\n{:.0} %, each with at least {} futures and at most {}. The truth is the mean over {truth_replications} other futures.\n\n\
         | policies, and their true mean waits [s] | boards | selected one | right | share of the selected | its interval | the very best | futures of a \
         policy |\n|---|---|---|---|---|---|---|---|\n",
        100.0 * rules.indifference, rules.first, rules.most
    ));
    text.extend(boards.iter().map(board));
    text.push_str(ABOUT_BOARDS);
    text
}

fn board((policies, truths, found): &Ranked) -> String {
    let policies: Vec<String> = policies.iter().zip(truths).map(|(name, wait)| format!("`{name}` {wait:.0}")).collect();
    format!(
        "| {} | {} | {} | {} | {} | {} | {:.1} |\n",
        policies.join(", "),
        found.made,
        found.selected,
        found.right,
        share(found.right, found.selected),
        found.best,
        found.futures
    )
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

const ABOUT_SLIPPAGE: &str = "
The proof is for normal observations. Skewed ones, as waits are, have no promise; common random numbers take most of the skewness out of
differences. Where the best varies more than the others, or they more than it, the procedure takes more observations and is right as often.
Kim and Nelson's procedure alone, with the whole error, takes a fifth to a quarter fewer observations here, where nobody is far behind.
";

const ABOUT_BOARDS: &str = "
Right is a selection of the best or of one within the indifference of it; boards that did not settle within the futures that were allowed select nobody,
and say so. Kim and Nelson's procedure alone selected nobody on any of the boards of the first row within these futures: it asks for as many futures
against a policy that is thirty times worse as against one that is twice as bad, if only its results scatter enough.
";
