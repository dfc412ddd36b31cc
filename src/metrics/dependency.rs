//! How far one depends on few vendors: shares, concentration, and how long commitments last.
//!
//! The amounts are in any one base, stated by who asks: committed USD, IT MW, active GPU-hours, GPU-hours served. The same
//! measures serve for chip suppliers, developers, grid regions and jurisdictions.

use crate::kernel::math;

/// How concentrated amounts are on few of their holders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concentration {
    /// The Herfindahl-Hirschman index: the sum of squared percentages \[0 to 10,000\].
    ///
    /// Source: U.S. Department of Justice and FTC, "Merger Guidelines" (2023), 2.1: above 1,800 highly concentrated, a change of
    /// more than 100 significant.
    pub hhi: f64,
    /// The index of the largest amount; of equals, the first.
    pub largest: usize,
    /// The largest share \[0 to 1\].
    pub cr1: f64,
    /// The three largest shares together \[0 to 1\].
    pub cr3: f64,
    /// Effective holders by entropy, exp(-sum w ln w): as many equal ones would be as diverse \[1 to their number\].
    ///
    /// Source: M. O. Hill, "Diversity and evenness", Ecology 54 (1973), the number of order 1.
    pub effective_entropy: f64,
    /// Effective holders by inverse concentration, 1 / sum w^2 \[1 to their number\]: Hill's number of order 2.
    pub effective_inverse: f64,
}

impl Concentration {
    /// The concentration of amounts, one a holder. None where they sum to zero, or one is negative or not finite: shares are
    /// undefined then. Sums are done in the order given. O(n).
    #[must_use]
    pub fn of(amounts: &[f64]) -> Option<Self> {
        let shares = shares(amounts)?;
        let mut largest = 0;
        let mut top = [0.0_f64; 3];
        let (mut squares, mut entropy) = (0.0, 0.0);
        for (index, &share) in shares.iter().enumerate() {
            squares += share * share;
            if share > 0.0 {
                entropy -= share * math::ln(share);
            }
            if share > shares[largest] {
                largest = index;
            }
            push_down(&mut top, share);
        }
        Some(Self {
            hhi: 10_000.0 * squares,
            largest,
            cr1: top[0],
            // Three roundings may add up to a hair above the whole.
            cr3: top.iter().sum::<f64>().min(1.0),
            effective_entropy: math::exp(entropy),
            effective_inverse: 1.0 / squares,
        })
    }
}

/// Between what the figures of a concentration lie where some amounts are known only to lie within a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The Herfindahl-Hirschman index, least and most.
    pub hhi: [f64; 2],
    /// The largest share, least and most \[0 to 1\].
    pub cr1: [f64; 2],
}

/// Unknown amounts of which every combination of ends is tried.
const MOST_UNKNOWN: usize = 12;

impl Bounds {
    /// The least and the most that any amounts within the ranges give, one range a holder. None where all may be zero alone, or an end is
    /// negative, not finite or out of order.
    ///
    /// The square root of the index is the length of the vector of amounts over their sum, which is quasi-convex. So the least lies where
    /// each amount is as near as its range allows to sum a^2 / sum a, and the most in a corner, where each amount is at one of its ends.
    /// Corners are tried one by one; with more than twelve unknown holders the most is 10,000. O(2^unknown n).
    #[must_use]
    pub fn of(ranges: &[[f64; 2]]) -> Option<Self> {
        let is_sound = |&[low, high]: &[f64; 2]| low >= 0.0 && low <= high && high.is_finite();
        if !ranges.iter().all(is_sound) || ranges.iter().all(|range| range[1] == 0.0) {
            return None;
        }
        Some(Self { hhi: [least_hhi(ranges)?, most_hhi(ranges)?], cr1: [least_cr1(ranges), most_cr1(ranges)] })
    }
}

