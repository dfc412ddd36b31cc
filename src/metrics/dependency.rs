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
