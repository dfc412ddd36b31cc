//! Differences, figure by figure.

use super::futures::{LossOfBase, SERVED, is_n_minus_one};
use super::holm::significant;
use super::precision::Stop;
use super::{Comparison, Futures, NMinusOne};
use crate::kernel::random::Address;
use crate::metrics::catalog::{self, Direction, Metric, Shape, judgement};
use crate::metrics::parts_of_ratio;
use crate::study::headlines::{is_headline, is_on_first_screen};
use crate::study::runner::Finished;
use crate::study::schema::SCHEMA_VERSION;
use crate::study::statistics::{centre, difference_of_pairs, estimate_mean, paired_difference, ratio_difference, ratio_of_totals};
use crate::study::summary::{label, parts, rounded};
use crate::study::{Key, Scope, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The probability that an interval covers the truth.
const CONFIDENCE: f64 = 0.95;

/// Differences of less than this share of the baseline's figure are too small to matter.
pub const TOLERANCE: f64 = 0.01;

/// A figure of a variant against the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The metric's name.
    pub metric: String,
    /// As in a summary.
    pub scope: String,
    /// Which one.
    pub name: String,
    /// `total`, a year or a month.
    pub period: String,
    /// The variant.
    pub variant: String,
    /// Futures in which both have it.
    pub n: usize,
    /// The baseline's mean over them.
    pub baseline_mean: Option<f64>,
    /// The variant's.
    pub variant_mean: Option<f64>,
    /// The baseline's median over them, of a skewed metric.
    #[serde(default)]
    pub baseline_median: Option<f64>,
    /// The variant's.
    #[serde(default)]
    pub variant_median: Option<f64>,
    /// The mean of variant less baseline, whatever the metric.
    #[serde(default)]
    pub mean_difference: Option<f64>,
    /// Mean of variant less baseline; of a skewed metric the median of the pairs' differences.
    pub difference: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: String,
    /// Correlation of the pairs.
    pub correlation: Option<f64>,
    /// How many times fewer futures the pairing needs.
    pub variance_reduction: Option<f64>,
    /// Futures in which the variant has more.
    pub more_in: usize,
    /// Futures in which it has less.
    pub less_in: usize,
    /// What to make of it: of a headline, all headlines of all variants looked at together; of another figure, all variants.
    pub verdict: Verdict,
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The variant is better.
    Better,
    /// The variant is worse.
    Worse,
    /// It has more; whether that is better depends.
    More,
    /// It has less.
    Less,
    /// No difference in any future.
    Same,
    /// Both within the tolerance: the whole interval lies within 1 % of the baseline's mean.
    WithinTolerance,
    /// The futures do not tell.
    NotDistinguishable,
    /// Too few futures.
    NotEstimable,
}

impl Difference {
    /// What is shown of the baseline: its mean, or its median where the metric is skewed.
    #[must_use]
    pub fn baseline(&self) -> Option<f64> {
        self.baseline_median.or(self.baseline_mean)
    }

    /// The same of the variant.
    #[must_use]
    pub fn changed(&self) -> Option<f64> {
        self.variant_median.or(self.variant_mean)
    }

    /// In how many futures the variant is worse; none where neither way is by itself.
    #[must_use]
    pub fn worse_in(&self) -> Option<usize> {
        match judgement(&self.metric) {
            Direction::Lower => Some(self.more_in),
            Direction::Higher => Some(self.less_in),
            Direction::Neither => None,
        }
    }
}

/// What an entrant loses while a vendor is away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// The entrant.
    pub entrant: String,
    /// The vendor's key.
    pub vendor: String,
    /// The metric's name, which says how what was served is weighed.
    pub metric: String,
    /// `total`, or a month: that in which it goes away, and those after it.
    pub period: String,
    /// Futures.
    pub n: usize,
    /// Mean over futures of the share; none where nothing was served with the vendor. Of a month it is below zero where work is caught up.
    pub mean: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: String,
    /// The amount, on average: what was served less, or what was caught up \[H100e-hours, GPU-hours or MWh of IT energy\].
    pub amount: f64,
}

