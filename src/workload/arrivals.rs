//! Submission times: a Poisson process whose rate is a path, drawn so that changed demand keeps the other jobs as they were.
//!
//! Think of points scattered over the plane of time x rate, one per unit of area; the submissions at rate r(t) are the points under
//! the curve. Raising the curve adds points and lowering it removes some, but none moves. The plane is cut into layers of doubling
//! height, [2^(j-1), 2^j) jobs a day, each a separate Poisson process, and each layer into windows of time that hold 64 points on
//! average. A point's address is (layer, window, index), so that its time and height depend on nothing else, and windows that lie
//! wholly above the curve are skipped without being drawn.
//!
//! Source of the construction: P. A. W. Lewis and G. S. Shedler, "Simulation of nonhomogeneous Poisson processes by thinning",
//! Naval Research Logistics Quarterly 26 (1979), here with a fixed dominating field in place of one dominating rate.

use crate::kernel::random::Address;
use crate::model::demand::Demand;
use crate::units::{SimTime, Span};

/// The lowest layer reaches from zero to 2^-10 jobs a day.
const LOWEST: i32 = -10;
/// No rate is above 2^33 jobs a day (about 100,000 a second).
const HIGHEST: i32 = 33;
/// Points of a window, on average.
const POINTS_PER_WINDOW: f64 = 64.0;
/// Slot of a point's gap to its predecessor; its height is in the next one.
const GAP: u64 = 0;
const HEIGHT: u64 = 1;

/// A submission: its time, and the address that all its other draws depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// When it is submitted.
    pub time: SimTime,
    /// Where its draws are.
    pub address: Address,
}

/// The submissions of one workload, in order of time.
#[derive(Clone, Debug)]
pub struct Arrivals {
    demand: Demand,
    horizon: SimTime,
    /// Layers with a point still to come, the earliest last. Submissions mostly come from the few highest ones, so putting a layer
    /// back is a short insertion.
    layers: Vec<Layer>,
    /// The hour last asked for, and its rate.
    cached: (i64, f64),
}

#[derive(Clone, Debug)]
struct Layer {
    address: Address,
    /// Lower edge and height [jobs per day].
    low: f64,
    height: f64,
    /// Length of a window [ms].
    window_ms: f64,
    window: u64,
    index: u64,
    /// Exact time of the last point [ms]; its rounded-down value is the submission.
    clock_ms: f64,
    next: Candidate,
}

impl Arrivals {
    /// The submissions of a workload whose draws depend on `address`, from zero to the horizon.
    #[must_use]
    pub fn new(address: Address, demand: &Demand, horizon: SimTime) -> Self {
        let mut arrivals = Self { demand: demand.clone(), horizon, layers: Vec::new(), cached: (i64::MIN, 0.0) };
        let bound = arrivals.demand.bound(SimTime::ZERO, horizon);
        for level in LOWEST..=HIGHEST {
            let top = libm::exp2(f64::from(level));
            let low = if level == LOWEST { 0.0 } else { top / 2.0 };
            if low >= bound {
                break;
            }
            let height = top - low;
            let layer = Layer {
                address: address.number(u64::from((level - LOWEST).unsigned_abs())),
                low,
                height,
                window_ms: POINTS_PER_WINDOW / height * Span::DAY.ms() as f64,
                window: 0,
                index: 0,
                clock_ms: 0.0,
                next: Candidate { time: SimTime::ZERO, address },
            };
            arrivals.advance(layer);
        }
        arrivals
    }

    /// When the next job is submitted. O(1).
    #[must_use]
    pub fn next_time(&self) -> Option<SimTime> {
        self.layers.last().map(|layer| layer.next.time)
    }

