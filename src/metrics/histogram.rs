//! Counts of whole numbers in buckets whose width grows with the value: quantiles of any number of values in little memory.

use std::cmp::{max, min};

/// Buckets per power of two, as a power of two itself.
const SUB_BUCKET_BITS: u32 = 6;

/// The share by which [`LogLinearHistogram::quantile`] may miss the exact one: half a bucket's width, 1/128 = 0.78 %.
#[cfg(test)]
const RELATIVE_ERROR: f64 = 1.0 / (2_u64 << SUB_BUCKET_BITS) as f64;

/// A histogram with 64 equal buckets in every power of two, and exact count, sum, least and greatest value.
///
/// Values are whole (milliseconds, say), any `u64`; those below 128 have a bucket each. The storage grows with the greatest value
/// (4 bytes x 64 a doubling: 5 KiB for values up to a day in milliseconds, 15 KiB for all of `u64`) and not with the count.
/// Nothing depends on the order of the values: equal multisets give equal histograms, however they were recorded and merged.
///
/// Source: G. Tene, `HdrHistogram` (<https://hdrhistogram.org>), with 64 sub-buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLinearHistogram {
    /// Values by bucket, up to the last bucket in use. Half the width of `count`, so that the many histograms of a run stay in the caches: a
    /// bucket that is full stays full, whatever the order of values, and from then on only quantiles suffer.
    buckets: Vec<u32>,
    count: u64,
    sum: u128,
    /// The least value; the greatest there is while empty.
    least: u64,
    /// The greatest value; 0 while empty.
    greatest: u64,
}

impl Default for LogLinearHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl LogLinearHistogram {
    /// An empty histogram; it allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { buckets: Vec::new(), count: 0, sum: 0, least: u64::MAX, greatest: 0 }
    }

    /// Adds one value. O(1), amortised. Inlined, so that the bucket of a value that goes into several histograms is found once.
    #[inline]
    pub fn record(&mut self, value: u64) {
        let bucket = bucket_of(value);
        match self.buckets.get_mut(bucket) {
            Some(count) => *count = count.saturating_add(1),
            None => self.open(bucket),
        }
        self.count += 1;
        self.sum += u128::from(value);
        self.least = min(self.least, value);
        self.greatest = max(self.greatest, value);
    }

    /// Counts the first value in a bucket beyond those in use.
    #[cold]
    fn open(&mut self, bucket: usize) {
        self.buckets.resize(bucket + 1, 0);
        self.buckets[bucket] = 1;
    }

    /// Adds all values of another histogram. O(buckets).
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine = mine.saturating_add(*theirs);
        }
        self.count += other.count;
        self.sum += other.sum;
        self.least = min(self.least, other.least);
        self.greatest = max(self.greatest, other.greatest);
    }

    /// How many values there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of the values [their unit].
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The mean [the values' unit], exact but for the last rounding; none for an empty histogram.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The least value, exactly; none for an empty histogram.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.least)
    }

    /// The greatest value, exactly; none for an empty histogram.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.greatest)
    }

    /// The quantile at `q` in \[0, 1\] [the values' unit]; none for an empty histogram or an invalid `q`. O(buckets).
    ///
    /// The exact one is the value of rank [`quantile_rank`]. This is the middle of that value's bucket, held between the least
    /// and the greatest value: at most 0.78 % off (half a bucket), exact below 128 and at either end.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = quantile_rank(q, self.count)?;
        if rank == 1 {
            return Some(self.least as f64);
        }
        if rank == self.count {
            return Some(self.greatest as f64);
        }
        let mut passed = 0;
        // By powers of two first, which are summed up at once.
        let mut octaves = self.buckets.chunks(1 << SUB_BUCKET_BITS).enumerate();
        let found = octaves.find(|(_, counts)| {
            let sum = counts.iter().map(|&count| u64::from(count)).sum::<u64>();
            let is_here = passed + sum >= rank;
            passed += if is_here { 0 } else { sum };
            is_here
        });
        // Full buckets may hide the rank.
        let Some((octave, counts)) = found else { return Some(self.greatest as f64) };
        let within = counts.iter().position(|&count| {
            passed += u64::from(count);
            passed >= rank
        })?;
        let bucket = (octave << SUB_BUCKET_BITS) + within;
        Some(middle_of(bucket).clamp(self.least as f64, self.greatest as f64))
    }
}

