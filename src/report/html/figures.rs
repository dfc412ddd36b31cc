//! What the page asks of a summary: rows found fast, months and years, figures as text with their intervals.

use super::typeset::{grouped, typeset};
use crate::metrics::catalog::{self, Metric};
use crate::report::document::{Cell, Figure};
use crate::report::number::Style;
use crate::report::row_index::RowIndex;
use crate::report::sections::estimate;
use crate::study::{Row, Summary};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many vendors get a colour of their own; the others share one.
const COLOURS: usize = 7;

/// A summary and ways into it.
pub(super) struct Figures<'a> {
    /// What it is all read from.
    pub(super) summary: &'a Summary,
    /// The months of the calendar, in order.
    pub(super) months: Vec<&'a str>,
    rows: RowIndex<'a>,
    /// By vendor, in the order of the summary: which colour.
    rank: Vec<usize>,
}

/// A figure as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Shown {
    /// The mean, or a dash.
    pub(super) mean: String,
    /// The interval, where there is one that is wider than nothing.
    pub(super) interval: Option<String>,
    /// Why an interval is missing, or that it comes from fewer replications than the others.
    pub(super) note: Option<String>,
}

impl Shown {
    /// Text that is not an estimate.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { mean: text.into(), ..Self::default() }
    }

    /// A cell of a table.
    pub(super) fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Text(text) => match text.split_once('\n') {
                Some((text, below)) => Self { interval: Some(below.to_owned()), ..Self::plain(text) },
                None => Self::plain(text),
            },
            Cell::Range(text) => Self::plain(typeset(text)),
            Cell::Missing => Self::plain("–"),
            Cell::Figure(figure) if figure.is_signed => Self::difference(figure),
            Cell::Figure(figure) => Self::estimate(figure),
        }
    }

    fn estimate(figure: &Figure) -> Self {
        let (mut mean, interval) = figure.shown();
        let is_whole = figure.style == Style::Whole;
        if is_whole {
            mean = grouped(&mean);
        }
        if figure.style == Style::Percent {
            mean.push_str("\u{a0}%");
        }
        let range = |range: String| {
            let (low, high) = range.split_once("..").unwrap_or((&range, ""));
            if is_whole { format!("{} to {}", grouped(low), grouped(high)) } else { format!("{low} to {high}") }
        };
        let (n, of) = figure.n;
        let note = match figure.interval {
            Some((low, high)) if figure.is_range && low < high => Some("median and range of futures".to_owned()),
            None => Some(format!("no interval (n = {n})")),
            Some(_) if n > 0 && n < of => Some(format!("n = {n}")),
            Some(_) => None,
        };
        Self { mean, interval: interval.map(range), note }
    }

    fn difference(figure: &Figure) -> Self {
        // Differences of shares are often small: three digits of percentage points.
        let (style, factor, unit) = match figure.style {
            Style::Percent => (Style::Amount, 100.0, "\u{a0}pp"),
            style => (style, 1.0, ""),
        };
        let interval = figure.interval.map(|(low, high)| (low * factor, high * factor));
        let (mean, interval) = style.difference(figure.value * factor, interval);
        Self { mean: typeset(&mean) + unit, interval: interval.as_deref().map(typeset), note: None }
    }
}

/// An interval of a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    /// Which month.
    pub(super) month: usize,
    /// Lower end.
    pub(super) low: f64,
    /// Upper end.
    pub(super) high: f64,
}

impl<'a> Figures<'a> {
    /// Reads a summary once.
    pub(super) fn of(summary: &'a Summary) -> Self {
        let rows = RowIndex::of(summary.rows.iter());
        let mut months: Vec<&str> = summary.planned.iter().map(|plan| plan.month.as_str()).collect();
        months.dedup();
        let mut figures = Self { summary, months, rows, rank: Vec::new() };
        figures.rank = figures.ranks();
        figures
    }

    /// Which colour each vendor gets: in the order of delivered GPU-hours.
    fn ranks(&self) -> Vec<usize> {
        let size = |key: &str| self.mean(&catalog::INSTALLED_GPU_HOURS, "vendor", key, "total").unwrap_or(0.0);
        let sizes: Vec<f64> = self.summary.vendors.iter().map(|(key, _)| size(key)).collect();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
        let mut rank = vec![0; order.len()];
        for (place, &vendor) in order.iter().enumerate() {
            rank[vendor] = place;
        }
        rank
    }

