//! The replications of all entrants, in order.

use super::{ComparisonError, Entrant};
use crate::metrics::catalog::{self, Metric};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::outage::{Outage, OutageKind, OutageTimes};
use crate::model::watch::Watch;
use crate::sim::Failure;
use crate::study::runner::{Finished, Progress, Run, pool_of, replicate};
use crate::study::{Key, Scope, Time};
use crate::units::{SimTime, Span};
use rayon::prelude::*;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// The name of the span in which vendors are taken away in turn.
const N_MINUS_ONE: &str = "without a vendor";

/// The name of the time after it, until the horizon.
const AFTERWARDS: &str = "after being without a vendor";

/// What has been simulated so far.
pub struct Futures {
    entrants: Vec<Entrant>,
    keys: Vec<OnceLock<Arc<[Key]>>>,
    /// By entrant, in order of replications.
    finished: Vec<Vec<Finished>>,
    losses: Vec<NMinusOne>,
    /// By loss: the entrant's model with the vendor away.
    without: Vec<Model>,
}

/// What is lost without a vendor.
#[derive(Clone, Debug)]
pub struct NMinusOne {
    /// The entrant's place.
    pub entrant: usize,
    /// The vendor's place in its model.
    pub vendor: usize,
    /// While it is away, by base: 1 - served without the vendor / served with it, and what was served less.
    pub bases: [LossOfBase; SERVED.len()],
    /// From its return to the horizon, by base: what was served more than with the vendor all the time, also as a share of what was served
    /// with it while it was away here. The share of the loss that is not caught up is the one less the other.
    pub caught_up: [LossOfBase; SERVED.len()],
    /// Less what is caught up, by whole months, from that in which the vendor goes away to the last, and the one before where it goes on
    /// the first day.
    pub months: Vec<MonthOfLoss>,
}

/// What of one base is lost without a vendor.
#[derive(Clone, Debug, Default)]
pub struct LossOfBase {
    /// By replication: the amount as a share of what was served with the vendor; work that was lost does not count as served.
    pub share: Vec<f64>,
    /// By replication: the difference, in the base's unit.
    pub amount: Vec<f64>,
}

impl LossOfBase {
    fn push(&mut self, amount: f64, of: f64) {
        self.share.push(amount / of);
        self.amount.push(amount);
    }
}

/// How that which was served is weighed, first as the report does: every GPU by its speed, all alike, or by the power it draws. What is only
/// there, and not served, has no base here: without a vendor exactly the vendor's share of it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedBase {
    /// By dense BF16 against an H100 [H100e-hours].
    H100eHours,
    /// All alike [GPU-hours].
    GpuHours,
    /// By IT power [MWh].
    ItEnergy,
}

/// All of them.
pub const SERVED: [ServedBase; 3] = [ServedBase::H100eHours, ServedBase::GpuHours, ServedBase::ItEnergy];

impl ServedBase {
    /// The loss while a vendor is away.
    #[must_use]
    pub fn metric(self) -> &'static Metric {
        match self {
            Self::H100eHours => &catalog::N_MINUS_1_LOSS_SHARE,
            Self::GpuHours => &catalog::N_MINUS_1_LOSS_GPU_HOURS_SHARE,
            Self::ItEnergy => &catalog::N_MINUS_1_LOSS_IT_MWH_SHARE,
        }
    }

    /// What of it is caught up later.
    #[must_use]
    pub fn caught_up(self) -> &'static Metric {
        match self {
            Self::H100eHours => &catalog::N_MINUS_1_CAUGHT_UP_SHARE,
            Self::GpuHours => &catalog::N_MINUS_1_CAUGHT_UP_GPU_HOURS_SHARE,
            Self::ItEnergy => &catalog::N_MINUS_1_CAUGHT_UP_IT_MWH_SHARE,
        }
    }

    /// The loss less what is caught up, month by month.
    #[must_use]
    pub fn net(self) -> &'static Metric {
        match self {
            Self::H100eHours => &catalog::N_MINUS_1_NET_LOSS_SHARE,
            Self::GpuHours => &catalog::N_MINUS_1_NET_LOSS_GPU_HOURS_SHARE,
            Self::ItEnergy => &catalog::N_MINUS_1_NET_LOSS_IT_MWH_SHARE,
        }
    }

    /// What a GPU-hour of a cluster weighs.
    fn weight(self, cluster: &Cluster) -> f64 {
        match self {
            Self::H100eHours => cluster.h100_equivalents,
            Self::GpuHours => 1.0,
            Self::ItEnergy => cluster.power.it_kw_per_gpu / 1e3,
        }
    }

    /// What was served and what of it was lost while something was watched.
    fn of_event(self) -> [&'static Metric; 2] {
        match self {
            Self::H100eHours => [&catalog::SERVED_H100E_HOURS, &catalog::LOST_H100E_HOURS],
            Self::GpuHours => [&catalog::SERVED_GPU_HOURS, &catalog::LOST_GPU_HOURS],
            Self::ItEnergy => [&catalog::SERVED_IT_MWH, &catalog::LOST_IT_MWH],
        }
    }
}

