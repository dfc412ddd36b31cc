//! What the page asks of a summary: rows found fast, months and years, figures as text with their intervals.

use crate::report::number::Style;
use crate::study::{Row, Summary};
use jiff::civil::Date;
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
    rows: BTreeMap<[&'a str; 4], &'a Row>,
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
    /// Why there is no interval, or that it comes from fewer replications than the others.
    pub(super) note: Option<String>,
}

impl Shown {
    /// Text that is not an estimate.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { mean: text.into(), ..Self::default() }
    }
}

/// An interval of a span of months.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    /// The first month.
    pub(super) from: usize,
    /// The month after the last.
    pub(super) to: usize,
    /// Lower end.
    pub(super) low: f64,
    /// Upper end.
    pub(super) high: f64,
}

/// Intervals over time, by month or by year.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bands {
    /// Whether they belong to single months.
    pub(super) monthly: bool,
    /// In order.
    pub(super) bands: Vec<Band>,
}

impl<'a> Figures<'a> {
    /// Reads a summary once.
    pub(super) fn of(summary: &'a Summary) -> Self {
        let mut rows = BTreeMap::new();
        for row in &summary.rows {
            rows.entry([row.metric.as_str(), &row.scope, &row.name, &row.period]).or_insert(row);
        }
        let mut months: Vec<&str> = summary.planned.iter().map(|plan| plan.month.as_str()).collect();
        months.dedup();
        let mut figures = Self { summary, months, rows, rank: Vec::new() };
        figures.rank = figures.ranks();
        figures
    }

    /// Which colour each vendor gets: in the order of delivered GPU-hours.
    fn ranks(&self) -> Vec<usize> {
        let size = |key: &str| self.mean("installed_gpu_hours", "vendor", key, "total").unwrap_or(0.0);
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
    pub(super) fn row(&self, metric: &str, scope: &str, name: &str, period: &str) -> Option<&'a Row> {
        self.rows.get(&[metric, scope, name, period]).copied()
    }

    /// A figure's mean, where there is a finite one.
    pub(super) fn mean(&self, metric: &str, scope: &str, name: &str, period: &str) -> Option<f64> {
        mean(self.row(metric, scope, name, period)?)
    }

    /// A figure as text.
    pub(super) fn shown(&self, row: Option<&Row>, style: Style) -> Shown {
        self.scaled(row, style, 1.0)
    }

    /// A figure over a constant, as text.
    pub(super) fn scaled(&self, row: Option<&Row>, style: Style, divisor: f64) -> Shown {
        let Some((row, middle)) = row.and_then(|row| Some((row, mean(row)?))) else { return Shown::plain("–") };
        // Adding zero takes the sign from a negative zero, the sum of nothing.
        let ends = interval(row).map(|(low, high)| (low / divisor + 0.0, high / divisor + 0.0));
        let (mut text, range) = style.with_interval(middle / divisor + 0.0, ends);
        let mut range = range.filter(|_| ends.is_some_and(|(low, high)| low < high));
        if style == Style::Percent {
            text.push_str("\u{a0}%");
        }
        if style == Style::Whole {
            text = grouped(&text);
            range = range.map(|range| range.split("..").map(grouped).collect::<Vec<_>>().join(".."));
        }
        let note = match ends {
            None => Some(format!("no interval (n = {})", row.n)),
            Some(_) if row.n > 0 && row.n < self.summary.finished as usize => Some(format!("n = {}", row.n)),
            Some(_) => None,
        };
        Shown { mean: text, interval: range.map(|range| range.replace("..", " to ")), note }
    }

    /// The colour class of a vendor.
    pub(super) fn colour(&self, vendor: usize) -> String {
        match self.rank.get(vendor) {
            Some(&rank) if rank < COLOURS => format!("v{rank}"),
            _ => "vo".to_owned(),
        }
    }

