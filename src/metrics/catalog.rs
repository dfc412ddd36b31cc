//! Every metric, declared once: its name, unit, direction, range, meaning, and where it stands.
//!
//! A metric is recorded by its constant, so that a misspelt name does not compile. Only this module can declare one, so that no metric is
//! missing from [`all`], from `docs/metrics.md` or from `skyberth catalog metrics`.

mod capacity;
mod cash;
mod dependency;
mod events;
mod jobs;
mod money;
mod properties;
mod reference;
mod services;
mod teams;

pub use capacity::*;
pub use cash::*;
pub use dependency::*;
pub use events::*;
pub use jobs::*;
pub use money::*;
pub use properties::{Direction, Futures, PeriodKind, Range, Reversals, ScopeKind, Shape, Statistic, Table, Unit};
pub use reference::{CatalogEntry, entries, markdown};
pub use services::*;
pub use teams::*;

/// A metric.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::manual_non_exhaustive, reason = "other modules of this crate must not declare one either")]
pub struct Metric {
    /// Name in files and options.
    pub name: &'static str,
    /// A few words for tables and axes.
    pub label: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// Unit of its values.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// Values it can have. An interval that would leave them is not printed.
    pub range: Range,
    /// How its values lie over futures.
    pub shape: Shape,
    /// Statistic over the jobs or the time of one future.
    pub statistic: Statistic,
    /// In each future it is the first of these metrics divided by the second.
    pub ratio: Option<[&'static Metric; 2]>,
    /// How futures are combined into one figure.
    pub futures: Futures,
    /// What it is measured for, the widest first.
    pub scopes: &'static [ScopeKind],
    /// Spans of time that it is measured over.
    pub periods: &'static [PeriodKind],
    /// Tables with a line a month or year that have columns of it, besides the summary.
    pub tables: &'static [Table],
    /// What a scenario must have for it; empty where every scenario has it.
    pub only_with: &'static str,
    /// Whether a change of it is better or worse by itself. One of cost or utilisation is not: what was delivered and served may have changed too.
    pub stands_alone: bool,
    /// Place on the first screen of a comparison, the least first.
    pub headline: Option<u8>,
    _sealed: (),
}

/// Metrics that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Heading.
    pub title: &'static str,
    /// The metrics, in the order of their declaration.
    pub metrics: &'static [&'static Metric],
    /// Names of their constants, in the same order.
    #[cfg(test)]
    constants: &'static [&'static str],
}

/// Declares a family: a doc comment with the meaning, the constant, and in parentheses name, label, unit, direction, range and scopes. What
/// differs from the defaults of [`Metric::plain`] follows in braces.
macro_rules! family {
    ($title:literal: $(
        $(#[doc = $meaning:literal])+
        $constant:ident ($name:literal, $label:literal, $unit:ident, $direction:ident, $range:ident, $scopes:expr)
        $({ $($field:ident: $value:expr),+ $(,)? })?;
    )+) => {
        $(
            $(#[doc = $meaning])+
            pub static $constant: $crate::metrics::catalog::Metric = $crate::metrics::catalog::Metric {
                $($($field: $value,)+)?
                ..$crate::metrics::catalog::Metric::plain(
                    [$name, $label, concat!($($meaning),+).trim_ascii()],
                    $crate::metrics::catalog::Unit::$unit,
                    $crate::metrics::catalog::Direction::$direction,
                    $crate::metrics::catalog::Range::$range,
                    $scopes,
                )
            };
        )+
        /// The metrics of this file.
        pub(super) static FAMILY: $crate::metrics::catalog::Family = $crate::metrics::catalog::Family {
            title: $title,
            metrics: &[$(&$constant),+],
            #[cfg(test)]
            constants: &[$(stringify!($constant)),+],
        };
    };
}
use family;

/// All families, in the order of documents.
pub static FAMILIES: [&Family; 8] = [
    &capacity::FAMILY,
    &jobs::FAMILY,
    &money::FAMILY,
    &cash::FAMILY,
    &services::FAMILY,
    &teams::FAMILY,
    &dependency::FAMILY,
    &events::FAMILY,
];

/// All metrics, family by family.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    FAMILIES.iter().flat_map(|family| family.metrics.iter().copied())
}

/// The metric of a name. O(metrics).
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    all().find(|metric| metric.name == name)
}

