//! Charts of single estimates: dots with their intervals on a common axis, and bars of shares.

use super::draw::{Chart, Size, cut};
use super::figures::Shown;
use crate::kernel::math::ln;

/// Estimates on one axis, in groups.
pub(super) struct Dots<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What is to be seen.
    pub(super) description: &'a str,
    /// What the axis measures, with its unit.
    pub(super) unit: &'a str,
    /// The axis.
    pub(super) axis: Axis,
    /// A value to compare with, and its name.
    pub(super) reference: Option<(f64, &'a str)>,
    /// The groups.
    pub(super) groups: Vec<Group>,
}

/// Estimates that belong together.
pub(super) struct Group {
    /// What they are of.
    pub(super) name: String,
    /// The estimates.
    pub(super) points: Vec<Point>,
}

/// An estimate.
pub(super) struct Point {
    /// Which of the group.
    pub(super) label: String,
    /// Where the dot is.
    pub(super) at: f64,
    /// The ends of the line.
    pub(super) interval: Option<(f64, f64)>,
    /// The same as text.
    pub(super) shown: Shown,
}

/// How values lie on an axis.
pub(super) struct Axis {
    /// Values that are marked, in order, and their names. The first and the last are the axis's ends.
    pub(super) ticks: Vec<(f64, &'static str)>,
    /// Whether equal distances are equal factors from the second tick on; the first is then zero.
    pub(super) is_log: bool,
}

/// Waits [s]: zero, then equal factors from a second on.
const WAITS: [(f64, &str); 8] = [
    (0.0, "0"),
    (1.0, "1 s"),
    (60.0, "1 min"),
    (3600.0, "1 h"),
    (86_400.0, "1 day"),
    (864_000.0, "10 d"),
    (8_640_000.0, "100 d"),
    (86_400_000.0, "1000 d"),
];

impl Axis {
    /// Waits up to `most` [s].
    pub(super) fn waits(most: f64) -> Self {
        let count = WAITS.iter().position(|(value, _)| *value >= most).map_or(WAITS.len(), |at| at + 1).max(4);
        Self { ticks: WAITS[..count].to_vec(), is_log: true }
    }

    /// Shares down to `least`: from 0, 90 or 99 % to 100 %.
    pub(super) fn shares(least: f64) -> Self {
        let ticks = match least {
            least if least >= 0.99 => vec![(0.99, "99 %"), (0.995, "99.5 %"), (1.0, "100 %")],
            least if least >= 0.9 => vec![(0.9, "90 %"), (0.95, "95 %"), (1.0, "100 %")],
            _ => vec![(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")],
        };
        Self { ticks, is_log: false }
    }

    /// Concentration, from none to a single vendor.
    pub(super) fn hhi() -> Self {
        let ticks = vec![(0.0, "0"), (2500.0, "2,500"), (5000.0, "5,000"), (7500.0, "7,500"), (10_000.0, "10,000")];
        Self { ticks, is_log: false }
    }

    /// Where a value is, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let first = self.ticks.first().map_or(0.0, |tick| tick.0);
        let last = self.ticks.last().map_or(1.0, |tick| tick.0);
        if !self.is_log {
            return ((value - first) / (last - first)).clamp(0.0, 1.0);
        }
        let zero = 0.07;
        if value < 1.0 { zero * value.max(0.0) } else { (zero + (1.0 - zero) * ln(value) / ln(last)).min(1.0) }
    }
}

/// Height of a row [px].
const ROW: f64 = 19.0;

/// Where the columns of a dot chart are.
struct Columns {
    left: f64,
    right: f64,
    /// Height that a group's name takes above its rows.
    head: f64,
}

impl Dots<'_> {
    /// Draws it.
    pub(super) fn draw(&self, size: Size) -> Chart {
        let single = self.groups.iter().all(|group| group.points.iter().all(|point| point.label.is_empty()));
        let left = size.pick(205.0, if single { 10.0 } else { 46.0 });
        let columns = Columns { left, right: size.width() - size.pick(185.0, 88.0), head: size.pick(0.0, ROW) };
        let group_height = |group: &Group| columns.head + ROW * group.points.len() as f64 + if single { 2.0 } else { 9.0 };
        let top = if self.reference.is_some() { 40.0 } else { 24.0 };
        let bottom = top + self.groups.iter().map(group_height).sum::<f64>();
        let mut chart = Chart::new(self.id, size, bottom + 24.0, self.title, self.description);
        self.axis(&mut chart, size, &columns, (top, bottom));
        let mut y = top;
        for group in &self.groups {
            self.group(&mut chart, size, &columns, group, y);
            y += group_height(group);
        }
        chart
    }

