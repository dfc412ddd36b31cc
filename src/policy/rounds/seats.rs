//! Who runs where in a round.
//!
//! Claims are gone through in order, and each takes its gang of its type while that has room. Who runs on that type already stays where it
//! is; the others are seated by the broker beside those that stay. Where no cluster of the type has the room for one of them, because it
//! lies scattered, those whose claims come later make way, the last first.

use super::kinds::Kinds;
use super::present::Present;
use crate::fleet::Domains;
use crate::policy::broker::{Broker, ranked};
use crate::policy::placement::Placement;
use crate::policy::view::View;
use crate::units::ClusterId;
use std::collections::BTreeSet;

/// A claim: the job, by its place among those present, and the type.
pub(super) type Claim = (usize, usize);

/// What a round begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seating {
    /// Running jobs that do not go on where they are.
    pub stopped: Vec<u32>,
    /// Jobs that get new GPUs, in order, and where: waiting ones, and some of the stopped.
    pub started: Vec<(u32, ClusterId)>,
    /// Whether any of the stopped are among the started.
    pub moves: bool,
}

/// A cluster while seats are given out.
struct Hall {
    /// The nodes, once any job is seated there again: without those that do not stay, with those that do.
    trial: Option<Domains>,
    /// Places in the order of claims of those that stay, ascending.
    staying: Vec<usize>,
    /// Those that run there and do not stay, by their places among those present.
    leaving: Vec<usize>,
}

/// What seats are given out by.
pub(super) struct Rules<'a> {
    pub kinds: &'a Kinds,
    pub broker: &'a dyn Broker,
    pub placement: &'a dyn Placement,
    /// Whether only jobs with claims of their own may run.
    pub is_strict: bool,
    /// Whether types are all the same to those without claims.
    pub is_blind: bool,
}

struct Seats<'a> {
    view: View<'a>,
    present: &'a Present,
    rules: &'a Rules<'a>,
    /// Who has been given a type, in order, with the type.
    order: Vec<Claim>,
    halls: Vec<Hall>,
    /// By place in the order: the new seat.
    given: Vec<Option<ClusterId>>,
    /// By place in the order: whether it stays where it is.
    stays: Vec<bool>,
}

/// Seats for a round by claims in order. Then, unless the rules are strict, those without a seat in order of submission: who runs stays if its
/// GPUs are left, and who waits gets the fastest type that is left. O(claims + jobs x types), besides placements.
pub(super) fn seated(view: View<'_>, present: &Present, rules: &Rules<'_>, claims: &[Claim]) -> Seating {
    let order = order(present, rules, claims);
    let empty = || Hall { trial: None, staying: Vec::new(), leaving: Vec::new() };
    let mut seats = Seats {
        view,
        present,
        rules,
        halls: present.room.iter().map(|_| empty()).collect(),
        given: vec![None; order.len()],
        stays: vec![false; order.len()],
        order,
    };
    seats.take();
    seats.into_seating()
}

/// Who gets which type, in order, by the counts of GPUs.
fn order(present: &Present, rules: &Rules<'_>, claims: &[Claim]) -> Vec<Claim> {
    let kinds = rules.kinds;
    let sum = |kind: usize| kinds.clusters(kind).iter().map(|cluster| present.room[cluster.index()]).sum();
    let mut room: Vec<u64> = (0..kinds.len()).map(sum).collect();
    let mut has_type = vec![false; present.jobs.len()];
    let mut order = Vec::new();
    let mut take = |place: usize, kind: usize| {
        let job = &present.jobs[place];
        if !has_type[place] && job.speeds[kind] > 0.0 && job.facts.gpus <= room[kind] {
            room[kind] -= job.facts.gpus;
            has_type[place] = true;
            order.push((place, kind));
        }
    };
    for &(place, kind) in claims {
        take(place, kind);
    }
    if rules.is_strict {
        return order;
    }
    for (place, job) in present.jobs.iter().enumerate() {
        if let Some(cluster) = job.cluster {
            take(place, kinds.kind(cluster));
        }
    }
    for (place, job) in present.jobs.iter().enumerate() {
        for kind in job.preferred(rules.is_blind) {
            take(place, kind);
        }
    }
    order
}

