//! The grammar of policy names. All names of policies and parts are read and written here.
//!
//! ```text
//! policy    = preset ["+" elastic] ["/" broker ["/" placement]]
//! preset    = part                                  of a registered preset, "scenario", an order, or an order and "-easy"
//! part      = name [":" argument]
//! argument  = vendor | half-life | "tiresias" | formula
//! half-life = number ("d" | "h")
//! ```

use crate::units::Span;
use std::fmt;

/// The name that stands for the scenario's own policy.
pub const SCENARIO: &str = "scenario";
/// Behind an order: with EASY backfilling.
const EASY: &str = "-easy";
/// The argument of orders that can behave as Tiresias's simulator does.
pub(super) const TIRESIAS: &str = "tiresias";
/// The name of the order by a formula.
pub(super) const EXPR: &str = "expr";
/// The longest half-life of usage, a hundred years [s]; the shortest is a second.
pub const LONGEST_HALF_LIFE_S: f64 = 100.0 * 31_557_600.0;

/// A policy's name, split into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyName<'a> {
    /// A preset, or [`SCENARIO`].
    pub preset: PartName<'a>,
    /// The elastic part, behind a plus.
    pub elastic: Option<PartName<'a>>,
    /// The broker, behind a slash.
    pub broker: Option<PartName<'a>>,
    /// The placement, behind a second slash.
    pub placement: Option<PartName<'a>>,
}

/// A part's name: what it is registered as, and its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartName<'a> {
    /// Before the colon.
    pub base: &'a str,
    /// Behind the colon.
    pub argument: Option<&'a str>,
}

impl<'a> PolicyName<'a> {
    /// Splits a name. Whether its parts are registered is not looked at.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut parts = text.splitn(3, '/');
        let head = parts.next().unwrap_or_default();
        let (preset, elastic) = head.split_once('+').map_or((head, None), |(preset, elastic)| (preset, Some(elastic)));
        let mut part = || parts.next().map(PartName::parse);
        Self { preset: PartName::parse(preset), elastic: elastic.map(PartName::parse), broker: part(), placement: part() }
    }

    /// Whether it is built on the scenario's own policy.
    #[must_use]
    pub fn is_scenario(&self) -> bool {
        self.preset == PartName::of(SCENARIO)
    }
}

impl<'a> PartName<'a> {
    /// A name without an argument.
    #[must_use]
    pub const fn of(base: &'a str) -> Self {
        Self { base, argument: None }
    }

    /// Splits a name at its first colon.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        text.split_once(':').map_or(Self::of(text), |(base, argument)| Self { base, argument: Some(argument) })
    }

    /// The order of a preset `ORDER-easy`, with the preset's argument.
    pub(super) fn without_easy(self) -> Option<Self> {
        Some(Self { base: self.base.strip_suffix(EASY)?, ..self })
    }
}

impl fmt::Display for PolicyName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.preset)?;
        let rest = [('+', self.elastic), ('/', self.broker), ('/', self.placement)];
        rest.iter().filter_map(|(mark, part)| Some((mark, (*part)?))).try_for_each(|(mark, part)| write!(f, "{mark}{part}"))
    }
}

impl fmt::Display for PartName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base)?;
        self.argument.map_or(Ok(()), |argument| write!(f, ":{argument}"))
    }
}

/// What results call a policy of a scenario: its preset, or else order, backfill and preemption; then an elastic part that changes sizes, the
/// broker and the placement.
#[must_use]
pub fn title(decides: &[&str], elastic: &str, broker: &str, placement: &str) -> String {
    let sizes = if elastic == crate::model::policy::ELASTIC { String::new() } else { format!("+{elastic}") };
    format!("{}{sizes} / {broker} / {placement}", decides.join("+"))
}

/// How results call the order by a formula: in one line.
#[must_use]
pub fn expression(formula: &str) -> String {
    format!("{EXPR}:{}", formula.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A half-life of usage in days or hours, from a second to a hundred years.
pub(super) fn half_life(text: &str) -> Option<Span> {
    let (number, unit_s) = match text.strip_suffix('d') {
        Some(number) => (number, 86_400.0),
        None => (text.strip_suffix('h')?, 3600.0),
    };
    let seconds = number.trim_end().parse::<f64>().ok()? * unit_s;
    (1.0..=LONGEST_HALF_LIFE_S).contains(&seconds).then(|| Span::from_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_alike() {
        let names = [
            "easy",
            "fair:7d",
            "fair-easy:12h",
            "maxmin:blind",
            "las2d:tiresias",
            "easy+goodput",
            "scenario+rigid",
            "scenario/single:azure",
            "sjf-easy+shrink_expand/primary_then_overflow:azure/pack_domain",
            "a:b:c/d/e/f",
            "+/",
            "",
        ];
        for name in names {
            assert_eq!(PolicyName::parse(name).to_string(), name);
        }
    }

    #[test]
    fn what_is_written_is_read_alike() {
        let part = |text: &'static str| Some(PartName::parse(text));
        for elastic in [None, part("goodput")] {
            for (broker, placement) in [(None, None), (part("single:azure"), None), (part("cheapest"), part("fgd"))] {
                let name = PolicyName { preset: PartName::parse("fair-easy:7d"), elastic, broker, placement };
                let text = name.to_string();
                assert_eq!(PolicyName::parse(&text), name, "{text}");
            }
        }
        let name = PolicyName::parse("fair-easy:7d+goodput/single:azure");
        assert_eq!(name.preset, PartName { base: "fair-easy", argument: Some("7d") });
        assert_eq!(name.preset.without_easy(), Some(PartName { base: "fair", argument: Some("7d") }));
        assert_eq!((name.elastic, name.broker, name.placement), (part("goodput"), part("single:azure"), None));
    }

    #[test]
    fn half_lives() {
        assert_eq!((half_life("7d"), half_life("1.5 h")), (Some(Span::from_ms(604_800_000)), Some(Span::from_ms(5_400_000))));
        for wrong in ["", "7", "d", "0d", "-1h", "36526d", "NaNh", "7 days"] {
            assert_eq!(half_life(wrong), None, "{wrong}");
        }
    }
}
