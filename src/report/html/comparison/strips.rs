//! Differences future by future: a dot for each, piled up where several are alike.

use super::{label, on_one_line, total, typeset};
use crate::metrics::catalog::{Direction, judgement};
use crate::report::comparison::strip::{Strips, drawn, varying};
use crate::report::html::draw::{Chart, Size, at, cut};
use crate::report::html::sections::Figure;
use crate::report::metric::style_of;
use crate::report::number::Style;
use crate::study::comparison::{Comparison, Difference, Verdict};

/// Dots at most in a row; with more futures one stands for several.
const MOST_DOTS: usize = 500;

/// Widths of a dot with its distance to the next [px], and the class that draws it; the first that keeps piles low is taken.
const DOTS: [(f64, &str); 3] = [(5.2, "dots"), (3.6, "dots small"), (2.4, "dots tiny")];

/// Height of the highest pile [px]; what is higher still is pressed together.
const PILE: f64 = 56.0;

/// Space below a pile for the interval and the distance to the next row [px].
const FOOT: f64 = 20.0;

/// Space above a pile [px].
const HEAD: f64 = 8.0;

/// A chart of a metric.
struct StripChart<'a> {
    id: String,
    title: String,
    description: String,
    hint: String,
    metric: &'a str,
    rows: Vec<Row<'a>>,
    ticks: Vec<(f64, String)>,
}

/// A variant's strip.
struct Row<'a> {
    name: &'a str,
    values: Vec<f64>,
    difference: Option<&'a Difference>,
}

/// The charts of the first screen, and all others, with their headings.
pub(super) fn figures(comparison: &Comparison) -> [Vec<(String, Figure)>; 2] {
    let first = drawn(comparison);
    let others = varying(comparison).into_iter().filter(|(metric, _)| first.iter().all(|(known, _)| known != metric));
    let others = others.map(|strips| figure(comparison, &strips)).collect();
    [first.iter().map(|strips| figure(comparison, strips)).collect(), others]
}

fn figure(comparison: &Comparison, (metric, strips): &Strips) -> (String, Figure) {
    let n = strips.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let each = n.div_ceil(MOST_DOTS).max(1);
    let rows: Vec<Row> = strips
        .iter()
        .map(|(name, values)| Row { name, values: middles(values, each), difference: total(comparison, metric, name) })
        .collect();
    let ends = || {
        let intervals = rows.iter().filter_map(|row| row.difference).flat_map(|row| [row.low, row.high]).flatten();
        rows.iter().flat_map(|row| row.values.iter().copied()).chain(intervals).filter(|end| end.is_finite())
    };
    let hint = match judgement(metric) {
        Direction::Lower => "left of 0 the variant is better",
        Direction::Higher => "right of 0 the variant is better",
        Direction::Neither => "right of 0 the variant has more",
    };
    let told = rows.iter().filter_map(|row| Some(format!("{}: {}", row.name, on_one_line(row.difference?))));
    let chart = StripChart {
        id: format!("strip-{metric}"),
        title: format!("{}: variant less baseline, a dot a future", label(metric)),
        description: told.collect::<Vec<_>>().join("; ") + ".",
        hint: hint.to_owned(),
        metric,
        ticks: ticks(ends().fold(0.0, f64::min), ends().fold(0.0, f64::max), style_of(metric)),
        rows,
    };
    let caption = if each > 1 { format!("A dot stands for {each} futures.") } else { String::new() };
    (label(metric), Figure { charts: Size::TWO.map(|size| chart.draw(size)).to_vec(), caption })
}

/// Of every so many values in order, the middle one.
fn middles(values: &[f64], each: usize) -> Vec<f64> {
    // Where nothing ever differs the words say so.
    let mut sorted = if values.iter().all(|value| *value == 0.0) { Vec::new() } else { values.to_vec() };
    sorted.sort_by(f64::total_cmp);
    sorted.chunks(each).filter_map(|chunk| chunk.get(chunk.len() / 2).copied()).collect()
}

