//! Elastic jobs start on more or fewer GPUs than they ask for, and grow and shrink while they run.

use super::facts::JobFacts;
use super::mistake::Mistake;
use super::placement::Placement;
use super::plan::{Decision, Plan, Refusal};
use super::state::State;
use crate::fleet::Lease;
use crate::units::{ClusterId, SimTime, Span};

impl Plan<'_> {
    /// Starts a waiting elastic job on another number of GPUs than it asks for. O(log n) besides the placement.
    ///
    /// # Errors
    ///
    /// As [`Plan::start`], and when the job cannot run on so many GPUs.
    ///
    /// # Panics
    ///
    /// As [`Plan::start`].
    pub fn start_sized(&mut self, job: u32, cluster: ClusterId, gpus: u64, placement: &dyn Placement) -> Result<(), Refusal> {
        let moved = self.try_start(job, cluster, Some(gpus), placement);
        self.count(moved)
    }

    /// Gives a running elastic job more GPUs of its cluster, or fewer. It saves its state, is placed again on the cluster, by `placement`, and
    /// computes again once the time that its workload says is over (`elastic.resize`); several changes at one instant take that time once.
    /// A job that this plan has started begins with its last size, at no cost. It need not be preemptible. O(log n) besides the placement.
    ///
    /// ```
    /// use skyberth::policy::{Plan, placement::BestFit};
    ///
    /// /// Who waits gets room from elastic jobs, one GPU each.
    /// fn decide(plan: &mut Plan<'_>) {
    ///     for job in plan.waiting() {
    ///         if let Some(cluster) = plan.view().choose(job, |_| 0.0) {
    ///             let _ = plan.start(job, cluster, &BestFit);
    ///         } else {
    ///             let running: Vec<_> = plan.view().running_jobs().collect();
    ///             for running in running {
    ///                 let _ = plan.resize(running.job, running.facts.gpus - 1, &BestFit);
    ///             }
    ///         }
    ///     }
    /// }
    /// # let _ = decide;
    /// ```
    ///
    /// # Errors
    ///
    /// When the job does not run, cannot run on so many GPUs, may not grow there now, finds no room beside all other jobs, or its team has no
    /// quota for it; nothing has changed then. An unknown job is a mistake, as for [`Plan::start`].
    ///
    /// # Panics
    ///
    /// As [`Plan::start`].
    pub fn resize(&mut self, job: u32, gpus: u64, placement: &dyn Placement) -> Result<(), Refusal> {
        let moved = self.try_resize(job, gpus, placement);
        self.count(moved)
    }

    fn try_resize(&mut self, job: u32, gpus: u64, placement: &dyn Placement) -> Result<(), Refusal> {
        let slot = self.state.jobs.get(job as usize).ok_or_else(|| self.no_such_job(job))?;
        if slot.lease.is_empty() {
            return Err(Refusal::NotRunning);
        }
        let (facts, cluster) = (slot.facts, slot.cluster);
        let view = self.view();
        let class = view.class_of(&facts);
        if class.elastic.as_ref().is_none_or(|elastic| !elastic.allows(gpus, facts.asked)) {
            return Err(Refusal::NoSuchSize);
        }
        if gpus == facts.gpus {
            return Ok(());
        }
        if view.is_barred(cluster) || (gpus > facts.gpus && !view.is_open(class, cluster)) {
            return Err(Refusal::NotAllowed);
        }
        let (within_domain, party) = (class.within_domain, (class.team, cluster));
        if let Some(quota) = &mut self.state.quota {
            quota.give_back(party, facts.gpus);
            if gpus > quota.available(party) {
                quota.take(party, facts.gpus);
                return Err(Refusal::OverQuota);
            }
            quota.take(party, gpus);
        }
        let placed = self.place_anew(job, cluster, gpus, within_domain, placement);
        let Some(lease) = placed else {
            if let Some(quota) = &mut self.state.quota {
                quota.give_back(party, gpus);
                quota.take(party, facts.gpus);
            }
            return Err(Refusal::NoRoom);
        };
        self.state.resize(job, gpus, lease);
        let moves = &mut self.decisions.moves;
        let is_start = |decision: &Decision| matches!(decision, Decision::Start { job: started, .. } if *started == job);
        let begins = self.state.started(job) == self.state.now;
        match begins.then(|| moves.iter().rposition(is_start)).flatten() {
            // It begins with this size, once there is room for it.
            Some(place) => {
                let start = moves.remove(place);
                moves.push(start);
            }
            None => moves.push(Decision::Resize { job, gpus }),
        }
        Ok(())
    }

    /// Gives a job's lease back and takes another; the old one again where that does not fit.
    fn place_anew(
        &mut self,
        job: u32,
        cluster: ClusterId,
        gpus: u64,
        within_domain: bool,
        placement: &dyn Placement,
    ) -> Option<Lease> {
        let held = self.state.lease_of(job).clone();
        let domains = &mut self.state.clusters[cluster.index()].domains;
        domains.release(held.clone());
        let fits = domains.fits(gpus, within_domain);
        let placed = if fits { self.state.mistakes.place(placement, cluster, domains, gpus, within_domain) } else { None };
        // Nothing was taken in between, unless the placement took what it did not return.
        if placed.is_none() && !domains.retake(&held) {
            self.state.mistakes.note(Mistake::Placement { cluster, gpus, leased: 0, taken: 0 });
        }
        placed
    }
}

