//! From one bill to another: price, volume, mix, and what is not capacity.
//!
//! Both bills are split by cluster and kind of capacity. With amounts `q` of H100e-hours and costs `c`, the first bill's prices `p = c /
//! q` and its mean price `P = C / Q`: volume = (Q' - Q) P, mix = sum q' p - C - volume, price = sum (c' - q' p). What only the second bill
//! has is taken at its own price, so that it has no price effect. The effects are exact for each future, and so are their means.

use super::Futures;
use crate::kernel::random::Address;
use crate::metrics::catalog::{self, Metric, Shape};
use crate::model::Model;
use crate::study::statistics::estimate_mean;
use crate::study::{Measures, Scope, Time};
use serde::{Deserialize, Serialize};

/// The probability that an interval covers the truth.
const CONFIDENCE: f64 = 0.95;

/// An effect and its interval over futures [USD].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The mean, in whole cents.
    pub usd: f64,
    /// Lower end of the interval of the mean.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What makes a variant's bill differ from the baseline's: means over futures, which add up to the cent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bridge {
    /// The variant.
    pub variant: String,
    /// Futures in it.
    pub n: usize,
    /// The baseline's bill [USD].
    pub baseline_usd: f64,
    /// Other prices.
    pub price: Effect,
    /// More or less capacity.
    pub volume: Effect,
    /// Other capacity.
    pub mix: Effect,
    /// What is not capacity.
    pub other: Effect,
    /// The variant's bill [USD].
    pub variant_usd: f64,
}

impl Bridge {
    /// The effects with their metrics, in order.
    #[must_use]
    pub fn effects(&self) -> [(&'static Metric, Effect); 4] {
        [
            (&catalog::BRIDGE_PRICE_USD, self.price),
            (&catalog::BRIDGE_VOLUME_USD, self.volume),
            (&catalog::BRIDGE_MIX_USD, self.mix),
            (&catalog::BRIDGE_OTHER_USD, self.other),
        ]
    }
}

/// Capacity of one cluster and kind in a bill.
struct Part {
    cluster: String,
    kind: usize,
    h100e_hours: f64,
    usd: f64,
}

/// A bill of one future.
struct Bill {
    parts: Vec<Part>,
    usd: f64,
}

/// H100e-hours billed, and what they cost without settlements, by kind of capacity.
static KINDS: [(&Metric, &[&Metric]); 3] = [
    (&catalog::PAID_RESERVED_H100E_HOURS, &[&catalog::COST_COMMITTED_USED_USD, &catalog::COST_UNUSED_USD]),
    (&catalog::PAID_ON_DEMAND_H100E_HOURS, &[&catalog::COST_ON_DEMAND_USD]),
    (&catalog::PAID_SPOT_H100E_HOURS, &[&catalog::COST_SPOT_USD]),
];

/// The bridges from the baseline to each variant.
pub(super) fn bridges(futures: &Futures) -> Vec<Bridge> {
    let Some((baseline, variants)) = futures.entrants().split_first() else { return Vec::new() };
    let n = futures.finished();
    let bills = |entrant: usize, model: &Model| -> Vec<Bill> {
        futures.by_entrant()[entrant].iter().take(n).map(|one| Bill::of(model, &one.measures)).collect()
    };
    let first = bills(0, &baseline.model);
    let address = Address::stream(baseline.model.seed, 0, "bridge");
    let bridge = |(index, variant): (usize, &super::Entrant)| {
        let second = bills(index + 1, &variant.model);
        let effects: Vec<[f64; 4]> = first.iter().zip(&second).map(|(one, other)| one.to(other)).collect();
        let [price, volume, _, other] = [0, 1, 2, 3].map(|place| of_futures(effects.iter().map(|one| one[place]), address));
        let mean = |bills: &[Bill]| cents(bills.iter().map(|bill| bill.usd).sum::<f64>() / n as f64);
        let (baseline_cents, variant_cents) = (mean(&first), mean(&second));
        // The mix takes up what rounding to cents leaves.
        let rest = variant_cents - baseline_cents - cents(price.usd) - cents(volume.usd) - cents(other.usd);
        let mix = Effect { usd: rest / 100.0, ..of_futures(effects.iter().map(|one| one[2]), address) };
        Bridge {
            variant: variant.name.clone(),
            n,
            baseline_usd: baseline_cents / 100.0,
            price,
            volume,
            mix,
            other,
            variant_usd: variant_cents / 100.0,
        }
    };
    variants.iter().enumerate().map(bridge).collect()
}

/// Whole cents; zero without a sign.
fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() + 0.0
}