/// The rank, from 1, of the quantile at `q` among `count` sorted values: the least rank that is at least q x count. None where
/// `q` lies outside \[0, 1\] or the histogram is empty.
///
/// The product is shaded by four units of rounding, lest 0.07 x 100 = 7.000000000000001 give rank 8.
#[must_use]
pub fn quantile_rank(q: f64, count: u64) -> Option<u64> {
    if count == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = (q * count as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil();
    Some((rank as u64).clamp(1, count))
}

/// The bucket of a value: its highest seven bits, and how many bits follow them.
#[inline]
fn bucket_of(value: u64) -> usize {
    let shift = (value | 1).ilog2().saturating_sub(SUB_BUCKET_BITS);
    // At most 57 x 64 + 127, which fits any `usize`.
    ((shift as usize) << SUB_BUCKET_BITS) + (value >> shift) as usize
}

/// The middle between the least and the greatest whole number in a bucket.
fn middle_of(bucket: usize) -> f64 {
    let shift = (bucket >> SUB_BUCKET_BITS).saturating_sub(1);
    let least = ((bucket - (shift << SUB_BUCKET_BITS)) as u64) << shift;
    least as f64 + ((1_u64 << shift) - 1) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> LogLinearHistogram {
        let mut histogram = LogLinearHistogram::new();
        for &value in values {
            histogram.record(value);
        }
        histogram
    }

    #[test]
    fn an_empty_one_has_no_statistics() {
        let empty = LogLinearHistogram::new();
        assert_eq!((empty.count(), empty.sum(), empty.mean(), empty.min(), empty.max()), (0, 0, None, None, None));
        assert_eq!(empty.quantile(0.5), None);
        assert_eq!(empty.buckets.capacity(), 0);
        let mut merged = of(&[5]);
        merged.merge(&empty);
        assert_eq!(merged, of(&[5]));
    }

    #[test]
    fn small_values_and_the_ends_are_exact() {
        assert_eq!((of(&[992, 5_000, 9_999]).quantile(0.0), of(&[992, 5_000, 9_999]).quantile(1.0)), (Some(992.0), Some(9_999.0)));
        let histogram = of(&[0, 1, 2, 3, 100, 127, 1_000_003]);
        assert_eq!(histogram.quantile(0.0), Some(0.0));
        assert_eq!(histogram.quantile(0.5), Some(3.0));
        assert_eq!(histogram.quantile(6.0 / 7.0), Some(127.0));
        assert_eq!(histogram.quantile(1.0), Some(1_000_003.0));
        assert_eq!(of(&[1_000_003; 9]).quantile(0.5), Some(1_000_003.0), "equal values give their value");
    }

    #[test]
    fn impossible_quantiles_are_none() {
        let histogram = of(&[1, 2]);
        for q in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(histogram.quantile(q), None, "q = {q}");
        }
    }

    #[test]
    fn ranks_do_not_jump_by_rounding() {
        for (q, count, rank) in [(0.07, 100, 7), (0.1, 30, 3), (0.5, 4, 2), (0.5, 5, 3), (0.99, 100, 99), (0.0, 9, 1), (1.0, 9, 9)]
        {
            assert_eq!(quantile_rank(q, count), Some(rank), "q = {q}, n = {count}");
        }
    }

    #[test]
    fn buckets_follow_one_another() {
        for shift in 0..64 {
            for value in [1_u64 << shift, (1 << shift) + (1 << shift >> 1)] {
                let (before, at) = (bucket_of(value - 1), bucket_of(value));
                assert!(at == before + 1 || value > 128 && at == before, "value {value}: bucket {before}, then {at}");
            }
        }
        assert_eq!(bucket_of(u64::MAX), 57 * 64 + 127);
    }

    #[test]
    fn sums_beyond_64_bits_are_exact() {
        let histogram = of(&[u64::MAX, u64::MAX, 1 << 53]);
        assert_eq!(histogram.sum(), 2 * u128::from(u64::MAX) + (1 << 53));
        assert_eq!(histogram.quantile(1.0), Some(u64::MAX as f64));
    }

    #[test]
    fn full_buckets_stay_full_and_spoil_nothing_but_quantiles() {
        let mut histogram = of(&[7, 7, 7, 1_000, 2_000]);
        (0..32).for_each(|_| histogram.merge(&histogram.clone()));
        assert_eq!((histogram.count(), histogram.sum()), (5 << 32, 3_021 << 32));
        assert_eq!((histogram.quantile(0.1), histogram.quantile(0.99)), (Some(7.0), Some(2_000.0)));
        histogram.record(7);
        assert_eq!(histogram.count(), (5 << 32) + 1);
    }

    /// Values over all scales up to 2^53.
    fn values() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec((0_u32..54, any::<u64>()).prop_map(|(bits, value)| value & ((1 << bits) - 1)), 1..200)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn quantiles_are_within_the_stated_error(mut values in values(), q in 0.0..=1.0) {
            let estimate = of(&values).quantile(q).expect("there are values");
            values.sort_unstable();
            let rank = quantile_rank(q, values.len() as u64).expect("there are values") as usize;
            let exact = values[rank - 1] as f64;
            prop_assert!((estimate - exact).abs() <= RELATIVE_ERROR * exact, "{estimate} for {exact}");
        }

        #[test]
        fn order_and_merging_do_not_matter(values in values(), cut in any::<prop::sample::Index>()) {
            let (left, right) = values.split_at(cut.index(values.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            let whole = of(&values);
            prop_assert_eq!(whole.sum(), values.iter().map(|&value| u128::from(value)).sum::<u128>());
            prop_assert_eq!(whole.max(), values.iter().copied().max());
            prop_assert_eq!(whole.min(), values.iter().copied().min());
            prop_assert_eq!(whole, merged);
        }
    }
}
