//! Charts over months: stacked areas and lines of shares, as steps, because capacity comes in steps.

use super::draw::{Chart, Size, apart, at, between, cut, round_ticks, stairs, tick_text};
use super::figures::Band;

/// A stacked area with an optional line above it.
pub(super) struct Stack<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What is to be seen.
    pub(super) description: &'a str,
    /// What the height measures, with its unit.
    pub(super) unit: &'a str,
    /// The months.
    pub(super) months: &'a [&'a str],
    /// Colour, name, values by month; the first is at the bottom.
    pub(super) layers: &'a [(String, String, Vec<f64>)],
    /// The name and values of a line.
    pub(super) line: Option<(&'a str, Vec<f64>)>,
    /// Intervals of the sum.
    pub(super) bands: &'a [Band],
}

/// Lines of shares over months.
pub(super) struct Shares<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What is to be seen.
    pub(super) description: &'a str,
    /// What the height measures, with its unit.
    pub(super) unit: &'a str,
    /// The months.
    pub(super) months: &'a [&'a str],
    /// The lines.
    pub(super) lines: Vec<Share<'a>>,
}

/// A share over months.
pub(super) struct Share<'a> {
    /// What it is called at its end.
    pub(super) name: &'a str,
    /// The value of each month; none where it is not defined.
    pub(super) values: Vec<Option<f64>>,
    /// Its intervals.
    pub(super) bands: Vec<Band>,
}

/// Where the months and the heights are.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    most: f64,
    months: usize,
}

impl Frame {
    fn new(size: Size, months: usize, most: f64) -> Self {
        let (left, margin) = (size.pick(52.0, 42.0), size.pick(162.0, 116.0));
        Self { left, right: size.width() - margin, top: 26.0, bottom: size.pick(300.0, 230.0), most, months }
    }

    /// The chart's height.
    fn height(&self) -> f64 {
        self.bottom + 24.0
    }

