//! The page of a comparison: what is better and how surely, what redundancy costs, how the futures lie, how long events last.

mod strips;
mod verdicts;

use super::dots::with_interval;
use super::figures::Shown;
use super::sections::Figure;
use super::tables::{Card, Table};
use super::template;
use crate::report::comparison::price::Price;
use crate::report::comparison::{MANY_VARIANTS, futures, recovery, signed, stop, strip, style, words};
use crate::report::number::Style;
use crate::study::comparison::{Comparison, Difference, Verdict};
use serde::Serialize;
use std::io::{self, Write};

/// What the template is given.
#[derive(Debug, Serialize)]
struct Page<'a> {
    title: &'a str,
    scenario: &'a str,
    start: &'a str,
    end: &'a str,
    seed: String,
    replications: u32,
    futures: String,
    variants: String,
    /// Names, and in a line what they are.
    entrants: Vec<(&'a str, Option<&'a str>)>,
    interrupted: bool,
    stop: String,
    confidence: String,
    cards: Vec<Card<'a>>,
    verdicts: Vec<verdicts::Group<'a>>,
    /// Those that many variants push out of the first screen.
    more_verdicts: Vec<verdicts::Group<'a>>,
    price: Option<Table>,
    price_note: &'static str,
    strips: Vec<(String, Figure)>,
    more_strips: Vec<(String, Figure)>,
    events: Vec<Table>,
    event_note: &'static str,
    star: Option<String>,
    methods: Table,
}

/// Writes the page.
///
/// # Errors
///
/// When writing fails.
pub fn comparison_html(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    template::render("comparison.html", &Page::of(comparison), out)
}

impl<'a> Page<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        let variants = comparison.entrants.len().saturating_sub(1);
        let (verdicts, more_verdicts) = verdicts::groups(comparison);
        let events = recovery::events(comparison);
        let price = Price::of(comparison);
        let [strips, more_strips] = strips::figures(comparison);
        Self {
            title: &comparison.title,
            scenario: &comparison.scenario,
            start: &comparison.start,
            end: &comparison.end,
            seed: comparison.seed.to_string(),
            replications: comparison.replications,
            futures: futures(comparison.replications),
            variants: if variants == 1 { "one variant".to_owned() } else { format!("{variants} variants") },
            entrants: entrants(comparison),
            interrupted: comparison.stop == crate::study::comparison::Stop::Interrupted,
            stop: stop(comparison).unwrap_or_else(|| format!("Stopped as asked, after {}.", futures(comparison.replications))),
            confidence: format!("{:.0}", comparison.confidence * 100.0),
            cards: cards(comparison),
            verdicts,
            more_verdicts,
            price_note: price.as_ref().map_or("", Price::note),
            price: price.map(|price| price_table(&price)),
            strips,
            more_strips,
            star: recovery::star(&events),
            events: events.iter().map(event_table).collect(),
            event_note: recovery::NOTE,
            methods: methods(comparison),
        }
    }
}

/// Names, and in a line what they are, where the name does not say it.
fn entrants(comparison: &Comparison) -> Vec<(&str, Option<&str>)> {
    let mut all: Vec<(&str, Option<&str>)> =
        comparison.entrants.iter().map(|(name, title)| (name.as_str(), (name != title).then_some(title.as_str()))).collect();
    if let Some((_, what)) = all.first_mut() {
        what.get_or_insert("the scenario as it is written");
    }
    all
}

/// A metric over the whole run, of a variant.
fn total<'c>(comparison: &'c Comparison, metric: &str, variant: &str) -> Option<&'c Difference> {
    let is_it = |row: &&Difference| row.metric == metric && row.scope == "all" && row.period == "total" && row.variant == variant;
    comparison.rows.iter().find(is_it)
}

/// What to read first: of each variant the metrics that are drawn first. Many variants would be a wall of them.
fn cards(comparison: &Comparison) -> Vec<Card<'_>> {
    if comparison.entrants.len() > MANY_VARIANTS + 1 {
        return Vec::new();
    }
    let drawn = strip::drawn(comparison);
    let card = |name: &'_ String| {
        let figures = drawn.iter().filter_map(|(metric, _)| {
            let row = total(comparison, metric, name)?;
            let shown = if row.verdict == Verdict::Same { Shown::plain("0") } else { difference(row) };
            Some((shown, format!("{}: {}", label(metric), row.verdict.words())))
        });
        figures.collect::<Vec<_>>()
    };
    let variants = comparison.entrants.iter().skip(1);
    variants.map(|(name, _)| Card { title: name, figures: card(name) }).filter(|card| !card.figures.is_empty()).collect()
}

/// A metric in words that need no unit behind them: figures on the page have theirs.
fn label(metric: &str) -> String {
    without_unit(words(metric))
}

fn without_unit(words: &str) -> String {
    words.strip_suffix(" %").unwrap_or(words).to_owned()
}

