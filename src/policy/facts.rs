//! What is known of jobs, of classes of jobs, and of clusters.

use super::queue::Rank;
use crate::fleet::ClusterState;
use crate::kernel::random::Address;
use crate::model::elastic::Elastic;
use crate::model::prices::Rates;
use crate::model::transfer::Holding;
use crate::units::{ClusterId, SimTime, Span, TeamId, VendorId, WorkloadId};
use std::sync::Arc;

/// What a policy may know of a job: what its user said, and what it has attained. Not its true run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobFacts {
    /// Number by submission within the replication: the last word on every tie.
    pub sequence: u64,
    /// Its source.
    pub workload: WorkloadId,
    /// Its class: jobs of one class may use the same clusters at the same speeds.
    pub class: u16,
    /// Larger is more important.
    pub priority: i32,
    /// Whether it may be stopped.
    pub preemptible: bool,
    /// When it was submitted.
    pub submit: SimTime,
    /// The gang [GPUs]: what it asks for while it waits, what it holds while it runs.
    pub gpus: u64,
    /// What it asks for [GPUs]. Only an elastic job may hold more or less.
    pub asked: u64,
    /// Estimated time left on the reference GPU: the user's estimate less what is done.
    pub estimate: Span,
    /// The user's estimate at submission, on the reference GPU.
    pub first_estimate: Span,
    /// When it should be done; `NEVER` if not given.
    pub deadline: SimTime,
    /// What it has attained: how long it has held its GPUs so far. An elastic job: GPU-time over what it asks for.
    pub attained: Span,
    /// When it was queued last.
    pub queued_at: SimTime,
    /// How many times jobs were queued before it was: the order of entries into the queue.
    pub entry: u64,
    /// How many scheduling passes there had been then.
    pub passes: u64,
    /// Whether it was queued last because it had been stopped for others, and not because it was submitted or had failed.
    pub was_stopped: bool,
    /// Its place when it was queued last or, for orders that include running jobs, at the last pass.
    pub rank: Rank,
    /// Its level, for orders that have levels: 0 at submission.
    pub level: u8,
    /// Since when it is at that level.
    pub level_since: SimTime,
    /// Where its state lies.
    pub holding: Holding,
    /// Where policies find draws of the job's own. No draw of its fate lies there.
    pub draws: Address,
}

impl JobFacts {
    /// A job as it is submitted; its number by submission is its entry into the queue until it is queued.
    #[must_use]
    pub const fn submitted(sequence: u64, submit: SimTime, gpus: u64, estimate: Span) -> Self {
        Self {
            sequence,
            workload: WorkloadId(0),
            class: 0,
            priority: 0,
            preemptible: true,
            submit,
            gpus,
            asked: gpus,
            estimate,
            first_estimate: estimate,
            deadline: SimTime::NEVER,
            attained: Span::ZERO,
            queued_at: submit,
            entry: sequence,
            passes: 0,
            was_stopped: false,
            rank: Rank([0; 3]),
            level: 0,
            level_since: submit,
            holding: Holding { vendor: None, is_saved: false },
            draws: Address::ROOT,
        }
    }

    /// How long the GPUs that it asks for would take to make up the GPU-time of `gpus` in that time, rounded up.
    #[must_use]
    pub(crate) fn as_asked(&self, time: Span, gpus: u64) -> Span {
        if gpus == self.asked {
            return time;
        }
        let asked = i128::from(self.asked.max(1));
        Span::from_ms(((i128::from(time.ms()) * i128::from(gpus) + asked - 1) / asked) as i64)
    }
}

/// Jobs that may use the same clusters in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Speed on each cluster against the reference GPU [thousandths]; 0 where it may not run.
    pub speed_milli: Vec<u32>,
    /// Whether a gang must fit one NVLink domain.
    pub within_domain: bool,
    /// What a job asks of each of its GPUs [thousandths of a GPU]; below 1000 it asks for a share of one.
    pub gpu_milli: u32,
    /// When it may not start on each cluster, from the first instant to before the second: the exclusivity clauses of other vendors.
    pub closed: Vec<Vec<(SimTime, SimTime)>>,
    /// Until when it may start nowhere, where its team has used up its budget.
    pub barred_until: Option<SimTime>,
    /// The clusters it may use, in the scenario's order.
    pub clusters: Vec<ClusterId>,
    /// Which sizes its jobs can have besides the one that they ask for; none where they are not elastic.
    pub elastic: Option<Arc<Elastic>>,
    /// Whose jobs they are; distinguished only where there are quotas, or where the policy asks for it.
    pub team: Option<TeamId>,
}