    /// The sums of clusters' monthly means by colour: class, name, value of each month. The largest vendor first.
    pub(super) fn by_vendor(&self, metric: &str) -> Vec<(String, String, Vec<f64>)> {
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
        for (cluster, vendor) in self.clusters() {
            let Some(place) = vendors.iter().position(|(key, _)| key == vendor) else { continue };
            let layer = &mut found[self.rank[place].min(COLOURS)].2;
            for (sum, month) in layer.iter_mut().zip(&self.months) {
                *sum += self.mean(metric, "cluster", cluster, month).unwrap_or(0.0);
            }
        }
        found.retain(|(_, _, values)| values.iter().any(|value| *value > 0.0));
        found
    }

    /// Clusters and their vendors' keys, in order of name.
    fn clusters(&self) -> BTreeMap<&'a str, &'a str> {
        self.summary.planned.iter().map(|plan| (plan.cluster.as_str(), plan.vendor.as_str())).collect()
    }

    /// The sum of a monthly figure over clusters, by month.
    pub(super) fn monthly(&self, metric: &str) -> Vec<f64> {
        let mut sums = vec![0.0; self.months.len()];
        for (cluster, _) in self.clusters() {
            for (sum, month) in sums.iter_mut().zip(&self.months) {
                *sum += self.mean(metric, "cluster", cluster, month).unwrap_or(0.0);
            }
        }
        sums
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

    /// Intervals of the total by month where the summary has them, or else by year. `divisor` is what a year's figure is divided by to be
    /// in the unit of a month's; nothing leaves the year out.
    pub(super) fn bands(&self, by_month: &str, by_year: &str, divisor: impl Fn(&str) -> Option<f64>) -> Bands {
        let of_month = |(at, month): (usize, &&str)| {
            let (low, high) = interval(self.row(by_month, "all", "all", month)?)?;
            Some(Band { from: at, to: at + 1, low, high })
        };
        let bands: Vec<Band> = self.months.iter().enumerate().filter_map(of_month).collect();
        if !bands.is_empty() {
            return Bands { monthly: true, bands };
        }
        let of_year = |year: &str| {
            let (low, high) = interval(self.row(by_year, "all", "all", year)?)?;
            let divisor = divisor(year).filter(|divisor| *divisor > 0.0)?;
            let from = self.months.iter().position(|month| month.starts_with(year))?;
            let to = self.months.iter().rposition(|month| month.starts_with(year))? + 1;
            Some(Band { from, to, low: low / divisor, high: high / divisor })
        };
        Bands { monthly: false, bands: self.years().into_iter().filter_map(of_year).collect() }
    }

    /// Hours of a year that are in the measured span.
    pub(super) fn measured_hours(&self, year: &str) -> Option<f64> {
        let start: Date = self.summary.start.parse().ok()?;
        let end: Date = self.summary.end.parse().ok()?;
        let year: i16 = year.parse().ok()?;
        let day = |date: Date| Some(f64::from(start.until(date).ok()?.get_days()));
        let first = day(Date::new(year, 1, 1).ok()?)?.max(self.summary.warm_up_days);
        let last = day(Date::new(year, 12, 31).ok()?)?.min(day(end)?) + 1.0;
        Some((last - first) * 24.0)
    }

    /// What a band on this page is.
    pub(super) fn band_words(&self) -> String {
        let (percent, n) = (self.summary.confidence * 100.0, self.summary.finished);
        if n < 2 {
            "no interval: not estimable at n = 1".to_owned()
        } else {
            format!("{percent:.0}\u{a0}% interval of the mean over {n} replications")
        }
    }
}

/// A row's mean, where it is a number.
pub(super) fn mean(row: &Row) -> Option<f64> {
    row.mean.filter(|mean| mean.is_finite())
}

/// A row's interval, where both ends are numbers.
pub(super) fn interval(row: &Row) -> Option<(f64, f64)> {
    row.low.zip(row.high).filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// A whole number with a comma between thousands.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.is_ascii() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
