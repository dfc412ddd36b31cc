//! The replications of all entrants, in order.

use super::{ComparisonError, Entrant};
use crate::model::Model;
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
    /// By replication: 1 - H100e-hours served without it / served with it, while it is away; work that was lost does not count as served.
    pub loss_share: Vec<f64>,
    /// By replication: H100e-hours that were served less.
    pub lost_h100e_hours: Vec<f64>,
    /// The same by whole months, from that in which the vendor goes away to the last, and the one before where it goes on the first day.
    pub months: Vec<MonthOfLoss>,
}

/// What is lost in a month, while a vendor is away and afterwards: what is caught up later counts against it.
#[derive(Clone, Debug)]
pub struct MonthOfLoss {
    /// The month's place in the calendar.
    pub month: usize,
    /// By replication: 1 - H100e-hours served without the vendor / served with it, in the measured part of the month.
    pub loss_share: Vec<f64>,
    /// By replication: H100e-hours that were served less.
    pub lost_h100e_hours: Vec<f64>,
}

/// H100e-hours that were served, less those of work that was lost.
struct Served {
    /// While the vendor is away.
    meanwhile: f64,
    /// By month of the calendar.
    months: Vec<f64>,
}

/// A future of an entrant, or what it served while a vendor was away.
enum Outcome {
    Whole(Box<Finished>),
    Served(Served),
}

impl Futures {
    pub(super) fn new(mut entrants: Vec<Entrant>) -> Self {
        let asked = entrants.first().and_then(|baseline| baseline.model.comparison.n_minus_one);
        if let Some((from, until)) = asked {
            for entrant in &mut entrants {
                entrant.model.watches.push(Watch { name: N_MINUS_ONE.to_owned(), from, until });
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
        replicate(model, replication, how, progress, &OnceLock::new()).map(|finished| Outcome::Served(Served::of(model, &finished)))
    }

    fn take(&mut self, whole: Vec<Outcome>) {
        let mut base = Vec::new();
        for (place, outcome) in whole.into_iter().enumerate() {
            match outcome {
                Outcome::Whole(finished) => {
                    base.push(Served::of(&self.entrants[place].model, &finished));
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
        let empty = |month| MonthOfLoss { month, loss_share: Vec::new(), lost_h100e_hours: Vec::new() };
        let months = months.map(empty).collect();
        Self { entrant, vendor, loss_share: Vec::new(), lost_h100e_hours: Vec::new(), months }
    }

    fn push(&mut self, with: &Served, without: &Served) {
        self.loss_share.push(1.0 - without.meanwhile / with.meanwhile);
        self.lost_h100e_hours.push(with.meanwhile - without.meanwhile);
        for loss in &mut self.months {
            let [with, without] = [with, without].map(|served| served.months[loss.month]);
            loss.loss_share.push(1.0 - without / with);
            loss.lost_h100e_hours.push(with - without);
        }
    }
}

impl Served {
    fn of(model: &Model, finished: &Finished) -> Self {
        let event = model.watches.iter().position(|watch| watch.name == N_MINUS_ONE).map(Scope::Event);
        let get = |metric| event.and_then(|event| finished.measures.get(metric, event, Time::Total)).unwrap_or(f64::NAN);
        let mut months = vec![0.0; model.calendar.months().len()];
        for (key, value) in finished.measures.keys.iter().zip(&finished.measures.values) {
            let (Time::Month(month), Scope::Cluster(cluster)) = (key.time, key.scope) else { continue };
            match key.metric {
                "allocated_h100e_hours" => months[month] += value,
                "lost_gpu_hours" => months[month] -= value * model.clusters[cluster].h100_equivalents,
                _ => {}
            }
        }
        Self { meanwhile: get("served_h100e_hours") - get("lost_h100e_hours"), months }
    }
}

/// The model with each vendor that has clusters away for a while, in turn.
fn vendors_away(model: &Model, (from, until): (SimTime, SimTime)) -> impl Iterator<Item = (usize, Model)> {
    model.vendors_with_clusters().map(move |vendor| {
        let clusters: Vec<_> = model.clusters_of(vendor).map(|(id, _)| id).collect();
        let mut without = model.clone();
        let name = format!("{N_MINUS_ONE} {}", model.vendors[vendor.index()].key);
        let times = OutageTimes::Scheduled { from, until };
        without.outages.push(Outage { name, kind: OutageKind::DataPlane, clusters, times });
        (vendor.index(), without)
    })
}

/// Whether an event is the span of the N-1 losses.
pub(super) fn is_n_minus_one(name: &str) -> bool {
    name == N_MINUS_ONE
}
