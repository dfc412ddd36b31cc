//! Documents on a terminal: tables aligned in columns, text folded at their width.

use super::document::{Block, Cell, Column, Document, Kind, Room, Table};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};

/// Characters in a line of a narrow document, and of text in a wide one.
const WIDTH: u16 = 80;

/// An interval of more characters is folded between its ends.
const WIDEST_RANGE: usize = 13;

/// A line under the head and one at the end.
const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// A document as text.
#[must_use]
pub fn render(document: &Document, room: Room) -> String {
    document.blocks.iter().map(|block| block_text(block, room)).collect()
}

fn block_text(block: &Block, room: Room) -> String {
    match block {
        Block::Heading(text) => format!("\n{text}\n"),
        Block::Paragraph(text) => wrapped(text),
        Block::Lines(text) => format!("{}\n", text.trim_end_matches('\n')),
        Block::Table(table) => format!("{}\n", table_text(table.clone().within(room), room)),
        Block::Gap => "\n".to_owned(),
    }
}

fn table_text(table: Table, room: Room) -> comfy_table::Table {
    let mut text = comfy_table::Table::new();
    text.load_style(STYLE).set_header(table.columns.iter().map(Column::folded));
    match room {
        Room::Narrow => text.set_content_arrangement(ContentArrangement::Dynamic).set_width(table.width.unwrap_or(WIDTH)),
        Room::Wide => text.set_content_arrangement(ContentArrangement::Disabled),
    };
    let mut above: Vec<Cell> = Vec::new();
    for row in table.rows {
        let cells = row.iter().enumerate().map(|(place, cell)| {
            let is_repeated = table.columns[place].kind == Kind::Group && above.get(place) == Some(cell);
            if is_repeated { String::new() } else { cell_text(cell, room) }
        });
        text.add_row(cells.collect::<Vec<_>>());
        above = row;
    }
    for (column, described) in text.column_iter_mut().zip(&table.columns) {
        column.set_padding((0, 1));
        column.set_cell_alignment(match described.kind {
            Kind::Text | Kind::Group => CellAlignment::Left,
            Kind::Figures => CellAlignment::Right,
        });
        if let Some(width) = described.least_width.filter(|_| room == Room::Narrow) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    text
}

fn cell_text(cell: &Cell, room: Room) -> String {
    match cell {
        Cell::Range(text) if room == Room::Narrow && text.chars().count() > WIDEST_RANGE => text.replacen("..", "..\n", 1),
        Cell::Text(text) | Cell::Range(text) => text.clone(),
        Cell::Missing => "-".to_owned(),
        Cell::Figure(figure) => match (figure.shown(), figure.interval) {
            ((value, _), None) if !figure.is_signed => format!("{value}\nn = {}", figure.n.0),
            ((value, Some(range)), _) => {
                let range = if figure.is_range { format!("[{range}]") } else { range };
                let is_wide = room == Room::Narrow && range.chars().count() > WIDEST_RANGE;
                format!("{value}\n{}", if is_wide { range.replacen("..", "..\n", 1) } else { range })
            }
            ((value, None), _) => value,
        },
    }
}

/// Text folded at the width of a narrow document.
#[must_use]
pub fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > usize::from(WIDTH) {
            lines.push_str(&line);
            lines.push('\n');
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_of_a_group_are_shown_once() {
        let mut table = Table::new("", vec![Column::group("vendor"), Column::figures("year", "")]);
        for (vendor, year) in [("AWS", "2026"), ("AWS", "2027"), ("all", "2026")] {
            table.row([vendor, year]);
        }
        let text = table_text(table, Room::Narrow).to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(&lines[2..5], ["AWS     2026", "        2027", "all     2026"]);
    }
}