/// A figure in the order of replications; not a number where it is not defined or not there.
pub(super) fn values(finished: &[Finished], metric: &Metric, scope: Scope, time: Time) -> Vec<f64> {
    let keys = finished.first().map_or(&[][..], |first| &first.measures.keys);
    let place = keys.iter().position(|key| key.metric == metric && key.scope == scope && key.time == time);
    finished.iter().map(|one| place.map_or(f64::NAN, |place| one.measures.values[place])).collect()
}

/// Puts the futures together.
pub(super) fn comparison(futures: &Futures, stop: Stop) -> Comparison {
    let baseline = &futures.entrants()[0];
    let model = &baseline.model;
    Comparison {
        schema_version: SCHEMA_VERSION,
        scenario: model.name.clone(),
        title: model.title.clone(),
        start: model.calendar.start().to_string(),
        end: model.calendar.last_day().to_string(),
        seed: model.seed,
        replications: u32::try_from(futures.finished()).unwrap_or(u32::MAX),
        confidence: CONFIDENCE,
        years: (model.horizon() - model.warm_up).days() / 365.25,
        stop,
        entrants: futures.entrants().iter().map(|entrant| (entrant.name.clone(), entrant.title.clone())).collect(),
        rows: rows(futures),
        bridges: super::bridge::bridges(futures),
        losses: losses(futures),
        events: model.watches.iter().map(|watch| watch.name.clone()).filter(|name| !is_n_minus_one(name)).collect(),
        strips: strips(futures),
    }
}

type Name = (&'static str, &'static str, String, String);

/// The metric that has rows by month.
static BY_MONTH: &Metric = &catalog::ADJUSTED_DEPENDENCE_SHARE;

/// Figures by name: where they are in each entrant. Months are left to the summaries but for dependence, and years to the figures of all.
fn places(futures: &Futures, entrant: usize) -> BTreeMap<Name, usize> {
    let model = &futures.entrants()[entrant].model;
    let keys: &[Key] = futures.by_entrant()[entrant].first().map_or(&[], |first| &first.measures.keys);
    let wanted = |key: &Key| match key.time {
        Time::Total => true,
        Time::Year(_) => key.scope == Scope::All,
        Time::Month(_) => key.metric == BY_MONTH,
    };
    let named = keys.iter().enumerate().filter(|(_, key)| wanted(key)).map(|(place, key)| {
        let (scope, name, period) = label(model, *key);
        ((key.metric.name, scope, name, period), place)
    });
    named.filter(|((_, scope, name, _), _)| !(*scope == "event" && is_n_minus_one(name))).collect()
}

fn rows(futures: &Futures) -> Vec<Difference> {
    let [baseline, variants @ ..] = futures.by_entrant() else { return Vec::new() };
    let model = &futures.entrants()[0].model;
    let before = places(futures, 0);
    let variant_places: Vec<BTreeMap<Name, usize>> = (1..=variants.len()).map(|entrant| places(futures, entrant)).collect();
    let keys: &[Key] = baseline.first().map_or(&[], |first| &first.measures.keys);
    let variant_keys = |variant: usize| variants[variant].first().map_or(&[][..], |first| &first.measures.keys[..]);
    let address = Address::stream(model.seed, 0, "bootstrap");
    let mut rows = Vec::new();
    // The family of the headlines is fixed before anything is seen: all of them, in all variants.
    let headlines = keys.iter().filter(|key| is_headline(model, **key)).count() * variants.len();
    let mut strengths: Vec<usize> = Vec::new();
    // In the order of the baseline's figures.
    for key in keys {
        let (scope, name, period) = label(model, *key);
        let figure: Name = (key.metric.name, scope, name, period);
        let Some(&place) = before.get(&figure) else { continue };
        let mut samples = Vec::new();
        for (variant, places) in variant_places.iter().enumerate() {
            let Some(&other) = places.get(&figure) else { continue };
            let pairs = baseline.iter().zip(&variants[variant]);
            let pairs = pairs.map(|(base, variant)| (base.measures.values[place], variant.measures.values[other]));
            let (base, new): (Vec<f64>, Vec<f64>) = pairs.filter(|(base, new)| base.is_finite() && new.is_finite()).unzip();
            // A month without load has no dependence to compare.
            if matches!(key.time, Time::Month(_)) && base.iter().chain(&new).all(|&value| value == 0.0) {
                continue;
            }
            let places = parts_of_ratio(keys, place).zip(parts_of_ratio(variant_keys(variant), other));
            let parts = places.map(|(before, after)| [parts(baseline, before), parts(&variants[variant], after)]);
            samples.push(Sample { variant, base, new, parts });
        }
        let family = if is_headline(model, *key) { headlines } else { samples.len() };
        let found = samples.iter().map(|sample| difference(futures, key.metric, &figure, sample, family, address));
        let (mut found, mut strength): (Vec<Difference>, Vec<usize>) = found.unzip();
        if !is_headline(model, *key) {
            for (row, stands) in found.iter_mut().zip(significant(&strength, family)) {
                row.verdict = verdict(row, stands);
            }
            strength.clear();
        }
        strengths.append(&mut strength);
        rows.append(&mut found);
    }
    let headline = |row: &&mut Difference| {
        catalog::find(&row.metric).is_some_and(|metric| is_on_first_screen(metric, &row.scope, &row.name, &row.period))
    };
    for (row, stands) in rows.iter_mut().filter(headline).zip(significant(&strengths, headlines)) {
        row.verdict = verdict(row, stands);
    }
    rows
}

