//! The charts of the page and their captions.

use super::dots::{Axis, Bar, Dots, Group, Point, bars};
use super::draw::{Chart, Size};
use super::figures::{Band, Figures, Shown, interval, mean};
use super::tables::capital;
use super::time::{Share, Shares, Stack};
use crate::metrics::catalog::{self, Metric, Range};
use crate::report::number::Style;
use crate::report::sections::{HIGH_HHI, base_name, bounds, share_metric, unknown_vendors};
use crate::study::{Base, Row};
use serde::Serialize;

/// A chart in the sizes it is drawn in, and what to know about it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) charts: Vec<Chart>,
    pub(super) caption: String,
}

/// The shares of vendors by one base.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Panel {
    title: String,
    hhi: Shown,
    verdict: &'static str,
    figure: Figure,
}

/// (1) GPUs by vendor over time.
pub(super) fn capacity(figures: &Figures) -> Option<Figure> {
    let layers = figures.by_vendor(&catalog::INSTALLED_GPUS);
    let planned = figures.planned();
    if planned.is_empty() {
        return None;
    }
    let bands = figures.bands(&catalog::INSTALLED_GPUS);
    let at_end: f64 = layers.iter().filter_map(|layer| layer.2.last()).sum();
    let [plan, come] = [planned.last().copied().unwrap_or(0.0), at_end].map(|gpus| Style::Amount.show(gpus));
    let description =
        format!("At the end {plan} GPUs are planned and {come} are delivered on average, from {} vendors.", layers.len());
    let stack = Stack {
        id: "capacity",
        title: "Delivered GPUs by vendor and month, with the plan",
        description: &description,
        unit: "GPUs at the month's end",
        months: &figures.months,
        layers: &layers,
        line: Some(("planned total", planned)),
        bands: &bands,
    };
    let caption = format!(
        "{description} Each layer is a vendor's mean; the stepped line is what the contracts and announcements promise.{}",
        band_note(figures, &bands, "the delivered total")
    );
    Some(Figure { charts: Size::TWO.map(|size| stack.draw(size)).to_vec(), caption })
}

/// (2) How much of it is allocated and useful.
pub(super) fn shares(figures: &Figures) -> Option<Figure> {
    let line = |name, metric: &Metric| {
        let values: Vec<_> = figures.months.iter().map(|month| figures.mean(metric, "all", "all", month)).collect();
        Share { name, values, bands: figures.bands(metric) }
    };
    let lines = vec![line("allocated", &catalog::ALLOCATION_SHARE), line("useful", &catalog::GOODPUT_SHARE)];
    if lines.iter().all(|line| line.values.iter().all(Option::is_none)) {
        return None;
    }
    let [allocated, useful] = [&catalog::ALLOCATION_SHARE, &catalog::GOODPUT_SHARE]
        .map(|metric| figures.shown(figures.row(metric, "all", "all", "total"), Style::Percent).mean);
    let description = format!("Over the whole run {allocated} of the active GPU-hours are allocated and {useful} are useful.");
    let note = band_note(figures, &lines[0].bands, "the month's share");
    let chart = Shares {
        id: "shares",
        title: "Allocated and useful share of active GPU-hours by month",
        description: &description,
        unit: "share of active GPU-hours [%]",
        months: &figures.months,
        lines,
    };
    let caption = format!(
        "{description} Allocated: leased to a running job or an inference replica. Useful: less work lost to failures, restarts, checkpoints \
         and tokens served too late. Active: delivered less repair.{note}"
    );
    Some(Figure { charts: Size::TWO.map(|size| chart.draw(size)).to_vec(), caption })
}