/// How high each of the places in order is piled, if dots are so wide: on the lowest level on which it covers none.
fn levels(places: &[f64], dot: f64) -> Vec<usize> {
    let mut last: Vec<f64> = Vec::new();
    let mut level_of = |place: f64| {
        let level = last.iter().position(|last| place - last >= dot).unwrap_or(last.len());
        match last.get_mut(level) {
            Some(last) => *last = place,
            None => last.push(place),
        }
        level
    };
    places.iter().map(|place| level_of(*place)).collect()
}

/// Round numbers that hold `low` and `high`, which lie about zero, with their texts.
fn ticks(low: f64, high: f64, style: Style) -> Vec<(f64, String)> {
    let (scale, unit) = style.unit(high.max(-low));
    let unit = if style == Style::Percent { " pp" } else { unit };
    let span = (high - low) / scale;
    if !(span > 1e-12 && span < 1e300) {
        return vec![(0.0, "0".to_owned())];
    }
    let mut decade = 1.0;
    while decade * 10.0 <= span {
        decade *= 10.0;
    }
    while decade > span {
        decade /= 10.0;
    }
    let step = [0.2, 0.25, 0.5, 1.0, 2.0, 2.5].map(|factor| factor * decade).into_iter().find(|step| step * 5.0 >= span);
    let step = step.unwrap_or(decade * 2.5);
    let (mut decimals, mut whole) = (0, step);
    while decimals < 9 && (whole - whole.round()).abs() > 1e-6 {
        (decimals, whole) = (decimals + 1, whole * 10.0);
    }
    let one = |index: i32| {
        let value = f64::from(index) * step;
        let text = if index == 0 { "0".to_owned() } else { typeset(&format!("{value:.decimals$}{unit}")) };
        (value * scale, text)
    };
    let ends = [(low / scale / step).floor(), (high / scale / step).ceil()].map(|end| end as i32);
    (ends[0]..=ends[1]).map(one).collect()
}

impl StripChart<'_> {
    fn draw(&self, size: Size) -> Chart {
        let (left, right) = (size.pick(150.0, 8.0), size.width() - size.pick(180.0, 78.0));
        let ends = [self.ticks.first(), self.ticks.last()].map(|tick| tick.map_or(0.0, |tick| tick.0));
        let width = ends[1] - ends[0];
        let x = |value: f64| {
            let share = if width > 0.0 { ((value - ends[0]) / width).clamp(0.0, 1.0) } else { 0.5 };
            left + (right - left) * share
        };
        let name = size.pick(0.0, 16.0);
        let piles: Vec<Pile> = self.rows.iter().map(|row| Pile::of(&row.values, x, judgement(self.metric))).collect();
        let top = 24.0;
        let bottom = top + piles.iter().map(|pile| name + HEAD + pile.height() + FOOT).sum::<f64>();
        let mut chart = Chart::new(&self.id, size, bottom + 24.0, &self.title, &self.description);
        chart.text("unit", (0.0, 12.0), self.hint.as_str());
        let mut free = f64::MIN;
        for (value, text) in &self.ticks {
            chart.line(if *value == 0.0 { "base" } else { "grid" }, (x(*value), top), (x(*value), bottom));
            let half = text.chars().count() as f64 * 3.2;
            if x(*value) - half >= free {
                chart.text("tick mid", (x(*value), bottom + 16.0), text.as_str());
                free = x(*value) + half + 8.0;
            }
        }
        let mut y = top;
        for (row, pile) in self.rows.iter().zip(piles) {
            let name_at = if size == Size::Wide { HEAD + pile.height() + 2.0 } else { 15.0 };
            chart.text("label strong", (0.0, y + name_at), cut(row.name, size.pick(20.0, 42.0) as usize));
            y += name + HEAD + pile.height();
            pile.draw(&mut chart, y);
            if let Some(told) = row.difference {
                if let Some((low, high)) = told.low.zip(told.high) {
                    chart.line("interval", (x(low), y + 6.0), (x(high), y + 6.0));
                }
                if let Some(mean) = told.difference {
                    chart.line("mean", (x(mean), y + 2.0), (x(mean), y + 10.0));
                }
                let long = on_one_line(told);
                let has_room = size == Size::Wide && long.chars().count() <= 24;
                let text = if has_room || told.verdict == Verdict::Same { long } else { super::difference(told).mean };
                chart.text("label", (right + 12.0, y + 2.0), text);
            }
            y += FOOT;
        }
        chart
    }
}