    fn x(&self, columns: &Columns, value: f64) -> f64 {
        columns.left + (columns.right - columns.left) * self.axis.place(value)
    }

    fn axis(&self, chart: &mut Chart, size: Size, columns: &Columns, (top, bottom): (f64, f64)) {
        chart.text("unit", (0.0, 12.0), self.unit);
        let mut free = f64::MIN;
        for (value, name) in &self.axis.ticks {
            let x = self.x(columns, *value);
            chart.line("grid", (x, top), (x, bottom));
            if x >= free {
                chart.text("tick mid", (x, bottom + 16.0), *name);
                free = x + name.len() as f64 * 6.5 + 5.0;
            }
        }
        if let Some((value, name)) = self.reference {
            let x = self.x(columns, value);
            chart.line("reference", (x, top - 8.0), (x, bottom));
            chart.text("label", (x - size.pick(4.0, 4.0), top - 12.0), name);
        }
    }

    fn group(&self, chart: &mut Chart, size: Size, columns: &Columns, group: &Group, top: f64) {
        let name_at = (0.0, top + if columns.head > 0.0 { 13.0 } else { ROW / 2.0 + 4.0 });
        chart.text("label strong", name_at, cut(&group.name, if columns.head > 0.0 { 44 } else { 25 }));
        for (index, point) in group.points.iter().enumerate() {
            let y = top + columns.head + ROW * (index as f64 + 0.5);
            if !point.label.is_empty() {
                chart.text("tick end", (columns.left - 10.0, y + 4.0), point.label.as_str());
            }
            if let Some((low, high)) = point.interval {
                chart.line("range", (self.x(columns, low), y), (self.x(columns, high), y));
            }
            chart.dot("dot", (self.x(columns, point.at), y));
            let text = if size == Size::Wide { with_interval(&point.shown) } else { point.shown.mean.clone() };
            chart.text("label", (columns.right + 12.0, y + 4.0), text);
        }
    }
}

/// A figure and its interval on one line.
pub(super) fn with_interval(shown: &Shown) -> String {
    match (&shown.interval, &shown.note) {
        (Some(interval), Some(note)) => format!("{} ({interval}; {note})", shown.mean),
        (Some(interval), None) => format!("{} ({interval})", shown.mean),
        (None, Some(_)) => format!("{} (no interval)", shown.mean),
        (None, None) => shown.mean.clone(),
    }
}

/// A vendor's share.
pub(super) struct Bar {
    /// The vendor.
    pub(super) name: String,
    /// Its colour class.
    pub(super) colour: String,
    /// Its share, from 0 to 1; none where it is not known.
    pub(super) share: Option<f64>,
    /// The ends of the interval.
    pub(super) interval: Option<(f64, f64)>,
    /// The same as text.
    pub(super) shown: Shown,
}

/// Draws shares as bars; the axis ends at the largest.
pub(super) fn bars(id: &str, title: &str, description: &str, bars: &[Bar]) -> Chart {
    let (left, right) = (108.0, 196.0);
    let height = ROW * bars.len() as f64 + 8.0;
    let mut chart = Chart::new(id, Size::Both, height, title, description);
    let end = |bar: &Bar| Some(bar.interval.map_or(bar.share?, |(_, high)| high));
    let most = bars.iter().filter_map(end).fold(0.01, f64::max);
    let x = |share: f64| left + (right - left) * (share / most).clamp(0.0, 1.0);
    for (index, bar) in bars.iter().enumerate() {
        let y = ROW * (index as f64 + 0.5) + 4.0;
        chart.text("label end", (left - 8.0, y + 4.0), cut(&bar.name, 15));
        let Some(share) = bar.share else {
            chart.text("label unknown", (left + 4.0, y + 4.0), "unknown");
            continue;
        };
        chart.rect(&format!("{} bar", bar.colour), (left, y - 6.0), (x(share), y + 6.0));
        if let Some((low, high)) = bar.interval.filter(|(low, high)| low < high) {
            chart.line("whisker-halo", (x(low), y), (x(high), y));
            chart.line("whisker", (x(low), y), (x(high), y));
        }
        chart.text("label", (right + 8.0, y + 4.0), with_interval(&bar.shown));
    }
    chart.line("base", (left, 2.0), (left, height - 2.0));
    chart
}
