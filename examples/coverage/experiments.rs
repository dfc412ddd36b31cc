//! Experiments whose truth is known: how often do the intervals that a user is shown hold it?

use super::world::{CONFIDENCE, METRICS, World, futures, reseeded, shape, values};
use skyberth::model::Model;
use skyberth::study::comparison::{Comparison, Difference, Entrant, Futures, compare};
use skyberth::study::statistics::{difference_of_pairs, share_interval};
use skyberth::study::{Kind, Progress, Run, summarise};
use std::ops::Range;

/// What an interval is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What is shown of the baseline: its mean, or its median over futures where the metric is skewed.
    Baseline,
    /// The mean of variant less baseline: which variant.
    Difference(usize),
}

/// A figure, and from how many replications its interval is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Its place in [`METRICS`].
    pub metric: usize,
    pub subject: Subject,
    /// Replications: the first so many of an experiment.
    pub n: u32,
    /// The share of intervals that must hold the truth, from and to; none where nothing is promised.
    pub required: Option<(f64, f64)>,
}

/// An interval as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
    pub method: String,
}

/// The mean or the median over a long run.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    pub value: f64,
    pub standard_error: f64,
    /// The skewness of the single values.
    pub skewness: f64,
}

/// How the intervals of all experiments did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    pub experiments: usize,
    pub covered: usize,
    /// Intervals that lie below the truth, and above it.
    pub below: usize,
    pub above: usize,
    pub mean_half_width: f64,
}

impl Coverage {
    /// Counts the intervals that hold the truth.
    pub fn of(intervals: &[Interval], truth: f64) -> Self {
        let count = |is: &dyn Fn(&Interval) -> bool| intervals.iter().filter(|interval| is(interval)).count();
        let (below, above) = (count(&|one| one.high < truth), count(&|one| one.low > truth));
        let widths = intervals.iter().map(|interval| interval.high - interval.low).sum::<f64>();
        Self {
            experiments: intervals.len(),
            covered: intervals.len() - below - above,
            below,
            above,
            mean_half_width: 0.5 * widths / intervals.len() as f64,
        }
    }

    /// The share of intervals that hold the truth.
    pub fn share(&self) -> f64 {
        self.covered as f64 / self.experiments as f64
    }

    /// Between what the share would lie with ever more experiments, at 95 %.
    pub fn interval(&self) -> (f64, f64) {
        share_interval(self.covered, self.experiments, 0.95)
    }
}

impl Figure {
    /// Whether a measured coverage is what is required.
    pub fn is_met(&self, coverage: &Coverage) -> bool {
        self.required.is_none_or(|(from, to)| (from..=to).contains(&coverage.share()))
    }

    /// The interval in a summary of the baseline, or in a comparison.
    fn read(&self, world: &World, comparison: &Comparison, futures: &Futures) -> Interval {
        let (metric, n) = (METRICS[self.metric], self.n as usize);
        let first = |entrant: usize| &futures.by_entrant()[entrant][..n];
        let (low, high, method) = match self.subject {
            Subject::Baseline => {
                let summary = summarise(&futures.entrants()[0].model, first(0));
                let row = summary.get(metric, "all", "all", "total").expect("a figure of every summary");
                let shown = row.shown().expect("a figure");
                let (low, high) = shown.ends.unzip();
                let method = if shown.kind == Kind::Median { "order statistics".to_owned() } else { row.method.clone() };
                (low, high, method)
            }
            Subject::Difference(variant) if n == futures.finished() => {
                let is_it = |row: &&Difference| {
                    row.metric == metric && row.scope == "all" && row.period == "total" && row.variant == world.variants[variant].0
                };
                let row = comparison.rows.iter().find(is_it).expect("a figure of every comparison");
                (row.low, row.high, row.method.clone())
            }
            // What a comparison of so many replications would give, without making it.
            Subject::Difference(variant) => {
                let [base, other] = [0, variant + 1].map(|entrant| values(first(entrant), metric));
                let estimate = difference_of_pairs(&other, &base, CONFIDENCE, shape(metric));
                (estimate.low, estimate.high, estimate.method.to_string())
            }
        };
        Interval { low: low.expect("an end"), high: high.expect("an end"), method }
    }
}