impl State {
    /// Since when a running job has held GPUs.
    pub(crate) fn started(&self, job: u32) -> SimTime {
        self.jobs[job as usize].started
    }

    /// How long a job with another size than it asks for is estimated to take on a cluster.
    pub(super) fn estimate_resized(&self, facts: &JobFacts, cluster: ClusterId) -> Span {
        let class = &self.classes[usize::from(facts.class)];
        let speed = i128::from(class.speed_ppm(cluster, facts.gpus, facts.asked).max(1));
        let work = i128::from(facts.estimate.ms()) * 1_000_000;
        Span::from_ms(i64::try_from((work + speed - 1) / speed).unwrap_or(i64::MAX))
    }

    /// Notes the estimated time left of a job that has just been resized.
    pub(crate) fn note_estimate(&mut self, job: u32, estimate: Span) {
        self.jobs[job as usize].facts.estimate = estimate;
    }

    /// A running job has other GPUs from now on. Its quota is changed already, and its old lease is given back.
    fn resize(&mut self, job: u32, gpus: u64, lease: Lease) {
        let now = self.now;
        let facts = JobFacts { gpus, ..self.current(job) };
        let slot = &self.jobs[job as usize];
        let (cluster, was, before) = (slot.cluster, slot.estimated_end, slot.facts.gpus);
        let class = &self.classes[usize::from(facts.class)];
        let cost = match &class.elastic {
            Some(elastic) if slot.sized < now => elastic.resize(),
            _ => Span::ZERO,
        };
        let computes_from = slot.computes_from.max(now).saturating_add(cost);
        let (milli, team) = (u64::from(class.gpu_milli), class.team);
        let estimated_end = computes_from.saturating_add(self.estimate_on(&facts, cluster));
        if let Some(shares) = &mut self.team_shares {
            shares.give_back(team, cluster, before * milli, now);
            shares.take(team, cluster, gpus * milli, now);
        }
        let served = &mut self.served[self.facts[cluster.index()].vendor.index()];
        served.end(before * milli, now - was);
        served.begin(gpus * milli, estimated_end - now);
        let state = &mut self.clusters[cluster.index()];
        if self.track_ends {
            state.ends.remove(&(was, facts.sequence));
            state.ends.insert((estimated_end, facts.sequence), gpus);
        }
        if self.track_running
            && let Some(running) = state.running.iter_mut().find(|running| running.job == job)
        {
            running.gpus = gpus;
        }
        let slot = &mut self.jobs[job as usize];
        (slot.facts, slot.lease, slot.sized) = (facts, lease, now);
        (slot.computes_from, slot.estimated_end) = (computes_from, estimated_end);
        self.surprises += 1;
        self.refresh_cluster(cluster);
    }
}
