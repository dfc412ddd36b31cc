//! What a report says, before any format: headings, paragraphs and tables in reading order.

use super::number::Style;
use crate::metrics::catalog::Metric;

/// How much room a format has for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// 80 characters: tables and columns that are marked [`Column::with_room`] are left out.
    Narrow,
    /// As much as it takes.
    Wide,
}

/// Headings, paragraphs and tables in reading order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The parts.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading, set apart from what stands before it.
    Heading(String),
    /// Text that is folded at the width of the page.
    Paragraph(String),
    /// Lines that are kept as they are, such as a drawing in characters.
    Lines(String),
    /// A table.
    Table(Table),
    /// An empty line.
    Gap,
}

/// A table: columns, and rows of as many cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it lists, for formats that name their tables.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether narrow formats leave it out.
    pub is_with_room: bool,
    /// The most characters of a line of it in narrow formats, where that is not the usual number.
    pub width: Option<u16>,
    /// Whether the last row is about all others together. What it says in columns without room then follows the table in words, after this
    /// text.
    pub rest: Option<&'static str>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The header. A line break is where it folds first; a soft hyphen before it is a hyphen only there.
    header: String,
    /// The unit of its figures, such as `GPU-hours`; empty where cells have their own.
    unit: &'static str,
    /// The metric that its figures are of, where they are of one.
    pub metric: Option<&'static Metric>,
    /// What its cells are.
    pub kind: Kind,
    /// Whether narrow formats leave it out.
    pub is_with_room: bool,
    /// Whether it is left out where it has no figure but zero.
    pub is_optional: bool,
    /// The least width in characters.
    pub least_width: Option<u16>,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, aligned to the left.
    Text,
    /// Text that names a group of rows. On a terminal, equal cells below each other are shown once.
    Group,
    /// Figures and short words, aligned to the right.
    Figures,
}

/// What stands in a row under a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text; a line break sets what explains it below it.
    Text(String),
    /// The ends of an interval, as in `1.5..2.5`.
    Range(String),
    /// A figure.
    Figure(Figure),
    /// No figure, where there could be one.
    Missing,
}

/// A figure with what is known about its precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// How it is shown.
    pub style: Style,
    /// The figure.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Whether the interval is none: the ends are those of the futures' range.
    pub is_range: bool,
    /// In how many replications it is defined, out of how many.
    pub n: (usize, usize),
    /// Whether it is a difference, shown with its sign.
    pub is_signed: bool,
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a paragraph; an empty one adds nothing.
    pub fn paragraph(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph(text));
        }
    }

    /// Adds lines that are kept as they are.
    pub fn lines(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Lines(text.into()));
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.blocks.push(Block::Gap);
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.into(), columns, rows: Vec::new(), is_with_room: false, width: None, rest: None }
    }

    /// Adds a row.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The same table for formats with room alone.
    #[must_use]
    pub fn with_room(mut self) -> Self {
        self.is_with_room = true;
        self
    }

    /// Its columns as far as there is room for them, and without optional ones that say nothing.
    #[must_use]
    pub fn within(mut self, room: Room) -> Self {
        let says_something = |place: usize| self.rows.iter().any(|row| row.get(place).is_some_and(Cell::says_something));
        let keeps = |(place, column): (usize, &Column)| {
            (room == Room::Wide || !column.is_with_room) && (!column.is_optional || says_something(place))
        };
        let kept: Vec<bool> = self.columns.iter().enumerate().map(keeps).collect();
        retain(&mut self.columns, &kept);
        for row in &mut self.rows {
            retain(row, &kept);
        }
        self
    }

    /// What the last row says in columns that a narrow format leaves out, in words.
    #[must_use]
    pub fn rest(&self, show: impl Fn(&Figure) -> String) -> Option<String> {
        let last = self.rows.last()?;
        let told = self.columns.iter().zip(last).filter(|(column, cell)| column.is_with_room && cell.says_something());
        let told = told.filter_map(|(column, cell)| match cell {
            Cell::Figure(figure) => Some(format!("{} {}", column.words(), show(figure))),
            _ => None,
        });
        let told: Vec<String> = told.collect();
        Some(format!("{}: {}.", self.rest?, told.join("; "))).filter(|_| !told.is_empty())
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_some_and(|kept| *kept));
}

impl Column {
    /// A column of text.
    #[must_use]
    pub fn text(header: impl Into<String>) -> Self {
        Self { kind: Kind::Text, ..Self::figures(header, "") }
    }

    /// A column of figures with their unit; empty where they have none, or each its own.
    #[must_use]
    pub fn figures(header: impl Into<String>, unit: &'static str) -> Self {
        Self {
            header: header.into(),
            unit,
            metric: None,
            kind: Kind::Figures,
            is_with_room: false,
            is_optional: false,
            least_width: None,
        }
    }

    /// The same column, left out by narrow formats.
    #[must_use]
    pub fn with_room(mut self) -> Self {
        self.is_with_room = true;
        self
    }

    /// The same column, left out where it has no figure but zero.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// A column of names that groups of rows share.
    #[must_use]
    pub fn group(header: impl Into<String>) -> Self {
        Self { kind: Kind::Group, ..Self::figures(header, "") }
    }

