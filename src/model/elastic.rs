//! Jobs that can run on more or fewer GPUs than they ask for.

use super::scaling::Scaling;
use crate::units::{ClusterId, Span};

/// What the jobs of a workload can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Elastic {
    /// Sizes besides the one that a job asks for, ascending [GPUs].
    sizes: Vec<u64>,
    /// How fast they are.
    scaling: Scaling,
    /// How long a job holds its GPUs without computing when its size changes.
    resize: Span,
    /// What nodes of each size make of the law.
    nodes: Vec<OnNodes>,
    /// By cluster: its place in `nodes`.
    of_cluster: Vec<usize>,
}

// No figure of a law is NaN: they are checked when the scenario is read.
impl Eq for Elastic {}

/// The law of scaling on nodes of one size.
#[derive(Clone, Debug, PartialEq)]
struct OnNodes {
    node_gpus: u32,
    /// By size: the speed, up to a factor.
    speeds: Vec<f64>,
    /// Sizes worth having, ascending: those on the least concave curve above the speeds, so that each further one gains less for each GPU.
    steps: Vec<Step>,
}

/// A size worth having.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The size [GPUs].
    pub gpus: u64,
    /// How fast a job is on it, up to a factor.
    pub rate: f64,
}

/// Which sizes there are between the smallest and the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// Multiples of so many GPUs.
    MultiplesOf(u64),
    /// Powers of two.
    PowersOfTwo,
}

impl Sizes {
    /// Whether so many GPUs are one.
    #[must_use]
    pub const fn has(self, gpus: u64) -> bool {
        match self {
            Self::MultiplesOf(step) => gpus.is_multiple_of(step),
            Self::PowersOfTwo => gpus.is_power_of_two(),
        }
    }

    /// The sizes from `min` to `max`, ascending, if they are at most `most`.
    #[must_use]
    pub fn list(self, min: u64, max: u64, most: usize) -> Option<Vec<u64>> {
        let min = min.max(1);
        let list: Vec<u64> = match self {
            Self::MultiplesOf(step) => {
                let step = step.max(1);
                (min.div_ceil(step)..=max / step).take(most + 1).map(|number| number * step).collect()
            }
            Self::PowersOfTwo => (0..63).map(|power| 1 << power).filter(|size| (min..=max).contains(size)).collect(),
        };
        (list.len() <= most).then_some(list)
    }
}

impl Elastic {
    /// Jobs of these sizes, by the GPUs that nodes of each cluster have.
    #[must_use]
    pub fn new(sizes: Vec<u64>, scaling: Scaling, resize: Span, node_gpus: &[u32]) -> Self {
        let mut nodes: Vec<OnNodes> = Vec::new();
        let mut of_cluster = Vec::new();
        for &gpus in node_gpus {
            let known = nodes.iter().position(|nodes| nodes.node_gpus == gpus);
            of_cluster.push(known.unwrap_or_else(|| {
                nodes.push(OnNodes::new(gpus, &sizes, &scaling));
                nodes.len() - 1
            }));
        }
        Self { sizes, scaling, resize, nodes, of_cluster }
    }

    /// How long a job holds its GPUs without computing when its size changes.
    #[must_use]
    pub const fn resize(&self) -> Span {
        self.resize
    }

    /// The smallest size of a job that asks for so many GPUs.
    #[must_use]
    pub fn least(&self, asked: u64) -> u64 {
        self.sizes.first().map_or(asked, |&least| least.min(asked))
    }

    /// Whether a job that asks for so many GPUs can run on so many. O(log sizes).
    #[must_use]
    pub fn allows(&self, gpus: u64, asked: u64) -> bool {
        gpus == asked || self.sizes.binary_search(&gpus).is_ok()
    }

