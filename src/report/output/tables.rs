//! `table` and `wide`: tables on a terminal.

use super::{OutputFormat, Printed};
use crate::report::document::Room;
use crate::report::terminal;
use std::io::{self, Write};

/// Tables within 80 columns.
pub const TABLE: Tables = Tables { name: "table", help: "Tables within 80 columns", room: Room::Narrow };
/// Tables as wide as it takes.
pub const WIDE: Tables = Tables { name: "wide", help: "All tables with all their columns, as wide as it takes", room: Room::Wide };

/// Tables on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    name: &'static str,
    help: &'static str,
    room: Room,
}

impl OutputFormat for Tables {
    fn name(&self) -> &'static str {
        self.name
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn write(&self, printed: &dyn Printed, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(terminal::render(&printed.document(self.room), self.room).as_bytes())
    }
}