/// The dots of a strip, from its foot upwards.
struct Pile {
    /// Width of a dot [px].
    dot: f64,
    /// By class: where it is [px], and on which level.
    dots: [(String, Vec<(f64, usize)>); 3],
    most: usize,
}

impl Pile {
    /// With the largest dots that keep it low.
    fn of(values: &[f64], x: impl Fn(f64) -> f64 + Copy, direction: Direction) -> Self {
        let [sizes @ .., least] = DOTS;
        let sized = |(dot, class)| Self::sized(values, x, direction, dot, class);
        sizes.into_iter().map(sized).find(|pile| pile.dot * pile.most as f64 <= PILE).unwrap_or_else(|| sized(least))
    }

    fn sized(values: &[f64], x: impl Fn(f64) -> f64, direction: Direction, dot: f64, class: &str) -> Self {
        let places: Vec<f64> = values.iter().map(|value| x(*value)).collect();
        let levels = levels(&places, dot);
        let mut dots = ["good", "bad", "none"].map(|colour| (format!("{class} {colour}"), Vec::new()));
        for ((value, place), level) in values.iter().zip(places).zip(&levels) {
            let colour = match direction {
                Direction::Lower if *value != 0.0 => usize::from(*value > 0.0),
                Direction::Higher if *value != 0.0 => usize::from(*value < 0.0),
                _ => 2,
            };
            dots[colour].1.push((place, *level));
        }
        Self { dot, dots, most: levels.iter().copied().max().unwrap_or(0) }
    }

    /// From one level to the next [px].
    fn step(&self) -> f64 {
        self.dot.min(PILE / self.most.max(1) as f64)
    }

    /// From the middle of the lowest dot to that of the highest [px].
    fn height(&self) -> f64 {
        self.step() * self.most as f64
    }

    /// A line of no length with round ends is a dot, and takes few bytes.
    fn draw(&self, chart: &mut Chart, foot: f64) {
        for (class, dots) in &self.dots {
            let dot = |(x, level): &(f64, usize)| format!("M{} {}h0", at(*x), at(foot - self.step() * *level as f64));
            chart.path(class, dots.iter().map(dot).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_piled_where_they_would_cover_each_other() {
        assert_eq!(levels(&[0.0, 1.0, 2.0, 6.0, 7.0], 5.2), [0, 1, 2, 0, 1]);
        assert_eq!(middles(&[3.0, 1.0, 2.0, 5.0, 4.0], 2), [2.0, 4.0, 5.0]);
    }

    #[test]
    fn ticks_hold_all_and_are_round() {
        let texts = |low, high, style| ticks(low, high, style).into_iter().map(|tick| tick.1).collect::<Vec<_>>();
        assert_eq!(
            texts(-40.7 * 86_400.0, 2.8 * 86_400.0, Style::Time),
            ["−50\u{a0}d", "−40\u{a0}d", "−30\u{a0}d", "−20\u{a0}d", "−10\u{a0}d", "0", "10\u{a0}d"]
        );
        assert_eq!(texts(0.0, 0.0, Style::Amount), ["0"]);
        assert_eq!(
            texts(-0.012, 0.0, Style::Percent),
            ["−1.25\u{a0}pp", "−1.00\u{a0}pp", "−0.75\u{a0}pp", "−0.50\u{a0}pp", "−0.25\u{a0}pp", "0"]
        );
        assert_eq!(texts(f64::NEG_INFINITY, 1.0, Style::Amount), ["0"]);
    }
}