/// What is lost in a month, while a vendor is away and afterwards: what is caught up later counts against it.
#[derive(Clone, Debug)]
pub struct MonthOfLoss {
    /// The month's place in the calendar.
    pub month: usize,
    /// In the measured part of the month, by base.
    pub bases: [LossOfBase; SERVED.len()],
}

/// What was served, less work that was lost, by base.
struct Work {
    /// While the vendor is away.
    meanwhile: [f64; SERVED.len()],
    /// From its return to the horizon.
    afterwards: [f64; SERVED.len()],
    /// By month of the calendar.
    months: Vec<[f64; SERVED.len()]>,
}

/// A future of an entrant, or what it served while a vendor was away.
enum Outcome {
    Whole(Box<Finished>),
    Served(Work),
}

impl Futures {
    pub(super) fn new(mut entrants: Vec<Entrant>) -> Self {
        let asked = entrants.first().and_then(|baseline| baseline.model.comparison.n_minus_one);
        if let Some((from, until)) = asked {
            for entrant in &mut entrants {
                entrant.model.watches.push(Watch { name: N_MINUS_ONE.to_owned(), from, until });
                let horizon = entrant.model.horizon();
                if until < horizon {
                    entrant.model.watches.push(Watch { name: AFTERWARDS.to_owned(), from: until, until: horizon });
                }
            }
        }
        let (mut losses, mut without) = (Vec::new(), Vec::new());
        for (place, entrant) in entrants.iter().enumerate().filter(|(_, entrant)| !entrant.is_question) {
            for (vendor, model) in asked.into_iter().flat_map(|span| vendors_away(&entrant.model, span)) {
                let calendar = &model.calendar;
                // Work that is lost at a month's first instant was done, and is booked, in the month before.
                let first = asked.map_or(0, |(from, _)| calendar.month_of(from - Span::from_ms(1)));
                losses.push(NMinusOne::new(place, vendor, first..calendar.months().len()));
                without.push(model);
            }
        }
        Self {
            losses,
            without,
            keys: entrants.iter().map(|_| OnceLock::new()).collect(),
            finished: entrants.iter().map(|_| Vec::new()).collect(),
            entrants,
        }
    }

    /// The entrants, the baseline first.
    #[must_use]
    pub fn entrants(&self) -> &[Entrant] {
        &self.entrants
    }

    /// By entrant, its replications in order.
    #[must_use]
    pub fn by_entrant(&self) -> &[Vec<Finished>] {
        &self.finished
    }

    /// What is lost without each vendor, entrant by entrant.
    #[must_use]
    pub fn losses(&self) -> &[NMinusOne] {
        &self.losses
    }

