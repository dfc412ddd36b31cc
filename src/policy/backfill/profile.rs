//! What will be free when, as far as is planned.

use crate::units::{SimTime, Span};

/// Free GPUs of a cluster from now on: a step function of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Instants from which so many are free, in order; the last holds for ever.
    steps: Vec<(SimTime, i64)>,
}

impl Profile {
    /// Starts over: so many are free now, and `coming` at later instants on top (instants that are past count as now).
    pub fn reset(&mut self, now: SimTime, free: u64, coming: impl Iterator<Item = (SimTime, u64)>) {
        self.steps.clear();
        self.steps.extend(coming.map(|(time, gpus)| (time.max(now), gpus as i64)));
        self.steps.push((now, free as i64));
        self.steps.sort_unstable_by_key(|&(time, _)| time);
        // From changes to levels, one step an instant.
        let mut level = 0;
        let mut kept = 0;
        for index in 0..self.steps.len() {
            let (time, change) = self.steps[index];
            level += change;
            if kept > 0 && self.steps[kept - 1].0 == time {
                self.steps[kept - 1].1 = level;
            } else {
                self.steps[kept] = (time, level);
                kept += 1;
            }
        }
        self.steps.truncate(kept);
    }

    /// Forgets what lies before `now`.
    pub fn advance(&mut self, now: SimTime) {
        let past = self.steps.partition_point(|&(time, _)| time <= now);
        if past > 0 {
            self.steps.drain(..past - 1);
            self.steps[0].0 = now;
        }
    }

    /// The earliest instant from `from` on at which `gpus` are free for so long; none where that is never. O(steps).
    pub fn earliest(&self, gpus: u64, length: Span, from: SimTime) -> Option<SimTime> {
        self.earliest_by(gpus, length, from, SimTime::NEVER)
    }

    /// The same, if it is not after `latest`. O(steps), but quick where few are free by then.
    pub fn earliest_by(&self, gpus: u64, length: Span, from: SimTime, latest: SimTime) -> Option<SimTime> {
        let gpus = gpus as i64;
        let mut index = self.steps.partition_point(|&(time, _)| time <= from).saturating_sub(1);
        'candidates: while index < self.steps.len() && self.steps[index].0 <= latest {
            if self.steps[index].1 < gpus {
                index += 1;
                continue;
            }
            let start = self.steps[index].0.max(from);
            let end = start.saturating_add(length);
            for later in index + 1..self.steps.len() {
                let (time, free) = self.steps[later];
                if time >= end {
                    break;
                }
                if free < gpus {
                    index = later + 1;
                    continue 'candidates;
                }
            }
            return Some(start);
        }
        None
    }

    /// Takes GPUs from an instant on for so long. O(steps).
    pub fn reserve(&mut self, gpus: u64, start: SimTime, length: Span) {
        if length == Span::ZERO {
            return;
        }
        let first = self.cut(start);
        let last = self.cut(start.saturating_add(length));
        for step in &mut self.steps[first..last] {
            step.1 -= gpus as i64;
        }
    }

    /// Makes a step begin at an instant that is not before the first; returns which.
    fn cut(&mut self, time: SimTime) -> usize {
        let index = self.steps.partition_point(|&(known, _)| known < time);
        if self.steps.get(index).is_none_or(|&(known, _)| known != time) {
            let level = self.steps[index.saturating_sub(1)].1;
            self.steps.insert(index, (time, level));
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_hole_that_is_long_enough() {
        let at = SimTime::from_ms;
        let long = Span::from_ms;
        let mut profile = Profile::default();
        profile.reset(at(10), 2, [(at(30), 4), (at(5), 1), (at(30), 1)].into_iter());
        assert_eq!(profile.earliest(3, long(100), at(10)), Some(at(10)));
        assert_eq!(profile.earliest(8, long(1), at(10)), Some(at(30)));
        assert_eq!(profile.earliest(9, long(1), at(10)), None);
        profile.reserve(2, at(12), long(10));
        assert_eq!(profile.earliest(2, long(2), at(10)), Some(at(10)));
        assert_eq!(profile.earliest(2, long(3), at(10)), Some(at(22)));
        assert_eq!(profile.earliest(4, long(3), at(10)), Some(at(30)));
        profile.advance(at(25));
        assert_eq!(profile.earliest(1, long(1), at(25)), Some(at(25)));
    }
}