fn least_hhi(ranges: &[[f64; 2]]) -> Option<f64> {
    let at = |level: f64| -> Vec<f64> { ranges.iter().map(|&[low, high]| level.clamp(low, high)).collect() };
    let (mut below, mut above) = (0.0, ranges.iter().fold(0.0_f64, |most, range| most.max(range[1])));
    for _ in 0..100 {
        let level = 0.5 * (below + above);
        let amounts = at(level);
        let is_below = amounts.iter().map(|amount| amount * (level - amount)).sum::<f64>() < 0.0;
        (below, above) = if is_below { (level, above) } else { (below, level) };
    }
    Concentration::of(&at(above)).map(|found| found.hhi)
}

fn most_hhi(ranges: &[[f64; 2]]) -> Option<f64> {
    let unknown: Vec<usize> = (0..ranges.len()).filter(|&holder| ranges[holder][0] < ranges[holder][1]).collect();
    if unknown.len() > MOST_UNKNOWN {
        return Some(10_000.0);
    }
    let mut amounts: Vec<f64> = ranges.iter().map(|range| range[0]).collect();
    let corners = (0..1_u32 << unknown.len()).filter_map(|corner| {
        for (place, &holder) in unknown.iter().enumerate() {
            amounts[holder] = ranges[holder][usize::from(corner >> place & 1 == 1)];
        }
        Concentration::of(&amounts).map(|found| found.hhi)
    });
    corners.max_by(f64::total_cmp)
}

/// Others may be as large as the largest, but none must be larger.
fn least_cr1(ranges: &[[f64; 2]]) -> f64 {
    let largest = ranges.iter().fold(0.0_f64, |most, range| most.max(range[0]));
    let all: f64 = ranges.iter().map(|range| range[1].min(largest)).sum();
    // Where nothing is known for certain, all may be equally small.
    if all > 0.0 { largest / all } else { 1.0 / ranges.iter().filter(|range| range[1] > 0.0).count() as f64 }
}

/// One is as large as it may be, and the others as small.
fn most_cr1(ranges: &[[f64; 2]]) -> f64 {
    let all: f64 = ranges.iter().map(|range| range[0]).sum();
    let share = |&[low, high]: &[f64; 2]| if high > 0.0 { high / (all - low + high) } else { 0.0 };
    ranges.iter().map(share).fold(0.0, f64::max).min(1.0)
}

/// Each amount's share of their sum \[0 to 1\], in order. None where they sum to zero, or one is negative or not finite.
#[must_use]
pub fn shares(amounts: &[f64]) -> Option<Vec<f64>> {
    let total = total(amounts.iter().copied())?;
    Some(amounts.iter().map(|amount| amount / total).collect())
}

/// The mean time that commitments still run, weighted by their amounts \[years\]: sum C y / sum C over (amount C, years left y).
/// None where the amounts sum to zero, or one is negative or not finite.
#[must_use]
pub fn tenor_years(commitments: &[(f64, f64)]) -> Option<f64> {
    let total = total(commitments.iter().map(|&(committed, _)| committed))?;
    Some(commitments.iter().map(|&(committed, years_left)| committed * years_left).sum::<f64>() / total)
}

/// Dependence on a vendor that its share of the load overstates where the load can go elsewhere: w (1 - s), for a share w of the load of
/// which a part s can be placed elsewhere within a stated time. All between 0 and 1; parts outside are held to it.
#[must_use]
pub fn adjusted_dependence(share: f64, substitutable: f64) -> f64 {
    share * (1.0 - substitutable.clamp(0.0, 1.0))
}

/// What holds a buyer who leaves a vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exit {
    /// Time until the data that lie with the vendor alone are elsewhere \[days\].
    pub data_days: f64,
    /// Time until the contracts end: their notice, early termination, or what is left of their terms \[days\].
    pub notice_days: f64,
    /// Time until equal capacity is there elsewhere \[days\].
    pub replacement_days: f64,
}

impl Exit {
    /// The time that leaving takes \[days\]: all three run at once, and the last one counts.
    #[must_use]
    pub fn days(&self) -> f64 {
        self.data_days.max(self.notice_days).max(self.replacement_days)
    }
}

