//! The page of a comparison: what is better and how surely, what redundancy costs, how the futures lie, how long events last.

mod strips;
mod verdicts;

use super::cards::Card;
use super::dots::with_interval;
use super::figures::Shown;
use super::sections::Figure;
use super::tables::{Listing, Table};
use super::template;
use super::typeset::typeset;
use crate::report::comparison::{MANY_VARIANTS, futures, in_context, price, recovery, stop, strip, verdict_note};
use crate::report::document::{self, Cell, Column};
use crate::report::metric::{label_of, style_of};
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
    verdict_note: String,
    price: Option<Listing>,
    strips: Vec<(String, Figure)>,
    more_strips: Vec<(String, Figure)>,
    events: Option<Listing>,
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
            verdict_note: std::iter::once(verdict_note(comparison)).chain(in_context(comparison)).collect::<Vec<_>>().join(" "),
            price: price(comparison),
            strips,
            more_strips,
            events: events(comparison),
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
    without_unit(label_of(metric))
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
    Shown::of(&Cell::difference(style_of(&row.metric), row.difference, row.low.zip(row.high)))
}

fn price(comparison: &Comparison) -> Option<Listing> {
    let (table, note) = price::table(comparison)?;
    let table = Table::of("price".to_owned(), table, "the interval of the mean");
    Some(Listing { title: price::TITLE, tables: vec![table], notes: vec![note.to_owned()] })
}

fn events(comparison: &Comparison) -> Option<Listing> {
    let (table, notes) = recovery::table(comparison)?;
    Some(Listing { title: recovery::TITLE, tables: vec![Table::of("events".to_owned(), table, "")], notes })
}

/// How every line of the verdict came about.
fn methods(comparison: &Comparison) -> Table {
    let lines = crate::report::comparison::headlines(comparison);
    let heads = ["n", "method", "correlation", "pairing is worth"].map(|head| Column::figures(head, ""));
    let title = "n: futures in which both have the figure. Correlation: of the pairs. Pairing is worth: how many times as many futures a \
        comparison of futures that are not the same would need";
    let mut table = document::Table::new(title, std::iter::once(Column::text("metric, variant")).chain(heads).collect());
    let two = |value: Option<f64>| value.map_or(Cell::Missing, |value| Cell::Range(format!("{value:.2}")));
    for (label, rows) in lines {
        for row in rows {
            let name = format!("{}, {}", without_unit(&label), row.variant);
            let times = Cell::maybe(Style::Amount, row.variance_reduction);
            table.row([Cell::from(name), Cell::from(row.n.to_string()), Cell::from(&row.method), two(row.correlation), times]);
        }
    }
    Table::of("methods".to_owned(), table, "")
}

/// A difference and its interval on one line, for charts.
fn on_one_line(row: &Difference) -> String {
    if row.verdict == Verdict::Same { "the same in all".to_owned() } else { with_interval(&difference(row)) }
}
