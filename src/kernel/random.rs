//! Addressed random draws: every number is a pure function of its address, not of what was drawn before it.
//!
//! An address is (seed, replication, stream name, entity, slot). Nothing is shared, so adding, removing or reordering an entity
//! leaves every other entity's draws as they were; that is what makes common random numbers work across variants.
//!
//! Draws from a law go by inversion, one uniform each: the result is monotone in the uniform (which variance reduction by common
//! random numbers wants) and depends on `libm` alone, so its bits are the same on every platform and under every set of crate
//! features. (The ziggurat samplers of `rand_distr` change their bits when any crate turns on `num-traits/std`.)

use super::fnv::Fnv;
use super::math;
use rand::TryRng;
use std::convert::Infallible;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The address of an entity within a stream; `draws` gives its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(u64);

/// The numbers at one slot of an address: a `SplitMix64` sequence, usable wherever the `rand` crate wants a generator.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Clone, Debug)]
pub struct Draws(u64);

impl Address {
    /// An address for what never draws.
    pub const ROOT: Self = Self(0);

    /// The address of a stream in a replication.
    #[must_use]
    pub fn stream(seed: u64, replication: u64, name: &str) -> Self {
        Self(mix(seed.wrapping_add(GOLDEN))).number(replication).name(name)
    }

    /// The entity of that name below this address.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        // FNV-1a over the bytes; `number` mixes the rest.
        self.number(Fnv::of(name).number())
    }

    /// The entity of that number below this address.
    #[must_use]
    pub const fn number(self, number: u64) -> Self {
        Self(mix(self.0 ^ mix(number.wrapping_add(GOLDEN)).rotate_left(23)))
    }

    /// The numbers of a slot: its purpose, and the attempt where one purpose is drawn for more than once.
    #[must_use]
    pub const fn draws(self, slot: u64) -> Draws {
        Draws(mix(self.0.wrapping_add(slot.wrapping_mul(GOLDEN))))
    }
}

impl Draws {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Uniform in the open interval (0, 1), in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -math::ln(self.uniform())
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        math::normal_quantile(self.uniform())
    }

    /// A whole number below `bound`, each equally likely (to within 2^-64 x bound); 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// The finaliser of `SplitMix64` (Stafford's variant 13): a bijection whose every output bit depends on every input bit.
const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINNED: [&str; 6] =
        ["3fe3b2ea9691381e", "3ff3ca0c0911f3dd", "3fe79c02e5231fe0", "000000000005dfcc", "3fd2caae7ff465ca", "3feded98c3e437e0"];

    fn job(workload: &str, ordinal: u64) -> Draws {
        Address::stream(7, 3, "jobs").name(workload).number(ordinal).draws(1)
    }

    /// Committed results depend on these bits. A change here is a change of every result, to be said in the changelog.
    #[test]
    fn sample_bits_are_pinned() {
        let mut draws = job("research", 42);
        let bits = [
            draws.uniform().to_bits(),
            draws.exponential().to_bits(),
            draws.normal().to_bits(),
            draws.below(1_000_000),
            math::exp(1.1 * draws.normal()).to_bits(),
            math::pow(draws.exponential(), 0.7).to_bits(),
        ];
        assert_eq!(bits.map(|bits| format!("{bits:016x}")), PINNED);
    }

    #[test]
    fn slots_entities_streams_and_replications_are_independent() {
        let n = 20_000_u64;
        let base = Address::stream(1, 0, "jobs").name("a");
        let other_replication = Address::stream(1, 1, "jobs").name("a");
        let other_name = Address::stream(1, 0, "jobs").name("b");
        for (what, pairs) in [
            ("slots", Box::new(|i| (base.number(i).draws(0), base.number(i).draws(1))) as Box<dyn Fn(u64) -> (Draws, Draws)>),
            ("neighbours", Box::new(|i| (base.number(i).draws(0), base.number(i + 1).draws(0)))),
            ("replications", Box::new(|i| (base.number(i).draws(0), other_replication.number(i).draws(0)))),
            ("names", Box::new(|i| (base.number(i).draws(0), other_name.number(i).draws(0)))),
        ] {
            let covariance: f64 = (0..n)
                .map(|i| {
                    let (mut x, mut y) = pairs(i);
                    (x.uniform() - 0.5) * (y.uniform() - 0.5)
                })
                .sum::<f64>()
                / n as f64;
            // The standard error of the covariance of independent uniforms is 1 / (12 sqrt n).
            assert!(covariance.abs() < 4.0 / (12.0 * (n as f64).sqrt()), "{what}: {covariance}");
        }
    }

    #[test]
    fn moments_are_those_of_the_laws() {
        let n = 200_000;
        let mut draws = job("moments", 0);
        let (mut exponential, mut normal, mut square) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            exponential += draws.exponential();
            let z = draws.normal();
            normal += z;
            square += z * z;
        }
        let n = f64::from(n);
        assert!((exponential / n - 1.0).abs() < 0.01);
        assert!((normal / n).abs() < 0.01);
        assert!((square / n - 1.0).abs() < 0.015);
    }

    #[test]
    fn works_as_a_generator_of_the_rand_crate() {
        use rand_distr::Distribution;
        let mut draws = job("rand", 0);
        let uniform = rand_distr::Uniform::new(0.0, 10.0).expect("a valid range");
        let mean = (0..10_000).map(|_| uniform.sample(&mut draws)).sum::<f64>() / 1e4;
        assert!((mean - 5.0).abs() < 0.15);
    }
}
