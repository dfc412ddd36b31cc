//! Observes what happens around events without changing it: a run with watches has the same results as one without.

use super::world::{Event, World, class};
use crate::metrics::Watched;
use crate::model::watch::Watch;
use crate::units::{GpuTime, SimTime, Span};

/// A watch while it is kept.
pub(super) struct Watching {
    from: SimTime,
    until: SimTime,
    seen: Watched,
    state: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Ahead,
    Within,
    Draining,
    Over,
}

impl Watching {
    pub fn new(watch: &Watch) -> Self {
        Self { from: watch.from, until: watch.until, seen: Watched::default(), state: Phase::Ahead }
    }

    pub fn into_seen(self) -> Watched {
        self.seen
    }

    /// The span after the event in which services are looked at: as long as it lasted, at least a day.
    fn after(&self) -> SimTime {
        self.until.saturating_add((self.until - self.from).max(Span::DAY))
    }

    /// What services did evenly over a span, as far as it lies within or after the event.
    pub fn served(&mut self, begin: SimTime, end: SimTime, demanded: f64, within: f64) {
        let spans = [(self.from, self.until), (self.until, self.after())];
        for (part, (from, until)) in spans.into_iter().enumerate() {
            let overlap = (end.min(until) - begin.max(from)).ms();
            if overlap > 0 {
                let share = overlap as f64 / (end - begin).ms() as f64;
                self.seen.demanded_tokens[part] += demanded * share;
                self.seen.within_objective_tokens[part] += within * share;
            }
        }
    }
}

impl World<'_> {
    /// Puts the beginnings and ends of watches on the calendar, ahead of all else that happens then.
    pub(super) fn expect_watches(&mut self) {
        for (number, watch) in (0..).zip(&self.watches) {
            self.events.push(watch.from, class::CAPACITY_UP, Event::Watch { number });
            if watch.until > watch.from {
                self.events.push(watch.until, class::CAPACITY_UP, Event::Watch { number });
            }
        }
    }

    /// A watch begins or ends. It does not count as an event.
    pub(super) fn watch(&mut self, number: u32) {
        self.handled -= 1;
        let allocated = self.allocated_so_far();
        let watch = &mut self.watches[number as usize];
        let (seen, lost) = (&mut watch.seen, &self.totals.lost);
        if watch.state == Phase::Ahead {
            seen.happened = true;
            seen.queued_before = self.totals.queued;
            seen.queued_peak = self.totals.queued;
            seen.interruptions = self.totals.interruptions;
            (seen.allocated, seen.lost) = (allocated, lost.clone());
            watch.state = Phase::Within;
            if watch.until > watch.from {
                return;
            }
            (seen.allocated, seen.lost) = (vec![GpuTime::default(); lost.len()], vec![GpuTime::default(); lost.len()]);
            seen.interruptions = 0;
        } else {
            let since = |now: &[GpuTime], then: &[GpuTime]| now.iter().zip(then).map(|(now, then)| *now - *then).collect();
            (seen.allocated, seen.lost) = (since(&allocated, &seen.allocated), since(lost, &seen.lost));
            seen.interruptions = self.totals.interruptions - seen.interruptions;
        }
        watch.state = Phase::Draining;
    }

    fn allocated_so_far(&self) -> Vec<GpuTime> {
        (0..self.model.clusters.len()).map(|cluster| self.recorder.allocated_so_far(cluster.into(), self.now)).collect()
    }

    /// How long the queue is after a pass. O(watches).
    pub(super) fn look_at_queue(&mut self) {
        let (queued, now) = (self.totals.queued, self.now);
        for watch in &mut self.watches {
            if matches!(watch.state, Phase::Within | Phase::Draining) {
                watch.seen.queued_peak = watch.seen.queued_peak.max(queued);
            }
            if watch.state == Phase::Draining && queued <= watch.seen.queued_before {
                watch.seen.drained = Some(now);
                watch.state = Phase::Over;
            }
        }
    }

    /// The horizon comes while an event lasts: what was seen until then counts.
    pub(super) fn close_watches(&mut self) -> Vec<Watched> {
        for number in 0..self.watches.len() {
            if self.watches[number].state == Phase::Within {
                self.handled += 1;
                self.watch(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        std::mem::take(&mut self.watches).into_iter().map(Watching::into_seen).collect()
    }
}