    /// The largest size up to so many GPUs of a job that asks for `asked`; none where that is less than its least. O(log sizes).
    #[must_use]
    pub fn largest_up_to(&self, most: u64, asked: u64) -> Option<u64> {
        let below = self.sizes.partition_point(|&size| size <= most).checked_sub(1).map(|place| self.sizes[place]);
        let own = (asked <= most).then_some(asked);
        below.max(own)
    }

    /// Tries sizes above `low` and below `high` [GPUs] by bisection, so that the last one that fits is the largest that does, if those below one that
    /// fits do too. O(log^2 sizes), besides what it takes to find out.
    pub fn bisect(&self, asked: u64, (mut low, mut high): (u64, u64), mut fits: impl FnMut(u64) -> bool) {
        let between = |size: u64, low: u64| Some(self.largest_up_to(size, asked)?).filter(|&size| size > low);
        while let Some(top) = between(high.saturating_sub(1), low) {
            let size = between(u64::midpoint(low, high), low).unwrap_or(top).min(top);
            if fits(size) {
                low = size;
            } else {
                high = size;
            }
        }
    }

    /// Sizes worth having on a cluster, ascending: taken from the smallest on, each gains less for each GPU than the one before.
    #[must_use]
    pub fn steps(&self, cluster: ClusterId) -> &[Step] {
        self.of_cluster.get(cluster.index()).map_or(&[], |&place| &self.nodes[place].steps)
    }

    /// How many times as fast as on what it asks for a job is on so many GPUs of a cluster. O(log sizes).
    #[must_use]
    pub fn speedup(&self, cluster: ClusterId, gpus: u64, asked: u64) -> f64 {
        if gpus == asked { 1.0 } else { self.rate(cluster, gpus) / self.rate(cluster, asked) }
    }

    /// The same as a speed against the reference GPU, where the job has `speed_milli` thousandths of it on what it asks for [millionths]: at
    /// least one, and in whole numbers, so that work is conserved exactly.
    #[must_use]
    pub fn speed_ppm(&self, speed_milli: u32, cluster: ClusterId, gpus: u64, asked: u64) -> i64 {
        let own = i64::from(speed_milli) * 1000;
        if gpus == asked {
            return own;
        }
        (own as f64 * self.speedup(cluster, gpus, asked) + 0.5).clamp(1.0, 1e15) as i64
    }

    /// How fast a job is on so many GPUs of a cluster, up to a factor. O(log sizes).
    #[must_use]
    pub fn rate(&self, cluster: ClusterId, gpus: u64) -> f64 {
        let Some(nodes) = self.of_cluster.get(cluster.index()).map(|&place| &self.nodes[place]) else { return 1.0 };
        match self.sizes.binary_search(&gpus) {
            Ok(place) => nodes.speeds[place],
            Err(_) => self.scaling.speed(gpus, nodes.node_gpus),
        }
    }
}

impl OnNodes {
    fn new(node_gpus: u32, sizes: &[u64], scaling: &Scaling) -> Self {
        let speeds: Vec<f64> = sizes.iter().map(|&size| scaling.speed(size, node_gpus)).collect();
        let mut steps: Vec<usize> = Vec::new();
        let slope = |from: usize, to: usize| (speeds[to] - speeds[from]) / (sizes[to] - sizes[from]) as f64;
        for place in 0..sizes.len() {
            // The one before is skipped if the way past it gains more; equal slopes keep it, except for rounding.
            while let [.., first, second] = steps[..]
                && slope(second, place) > slope(first, second) * (1.0 + 1e-12)
            {
                steps.pop();
            }
            steps.push(place);
        }
        // Beyond the fastest size there is nothing to gain.
        let fastest = (0..steps.len()).max_by(|&a, &b| speeds[steps[a]].total_cmp(&speeds[steps[b]]).then(b.cmp(&a)));
        steps.truncate(fastest.map_or(0, |fastest| fastest + 1));
        let steps = steps.into_iter().map(|place| Step { gpus: sizes[place], rate: speeds[place] }).collect();
        Self { node_gpus, speeds, steps }
    }
}
