//! Heavy laws, without a simulation: how often do the intervals that are printed hold what they are of, and what would a t interval of the mean do?

use skyberth::kernel::math;
use skyberth::kernel::random::{Address, Draws};
use skyberth::metrics::catalog::Shape;
use skyberth::study::statistics::{Method, Ranks, Spread, estimate_mean, mean_within};

const CONFIDENCE: f64 = 0.95;

/// Numbers of futures.
pub const SIZES: [usize; 4] = [8, 16, 30, 72];

/// A law of a figure over futures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Lognormal with median 1 and so large a sigma.
    Lognormal(f64),
    /// Around 1 (lognormal, sigma 0.3), and a hundred times as much in one future of sixteen: one that is overloaded.
    Overloaded,
}

/// Laws examined: the two heavy ones, and a light one for comparison.
pub const LAWS: [Law; 3] = [Law::Lognormal(2.0), Law::Overloaded, Law::Lognormal(0.3)];

const SPREAD: f64 = 0.3;
const OFTEN: f64 = 15.0 / 16.0;
const TIMES: f64 = 100.0;

impl Law {
    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Lognormal(sigma) => format!("lognormal, sigma {sigma}"),
            Self::Overloaded => "one future in 16 overloaded".to_owned(),
        }
    }

    fn draw(self, draws: &mut Draws) -> f64 {
        match self {
            Self::Lognormal(sigma) => math::exp(sigma * draws.normal()),
            Self::Overloaded => {
                let is_overloaded = draws.uniform() >= OFTEN;
                math::exp(SPREAD * draws.normal()) * if is_overloaded { TIMES } else { 1.0 }
            }
        }
    }

    /// The mean.
    pub fn mean(self) -> f64 {
        let lognormal = |sigma: f64| math::exp(0.5 * sigma * sigma);
        match self {
            Self::Lognormal(sigma) => lognormal(sigma),
            Self::Overloaded => lognormal(SPREAD) * (OFTEN + (1.0 - OFTEN) * TIMES),
        }
    }

    /// The median: overloaded futures all lie above it.
    pub fn median(self) -> f64 {
        match self {
            Self::Lognormal(_) => 1.0,
            Self::Overloaded => math::exp(SPREAD * math::normal_quantile(0.5 / OFTEN)),
        }
    }
}

/// How often intervals were printed, and how many of those held the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    pub printed: usize,
    pub held: usize,
}

impl Count {
    fn add(&mut self, interval: Option<(f64, f64)>, truth: f64) {
        if let Some((low, high)) = interval {
            self.printed += 1;
            self.held += usize::from(low <= truth && truth <= high);
        }
    }

    /// The share of printed intervals that hold the truth; not a number where none was printed.
    pub fn share(self) -> f64 {
        self.held as f64 / self.printed as f64
    }
}

/// What all studies of a law and size gave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heavy {
    /// Of a skewed metric: the median's interval, against the median.
    pub median: Count,
    /// Of a skewed metric: an interval of the mean. None is printed.
    pub skewed_mean: Count,
    /// Of a metric with the same law that is not marked as skewed: the mean's interval where it is printed, against the mean.
    pub unmarked: Count,
    /// What is not printed: t for every sample, against the mean.
    pub by_t: Count,
    /// What is not printed: bootstrap-t, from as many futures on as it takes.
    pub by_bootstrap: Count,
}

/// So many studies of `n` futures each.
pub fn heavy(law: Law, n: usize, studies: u64) -> Heavy {
    let ranks = Ranks::of(n, CONFIDENCE).expect("futures");
    let mut found = Heavy::default();
    for study in 0..studies {
        let address = Address::stream(1, 0, "heavy").name(&law.words()).number(n as u64).number(study);
        let mut draws = address.draws(0);
        let values: Vec<f64> = (0..n).map(|_| law.draw(&mut draws)).collect();
        let bounds = [0.0, f64::INFINITY];
        let printed = |shape: Shape| {
            let estimate = mean_within(&values, CONFIDENCE, shape, bounds);
            estimate.low.zip(estimate.high).filter(|_| estimate.method != Method::Range)
        };
        let raw = |shape: Shape| {
            let estimate = estimate_mean(&values, CONFIDENCE, address, shape);
            estimate.low.zip(estimate.high).filter(|_| estimate.method == Method::BootstrapT || shape == Shape::Plain)
        };
        found.median.add(Spread::of(&values, &ranks).and_then(|spread| spread.interval), law.median());
        found.skewed_mean.add(printed(Shape::Skewed), law.mean());
        found.unmarked.add(printed(Shape::Plain), law.mean());
        found.by_t.add(raw(Shape::Plain), law.mean());
        found.by_bootstrap.add(raw(Shape::Skewed), law.mean());
    }
    found
}
