//! How spot capacity is taken back.

use super::Compiler;
use super::outages::LONGEST_S;
use crate::model::calendar::Calendar;
use crate::model::eviction::{EvictionTimes, Evictions};
use crate::model::ramp::{CapacityKind, Tranche};
use crate::scenario::spec::{DurationText, EvictionSpec};
use crate::units::{SimTime, Span};

/// Evictions are worked out beforehand, so their number is limited.
const MOST_PER_DAY: f64 = 100.0;

impl Compiler<'_, '_> {
    pub(super) fn evictions(
        &mut self,
        cluster: &str,
        name: &str,
        spec: &EvictionSpec,
        ramp: &[Tranche],
        calendar: &Calendar,
    ) -> Option<Evictions> {
        let at = format!("{cluster}.eviction");
        if !ramp.iter().any(|tranche| tranche.kind == CapacityKind::Spot) {
            let help = "write `kind = \"spot\"` at tranches that may be taken back";
            self.error_help(&at, "evictions need a spot tranche", help);
        }
        let times = self.eviction_times(&at, spec, calendar);
        let out_s = self.law(&format!("{at}.out"), &spec.out, 0.0, LONGEST_S);
        let share = self.within(&format!("{at}.share"), spec.share(), 1e-6, 1.0);
        let about = format!("evictions from cluster {name}");
        self.grade(&about, String::new(), spec.confidence, spec.source.as_ref());
        let notice = spec.notice.map_or(Span::ZERO, DurationText::span);
        if notice >= calendar.horizon() - SimTime::ZERO {
            self.error_help(
                &format!("{at}.notice"),
                "the notice is as long as the scenario",
                "nothing would ever go: give a shorter one",
            );
        }
        Some(Evictions { times: times?, out_s: out_s?, share: share?, notice })
    }

    fn eviction_times(&mut self, at: &str, spec: &EvictionSpec, calendar: &Calendar) -> Option<EvictionTimes> {
        match (&spec.at, spec.per_day) {
            (Some(moments), None) => {
                let mut times: Vec<SimTime> = Vec::new();
                for (index, moment) in moments.iter().enumerate() {
                    let time = calendar.moment(moment.0);
                    let path = format!("{at}.at[{index}]");
                    if time < SimTime::ZERO || time >= calendar.horizon() {
                        let (first, last) = (calendar.start(), calendar.last_day());
                        let help = format!("the scenario lasts from {first} to {last}");
                        self.error_help(&path, format!("the eviction on {moment} is outside the scenario"), help);
                        return None;
                    }
                    if times.last().is_some_and(|&last| time <= last) {
                        self.error(&path, format!("{moment} is not after the moment before it: write them in order"));
                        return None;
                    }
                    times.push(time);
                }
                Some(EvictionTimes::At(times))
            }
            (None, Some(per_day)) => {
                let per_day = self.within(&format!("{at}.per_day"), per_day, 0.0, MOST_PER_DAY)?;
                Some(EvictionTimes::Random { per_day })
            }
            (Some(_), Some(_)) => {
                self.error(&format!("{at}.at"), "give either `per_day` or `at`, not both");
                None
            }
            (None, None) => {
                self.error_help(at, "an eviction needs `per_day` or `at`", "give `per_day` or `at`");
                None
            }
        }
    }
}