/// (3) Waits of jobs.
pub(super) fn waits(figures: &Figures) -> Option<Figure> {
    let point = |name: &str, (metric, label): (&Metric, &str)| {
        point(figures, figures.row(metric, "workload", name, "total")?, label, Style::Time)
    };
    let quantiles = [(&catalog::WAIT_S_P50, "p50"), (&catalog::WAIT_S_P90, "p90"), (&catalog::WAIT_S_P99, "p99")];
    let group = |name: &str| Group {
        name: name.to_owned(),
        points: quantiles.into_iter().filter_map(|which| point(name, which)).collect(),
    };
    let groups: Vec<Group> =
        figures.summary.names("workload").into_iter().map(group).filter(|group| !group.points.is_empty()).collect();
    let most = ends(&groups).map(|(_, high)| high).max_by(f64::total_cmp)?;
    let longest = groups.iter().filter_map(|group| Some((&group.name, group.points.last()?)));
    let worst = longest.max_by(|a, b| a.1.at.total_cmp(&b.1.at));
    let description = worst.map_or(String::new(), |(name, point)| {
        format!("The longest waits are those of {name}: one job in a hundred waits {} or more.", point.shown.mean)
    });
    let chart = Dots {
        id: "waits",
        title: "Waits by workload: p50, p90 and p99",
        description: &description,
        unit: "time in the queue; equal distances are equal factors",
        axis: Axis::waits(most),
        reference: None,
        groups,
    };
    let caption = format!(
        "{description} p50, p90, p99: half, 90 % and 99 % of the jobs wait at most this long. Dot: mean over replications; line: {}.",
        figures.band_words()
    );
    Some(Figure { charts: Size::TWO.map(|size| chart.draw(size)).to_vec(), caption })
}

/// (4) How often services keep their promise.
pub(super) fn services(figures: &Figures) -> Option<Figure> {
    let metric = &catalog::WITHIN_OBJECTIVE_SHARE;
    let group = |name: &str| {
        let of_year = |year: &&str| point(figures, figures.row(metric, "service", name, year)?, year, Style::Percent);
        let all = figures.row(metric, "service", name, "total").and_then(|row| point(figures, row, "all", Style::Percent));
        let years = figures.years();
        Group { name: name.to_owned(), points: years.iter().filter_map(of_year).chain(all.filter(|_| years.len() > 1)).collect() }
    };
    let groups: Vec<Group> =
        figures.summary.names("service").into_iter().map(group).filter(|group| !group.points.is_empty()).collect();
    let least = ends(&groups).map(|(low, _)| low).min_by(f64::total_cmp)?;
    let worst = groups.iter().flat_map(|group| group.points.iter().map(move |point| (&group.name, point)));
    let worst = worst.min_by(|a, b| a.1.at.total_cmp(&b.1.at));
    let description = worst.map_or(String::new(), |(name, point)| {
        if point.shown.mean == Style::Percent.show(1.0) + "\u{a0}%" {
            return "All figures are 100.0\u{a0}%, to the digit shown.".to_owned();
        }
        let when = if point.label == "all" { "over the whole run" } else { &point.label };
        format!("The lowest figure is that of {name}, {when}: {}.", point.shown.mean)
    });
    let chart = Dots {
        id: "services",
        title: "Share of tokens within the service objective, by service and year",
        description: &description,
        unit: "tokens within the objective [%]",
        axis: Axis::shares(least),
        reference: None,
        groups,
    };
    let from = if least >= 0.9 { " The axis does not begin at zero." } else { "" };
    let caption = format!(
        "{description} Shown is the share of demanded tokens (pieces of text that a model writes) that came within the service level objective \
         (SLO), the promised speed. Dot: mean over replications; line: {}.{from}",
        figures.band_words()
    );
    Some(Figure { charts: Size::TWO.map(|size| chart.draw(size)).to_vec(), caption })
}