/// A figure under the same futures, before and after.
struct Sample {
    variant: usize,
    base: Vec<f64>,
    new: Vec<f64>,
    /// The parts of both, where it is a ratio of totals.
    parts: Option<[Vec<[f64; 2]>; 2]>,
}

/// A difference, and the largest j such that it is not nothing at the level 5 % / j, up to the size of its family.
fn difference(
    futures: &Futures,
    metric: &Metric,
    figure: &Name,
    sample: &Sample,
    family: usize,
    address: Address,
) -> (Difference, usize) {
    let Sample { base, new, .. } = sample;
    // Of the pairs themselves; what is printed of their differences follows from the metric's shape.
    let pair = paired_difference(new, base, CONFIDENCE, address, Shape::Plain);
    let estimate_at = |confidence: f64| match &sample.parts {
        Some([before, after]) => ratio_difference(after, before, confidence),
        None => difference_of_pairs(new, base, confidence, metric.shape),
    };
    let estimate = estimate_at(CONFIDENCE);
    let excludes_zero = |level: f64| {
        let estimate = if level == 1.0 - CONFIDENCE { estimate } else { estimate_at(1.0 - level) };
        estimate.low.zip(estimate.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    };
    let alpha = 1.0 - CONFIDENCE;
    // What holds at a level holds at every larger one.
    let (mut strength, mut fails) = (0, family + 1);
    while fails - strength > 1 {
        let middle = usize::midpoint(strength, fails);
        if excludes_zero(alpha / middle as f64) { strength = middle } else { fails = middle }
    }
    let mean = |values: &[f64]| (!values.is_empty()).then(|| rounded(values.iter().sum::<f64>() / values.len() as f64));
    let total = |parts: &[[f64; 2]]| Some(ratio_of_totals(parts, CONFIDENCE).mean).filter(|ratio| ratio.is_finite()).map(rounded);
    let [baseline_mean, variant_mean] = match &sample.parts {
        Some([before, after]) => [total(before), total(after)],
        None => [mean(base), mean(new)],
    };
    let is_median = metric.shape.is_skewed() && sample.parts.is_none();
    let median = |values: &[f64]| {
        Some(centre(values, CONFIDENCE, metric.shape).mean).filter(|median| is_median && median.is_finite()).map(rounded)
    };
    let mean_difference = if is_median { pair.estimate.mean } else { estimate.mean };
    let row = Difference {
        metric: figure.0.to_owned(),
        scope: figure.1.to_owned(),
        name: figure.2.clone(),
        period: figure.3.clone(),
        variant: futures.entrants()[sample.variant + 1].name.clone(),
        n: estimate.n,
        baseline_mean,
        variant_mean,
        baseline_median: median(base),
        variant_median: median(new),
        mean_difference: Some(mean_difference).filter(|mean| mean.is_finite()).map(rounded),
        difference: Some(estimate.mean).filter(|mean| mean.is_finite()).map(rounded),
        low: estimate.low.map(rounded),
        high: estimate.high.map(rounded),
        method: estimate.method.at(estimate.n),
        correlation: pair.correlation.map(rounded),
        variance_reduction: pair.variance_reduction.map(rounded),
        more_in: pair.worse,
        less_in: pair.better,
        verdict: Verdict::NotEstimable,
    };
    (row, strength)
}

fn verdict(row: &Difference, stands: bool) -> Verdict {
    if row.more_in == 0 && row.less_in == 0 && row.difference == Some(0.0) {
        return Verdict::Same;
    }
    let Some(difference) = row.difference.filter(|_| row.low.is_some()) else { return Verdict::NotEstimable };
    let tolerance = TOLERANCE * row.baseline().unwrap_or(0.0).abs();
    if [row.low, row.high].into_iter().flatten().all(|end| end.abs() <= tolerance) {
        return Verdict::WithinTolerance;
    }
    match (stands, judgement(&row.metric), difference > 0.0) {
        (false, _, _) => Verdict::NotDistinguishable,
        (true, Direction::Neither, true) => Verdict::More,
        (true, Direction::Neither, false) => Verdict::Less,
        (true, Direction::Higher, true) | (true, Direction::Lower, false) => Verdict::Better,
        (true, Direction::Higher, false) | (true, Direction::Lower, true) => Verdict::Worse,
    }
}

/// While each vendor is away, what is caught up after that, then both by month; months in which nothing was served, or nothing was lost or
/// caught up in any future, are left out.
fn losses(futures: &Futures) -> Vec<Loss> {
    let mut rows = Vec::new();
    for loss in futures.losses() {
        let months = futures.entrants()[loss.entrant].model.calendar.months();
        for (place, base) in SERVED.into_iter().enumerate() {
            for (metric, of) in [(base.metric(), &loss.bases[place]), (base.caught_up(), &loss.caught_up[place])] {
                rows.push(loss_row(futures, loss, "total".to_owned(), metric, of));
            }
            for part in &loss.months {
                let row = loss_row(futures, loss, months[part.month].label(), base.net(), &part.bases[place]);
                if row.n > 0 && part.bases[place].amount.iter().any(|&amount| amount != 0.0) {
                    rows.push(row);
                }
            }
        }
    }
    rows
}

fn loss_row(futures: &Futures, loss: &NMinusOne, period: String, metric: &Metric, of: &LossOfBase) -> Loss {
    let address = Address::stream(futures.entrants()[0].model.seed, 0, "bootstrap");
    let entrant = &futures.entrants()[loss.entrant];
    let finite: Vec<f64> = of.share.iter().copied().filter(|share| share.is_finite()).collect();
    let estimate = estimate_mean(&finite, CONFIDENCE, address, metric.shape);
    let amounts: Vec<f64> = of.amount.iter().copied().filter(|amount| amount.is_finite()).collect();
    Loss {
        entrant: entrant.name.clone(),
        vendor: entrant.model.vendors[loss.vendor].key.clone(),
        metric: metric.name.to_owned(),
        period,
        n: finite.len(),
        mean: Some(estimate.mean).filter(|mean| mean.is_finite()).map(rounded),
        low: estimate.low.map(rounded),
        high: estimate.high.map(rounded),
        method: estimate.method.at(finite.len()),
        amount: rounded(amounts.iter().sum::<f64>() / amounts.len().max(1) as f64),
    }
}

fn strips(futures: &Futures) -> Vec<(String, String, Vec<f64>)> {
    let [baseline, variants @ ..] = futures.by_entrant() else { return Vec::new() };
    let mut strips = Vec::new();
    for metric in catalog::headlines() {
        let before = values(baseline, metric, Scope::All, Time::Total);
        for (entrant, finished) in futures.entrants()[1..].iter().zip(variants) {
            let after = values(finished, metric, Scope::All, Time::Total);
            let differences: Vec<f64> = before
                .iter()
                .zip(after)
                .map(|(before, after)| after - before)
                .filter(|value| value.is_finite())
                .map(rounded)
                .collect();
            if !differences.is_empty() {
                strips.push((metric.name.to_owned(), entrant.name.clone(), differences));
            }
        }
    }
    strips
}