/// What leaving a vendor costs \[USD\].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SwitchingCost {
    /// The data that leave.
    pub egress: f64,
    /// The vendor's capacity while the data move: it is paid, and so is what replaces it.
    pub double_running: f64,
    /// Fees for ending contracts early.
    pub termination: f64,
    /// Commitments that are paid after work has left.
    pub unused_commitment: f64,
}

impl SwitchingCost {
    /// The sum \[USD\].
    #[must_use]
    pub fn total(&self) -> f64 {
        self.egress + self.double_running + self.termination + self.unused_commitment
    }
}

/// The sum, where shares of it mean something.
fn total(mut amounts: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let total = amounts.clone().sum::<f64>();
    (total > 0.0 && total.is_finite() && amounts.all(|amount| amount >= 0.0)).then_some(total)
}

/// Puts a share into its place among the three largest.
fn push_down(top: &mut [f64; 3], mut share: f64) {
    for place in top {
        if share > *place {
            std::mem::swap(place, &mut share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    #[test]
    fn total_commitments() {
        let four = Concentration::of(&[300.0, 250.0, 38.0, 22.4]).expect("shares");
        near(four.hhi, 4_145.0, 0.5);
        near(four.cr1, 0.491, 0.000_5);
        near(four.cr3, 1.0 - 22.4 / 610.4, 1e-12);
        near(four.effective_inverse, 2.41, 0.005);
        near(four.effective_entropy, 2.74, 0.005);
        assert_eq!(four.largest, 0);
        let five = Concentration::of(&[300.0, 250.0, 138.0, 22.4, 20.0]).expect("shares");
        near(five.hhi, 3_232.0, 0.5);
    }

    #[test]
    fn operating_power() {
        let power = Concentration::of(&[590.0, 1_564.0, 183.0]).expect("shares");
        near(power.hhi, 5_177.0, 0.5);
        near(power.cr1, 0.669, 0.000_5);
        assert_eq!(power.largest, 1);
    }

    #[test]
    fn commitments_per_year() {
        let per_year = [300.0 / 5.0, 250.0 / 8.0, 38.0 / 7.0, 22.4 / 5.0];
        let shares = shares(&per_year).expect("shares");
        for (share, percent) in shares.iter().zip([59.3, 30.9, 5.4, 4.4]) {
            near(100.0 * share, percent, 0.05);
        }
        near(Concentration::of(&per_year).expect("shares").hhi, 4_521.0, 0.5);
    }

    #[test]
    fn the_ends_of_the_scale() {
        let one = Concentration::of(&[0.0, 7.0]).expect("shares");
        assert_eq!((one.hhi, one.largest, one.cr1, one.cr3), (10_000.0, 1, 1.0, 1.0));
        assert_eq!((one.effective_entropy, one.effective_inverse), (1.0, 1.0));
        let equal = Concentration::of(&[3.0; 8]).expect("shares");
        assert_eq!((equal.hhi, equal.largest, equal.cr1, equal.cr3), (1_250.0, 0, 0.125, 0.375));
        near(equal.effective_entropy, 8.0, 1e-12);
        near(equal.effective_inverse, 8.0, 1e-12);
    }

    #[test]
    fn no_sum_no_shares() {
        for amounts in [&[][..], &[0.0, 0.0], &[2.0, -1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(Concentration::of(amounts), None, "{amounts:?}");
            let pairs: Vec<_> = amounts.iter().map(|&amount| (amount, 1.0)).collect();
            assert_eq!(tenor_years(&pairs), None, "{amounts:?}");
        }
    }

    #[test]
    fn unknown_amounts_bound_what_is_known() {
        // One unknown between nothing and as much as the largest of 300 and 100: least at (90,000 + 10,000) / 400 = 250, most at nothing.
        let bounds = Bounds::of(&[[300.0; 2], [100.0; 2], [0.0, 300.0]]).expect("bounds");
        let hhi = |amounts: &[f64]| Concentration::of(amounts).expect("shares").hhi;
        near(bounds.hhi[0], hhi(&[300.0, 100.0, 250.0]), 1e-6);
        near(bounds.hhi[1], hhi(&[300.0, 100.0, 0.0]), 1e-6);
        near(bounds.cr1[0], 300.0 / 700.0, 1e-12);
        near(bounds.cr1[1], 0.75, 1e-12);
        // An unknown that dwarfs all others is the largest itself.
        let dwarfed = Bounds::of(&[[1.0; 2], [1.0; 2], [0.0, 98.0]]).expect("bounds");
        near(dwarfed.hhi[1], hhi(&[1.0, 1.0, 98.0]), 1e-6);
        near(dwarfed.cr1[1], 0.98, 1e-12);
        near(dwarfed.hhi[0], hhi(&[1.0, 1.0, 1.0]), 1e-6);
        // What is known has itself for bounds.
        let known = Bounds::of(&[[3.0; 2], [1.0; 2]]).expect("bounds");
        near(known.hhi[0], known.hhi[1], 1e-6);
        assert_eq!((known.cr1, Bounds::of(&[[0.0; 2]]), Bounds::of(&[[2.0, 1.0]])), ([0.75; 2], None, None));
        assert_eq!(Bounds::of(&[[0.0, 5.0], [0.0, 9.0]]).expect("bounds").hhi, [5_000.0, 10_000.0]);
        assert_eq!(Bounds::of(&[[0.0, 1.0]; 13]).expect("bounds").hhi[1], 10_000.0);
    }

    /// No amounts within the ranges lie outside the bounds, and some come near them.
    #[test]
    fn bounds_hold_whatever_is_drawn_within_the_ranges() {
        let ranges = [[250.0; 2], [40.0, 300.0], [0.0, 120.0], [22.4; 2], [10.0, 60.0]];
        let bounds = Bounds::of(&ranges).expect("bounds");
        let mut draws = crate::kernel::random::Address::stream(1, 0, "bounds").draws(0);
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for _ in 0..20_000 {
            let amounts = ranges.map(|[low, high]| low + (high - low) * draws.uniform());
            let found = Concentration::of(&amounts).expect("shares");
            assert!(bounds.hhi[0] - 1e-6 <= found.hhi && found.hhi <= bounds.hhi[1] + 1e-6, "{amounts:?} {bounds:?}");
            assert!(bounds.cr1[0] - 1e-9 <= found.cr1 && found.cr1 <= bounds.cr1[1] + 1e-9, "{amounts:?} {bounds:?}");
            (least, most) = (least.min(found.hhi), most.max(found.hhi));
        }
        assert!(least < 1.05 * bounds.hhi[0] && most > 0.85 * bounds.hhi[1], "{least} {most} {bounds:?}");
    }

    #[test]
    fn leaving_a_vendor() {
        near(adjusted_dependence(0.6, 0.25), 0.45, 1e-15);
        assert_eq!((adjusted_dependence(0.6, 1.0), adjusted_dependence(0.6, 0.0), adjusted_dependence(0.6, 7.0)), (0.0, 0.6, 0.0));
        let exit = Exit { data_days: 9.0, notice_days: 90.0, replacement_days: 30.0 };
        assert_eq!(exit.days(), 90.0);
        let slow = Exit { data_days: 400.0, ..exit };
        assert_eq!(slow.days(), 400.0);
        let cost = SwitchingCost { egress: 5e6, double_running: 2e6, termination: 0.0, unused_commitment: 1e6 };
        assert_eq!((cost.total(), SwitchingCost::default().total()), (8e6, 0.0));
    }

    #[test]
    fn tenor() {
        near(
            tenor_years(&[(300.0, 5.0), (250.0, 8.0), (38.0, 7.0), (22.4, 5.0)]).expect("a sum"),
            (1_500.0 + 2_000.0 + 266.0 + 112.0) / 610.4,
            1e-12,
        );
    }
}
