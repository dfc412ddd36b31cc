//! Shapes of a chart as plain data. The template turns them into SVG, so that all text is escaped in one place.

use crate::report::number::Style;
use serde::Serialize;

/// A chart in one of its two widths.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Chart {
    /// Unique on the page.
    id: String,
    /// `wide` or `narrow`: the page shows the one that suits the screen; a chart of class `both` exists once.
    size: &'static str,
    /// What it shows.
    title: String,
    /// What is to be seen, in words.
    description: String,
    width: String,
    height: String,
    shapes: Vec<Shape>,
}

/// What a chart is drawn with. Coordinates are text, rounded to 0.1.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Path { class: String, d: String },
    Rect { class: String, x: String, y: String, w: String, h: String },
    Line { class: &'static str, x1: String, y1: String, x2: String, y2: String },
    Dot { class: &'static str, x: String, y: String },
    Text { class: &'static str, x: String, y: String, text: String },
}

/// For which screen a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// A desk or a sheet of paper.
    Wide,
    /// A phone.
    Narrow,
    /// Small enough for both.
    Both,
}

impl Size {
    /// The two that a chart of full width is drawn in.
    pub(super) const TWO: [Self; 2] = [Self::Wide, Self::Narrow];

    const fn word(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
            Self::Both => "both",
        }
    }

    /// The chart's width [px].
    pub(super) const fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow | Self::Both => 350.0,
        }
    }

    /// One of two values.
    pub(super) const fn pick(self, wide: f64, narrow: f64) -> f64 {
        if matches!(self, Self::Wide) { wide } else { narrow }
    }
}

/// A coordinate: one decimal at most.
pub(super) fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text cut to a number of characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short + "…"
}

impl Chart {
    /// An empty chart.
    pub(super) fn new(name: &str, size: Size, height: f64, title: &str, description: &str) -> Self {
        Self {
            id: format!("{name}-{}", size.word()),
            size: size.word(),
            title: title.to_owned(),
            description: description.to_owned(),
            width: at(size.width()),
            height: at(height),
            shapes: Vec::new(),
        }
    }

    /// An outline or a line.
    pub(super) fn path(&mut self, class: &str, d: String) {
        if !d.is_empty() {
            self.shapes.push(Shape::Path { class: class.to_owned(), d });
        }
    }

    /// A rectangle between two corners.
    pub(super) fn rect(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let [x, y] = [x1.min(x2), y1.min(y2)].map(at);
        let [w, h] = [(x1 - x2).abs(), (y1 - y2).abs()].map(at);
        self.shapes.push(Shape::Rect { class: class.to_owned(), x, y, w, h });
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(at);
        self.shapes.push(Shape::Line { class, x1, y1, x2, y2 });
    }

    /// The mark of an estimate.
    pub(super) fn dot(&mut self, class: &'static str, (x, y): (f64, f64)) {
        self.shapes.push(Shape::Dot { class, x: at(x), y: at(y) });
    }

    /// Text; classes `end` and `mid` set where it stands about x.
    pub(super) fn text(&mut self, class: &'static str, (x, y): (f64, f64), text: impl Into<String>) {
        self.shapes.push(Shape::Text { class, x: at(x), y: at(y), text: text.into() });
    }
}

/// Round numbers from zero to at least `most`, three to six of them.
pub(super) fn round_ticks(most: f64) -> Vec<f64> {
    if !(most > 0.0 && most < 1e300) {
        return vec![0.0, 1.0];
    }
    let mut decade = 1.0;
    while decade * 10.0 <= most {
        decade *= 10.0;
    }
    while decade > most {
        decade /= 10.0;
    }
    let step = [0.25, 0.5, 1.0, 2.0, 2.5].map(|factor| factor * decade).into_iter().find(|step| step * 4.0 >= most);
    let step = step.unwrap_or(decade * 2.5);
    let count = (most / step).ceil() as u32;
    (0..=count).map(|index| f64::from(index) * step).collect()
}

/// An amount on an axis: `2.5M`, without zeros that say nothing.
pub(super) fn tick_text(value: f64) -> String {
    let text = Style::Amount.show(value);
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number}{unit}")
}

/// A path through steps: `edges` has one entry more than `heights`. No height is a gap.
pub(super) fn stairs(edges: &[f64], heights: &[Option<f64>]) -> String {
    let mut d = String::new();
    let mut last: Option<String> = None;
    let mut owed: Option<String> = None;
    for (height, pair) in heights.iter().zip(edges.windows(2)) {
        let now = height.map(at);
        if now != last {
            d.extend(owed.take());
            match (&last, &now) {
                (Some(_), Some(y)) => d.push_str(&format!("V{y}")),
                (None, Some(y)) => d.push_str(&format!("M{} {y}", at(pair[0]))),
                (_, None) => {}
            }
            last = now;
        }
        owed = last.as_ref().map(|_| format!("H{}", at(pair[1])));
    }
    d.extend(owed);
    d
}

/// The outline of what lies between two flights of steps.
pub(super) fn between(edges: &[f64], upper: &[f64], lower: &[f64]) -> String {
    let some = |heights: &[f64]| heights.iter().copied().map(Some).collect::<Vec<_>>();
    let forth = stairs(edges, &some(upper));
    let (mut back_edges, mut back_heights) = (edges.to_vec(), some(lower));
    back_edges.reverse();
    back_heights.reverse();
    let back = stairs(&back_edges, &back_heights);
    format!("{forth}L{}Z", back.strip_prefix('M').unwrap_or(&back))
}

/// Moves labels apart, in the order of their heights, within bounds.
pub(super) fn apart(heights: &[f64], distance: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]).then(b.cmp(&a)));
    let mut placed = heights.to_vec();
    let mut free = top;
    for &index in &order {
        placed[index] = placed[index].max(free);
        free = placed[index] + distance;
    }
    let mut most = bottom;
    for &index in order.iter().rev() {
        placed[index] = placed[index].min(most);
        most = placed[index] - distance;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([1.0, 1.25, -0.01, 0.06].map(at), ["1", "1.2", "0", "0.1"]);
        assert_eq!(stairs(&[0.0, 1.0, 2.0, 3.0], &[Some(5.0), Some(5.0), Some(6.0)]), "M0 5H2V6H3");
        assert_eq!(stairs(&[0.0, 1.0, 2.0, 3.0], &[Some(5.0), None, Some(6.0)]), "M0 5H1M2 6H3");
    }

    #[test]
    fn ticks_are_round_and_cover() {
        for most in [0.3, 1.0, 4.4, 5_155_000.0, 9.99e9] {
            let ticks = round_ticks(most);
            assert!(ticks.last().is_some_and(|last| *last >= most) && (2..=6).contains(&ticks.len()), "{most}: {ticks:?}");
        }
        assert_eq!(tick_text(2.5e6), "2.5M");
        assert_eq!(round_ticks(f64::NAN), [0.0, 1.0]);
    }

    #[test]
    fn labels_keep_their_distance() {
        assert_eq!(apart(&[10.0, 11.0, 50.0], 14.0, 0.0, 60.0), [10.0, 24.0, 50.0]);
        assert_eq!(apart(&[58.0, 59.0], 14.0, 0.0, 60.0), [46.0, 60.0]);
    }
}