    /// A figure.
    pub(super) fn row(&self, metric: &Metric, scope: &str, name: &str, period: &str) -> Option<&'a Row> {
        self.rows.get(metric, scope, name, period)
    }

    /// A figure's mean, where there is a finite one.
    pub(super) fn mean(&self, metric: &Metric, scope: &str, name: &str, period: &str) -> Option<f64> {
        mean(self.row(metric, scope, name, period)?)
    }

    /// A figure as text.
    pub(super) fn shown(&self, row: Option<&Row>, style: Style) -> Shown {
        self.scaled(row, style, 1.0)
    }

    /// A figure over a constant, as text.
    pub(super) fn scaled(&self, row: Option<&Row>, style: Style, divisor: f64) -> Shown {
        let cell = estimate(self.summary, row, style);
        Shown::of(&match cell {
            // Adding zero takes the sign from a negative zero, the sum of nothing.
            Cell::Figure(figure) => Cell::Figure(Figure {
                value: figure.value / divisor + 0.0,
                interval: figure.interval.map(|(low, high)| (low / divisor + 0.0, high / divisor + 0.0)),
                ..figure
            }),
            other => other,
        })
    }

    /// The colour class of a vendor.
    pub(super) fn colour(&self, vendor: usize) -> String {
        match self.rank.get(vendor) {
            Some(&rank) if rank < COLOURS => format!("v{rank}"),
            _ => "vo".to_owned(),
        }
    }

    /// Vendors' monthly means by colour: class, name, value of each month. The largest vendor first.
    pub(super) fn by_vendor(&self, metric: &Metric) -> Vec<(String, String, Vec<f64>)> {
        let vendors = &self.summary.vendors;
        let layers = vendors.len().min(COLOURS + 1);
        let mut found = vec![(String::new(), String::new(), vec![0.0; self.months.len()]); layers];
        for (vendor, (_, name)) in vendors.iter().enumerate() {
            if let Some(layer) = found.get_mut(self.rank[vendor].min(COLOURS)) {
                let shared = vendors.len() > COLOURS + 1 && self.rank[vendor] >= COLOURS;
                layer.0 = self.colour(vendor);
                layer.1 = if shared { format!("{} others", vendors.len() - COLOURS) } else { name.clone() };
            }
        }
        for (vendor, (key, _)) in vendors.iter().enumerate() {
            let layer = &mut found[self.rank[vendor].min(COLOURS)].2;
            for (sum, month) in layer.iter_mut().zip(&self.months) {
                *sum += self.mean(metric, "vendor", key, month).unwrap_or(0.0);
            }
        }
        found.retain(|(_, _, values)| values.iter().any(|value| *value > 0.0));
        found
    }

    /// GPUs planned at each month's end.
    pub(super) fn planned(&self) -> Vec<f64> {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for plan in &self.summary.planned {
            *sums.entry(&plan.month).or_default() += plan.gpus as f64;
        }
        self.months.iter().map(|month| sums.get(month).copied().unwrap_or(0.0)).collect()
    }

    /// Planned GPU-hours within the measured span, of a year or (with an empty prefix) of all.
    pub(super) fn planned_hours(&self, year: &str) -> f64 {
        let rows = self.summary.planned.iter().filter(|plan| plan.month.starts_with(year));
        rows.map(|plan| plan.gpu_hours).sum()
    }

    /// The years, in order.
    pub(super) fn years(&self) -> Vec<&'a str> {
        let mut years: Vec<&str> = self.months.iter().filter_map(|month| month.get(..4)).collect();
        years.dedup();
        years
    }

    /// Intervals of the total by month, or the range of the futures where none holds.
    pub(super) fn bands(&self, metric: &Metric) -> Vec<Band> {
        let of_month = |(month, label): (usize, &&str)| {
            let (low, high) = interval(self.row(metric, "all", "all", label)?)?;
            Some(Band { month, low, high })
        };
        self.months.iter().enumerate().filter_map(of_month).collect()
    }

    /// What a band on this page is.
    pub(super) fn band_words(&self) -> String {
        let (percent, n) = (self.summary.confidence * 100.0, self.summary.finished);
        if n < 2 {
            "no interval: not estimable at n = 1".to_owned()
        } else {
            format!(
                "{percent:.0}\u{a0}% interval of the mean over {n} replications (their range, where no interval of the mean holds)"
            )
        }
    }
}

/// A row's mean, where it is a number. What people are shown is [`Row::shown`].
pub(super) fn mean(row: &Row) -> Option<f64> {
    row.mean.filter(|mean| mean.is_finite())
}

/// A row's interval, where both ends are numbers.
pub(super) fn interval(row: &Row) -> Option<(f64, f64)> {
    row.low.zip(row.high).filter(|(low, high)| low.is_finite() && high.is_finite())
}