    /// Draws on until the layer's next point under the curve, and puts it in its place. Layers that are done are dropped.
    fn advance(&mut self, mut layer: Layer) {
        let horizon_ms = self.horizon.ms() as f64;
        loop {
            let begin = layer.window as f64 * layer.window_ms;
            if begin >= horizon_ms {
                return;
            }
            let end = begin + layer.window_ms;
            if layer.index == 0 {
                layer.clock_ms = begin;
                let (from, to) = (SimTime::from_ms(begin as i64), SimTime::from_ms(end.min(horizon_ms) as i64));
                if self.demand.bound(from, to) <= layer.low {
                    layer.window += 1;
                    continue;
                }
            }
            let address = layer.address.number(layer.window).number(layer.index);
            layer.index += 1;
            layer.clock_ms += address.draws(GAP).exponential() / layer.height * Span::DAY.ms() as f64;
            if layer.clock_ms >= end {
                layer.window += 1;
                layer.index = 0;
                continue;
            }
            if layer.clock_ms >= horizon_ms {
                return;
            }
            let time = SimTime::from_ms(layer.clock_ms as i64);
            let rate = self.rate(time);
            // A whole layer under the curve needs no height.
            if rate >= layer.low + layer.height || layer.low + layer.height * address.draws(HEIGHT).uniform() < rate {
                layer.next = Candidate { time, address };
                let place = self.layers.iter().rposition(|other| other.next.time > time).map_or(0, |index| index + 1);
                self.layers.insert(place, layer);
                return;
            }
        }
    }

    fn rate(&mut self, time: SimTime) -> f64 {
        let hour = time.ms() / Span::HOUR.ms();
        if self.cached.0 != hour {
            self.cached = (hour, self.demand.at(time));
        }
        self.cached.1
    }
}

impl Iterator for Arrivals {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let layer = self.layers.pop()?;
        let next = layer.next;
        self.advance(layer);
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(demand: &Demand, days: i64) -> Vec<Candidate> {
        Arrivals::new(Address::stream(1, 0, "arrivals").name("w"), demand, SimTime::from_ms(days * Span::DAY.ms())).collect()
    }

    #[test]
    fn a_constant_rate_is_a_poisson_process() {
        let times = collect(&Demand::constant(100.0), 1000);
        assert!(times.is_sorted_by_key(|candidate| candidate.time));
        // 100,000 expected; the standard deviation is 316.
        assert!((times.len() as f64 - 1e5).abs() < 4.0 * 316.0, "{}", times.len());
        let mut by_day = vec![0.0_f64; 1000];
        for candidate in &times {
            by_day[(candidate.time.ms() / Span::DAY.ms()) as usize] += 1.0;
        }
        let variance = by_day.iter().map(|count| (count - 100.0) * (count - 100.0)).sum::<f64>() / 1000.0;
        assert!((variance / 100.0 - 1.0).abs() < 4.0 * (2.0_f64 / 1000.0).sqrt(), "index of dispersion {}", variance / 100.0);
    }

    #[test]
    fn changed_demand_thins_or_extends_and_moves_nobody() {
        let mut demand = Demand::constant(37.0);
        demand.daily[9] = 3.0;
        let base = collect(&demand, 200);
        demand.factor = 1.3;
        let more = collect(&demand, 200);
        demand.factor = 0.7;
        let less = collect(&demand, 200);
        assert!(base.iter().all(|candidate| more.contains(candidate)));
        assert!(less.iter().all(|candidate| base.contains(candidate)));
        assert!(less.len() < base.len() && base.len() < more.len());
    }

    #[test]
    fn the_count_follows_growth_and_profile() {
        let mut demand = Demand::constant(20.0);
        demand.growth =
            crate::model::demand::Growth { per_year: 3.0, decays_to: 1.2, half_life: Span::from_ms(300 * Span::DAY.ms()) };
        demand.weekly = [1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5];
        let end = SimTime::from_ms(900 * Span::DAY.ms());
        let expected = demand.mean(SimTime::ZERO, end) * 900.0;
        let count = collect(&demand, 900).len() as f64;
        assert!((count - expected).abs() < 4.0 * expected.sqrt(), "{count} against {expected}");
    }
}
