//! The page, as Markdown.

use super::experiments::{Coverage, Figure, Subject, Truth};
use super::world::{METRICS, Reduction, World};

const HEAD: &str = "# Coverage

An interval at 95 % promises to hold the truth in 95 of 100 studies. Here studies are made whose truth is known, and counted. This page is
made by

```sh
cargo run --release --locked --example coverage > docs/coverage.md
```

";

/// A figure's truth, and how its intervals did.
pub type Row = (Figure, Truth, Coverage);

/// The page.
pub fn page(world: &World, rows: &[Row], truth_replications: u32, reductions: &[Reduction]) -> String {
    let experiments = rows.first().map_or(0, |(_, _, coverage)| coverage.experiments);
    let pairs = reductions.first().map_or(0, |reduction| reduction.synchronised[0].estimate.n);
    let mut text = HEAD.to_owned();
    text.push_str(&format!(
        "It is the same for any number of threads, and takes about seven minutes of processor time. `cargo test --test coverage` is a smaller\n\
         version of it, which also makes intervals that are wrong and must find them out.\n\n\
         ## Intervals\n\n\
         {experiments} experiments, each with a seed of its own (1 to {experiments}); the intervals are those that `skyberth run` and `skyberth compare`\n\
         show. The scenario, `examples/coverage/{}`, is small: two vendors, a ramp that slips, two workloads and a service over four\n\
         weeks. The truth is the mean of {truth_replications} other replications. Its standard error is given as a share of the intervals' mean half-width:\n\
         where it is small, few verdicts hang on it.\n\n",
        world.name
    ));
    text.push_str(
        "| figure | truth | its error | skewness | n | nominal | coverage | its interval | required | below / above | half-width | t / bootstrap-t |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    text.extend(rows.iter().map(|row| line(world, row)));
    text.push_str(ABOUT_INTERVALS);
    text.push_str(&format!(
        "\n## Common random numbers\n\nVariants meet the same futures. What that is worth: how many times fewer replications a difference needs \
         than with\nfutures of its own, from {pairs} pairs. As a control the variant meets other futures (another seed): the gain must be gone. \
         At\nleast 20 times is required of utilisation where demand is 10 % less, and less than 1.2 of the controls' utilisation.\n\n\
         | scenario | variant | utilisation | correlation | mean wait | correlation | control: utilisation | mean wait |\n\
         |---|---|---|---|---|---|---|---|\n"
    ));
    text.extend(reductions.iter().map(reduction_line));
    text.push_str(ABOUT_REDUCTION);
    text
}

fn name(world: &World, figure: &Figure) -> String {
    let metric = ["utilisation", "mean wait"][figure.metric];
    match figure.subject {
        Subject::Mean => metric.to_owned(),
        Subject::Difference(variant) => format!("{metric}, `{}` less baseline", world.variants[variant].0),
    }
}

fn line(world: &World, (figure, truth, coverage): &Row) -> String {
    let (low, high) = coverage.interval();
    let verdict = if figure.is_met(coverage) { "met" } else { "**not met**" };
    let required = match figure.required.map(|(from, to)| (100.0 * from, 100.0 * to)) {
        None => "-".to_owned(),
        Some((from, 100.0)) => format!("from {from:.0} %: {verdict}"),
        Some((from, to)) => format!("{from:.0} to {to:.0} %: {verdict}"),
    };
    let amount = |value: f64| {
        if METRICS[figure.metric].ends_with("_share") { format!("{:.3} %", value * 100.0) } else { format!("{value:.1} s") }
    };
    let share = |count: usize| 100.0 * count as f64 / coverage.experiments as f64;
    format!(
        "| {} | {} | {:.1} % | {:+.1} | {} | 95 % | {:.1} % | {:.1} to {:.1} % | {required} | {:.1} / {:.1} % | {} | {:.1} / {:.1} % |\n",
        name(world, figure),
        amount(truth.mean),
        100.0 * truth.standard_error / coverage.mean_half_width,
        truth.skewness,
        figure.n,
        100.0 * coverage.share(),
        100.0 * low,
        100.0 * high,
        share(coverage.below),
        share(coverage.above),
        amount(coverage.mean_half_width),
        share(coverage.by_t),
        share(coverage.by_bootstrap),
    )
}

const ABOUT_INTERVALS: &str = "
Skewness is that of single replications. The interval of the coverage is binomial (Wilson). Below and above: intervals that lie wholly below
the truth, and wholly above it; those that miss a skewed mean lie mostly on the side away from its tail. The half-width is a mean over the
experiments. The last column says which method was chosen. The rows without a requirement show what a study gives that leaves the number of
replications as it is.
";

fn reduction_line(reduction: &Reduction) -> String {
    let times = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}x"));
    let correlation = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let [[utilisation, wait], [control, control_wait]] = [&reduction.synchronised, &reduction.desynchronised];
    let fine = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}x"));
    format!(
        "| {} | `{}` | {} | {} | {} | {} | {} | {} |\n",
        reduction.world,
        reduction.variant,
        times(utilisation.variance_reduction),
        correlation(utilisation.correlation),
        times(wait.variance_reduction),
        correlation(wait.correlation),
        fine(control.variance_reduction),
        fine(control_wait.variance_reduction),
    )
}

const ABOUT_REDUCTION: &str = "
The gain depends on the question. Where a variant changes more, it is less. It needs equal spreads as well as correlation: with less demand
the long queues of bad futures are not there any more, so that waits still rank the futures alike but vary far less than the baseline's, and
their difference varies almost as much as the baseline does.
";