    /// How many replications all entrants have done.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.finished.first().map_or(0, Vec::len)
    }

    /// Simulates up to so many replications; says whether it was not stopped. What counts is the replications that are whole from the first
    /// on: a later one that was done before the stop is left out.
    pub(super) fn extend(&mut self, goal: u32, how: Run, progress: &Progress) -> Result<bool, ComparisonError> {
        let first = self.finished() as u32;
        let each = self.entrants.len() + self.losses.len();
        let tasks: Vec<(u32, usize)> =
            (first..goal).flat_map(|replication| (0..each).map(move |place| (replication, place))).collect();
        let one = |&(replication, place): &(u32, usize)| self.simulate(replication, place, how, progress);
        let outcomes: Vec<Result<Outcome, Failure>> = match pool_of(how.threads) {
            Some(pool) => pool.install(|| tasks.par_iter().with_max_len(1).map(one).collect()),
            None => tasks.iter().map(one).collect(),
        };
        let mut outcomes = outcomes.into_iter();
        for _ in first..goal {
            let mut whole = Vec::with_capacity(each);
            for place in 0..each {
                match outcomes.next() {
                    Some(Ok(outcome)) => whole.push(outcome),
                    Some(Err(Failure::Stopped)) | None => {}
                    Some(Err(failure)) => {
                        let entrant =
                            if place < self.entrants.len() { place } else { self.losses[place - self.entrants.len()].entrant };
                        return Err(ComparisonError::Failed { name: self.entrants[entrant].name.clone(), failure });
                    }
                }
            }
            if whole.len() < each {
                return Ok(false);
            }
            self.take(whole);
        }
        Ok(!progress.stop.load(Ordering::Relaxed) || self.finished() as u32 >= goal)
    }

    fn simulate(&self, replication: u32, place: usize, how: Run, progress: &Progress) -> Result<Outcome, Failure> {
        if let Some(entrant) = self.entrants.get(place) {
            return replicate(&entrant.model, replication, how, progress, &self.keys[place]).map(Box::new).map(Outcome::Whole);
        }
        let model = &self.without[place - self.entrants.len()];
        let how = Run { records: false, ..how };
        replicate(model, replication, how, progress, &OnceLock::new()).map(|finished| Outcome::Served(Work::of(model, &finished)))
    }

    fn take(&mut self, whole: Vec<Outcome>) {
        let mut base = Vec::new();
        for (place, outcome) in whole.into_iter().enumerate() {
            match outcome {
                Outcome::Whole(finished) => {
                    base.push(Work::of(&self.entrants[place].model, &finished));
                    self.finished[place].push(*finished);
                }
                Outcome::Served(without) => {
                    let loss = &mut self.losses[place - self.entrants.len()];
                    loss.push(&base[loss.entrant], &without);
                }
            }
        }
    }
}

impl NMinusOne {
    fn new(entrant: usize, vendor: usize, months: std::ops::Range<usize>) -> Self {
        let months = months.map(|month| MonthOfLoss { month, bases: Default::default() }).collect();
        Self { entrant, vendor, bases: Default::default(), caught_up: Default::default(), months }
    }

    fn push(&mut self, with: &Work, without: &Work) {
        for base in 0..SERVED.len() {
            let served = with.meanwhile[base];
            self.bases[base].push(served - without.meanwhile[base], served);
            self.caught_up[base].push(without.afterwards[base] - with.afterwards[base], served);
            for loss in &mut self.months {
                let served = with.months[loss.month][base];
                loss.bases[base].push(served - without.months[loss.month][base], served);
            }
        }
    }
}

impl Work {
    fn of(model: &Model, finished: &Finished) -> Self {
        let within = |name: &str, unseen: f64| {
            let event = model.watches.iter().position(|watch| watch.name == name).map(Scope::Event);
            let get =
                |metric| event.map_or(Some(unseen), |event| finished.measures.get(metric, event, Time::Total)).unwrap_or(f64::NAN);
            SERVED.map(|base| {
                let [served, lost] = base.of_event().map(get);
                served - lost
            })
        };
        let mut months = vec![[0.0; SERVED.len()]; model.calendar.months().len()];
        for (key, value) in finished.measures.keys.iter().zip(&finished.measures.values) {
            let (Time::Month(month), Scope::Cluster(cluster)) = (key.time, key.scope) else { continue };
            let sign = if *key.metric == catalog::ALLOCATED_GPU_HOURS {
                1.0
            } else if *key.metric == catalog::LOST_GPU_HOURS {
                -1.0
            } else {
                continue;
            };
            for (sum, base) in months[month].iter_mut().zip(SERVED) {
                *sum += sign * value * base.weight(&model.clusters[cluster]);
            }
        }
        // Where the vendor does not return before the horizon, nothing is served afterwards.
        Self { meanwhile: within(N_MINUS_ONE, f64::NAN), afterwards: within(AFTERWARDS, 0.0), months }
    }
}

/// The model with each vendor that has clusters away for a while, in turn.
fn vendors_away(model: &Model, (from, until): (SimTime, SimTime)) -> impl Iterator<Item = (usize, Model)> {
    model.vendors_with_clusters().map(move |vendor| {
        let clusters: Vec<_> = model.clusters_of(vendor).map(|(id, _)| id).collect();
        let mut without = model.clone();
        let name = format!("{N_MINUS_ONE} {}", model.vendors[vendor.index()].key);
        let times = OutageTimes::Scheduled { from, until };
        without.outages.push(Outage { name, kind: OutageKind::DataPlane, clusters, maintenance: false, times });
        (vendor.index(), without)
    })
}

/// Whether an event is the span of the N-1 losses, or the time after it.
pub(super) fn is_n_minus_one(name: &str) -> bool {
    name == N_MINUS_ONE || name == AFTERWARDS
}
