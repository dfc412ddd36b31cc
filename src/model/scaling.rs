//! Scaling: the speed of a job as a function of its GPUs.

use crate::kernel::math;

/// A scaling law. Only ratios of its speeds are used: a job that asks for g0 GPUs runs S(g) / S(g0) times as fast on g of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Scaling {
    /// S(g) = g.
    Linear,
    /// S(g) = g^a, with a between 0 and 1.
    Power(f64),
    /// S(g) = 1 / (s + (1 - s) / g), where s is the share of the work of one GPU that nothing makes faster.
    ///
    /// Source: G. M. Amdahl, "Validity of the single processor approach to achieving large scale computing capabilities", AFIPS 1967.
    Amdahl(f64),
    /// S(g) = goodput on g GPUs, at the batch size that makes it largest.
    Goodput(Box<Goodput>),
}

/// Training by data parallelism whose batch size follows its GPUs: how many samples a second, weighed by what a sample teaches.
///
/// Source: A. Qiao et al., "Pollux: Co-adaptive cluster scheduling for goodput-optimized deep learning", OSDI 2021. The noise scale is a
/// constant here; in Pollux it is measured, and mostly grows in training.
#[derive(Clone, Debug, PartialEq)]
pub struct Goodput {
    /// Time of an iteration that no batch size changes [s].
    pub alpha_grad: f64,
    /// Time for each sample of a GPU's part of the batch \[s\].
    pub beta_grad: f64,
    /// Time to synchronise two GPUs of one node [s].
    pub alpha_local: f64,
    /// The same for each further GPU [s].
    pub beta_local: f64,
    /// Time to synchronise two GPUs of several nodes [s].
    pub alpha_node: f64,
    /// The same for each further GPU [s].
    pub beta_node: f64,
    /// How far computing and synchronising overlap: 1 not at all; the larger, the more.
    pub gamma: f64,
    /// Gradient noise scale \[samples\]: the larger, the more a large batch is worth.
    pub noise: f64,
    /// The batch that the user chose, and the least [samples].
    pub least_batch: f64,
    /// The largest batch [samples].
    pub most_batch: f64,
    /// The largest part of a batch that a GPU holds [samples].
    pub most_per_gpu: f64,
}

impl Scaling {
    /// The speed on so many GPUs of nodes with so many, up to a factor.
    #[must_use]
    pub fn speed(&self, gpus: u64, node_gpus: u32) -> f64 {
        let count = gpus as f64;
        match self {
            Self::Linear => count,
            Self::Power(exponent) => math::pow(count, *exponent),
            Self::Amdahl(serial) => 1.0 / (serial + (1.0 - serial) / count),
            Self::Goodput(law) => law.best(gpus, node_gpus).1,
        }
    }
}

impl Goodput {
    /// Time to synchronise the gradients of so many GPUs, which lie on as few nodes as they can [s].
    #[must_use]
    pub fn synchronising(&self, gpus: u64, node_gpus: u32) -> f64 {
        let more = gpus.saturating_sub(2) as f64;
        match gpus {
            0 | 1 => 0.0,
            _ if gpus <= u64::from(node_gpus) => self.alpha_local + self.beta_local * more,
            _ => self.alpha_node + self.beta_node * more,
        }
    }

    /// Time of an iteration with a batch of so many samples [s].
    #[must_use]
    pub fn iteration(&self, batch: f64, gpus: u64, node_gpus: u32) -> f64 {
        let computing = self.alpha_grad + self.beta_grad * batch / gpus as f64;
        let synchronising = self.synchronising(gpus, node_gpus);
        // The larger of the two taken out, so that no power of it overflows.
        let (large, small) = (computing.max(synchronising), computing.min(synchronising));
        large * math::pow(1.0 + math::pow(small / large, self.gamma), 1.0 / self.gamma)
    }

    /// What a sample of a batch of so many teaches, against one of the least batch: 1 for that one, less for larger ones.
    #[must_use]
    pub fn efficiency(&self, batch: f64) -> f64 {
        (self.noise + self.least_batch) / (self.noise + batch)
    }

    /// Samples a second, weighed by what they teach.
    #[must_use]
    pub fn goodput(&self, batch: f64, gpus: u64, node_gpus: u32) -> f64 {
        batch / self.iteration(batch, gpus, node_gpus) * self.efficiency(batch)
    }