impl Seats<'_> {
    fn take(&mut self) {
        let mut has_type = vec![false; self.present.jobs.len()];
        let mut open = BTreeSet::new();
        for (at, &(place, kind)) in self.order.iter().enumerate() {
            has_type[place] = true;
            match self.present.jobs[place].cluster {
                Some(cluster) if self.rules.kinds.kind(cluster) == kind => {
                    self.halls[cluster.index()].staying.push(at);
                    self.stays[at] = true;
                }
                Some(cluster) => {
                    self.halls[cluster.index()].leaving.push(place);
                    open.insert(at);
                }
                None => {
                    open.insert(at);
                }
            }
        }
        for (place, job) in self.present.jobs.iter().enumerate().filter(|(place, _)| !has_type[*place]) {
            if let Some(cluster) = job.cluster {
                self.halls[cluster.index()].leaving.push(place);
            }
        }
        // Who has to make way has a later place in the order, so that this comes to an end.
        while let Some(at) = open.pop_first() {
            open.extend(self.seat(at));
        }
    }

    /// Seats a job; returns the jobs that had to make way.
    fn seat(&mut self, at: usize) -> Vec<usize> {
        let (place, kind) = self.order[at];
        let job = &self.present.jobs[place];
        // It had to make way, and perhaps what it had is still there.
        let view = self.view;
        if let Some(own) = job.cluster.filter(|&own| self.rules.kinds.kind(own) == kind)
            && self.trial(own).retake(view.lease_of(job.job))
        {
            let staying = &mut self.halls[own.index()].staying;
            staying.insert(staying.partition_point(|&other| other < at), at);
            self.stays[at] = true;
            return Vec::new();
        }
        let class = self.view.class_of(&job.facts);
        let usable = |cluster: &ClusterId| class.clusters.contains(cluster) && self.view.is_open(class, *cluster);
        let has_room = |cluster: &ClusterId| job.facts.gpus <= self.present.room[cluster.index()];
        let candidates = self.rules.kinds.clusters(kind).iter().copied().filter(|cluster| usable(cluster) && has_room(cluster));
        let candidates = ranked(self.rules.broker, self.view, &job.facts, candidates);
        for &cluster in &candidates {
            if self.place(at, cluster) {
                return Vec::new();
            }
        }
        candidates.into_iter().find_map(|cluster| self.make_way(at, cluster)).unwrap_or_default()
    }

    /// The nodes of a cluster, without those that do not stay.
    fn trial(&mut self, cluster: ClusterId) -> &mut Domains {
        let (view, present) = (self.view, self.present);
        let hall = &mut self.halls[cluster.index()];
        let leaving = &hall.leaving;
        hall.trial.get_or_insert_with(|| {
            let mut domains = view.domains(cluster).clone();
            for &place in leaving {
                domains.release(view.lease_of(present.jobs[place].job).clone());
            }
            domains
        })
    }

    fn place(&mut self, at: usize, cluster: ClusterId) -> bool {
        let facts = &self.present.jobs[self.order[at].0].facts;
        let within_domain = self.view.class_of(facts).within_domain;
        let (view, placement, gpus) = (self.view, self.rules.placement, facts.gpus);
        let trial = self.trial(cluster);
        // To try is dearer than to count.
        let is_placed = trial.free_gpus() >= gpus && view.place(placement, cluster, trial, gpus, within_domain).is_some();
        if is_placed {
            self.given[at] = Some(cluster);
        }
        is_placed
    }

    /// Seats a job where others, who come later, make way; returns them. Nothing has changed where that is not enough.
    fn make_way(&mut self, at: usize, cluster: ClusterId) -> Option<Vec<usize>> {
        let before = self.trial(cluster).clone();
        let staying = self.halls[cluster.index()].staying.clone();
        let mut evicted = Vec::new();
        while let Some(last) = self.halls[cluster.index()].staying.pop_if(|last| *last > at) {
            let lease = self.view.lease_of(self.present.jobs[self.order[last].0].job).clone();
            self.trial(cluster).release(lease);
            evicted.push(last);
            if self.place(at, cluster) {
                for &other in &evicted {
                    self.stays[other] = false;
                }
                return Some(evicted);
            }
        }
        let hall = &mut self.halls[cluster.index()];
        (hall.trial, hall.staying) = (Some(before), staying);
        None
    }

    fn into_seating(self) -> Seating {
        let mut stays = vec![false; self.present.jobs.len()];
        for (at, &(place, _)) in self.order.iter().enumerate() {
            stays[place] = self.stays[at];
        }
        let jobs = &self.present.jobs;
        let stopped: Vec<u32> = jobs
            .iter()
            .enumerate()
            .filter(|(place, job)| job.cluster.is_some() && !stays[*place])
            .map(|(_, job)| job.job)
            .collect();
        let seated = self.order.iter().zip(&self.given);
        let started: Vec<(usize, ClusterId)> = seated.filter_map(|(&(place, _), seat)| Some((place, (*seat)?))).collect();
        let moves = started.iter().any(|&(place, _)| jobs[place].cluster.is_some());
        Seating { stopped, started: started.into_iter().map(|(place, cluster)| (jobs[place].job, cluster)).collect(), moves }
    }
}