/// (5) Cost by vendor over time.
pub(super) fn money(figures: &Figures) -> Option<Figure> {
    let mut layers = figures.by_vendor(&catalog::COST_USD);
    if layers.is_empty() {
        return None;
    }
    let bands = figures.bands(&catalog::COST_USD);
    let billed = figures.shown(figures.row(&catalog::COST_USD, "all", "all", "total"), Style::Amount);
    let description = format!("In all {} USD are billed.", billed.mean);
    // Settlements belong to vendors and to no cluster: what vendors have beyond their clusters.
    let of_clusters: f64 = {
        let months = figures
            .summary
            .rows
            .iter()
            .filter(|row| row.scope == "cluster" && row.metric == catalog::COST_USD.name && row.is_monthly());
        months.filter_map(mean).sum()
    };
    let settled = layers.iter().flat_map(|layer| &layer.2).sum::<f64>() - of_clusters;
    let is_there = |metric: &Metric| figures.row(metric, "all", "all", "total").is_some();
    let mut note = if is_there(&catalog::COST_PREPAYMENT_USD) || is_there(&catalog::COST_TERMINATION_FEE_USD) {
        format!(
            " {} USD of it are minimums, prepayments less credits, and fees, which belong to no cluster.",
            Style::Amount.show(settled)
        )
    } else if settled > of_clusters * 0.001 {
        format!(" {} USD of it are minimums, settled in the month in which a contract's year ends.", Style::Amount.show(settled))
    } else {
        String::new()
    };
    // An area below nothing would lie over the axis.
    if layers.iter().flat_map(|layer| &layer.2).any(|value| *value < 0.0) {
        layers.iter_mut().flat_map(|layer| &mut layer.2).for_each(|value| *value = value.max(0.0));
        note.push_str(" A month in which a vendor credits more than it bills is drawn as nothing.");
    }
    let stack = Stack {
        id: "money",
        title: "Cost by vendor and month",
        description: &description,
        unit: "USD per month",
        months: &figures.months,
        layers: &layers,
        line: None,
        bands: &bands,
    };
    let boxes = band_note(figures, &bands, "the total");
    let caption = format!("{description} Each layer is a vendor's bill for the month.{note}{boxes}");
    Some(Figure { charts: Size::TWO.map(|size| stack.draw(size)).to_vec(), caption })
}

/// (6) Shares of vendors, a panel a base.
pub(super) fn panels(figures: &Figures) -> Vec<Panel> {
    let panel = |base: Base| {
        let shares = vendor_shares(figures, base)?;
        let title = capital(base_name(base));
        let hhi = figures.row(&catalog::HHI, "base", base.word(), "total")?;
        let largest = shares.iter().filter_map(|bar| Some((bar.share?, bar))).max_by(|a, b| a.0.total_cmp(&b.0));
        let description =
            largest.map_or(String::new(), |(_, bar)| format!("The largest share is that of {}: {}.", bar.name, bar.shown.mean));
        let missing: Vec<&str> = shares.iter().filter(|bar| bar.share.is_none()).map(|bar| bar.name.as_str()).collect();
        let caption = if missing.is_empty() {
            description.clone()
        } else {
            format!("{description} Shares are of what is known: unknown for {}.{}", missing.join(", "), with_unknown(figures, base))
        };
        let chart = bars(&format!("base-{}", base.word()), &title, &caption, &shares);
        let verdict = match mean(hhi) {
            Some(_) if crosses(hhi) => "its interval lies on both sides of 1,800",
            Some(value) if value > HIGH_HHI => "above 1,800",
            Some(_) => "1,800 or less",
            None => "not defined",
        };
        Some(Panel { title, hhi: figures.shown(Some(hhi), Style::Whole), verdict, figure: Figure { charts: vec![chart], caption } })
    };
    Base::ALL.into_iter().filter_map(panel).collect()
}

/// Between what the concentration lies, whatever the unknown vendors hold.
fn with_unknown(figures: &Figures, base: Base) -> String {
    let between = |ends, style| bounds(figures.summary, base, ends, style);
    let hhi = between([&catalog::HHI_LOWER_BOUND, &catalog::HHI_UPPER_BOUND], Style::Whole);
    let largest = between([&catalog::CR1_LOWER_BOUND_SHARE, &catalog::CR1_UPPER_BOUND_SHARE], Style::Percent);
    hhi.zip(largest).map_or(String::new(), |([low, high], [least, most])| {
        format!(
            " Whatever they hold, the HHI lies between {low} and {high}, and the largest share between {least} and {most}\u{a0}%."
        )
    })
}