impl Class {
    /// The share of a GPU that a job asks for [thousandths of a GPU]; none where it asks for whole ones.
    #[must_use]
    pub const fn share(&self) -> Option<u32> {
        if self.gpu_milli < 1000 { Some(self.gpu_milli) } else { None }
    }

    /// Work a millisecond on a cluster of a job that asks for `asked` GPUs and holds `gpus` [millionths of the reference GPU's]; 0 where it may
    /// not run.
    #[must_use]
    pub fn speed_ppm(&self, cluster: ClusterId, gpus: u64, asked: u64) -> i64 {
        match (self.speed_milli.get(cluster.index()), &self.elastic) {
            (None | Some(0), _) => 0,
            (Some(&milli), Some(elastic)) => elastic.speed_ppm(milli, cluster, gpus, asked),
            (Some(&milli), None) => i64::from(milli) * 1000,
        }
    }

    /// The first instant from `time` on at which it may start on a cluster.
    #[must_use]
    pub fn opens(&self, cluster: ClusterId, time: SimTime) -> SimTime {
        self.opens_by_clauses(cluster, self.barred_until.map_or(time, |until| until.max(time)))
    }

    /// The same by exclusivity clauses alone.
    #[must_use]
    pub fn opens_by_clauses(&self, cluster: ClusterId, time: SimTime) -> SimTime {
        let mut opens = time;
        // Clauses are in order of their beginning, so one look at each is enough.
        for &(from, until) in &self.closed[cluster.index()] {
            if from <= opens && opens < until {
                opens = until;
            }
        }
        opens
    }
}

/// What a cluster is to a policy besides its GPUs; only prices change, on dates that the scenario states.
#[derive(Clone, Copy, Debug)]
pub struct ClusterFacts {
    /// Who is paid.
    pub vendor: VendorId,
    /// What its GPU-time costs now, by kind of capacity.
    pub prices: Rates,
    /// Whether reserved GPU-time is paid as used, and not whether used or not.
    pub by_use: bool,
    /// What electricity adds for an allocated GPU against an idle one, where it is billed on top \[USD per GPU-hour\].
    pub electricity_usd_per_gpu_hour: f64,
}

/// What is free on a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Free {
    /// Free GPUs.
    pub gpus: u64,
    /// The largest gang that fits.
    pub gang: u64,
    /// No gang larger than this fits inside one domain.
    pub gang_within_domain: u64,
    /// The largest share of one GPU that fits [thousandths of a GPU]; 0 where the policy shares none.
    pub share: u32,
    /// The state of the cluster's nodes that this is of.
    changes: u64,
}

impl Free {
    /// Brings it up to date; `shares` says whether jobs ask for shares of GPUs. In place, and only where something has changed: both show up
    /// in whole runs.
    #[inline]
    pub(super) fn refresh(&mut self, cluster: &ClusterState, shares: bool) {
        if self.changes != cluster.domains.changes() || shares {
            self.read(cluster, shares);
        }
    }

    fn read(&mut self, cluster: &ClusterState, shares: bool) {
        let domains = &cluster.domains;
        self.changes = domains.changes();
        self.gpus = domains.free_gpus();
        self.gang = domains.largest_gang();
        self.gang_within_domain = domains.largest_gang_within_domain();
        if shares {
            self.share = domains.largest_share();
        }
    }

    /// The largest gang of a class that may fit; a share of a GPU counts as a gang of one.
    #[must_use]
    pub const fn for_class(&self, class: &Class) -> u64 {
        if let Some(milli) = class.share() {
            (milli <= self.share) as u64
        } else if class.within_domain {
            self.gang_within_domain
        } else {
            self.gang
        }
    }
}