    /// The same column, whose figures are of a metric.
    #[must_use]
    pub fn of(mut self, metric: &'static Metric) -> Self {
        self.metric = Some(metric);
        self
    }

    /// The same column, so many characters wide at least.
    #[must_use]
    pub fn at_least(mut self, characters: u16) -> Self {
        self.least_width = Some(characters);
        self
    }

    /// The header on one line, without the unit.
    #[must_use]
    pub fn words(&self) -> String {
        self.header.replace("\u{ad}\n", "").replace("-\n", "-").replace('\n', " ").trim_start().to_owned()
    }

    /// The unit.
    #[must_use]
    pub const fn unit(&self) -> &'static str {
        self.unit
    }

    /// The header with its unit, folded where it folds first: of two lines the shorter one takes the unit, and a single one leaves it the next.
    #[must_use]
    pub fn folded(&self) -> String {
        let words = self.header.replace('\u{ad}', "-");
        match (self.unit, words.split_once('\n')) {
            ("", _) => words,
            (unit, None) => format!("{words}\n{unit}"),
            (unit, Some((first, rest))) if first.len() < rest.len() => format!("{first} {unit}\n{rest}"),
            (unit, Some((first, rest))) => format!("{first}\n{rest} {unit}"),
        }
    }
}

impl Cell {
    /// A number that is not an estimate.
    #[must_use]
    pub fn exact(style: Style, value: f64) -> Self {
        Self::Figure(Figure { style, value, interval: Some((value, value)), is_range: false, n: (0, 0), is_signed: false })
    }

    /// A number that is not an estimate, where there is one.
    #[must_use]
    pub fn maybe(style: Style, value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Missing, |value| Self::exact(style, value))
    }

    /// A difference with its interval.
    #[must_use]
    pub fn difference(style: Style, value: Option<f64>, interval: Option<(f64, f64)>) -> Self {
        let figure = |value| Self::Figure(Figure { style, value, interval, is_range: false, n: (0, 0), is_signed: true });
        value.filter(|value: &f64| value.is_finite()).map_or(Self::Missing, figure)
    }

    /// Whether there is more to see than a zero.
    fn says_something(&self) -> bool {
        match self {
            Self::Text(text) | Self::Range(text) => !text.is_empty(),
            Self::Figure(figure) => figure.value != 0.0,
            Self::Missing => false,
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl Figure {
    /// As text: the figure, and its interval where it is wider than the digits show. The figure has its sign where it is a difference.
    #[must_use]
    pub fn shown(&self) -> (String, Option<String>) {
        if self.is_signed {
            return self.style.difference(self.value, self.interval);
        }
        let interval = self.interval.filter(|(low, high)| low < high);
        let (value, range) = self.style.with_interval(self.value, interval);
        (value, range.filter(|range| range.split_once("..").is_none_or(|(low, high)| low != high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = vec![
            Column::text("vendor"),
            Column::figures("billed", "USD"),
            Column::figures("delay\ndamages", "USD").with_room().optional(),
            Column::figures("spot", "").optional(),
        ];
        let mut table = Table::new("Money", columns);
        let usd = |value| Cell::exact(Style::Amount, value);
        table.row([Cell::from("AWS"), usd(5.0), usd(-2.0), usd(0.0)]);
        table.row([Cell::from("all"), usd(5.0), usd(-2.0), Cell::Missing]);
        table.rest = Some("Of what is billed");
        table
    }

    #[test]
    fn narrow_formats_tell_in_words_what_they_have_no_column_for() {
        let words = |table: &Table| table.columns.iter().map(Column::words).collect::<Vec<_>>();
        assert_eq!(words(&table().within(Room::Narrow)), ["vendor", "billed"]);
        assert_eq!(words(&table().within(Room::Wide)), ["vendor", "billed", "delay damages"]);
        assert!(table().within(Room::Narrow).rows.iter().all(|row| row.len() == 2));
        assert_eq!(table().rest(|figure| figure.shown().0).as_deref(), Some("Of what is billed: delay damages -2.00."));
    }

    #[test]
    fn headers_fold_where_they_say() {
        let folded = |header: &str, unit| Column::figures(header, unit).folded();
        assert_eq!(folded("planned", "GPU-hours"), "planned\nGPU-hours");
        assert_eq!(folded("largest\nshare", "%"), "largest\nshare %");
        assert_eq!(folded("SLO\nduring", "%"), "SLO %\nduring");
        assert_eq!(folded("frag\u{ad}\nmented", ""), "frag-\nmented");
        assert_eq!(Column::text("frag\u{ad}\nmented").words(), "fragmented");
        assert_eq!(Column::text("USD per H100e-\nhour").words(), "USD per H100e-hour");
    }

    #[test]
    fn a_constant_is_shown_once() {
        let of = |low, high| Figure {
            style: Style::Amount,
            value: 608e6,
            interval: Some((low, high)),
            is_range: false,
            n: (3, 3),
            is_signed: false,
        };
        assert_eq!(of(607.9e6, 608.1e6).shown(), ("608M".to_owned(), None));
        assert_eq!(of(607e6, 609e6).shown(), ("608M".to_owned(), Some("607..609".to_owned())));
    }
}