/// The intervals of one experiment, figure by figure: a comparison as a user would make it, from its own seed.
fn experiment(world: &World, figures: &[Figure], seed: u64) -> Vec<Interval> {
    let replications = figures.iter().map(|figure| figure.n).max().unwrap_or(0);
    let entrant = |name: &str, model: &Model| Entrant {
        name: name.to_owned(),
        title: name.to_owned(),
        is_question: true,
        model: reseeded(model, seed, replications),
    };
    let variants = world.variants.iter().map(|(name, model)| entrant(name, model));
    let entrants: Vec<Entrant> = std::iter::once(entrant("baseline", &world.baseline)).chain(variants).collect();
    let how = Run { threads: 1, ..Run::default() };
    let (comparison, futures) =
        compare(entrants, how, None, &Progress::default()).expect("the accounts balance").expect("it is not interrupted");
    figures.iter().map(|figure| figure.read(world, &comparison, &futures)).collect()
}

/// The intervals of all experiments, figure by figure and in the order of seeds, on as many threads as there are processors.
pub fn experiments(world: &World, figures: &[Figure], seeds: Range<u64>) -> Vec<Vec<Interval>> {
    // Each comparison has a pool of its own. A thread of a pool that waits for another pool takes up further tasks meanwhile, one inside
    // the other until its stack is full; plain threads wait.
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let share = (seeds.end - seeds.start).div_ceil(threads);
    let part = |thread: u64| {
        let first = seeds.start + thread * share;
        (first..(first + share).min(seeds.end)).map(|seed| experiment(world, figures, seed)).collect::<Vec<_>>()
    };
    let by_experiment: Vec<Vec<Interval>> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|thread| {
                let part = &part;
                scope.spawn(move || part(thread))
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("an experiment does not panic")).collect()
    });
    (0..figures.len()).map(|figure| by_experiment.iter().map(|intervals| intervals[figure].clone()).collect()).collect()
}

/// What the figures are, from replications with a seed that no experiment has.
pub fn truths(world: &World, figures: &[Figure], seed: u64, replications: u32) -> Vec<Truth> {
    // In batches, because a replication keeps all its figures.
    const BATCH: u32 = 1_000;
    let batches = replications.div_ceil(BATCH);
    let long = |model: &Model| {
        let mut values: [Vec<f64>; METRICS.len()] = Default::default();
        for batch in 0..batches {
            let part = futures(&reseeded(model, seed + u64::from(batch), BATCH.min(replications - batch * BATCH)));
            values.iter_mut().zip(part).for_each(|(values, part)| values.extend(part));
        }
        values
    };
    let base = long(&world.baseline);
    let others: Vec<_> = world.variants.iter().map(|(_, model)| long(model)).collect();
    let truth = |figure: &Figure| match figure.subject {
        Subject::Baseline => Truth::of(&base[figure.metric], shape(METRICS[figure.metric]).is_skewed()),
        Subject::Difference(variant) => {
            let pairs = others[variant][figure.metric].iter().zip(&base[figure.metric]);
            let differences: Vec<f64> = pairs.map(|(other, base)| other - base).collect();
            Truth::of(&differences, shape(METRICS[figure.metric]).is_skewed())
        }
    };
    figures.iter().map(truth).collect()
}

impl Truth {
    fn of(values: &[f64], is_median: bool) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let moment =
            |power: i32| values.iter().map(|value| (1..=power).fold(1.0, |product, _| product * (value - mean))).sum::<f64>() / n;
        let second = moment(2);
        let skewness = moment(3) / (second * second.sqrt());
        if !is_median {
            return Self { value: mean, standard_error: (second / n).sqrt(), skewness };
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        // The rank of the median varies by half the root of their number.
        let at = |roots: f64| sorted[(0.5 * n + roots * n.sqrt()) as usize];
        Self { value: at(0.0), standard_error: 0.5 * (at(0.5) - at(-0.5)), skewness }
    }
}