    /// Whether so many GPUs hold the least batch.
    #[must_use]
    pub fn holds(&self, gpus: u64) -> bool {
        self.most_per_gpu * gpus as f64 >= self.least_batch
    }

    /// The batch size with the largest goodput, and that; no goodput where the GPUs do not hold the least batch.
    ///
    /// The time that a weighed sample takes is, up to a factor, T(m) (1 + phi / m). Its derivative has the sign of T'(m) m (m + phi) - T(m) phi,
    /// which only grows, because T is convex: so that there is one turning point, found by bisection.
    #[must_use]
    pub fn best(&self, gpus: u64, node_gpus: u32) -> (f64, f64) {
        const STEPS: u32 = 60;
        if !self.holds(gpus) {
            return (0.0, 0.0);
        }
        let (mut low, mut high) = (self.least_batch, self.most_batch.min(self.most_per_gpu * gpus as f64));
        if !self.gains_beyond(high, gpus, node_gpus) {
            for _ in 0..STEPS {
                let middle = 0.5 * (low + high);
                if self.gains_beyond(middle, gpus, node_gpus) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
        }
        (high, self.goodput(high, gpus, node_gpus))
    }

    /// Whether a batch larger than this has more goodput.
    fn gains_beyond(&self, batch: f64, gpus: u64, node_gpus: u32) -> bool {
        let each = self.beta_grad / gpus as f64;
        let computing = self.alpha_grad + each * batch;
        let time = self.iteration(batch, gpus, node_gpus);
        // T' = T (T_grad / T)^gamma each / T_grad.
        let slope = time * math::pow(computing / time, self.gamma) * each / computing;
        slope * batch * (batch + self.noise) < time * self.noise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> Goodput {
        Goodput {
            alpha_grad: 0.1,
            beta_grad: 0.01,
            alpha_local: 0.1,
            beta_local: 0.02,
            alpha_node: 0.2,
            beta_node: 0.05,
            gamma: 2.0,
            noise: 192.0,
            least_batch: 64.0,
            most_batch: 1e6,
            most_per_gpu: 1e9,
        }
    }

    #[track_caller]
    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-6, "{value} where {expected} was expected");
    }

    #[test]
    fn goodput_is_as_worked_out_by_hand() {
        let law = law();
        assert_eq!(law.synchronising(1, 8), 0.0);
        close(law.synchronising(4, 8), 0.14);
        close(law.synchronising(16, 8), 0.9);
        // 0.1 + 0.16 to compute and 0.14 to synchronise: the root of 0.0872. Then 0.42 and 0.14: the root of 0.196.
        close(law.iteration(64.0, 4, 8), 0.295_296_461);
        close(law.goodput(64.0, 4, 8), 216.731_348);
        close(law.efficiency(128.0), 0.8);
        close(law.goodput(128.0, 4, 8), 231.298_022);
    }

    #[test]
    fn the_best_batch_is_found() {
        // Without overlap an iteration takes A + B m, and the best batch is the root of A phi / B: of 0.24 x 600 / 0.0025.
        let plain = Goodput { gamma: 1.0, noise: 600.0, least_batch: 40.0, ..law() };
        let (batch, goodput) = plain.best(4, 8);
        close(batch, 240.0);
        close(goodput, 240.0 / 0.84 * 640.0 / 840.0);
        close(Goodput { most_batch: 100.0, ..plain.clone() }.best(4, 8).0, 100.0);
        close(Goodput { most_per_gpu: 50.0, ..plain.clone() }.best(4, 8).0, 200.0);
        // Without noise, the smallest batch is the best.
        close(Goodput { noise: 0.0, ..plain.clone() }.best(4, 8).0, 40.0);
        assert_eq!(Goodput { most_per_gpu: 5.0, ..plain }.best(4, 8), (0.0, 0.0));
        // With overlap: no batch nearby has more.
        for gpus in [1, 2, 4, 8, 9, 32] {
            let (batch, goodput) = law().best(gpus, 8);
            let near = [0.9, 0.99, 1.01, 1.1].map(|part| law().goodput((batch * part).max(64.0), gpus, 8));
            assert!(near.iter().all(|near| *near <= goodput * (1.0 + 1e-12)), "{near:?} against {goodput}");
        }
    }
}