/// Which way a change of the metric of a name is better by itself; neither where it does not stand alone, and for a name that is unknown, as in files of
/// another version.
#[must_use]
pub fn judgement(name: &str) -> Direction {
    find(name).filter(|metric| metric.stands_alone).map_or(Direction::Neither, |metric| metric.direction)
}

/// Whether the metric of a name is one whose values over futures are skewed.
#[must_use]
pub fn is_skewed(name: &str) -> bool {
    find(name).is_some_and(|metric| metric.shape.is_skewed())
}

/// Metrics on the first screen of a comparison, in order.
#[must_use]
pub fn headlines() -> Vec<&'static Metric> {
    let mut headlines: Vec<&Metric> = all().filter(|metric| metric.headline.is_some()).collect();
    headlines.sort_by_key(|metric| metric.headline);
    headlines
}

impl Metric {
    /// A metric of every scenario that is measured over all spans of time and averaged over futures.
    const fn plain(
        [name, label, meaning]: [&'static str; 3],
        unit: Unit,
        direction: Direction,
        range: Range,
        scopes: &'static [ScopeKind],
    ) -> Self {
        Self {
            name,
            label,
            meaning,
            unit,
            direction,
            range,
            shape: Shape::Plain,
            statistic: Statistic::Plain,
            ratio: None,
            futures: Futures::Mean,
            scopes,
            periods: &PeriodKind::ALL,
            tables: &[],
            only_with: "",
            stands_alone: true,
            headline: None,
            _sealed: (),
        }
    }

    /// Whether policies can be ranked by it: each future has a value over the whole run, and one way is better.
    #[must_use]
    pub fn ranks(&self) -> bool {
        self.direction != Direction::Neither && self.futures.is_of_values() && self.periods.contains(&PeriodKind::Total)
    }

    /// Its name in three parts, any of which but the first may be empty: what is measured, the statistic, the unit.
    #[must_use]
    pub fn parts(&self) -> [&'static str; 3] {
        let cut = |text: &'static str, end: &str| text.strip_suffix(end).and_then(|text| text.strip_suffix('_'));
        let statistic = self.statistic.word();
        let rest = cut(self.name, statistic).unwrap_or(self.name);
        let unit = self.unit.suffix();
        cut(rest, unit).map_or([rest, statistic, ""], |stem| [stem, statistic, unit])
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Metric {}

impl AsRef<str> for Metric {
    fn as_ref(&self) -> &str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_spelt_like_their_constants() {
        let names: Vec<&str> = all().map(|metric| metric.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let constants = FAMILIES.iter().flat_map(|family| family.constants.iter());
        for (metric, constant) in all().zip(constants) {
            assert_eq!(metric.name.to_uppercase(), *constant);
            assert_eq!(find(metric.name), Some(metric));
        }
    }

    #[test]
    fn declarations_are_whole_sentences_with_a_label_and_a_scope() {
        for metric in all() {
            let name = metric.name;
            assert!(metric.meaning.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()), "{name}");
            assert!(metric.meaning.ends_with('.') && !metric.meaning.contains("  "), "{name}: {}", metric.meaning);
            assert!(!metric.label.is_empty() && !metric.scopes.is_empty() && !metric.periods.is_empty(), "{name}");
            assert_eq!(metric.range == Range::Share, metric.range.holds(0.5) && !metric.range.holds(1.5), "{name}");
        }
    }

    #[test]
    fn ratios_of_totals_have_both_parts_wherever_they_are() {
        for metric in all().filter(|metric| metric.futures == Futures::RatioOfTotals) {
            for part in metric.ratio.expect("two metrics") {
                assert!(metric.scopes.iter().all(|scope| part.scopes.contains(scope)), "{}", metric.name);
                assert!(metric.periods.iter().all(|period| part.periods.contains(period)), "{}", metric.name);
            }
        }
    }

    #[test]
    fn statistics_and_units_stand_where_names_say() {
        for (metric, parts) in [
            (&WAIT_S_P90, ["wait", "p90", "s"]),
            (&POWER_MW_MEAN, ["power", "mean", "mw"]),
            (&COST_USD, ["cost", "", "usd"]),
            (&BOUNDED_SLOWDOWN_MEAN, ["bounded_slowdown", "mean", ""]),
            (&N_MINUS_1_LOSS_GPU_HOURS_SHARE, ["n_minus_1_loss_gpu_hours", "", "share"]),
            (&UNIT_COST_AT_RISK_USD_PER_H100E_HOUR, ["unit_cost_at_risk", "", "usd_per_h100e_hour"]),
            (&USD_PER_USEFUL_H100E_HOUR, ["usd_per_useful_h100e_hour", "", ""]),
            (&PREEMPTIONS, ["preemptions", "", ""]),
        ] {
            assert_eq!(metric.parts(), parts);
        }
        for metric in all().filter(|metric| metric.statistic != Statistic::Plain) {
            assert!(metric.name.ends_with(metric.statistic.word()), "{}", metric.name);
        }
        // A name never ends in a unit that its declaration does not have.
        let suffixes = all().map(|metric| metric.unit.suffix()).filter(|suffix| !suffix.is_empty()).collect::<BTreeSet<_>>();
        for metric in all() {
            let rest = metric.name.strip_suffix(metric.statistic.word()).unwrap_or(metric.name).trim_end_matches('_');
            let longest = suffixes.iter().filter(|unit| rest.ends_with(&format!("_{unit}"))).max_by_key(|unit| unit.len());
            assert!(longest.is_none_or(|unit| *unit == metric.unit.suffix()), "{}: {longest:?}", metric.name);
        }
    }

    #[test]
    fn bills_end_at_zero_unless_contracts_pay_back() {
        let of = |pays_back: bool, has_minimums: bool| Reversals { pays_back, has_minimums };
        let (positive, any) = ([0.0, f64::INFINITY], [f64::NEG_INFINITY, f64::INFINITY]);
        assert_eq!(
            [of(false, false), of(false, true), of(true, false)].map(|of| Range::Bill.bounds(of)),
            [positive, positive, any]
        );
        assert_eq!([of(false, false), of(false, true), of(true, false)].map(|of| Range::Accrual.bounds(of)), [positive, any, any]);
        assert_eq!(Range::Signed.bounds(of(false, false)), any);
        assert_eq!(Range::NonPositive.bounds(of(false, false)), [f64::NEG_INFINITY, 0.0]);
        assert_eq!(Range::Share.bounds(of(true, true)), [0.0, 1.0]);
    }

    #[test]
    fn skewed_metrics_are_times_queues_and_their_ratios() {
        for metric in all() {
            let is_time_of_jobs = ["wait_s_", "completion_s_", "bounded_slowdown", "finish_time_ratio"];
            assert!(
                !is_time_of_jobs.iter().any(|stem| metric.name.starts_with(stem)) || metric.shape.is_skewed(),
                "{}",
                metric.name
            );
            // The median over futures is shown: there must be a value in each of them, and no total to be a ratio of.
            assert!(!metric.shape.is_skewed() || metric.futures == Futures::Mean, "{}", metric.name);
            assert!(metric.futures != Futures::Share || metric.range == Range::Share, "{}", metric.name);
        }
    }

    #[test]
    fn headlines_have_places_of_their_own() {
        let places: Vec<Option<u8>> = headlines().iter().map(|metric| metric.headline).collect();
        assert!(places.len() > 10 && places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    }
}
