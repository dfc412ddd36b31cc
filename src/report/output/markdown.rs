//! `markdown`: headings, paragraphs and tables for issues, wikis and reports.

use super::{OutputFormat, Printed};
use crate::report::document::{Block, Cell, Column, Document, Kind, Room, Table};
use std::io::{self, Write};

/// Markdown with tables in the style of GitHub.
pub const MARKDOWN: Markdown = Markdown;

/// Markdown with tables in the style of GitHub.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl OutputFormat for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn help(&self) -> &'static str {
        "Markdown with all tables and columns, for issues, wikis and reports"
    }

    fn write(&self, printed: &dyn Printed, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text(&printed.document(Room::Wide)).as_bytes())
    }
}

/// A document as Markdown: an empty line between any two blocks.
fn text(document: &Document) -> String {
    let blocks = document.blocks.iter().filter(|block| **block != Block::Gap);
    blocks.map(block).collect::<Vec<_>>().join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("## {}\n", escaped(text)),
        Block::Paragraph(text) => format!("{}\n", escaped(text)),
        Block::Lines(text) => format!("```text\n{}\n```\n", text.trim_end_matches('\n')),
        Block::Table(described) => table(&described.clone().within(Room::Wide)),
        Block::Gap => String::new(),
    }
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = |column: &Column| if column.kind == Kind::Figures { "--:" } else { ":--" }.to_owned();
    let mut text = line(table.columns.iter().map(header).collect());
    text.push_str(&line(table.columns.iter().map(rule).collect()));
    for row in &table.rows {
        text.push_str(&line(row.iter().map(cell).collect()));
    }
    text
}

fn header(column: &Column) -> String {
    let unit = if column.unit().is_empty() { String::new() } else { format!(" [{}]", column.unit()) };
    escaped(&format!("{}{unit}", column.words()))
}

/// A figure with its interval in brackets behind it, or with the range of the futures.
fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => escaped(&text.replace('\n', " ")),
        Cell::Range(text) => escaped(&text.replace("..", " to ")),
        Cell::Missing => "–".to_owned(),
        Cell::Figure(figure) => match figure.shown() {
            (value, Some(range)) if figure.is_range => format!("{value} (from {})", range.replace("..", " to ")),
            (value, Some(range)) => format!("{value} [{}]", range.replace("..", ", ")),
            (value, None) if figure.interval.is_none() && !figure.is_signed => format!("{value} (n = {})", figure.n.0),
            (value, None) => value,
        },
    }
}

/// Text whose characters do not mark it up. Backticks stay: in text they set names of commands.
fn escaped(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '|' | '*' | '_' | '<' | '[' | ']' | '\\');
    text.chars().flat_map(|c| is_mark(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Figure;
    use crate::report::number::Style;

    #[test]
    fn tables_and_text_are_marked_up() {
        let columns = vec![Column::text("vendor"), Column::figures("useful", "%"), Column::figures("cost", "USD").with_room()];
        let mut table = Table::new("Money", columns);
        let figure =
            Figure { style: Style::Amount, value: 5e6, interval: Some((4e6, 6e6)), is_range: false, n: (3, 3), is_signed: false };
        table.row([Cell::from("a|b"), Cell::exact(Style::Percent, 0.5), Cell::Figure(figure)]);
        table.row([Cell::from("c"), Cell::Missing, Cell::Figure(Figure { interval: None, n: (1, 3), ..figure })]);
        let mut document = Document::default();
        document.heading("1. Money");
        document.table(table);
        document.paragraph("Net of *credits*.");
        assert_eq!(
            text(&document),
            "## 1. Money\n\n| vendor | useful \\[%\\] | cost \\[USD\\] |\n| :-- | --: | --: |\n\
             | a\\|b | 50.0 | 5.00M [4.00, 6.00] |\n| c | – | 5.00M (n = 1) |\n\nNet of \\*credits\\*.\n"
        );
    }
}