fn of_futures(values: impl Iterator<Item = f64>, address: Address) -> Effect {
    let values: Vec<f64> = values.collect();
    let estimate = estimate_mean(&values, CONFIDENCE, address, Shape::Plain);
    // Rounded as the mean is, or else what the order of sums leaves would look like an effect.
    let whole = |usd: f64| cents(usd) / 100.0;
    Effect { usd: whole(estimate.mean), low: estimate.low.map(whole), high: estimate.high.map(whole) }
}

impl Bill {
    fn of(model: &Model, measures: &Measures) -> Self {
        let get = |metric: &Metric, scope: Scope| measures.get(metric, scope, Time::Total).unwrap_or(0.0);
        let mut parts = Vec::new();
        for (index, cluster) in model.clusters.iter().enumerate() {
            for (kind, (hours, costs)) in KINDS.iter().enumerate() {
                let scope = Scope::Cluster(index);
                let usd = costs.iter().map(|cost| get(cost, scope)).sum();
                parts.push(Part { cluster: cluster.name.clone(), kind, h100e_hours: get(hours, scope), usd });
            }
        }
        Self { parts, usd: get(&catalog::COST_USD, Scope::All) }
    }

    fn h100e_hours(&self) -> f64 {
        self.parts.iter().map(|part| part.h100e_hours).sum()
    }

    fn of_capacity(&self) -> f64 {
        self.parts.iter().map(|part| part.usd).sum()
    }

    /// The price in this bill of what a part of another one is; that part's own where this bill has none of it.
    fn price(&self, part: &Part) -> f64 {
        let is_it = |own: &&Part| own.cluster == part.cluster && own.kind == part.kind && own.h100e_hours > 0.0;
        let own = self.parts.iter().find(is_it).unwrap_or(part);
        if own.h100e_hours > 0.0 { own.usd / own.h100e_hours } else { 0.0 }
    }

    /// The effects on the way to another bill: price, volume, mix, what is not capacity.
    fn to(&self, other: &Self) -> [f64; 4] {
        let at_these_prices: f64 = other.parts.iter().map(|part| part.h100e_hours * self.price(part)).sum();
        let (before, after) = (self.h100e_hours(), other.h100e_hours());
        let volume =
            if before > 0.0 { (after - before) * self.of_capacity() / before } else { at_these_prices - self.of_capacity() };
        let mix = at_these_prices - self.of_capacity() - volume;
        let rest = (other.usd - other.of_capacity()) - (self.usd - self.of_capacity());
        [other.of_capacity() - at_these_prices, volume, mix, rest]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(parts: &[(&str, f64, f64)], other: f64) -> Bill {
        let part = |&(cluster, hours, price): &(&str, f64, f64)| Part {
            cluster: cluster.to_owned(),
            kind: 0,
            h100e_hours: hours,
            usd: hours * price,
        };
        let parts: Vec<Part> = parts.iter().map(part).collect();
        let usd = parts.iter().map(|part| part.usd).sum::<f64>() + other;
        Bill { parts, usd }
    }

    #[test]
    fn effects_by_hand() {
        // 100 h at 2 and 100 h at 4; then 150 h at 2.5 and 150 h at 4, and 30 h of another cluster at 6.
        let first = bill(&[("a", 100.0, 2.0), ("b", 100.0, 4.0)], 10.0);
        let second = bill(&[("a", 150.0, 2.5), ("b", 150.0, 4.0), ("c", 30.0, 6.0)], 25.0);
        // Price: 150 x 0.5. Volume: 130 h at 3. Mix: 150 x 2 + 150 x 4 + 30 x 6 - 600 - 390.
        assert_eq!(first.to(&second), [75.0, 390.0, 90.0, 15.0]);
        assert_eq!(first.to(&second).iter().sum::<f64>(), second.usd - first.usd);
        // From nothing all is volume, and to nothing all is volume too.
        let nothing = bill(&[], 0.0);
        assert_eq!(nothing.to(&first), [0.0, 600.0, 0.0, 10.0]);
        assert_eq!(first.to(&nothing), [0.0, -600.0, 0.0, -10.0]);
    }
}
