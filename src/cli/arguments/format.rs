//! `--format`: one of the formats that results can be printed in.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use skyberth::report::output::{FORMATS, OutputFormat};
use std::fmt;
use std::sync::LazyLock;

/// How results are printed.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn OutputFormat);

impl Format {
    /// The format itself.
    #[must_use]
    pub fn output(self) -> &'static dyn OutputFormat {
        self.0
    }
}

impl Default for Format {
    fn default() -> Self {
        Self(FORMATS[0])
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name())
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Format>> = LazyLock::new(|| FORMATS.iter().map(|format| Format(*format)).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.help()))
    }
}