    fn x(&self, month: usize) -> f64 {
        self.left + (self.right - self.left) * month as f64 / self.months.max(1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (value / self.most).clamp(0.0, 1.0)
    }

    fn edges(&self) -> Vec<f64> {
        (0..=self.months).map(|month| self.x(month)).collect()
    }

    /// Lines and numbers of both axes.
    fn axes(&self, chart: &mut Chart, unit: &str, ticks: &[(f64, String)], months: &[&str]) {
        chart.text("unit", (0.0, 12.0), unit);
        for (value, text) in ticks {
            let y = self.y(*value);
            chart.line(if *value == 0.0 { "base" } else { "grid" }, (self.left, y), (self.right, y));
            chart.text("tick end", (self.left - 6.0, y + 4.0), text.as_str());
        }
        // Years where there are many months, else months.
        let by_year = months.len() > 18;
        let begins = |at: &usize| *at == 0 || months[*at].ends_with("-01") || (!by_year && at.is_multiple_of(3));
        let starts: Vec<usize> = (0..months.len()).filter(begins).collect();
        let mut free = f64::MIN;
        for (index, &start) in starts.iter().enumerate() {
            let x = self.x(start);
            let next = starts.get(index + 1).map_or(self.right, |&next| self.x(next));
            let (text, room) = if by_year { (months[start].get(..4).unwrap_or_default(), 30.0) } else { (months[start], 50.0) };
            chart.line("mark", (x, self.bottom), (x, self.bottom + 5.0));
            if x >= free && (next - x >= room || starts.len() > 24) {
                chart.text("tick", (x + 3.0, self.bottom + 16.0), text);
                free = x + room + 8.0;
            }
        }
    }

    /// Boxes and end lines of intervals.
    fn bands(&self, chart: &mut Chart, bands: &[Band], class: &str) {
        for band in bands {
            let (from, to) = ((self.x(band.month), self.y(band.high)), (self.x(band.month + 1), self.y(band.low)));
            chart.rect(class, from, to);
        }
    }

    /// Names at the right end, each at its height as far as there is room.
    fn labels(&self, chart: &mut Chart, size: Size, labels: &[(f64, Option<&str>, String)]) {
        let heights: Vec<f64> = labels.iter().map(|label| label.0).collect();
        let placed = apart(&heights, 16.0, self.top + 4.0, self.bottom - 2.0);
        let most = size.pick(21.0, 14.0) as usize;
        for ((height, class, text), y) in labels.iter().zip(placed) {
            let x = self.right + 4.0;
            chart.path("leader", format!("M{} {}L{} {}", at(x - 3.0), at(*height), at(x + 6.0), at(y)));
            if let Some(class) = class {
                chart.rect(&format!("{class} swatch"), (x + 7.0, y - 5.0), (x + 17.0, y + 5.0));
            }
            chart.text("label", (x + if class.is_some() { 21.0 } else { 9.0 }, y + 4.0), cut(text, most));
        }
    }
}

impl Stack<'_> {
    /// Draws it.
    pub(super) fn draw(&self, size: Size) -> Chart {
        let months = self.months.len();
        let mut sums = vec![0.0; months];
        for (_, _, values) in self.layers {
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        let line = self.line.iter().flat_map(|(_, values)| values.iter());
        let bands = self.bands.iter().map(|band| &band.high);
        let most = sums.iter().chain(line).chain(bands).copied().fold(0.0, f64::max);
        let ticks = round_ticks(most);
        let frame = Frame::new(size, months, ticks.last().copied().unwrap_or(1.0));
        let mut chart = Chart::new(self.id, size, frame.height(), self.title, self.description);
        let named: Vec<(f64, String)> = ticks.iter().map(|tick| (*tick, tick_text(*tick))).collect();
        frame.axes(&mut chart, self.unit, &named, self.months);
        let labels = self.areas(&frame, &mut chart);
        frame.bands(&mut chart, self.bands, "box");
        if let Some((name, values)) = &self.line {
            let heights: Vec<Option<f64>> = values.iter().map(|value| Some(frame.y(*value))).collect();
            let d = stairs(&frame.edges(), &heights);
            chart.path("halo", d.clone());
            chart.path("plan", d);
            // The name ends above the first month that leaves room for it and is half as high as the highest.
            let peak = values.iter().copied().fold(0.0, f64::max);
            let is_place = |month: &usize| values[*month] >= peak * 0.5 && frame.x(*month) > frame.left + 88.0;
            if let Some(month) = (0..values.len()).find(is_place) {
                chart.text("label end", (frame.x(month) - 6.0, frame.y(values[month]) - 6.0), *name);
            }
        }
        frame.labels(&mut chart, size, &labels);
        chart
    }

    fn areas<'b>(&'b self, frame: &Frame, chart: &mut Chart) -> Vec<(f64, Option<&'b str>, String)> {
        let mut labels = Vec::new();
        let mut below = vec![0.0; self.months.len()];
        for (class, name, values) in self.layers {
            let above: Vec<f64> = below.iter().zip(values).map(|(below, value)| below + value).collect();
            let [upper, lower] = [&above, &below].map(|sums| sums.iter().map(|sum| frame.y(*sum)).collect::<Vec<_>>());
            chart.path(&format!("{class} area"), between(&frame.edges(), &upper, &lower));
            let height = upper.last().zip(lower.last()).map_or(frame.bottom, |(upper, lower)| (upper + lower) / 2.0);
            labels.push((height, Some(class.as_str()), name.clone()));
            below = above;
        }
        labels
    }
}

impl Shares<'_> {
    /// Draws it.
    pub(super) fn draw(&self, size: Size) -> Chart {
        let frame = Frame::new(size, self.months.len(), 1.0);
        let mut chart = Chart::new(self.id, size, frame.height(), self.title, self.description);
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share: f64| (share, format!("{:.0} %", share * 100.0)));
        frame.axes(&mut chart, self.unit, &ticks, self.months);
        let classes = [("a0 band", "a0 series", "a0"), ("a1 band", "a1 series", "a1")];
        let mut labels = Vec::new();
        for (Share { name, values, bands }, (band, series, class)) in self.lines.iter().zip(classes) {
            frame.bands(&mut chart, bands, band);
            let heights: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| frame.y(value))).collect();
            chart.path(series, stairs(&frame.edges(), &heights));
            if let Some(last) = values.iter().rev().find_map(|value| *value) {
                labels.push((frame.y(last), Some(class), format!("{name} {:.0} %", last * 100.0)));
            }
        }
        frame.labels(&mut chart, size, &labels);
        chart
    }
}
