//! How far a figure can be trusted.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a figure can be trusted, from best to worst. An entry that mixes figures of several kinds carries the worst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Stated by the source named beside it.
    Sourced,
    /// Computed from figures that a source states.
    Derived,
    /// Generally known, without a source at hand.
    #[serde(rename = "from memory")]
    FromMemory,
    /// Chosen, because nothing better is public: vary it before relying on it.
    Assumption,
}

impl Confidence {
    /// Every value, from best to worst.
    pub const ALL: [Confidence; 4] = [Confidence::Sourced, Confidence::Derived, Confidence::FromMemory, Confidence::Assumption];

    /// The text used in files and tables, the same as in serialised data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Confidence::Sourced => "sourced",
            Confidence::Derived => "derived",
            Confidence::FromMemory => "from memory",
            Confidence::Assumption => "assumption",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_and_serialised_text_agree() {
        for confidence in Confidence::ALL {
            let text = serde_json::to_string(&confidence).unwrap();
            assert_eq!(text, format!("\"{confidence}\""));
            assert_eq!(serde_json::from_str::<Confidence>(&text).unwrap(), confidence);
        }
    }

    #[test]
    fn the_order_is_from_best_to_worst() {
        assert!(Confidence::ALL.is_sorted());
        assert_eq!(format!("{:<12}|", Confidence::FromMemory), "from memory |");
    }
}