/// The share of each vendor by a base; none where the shares are not those of vendors.
fn vendor_shares(figures: &Figures, base: Base) -> Option<Vec<Bar>> {
    let (summary, metric) = (figures.summary, share_metric(base)?);
    let unknown = unknown_vendors(summary, base);
    let amounts = summary.vendors.iter().filter_map(|(key, _)| figures.mean(metric, "vendor", key, "total"));
    let whole = if metric.range == Range::Share { 1.0 } else { amounts.sum::<f64>() };
    let bar = |(vendor, (key, name)): (usize, &(String, String))| {
        let row = figures.row(metric, "vendor", key, "total");
        let is_unknown = unknown.contains(name);
        let share =
            row.and_then(mean).map(|amount| amount / whole).filter(|share| share.is_finite() && !(is_unknown && *share == 0.0));
        let interval = row.and_then(interval).map(|(low, high)| (low / whole, high / whole));
        Bar {
            name: name.clone(),
            colour: figures.colour(vendor),
            share,
            interval,
            shown: figures.scaled(row, Style::Percent, whole),
        }
    };
    Some(summary.vendors.iter().enumerate().map(bar).collect())
}

/// Concentration by every base, beside the line of the guidelines.
pub(super) fn concentration(figures: &Figures) -> Option<Figure> {
    let group = |base: Base| {
        let point = point(figures, figures.row(&catalog::HHI, "base", base.word(), "total")?, "", Style::Whole)?;
        Some(Group { name: base_name(base).to_owned(), points: vec![point] })
    };
    let groups: Vec<Group> = Base::ALL.into_iter().filter_map(group).collect();
    if groups.is_empty() {
        return None;
    }
    let high = groups.iter().flat_map(|group| &group.points).filter(|point| point.at > HIGH_HHI).count();
    let crossing = Base::ALL
        .into_iter()
        .filter_map(|base| figures.row(&catalog::HHI, "base", base.word(), "total"))
        .filter(|row| crosses(row))
        .count();
    let unsure = if crossing > 0 { format!(" Of {crossing} the interval lies on both sides of the line.") } else { String::new() };
    let description = format!("By {high} of {} measures the HHI is above 1,800.{unsure}", groups.len());
    let chart = Dots {
        id: "hhi",
        title: "Concentration by every measure, against the line at 1,800",
        description: &description,
        unit: "HHI (0 to 10,000)",
        axis: Axis::hhi(),
        reference: Some((HIGH_HHI, "1,800: of a market, highly concentrated")),
        groups,
    };
    let caption = format!(
        "{description} The line is that of merger guidelines, which are about markets: for one buyer's portfolio it is a yardstick and no \
         verdict. Dot: mean over replications; line: {}.",
        figures.band_words()
    );
    Some(Figure { charts: Size::TWO.map(|size| chart.draw(size)).to_vec(), caption })
}

/// Whether an HHI's interval lies on both sides of the line.
fn crosses(row: &Row) -> bool {
    interval(row).is_some_and(|(low, high)| low <= HIGH_HHI && HIGH_HHI < high)
}

/// An estimate as a point.
fn point(figures: &Figures, row: &Row, label: &str, style: Style) -> Option<Point> {
    let found = row.shown()?;
    Some(Point { label: label.to_owned(), at: found.value, interval: found.ends, shown: figures.shown(Some(row), style) })
}

/// The ends of all intervals.
fn ends(groups: &[Group]) -> impl Iterator<Item = (f64, f64)> {
    let points = groups.iter().flat_map(|group| &group.points);
    points.map(|point| point.interval.map_or((point.at, point.at), |(low, high)| (low.min(point.at), high.max(point.at))))
}

/// What the boxes in a chart are.
fn band_note(figures: &Figures, bands: &[Band], of: &str) -> String {
    let words = figures.band_words();
    if bands.is_empty() { format!(" Means only ({words}).") } else { format!(" Box: {words}, of {of}.") }
}