/// A figure of an entrant.
fn figure(style: Style, value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "–".to_owned() };
    typeset(&style.show(value)) + if style == Style::Percent { "\u{a0}%" } else { "" }
}

/// A paired difference with its interval.
fn difference(row: &Difference) -> Shown {
    let Some(value) = row.difference.filter(|value| value.is_finite()) else { return Shown::plain("–") };
    // Differences of shares are often small: three digits of percentage points.
    let (style, factor, unit) = match style(&row.metric) {
        Style::Percent => (Style::Amount, 100.0, "\u{a0}pp"),
        other => (other, 1.0, ""),
    };
    let (mean, interval) = signed(style, value * factor, row.low.zip(row.high).map(|(low, high)| (low * factor, high * factor)));
    let mean = typeset(&mean) + unit;
    Shown { mean, interval: interval.map(|interval| typeset(&interval)), note: None }
}

/// A number for the eye: a minus that is as wide as a plus, words for two dots, and powers of ten only where zeros would be many.
fn typeset(number: &str) -> String {
    number.split("..").map(typeset_one).collect::<Vec<_>>().join(" to ")
}

fn typeset_one(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
    let (plus, rest) = rest.strip_prefix('+').map_or(("", rest), |rest| ("+", rest));
    let split = rest.split_once("e-").and_then(|(digits, exponent)| Some((digits, exponent.parse::<usize>().ok()?)));
    let text = match split {
        Some((digits, exponent @ 1..=4)) => format!("0.{}{}", "0".repeat(exponent - 1), digits.replace('.', "")),
        Some((digits, exponent)) => {
            let raised = |digit: char| digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
            format!("{digits}·10⁻{}", exponent.to_string().chars().filter_map(raised).collect::<String>())
        }
        None => rest.replace(' ', "\u{a0}"),
    };
    format!("{sign}{plus}{text}")
}

fn price_table(price: &Price) -> Table {
    let mut head = vec!["Variant", "USD a year", "Unused USD a year", "HHI"];
    head.extend(if price.with_losses {
        ["Worst N-1 loss", "USD per H100e-hour saved"]
    } else {
        ["Useful H100e-hours a year", "USD per hour gained"]
    });
    let row = |(name, cells): &(&str, [(String, Option<String>); 5])| {
        let shown = cells.iter().enumerate().map(|(place, (told, below))| match (place, told.as_str()) {
            (_, "-") => Shown::plain("–"),
            // Words with the name of a vendor in them are left alone.
            (3, _) if price.with_losses => Shown { mean: told.clone(), interval: below.clone(), note: None },
            _ => Shown { mean: typeset(told), interval: below.as_deref().map(typeset), note: None },
        });
        ((*name).to_owned(), shown.collect())
    };
    let caption = "Against the baseline. In small print: the interval of the mean.".to_owned();
    Table { caption, head, rows: price.lines.iter().map(row).collect() }
}

fn event_table(event: &recovery::Event) -> Table {
    let head = vec!["", "GPU-hours lost", "Peak of backlog, GPUs", "Days to drain", "SLO met during, %", "SLO met after, %"];
    let rows = event.lines.iter().map(|(who, cells)| {
        let shown = |cell: &String| Shown::plain(if cell == "-" { "–".to_owned() } else { typeset(cell) });
        ((*who).to_owned(), cells.iter().map(shown).collect())
    });
    Table { caption: event.name.to_owned(), head, rows: rows.collect() }
}

/// How every line of the verdict came about.
fn methods(comparison: &Comparison) -> Table {
    let lines = crate::report::comparison::headlines(comparison);
    let two = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| typeset(&format!("{value:.2}")));
    let row = |label: &str, row: &Difference| {
        let times = row.variance_reduction.map_or_else(|| "–".to_owned(), |times| typeset(&Style::Amount.show(times)));
        let cells = [row.n.to_string(), row.method.clone(), two(row.correlation), times].map(Shown::plain);
        (format!("{}, {}", without_unit(label), row.variant), cells.to_vec())
    };
    let rows = lines.iter().flat_map(|(label, rows)| rows.iter().map(move |one| row(label, one)));
    let caption =
        "n: futures in which both have the figure. Correlation: of the pairs. Pairing is worth: how many times as many futures a \
        comparison of futures that are not the same would need."
            .to_owned();
    Table { caption, head: vec!["Metric, variant", "n", "Method", "Correlation", "Pairing is worth"], rows: rows.collect() }
}

/// A difference and its interval on one line, for charts.
fn on_one_line(row: &Difference) -> String {
    if row.verdict == Verdict::Same { "the same in all".to_owned() } else { with_interval(&difference(row)) }
}

#[cfg(test)]
mod tests {
    use super::typeset;

    #[test]
    fn numbers_are_set_for_the_eye() {
        assert_eq!(typeset("-6.7e-2..+3.4e-4"), "−0.067 to +0.00034");
        assert_eq!(typeset("-1.2e-12"), "−1.2·10⁻¹²");
        assert_eq!(typeset("3.98 d"), "3.98\u{a0}d");
    }
}
