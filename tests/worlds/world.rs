//! Small closed worlds: what there is, and what is asked of it.

use std::fmt;

/// An hour [ms].
pub(crate) const HOUR: i64 = 3_600_000;
/// A day [ms].
pub(crate) const DAY: i64 = 24 * HOUR;

/// A small world: clusters, workloads, jobs, and how long it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct World {
    /// Its number among the worlds of its kind.
    pub(crate) number: u64,
    pub(crate) clusters: Vec<Cluster>,
    /// In any order.
    pub(crate) outages: Vec<Outage>,
    pub(crate) workloads: Vec<Workload>,
    /// Their weights.
    pub(crate) teams: Vec<u64>,
    /// What each team is entitled to, and after them the cohorts; empty where there are no quotas.
    pub(crate) holders: Vec<Holder>,
    /// Whether quotas are by type of GPU.
    pub(crate) by_type: bool,
    /// By submission; at one instant in the order of the workloads.
    pub(crate) jobs: Vec<Job>,
    pub(crate) days: i64,
    /// Whether it ends with its last event rather than with its last day.
    pub(crate) drained: bool,
    pub(crate) broker: Broker,
    /// Service that ends each level but the last [s, or GPU-s].
    pub(crate) limits_s: Vec<i64>,
    /// Halves of what a job has attained that it waits before it is promoted.
    pub(crate) promote_after_halves: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) vendor: u32,
    /// The type of its GPUs.
    pub(crate) gpu_type: usize,
    /// GPUs of a node.
    pub(crate) node: u64,
    /// USD per GPU-hour while allocated; 0: it is paid whether used or not.
    pub(crate) price: i64,
    /// In order of their planned dates.
    pub(crate) tranches: Vec<Tranche>,
    pub(crate) evictions: Option<Evictions>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tranche {
    /// The announced day.
    pub(crate) day: i64,
    pub(crate) gpus: u64,
    /// Days late; none where it never comes.
    pub(crate) late: Option<i64>,
    /// Whether it may be evicted.
    pub(crate) spot: bool,
}

/// When a cluster's spot GPUs go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Evictions {
    /// In order, each after the last one is back [ms].
    pub(crate) from: Vec<i64>,
    /// How long they are gone [ms].
    pub(crate) out: i64,
    /// How many quarters of them go.
    pub(crate) quarters: u64,
    /// How long before that is announced [ms].
    pub(crate) notice: i64,
}

/// Clusters that are not there for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outage {
    /// Whether the GPUs are lost, and not only the control over them.
    pub(crate) of_gpus: bool,
    pub(crate) clusters: Vec<usize>,
    /// First instant [ms].
    pub(crate) from: i64,
    /// First instant after it [ms].
    pub(crate) until: i64,
}

/// A team or a cohort with a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The cohort in which it lends and borrows, by its place among all.
    pub(crate) parent: Option<usize>,
    /// By type of GPU; the first alone counts where quotas are not by type.
    pub(crate) quotas: [u64; 2],
    pub(crate) borrowing_limit: Option<u64>,
    pub(crate) lending_limit: Option<u64>,
    /// Whose jobs a team may stop to get back what it lent.
    pub(crate) reclaim: Reclaim,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reclaim {
    Never,
    LowerPriority,
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workload {
    /// None where it is of no team that is told apart.
    pub(crate) team: Option<usize>,
    /// On each cluster [thousandths of the reference]; 0 where it may not run.
    pub(crate) speeds: Vec<i64>,
    pub(crate) priority: i64,
    pub(crate) preemptible: bool,
    /// Time from having GPUs again to computing again [ms].
    pub(crate) restart: i64,
    /// Time of computing between two checkpoints; none are saved where it is 0 [ms].
    pub(crate) checkpoint: i64,
    /// How long it stands still for one [ms].
    pub(crate) blocking: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) workload: usize,
    /// All times in ms.
    pub(crate) submit: i64,
    pub(crate) gpus: u64,
    pub(crate) run: i64,
    pub(crate) estimate: i64,
    /// On top of its workload's.
    pub(crate) priority: i64,
    /// After submission.
    pub(crate) deadline: Option<i64>,
}

/// Which cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broker {
    FirstFit,
    MostFree,
    Earliest,
    Cheapest,
    LeastFree,
    Fastest,
}

impl Broker {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FirstFit => "first_fit",
            Self::MostFree => "most_free",
            Self::Earliest => "earliest",
            Self::Cheapest => "cheapest",
            Self::LeastFree => "least_free",
            Self::Fastest => "fastest",
        }
    }
}

impl World {
    /// The first instant that is not simulated [ms].
    pub(crate) fn horizon(&self) -> i64 {
        self.days * DAY
    }

    /// A job's priority, its workload's included.
    pub(crate) fn priority(&self, job: usize) -> i64 {
        self.workloads[self.jobs[job].workload].priority + self.jobs[job].priority
    }

    /// Which of the quotas' types a cluster's GPUs count as.
    pub(crate) fn quota_type(&self, cluster: usize) -> usize {
        if self.by_type { self.clusters[cluster].gpu_type } else { 0 }
    }

    /// How fast a job runs on a cluster [thousandths].
    pub(crate) fn speed(&self, job: usize, cluster: usize) -> i64 {
        self.workloads[self.jobs[job].workload].speeds[cluster]
    }

    /// The same world without a cluster.
    pub(crate) fn without_cluster(&self, cluster: usize) -> Self {
        let mut world = self.clone();
        world.clusters.remove(cluster);
        for workload in &mut world.workloads {
            workload.speeds.remove(cluster);
        }
        for outage in &mut world.outages {
            outage.clusters.retain(|other| *other != cluster);
            for other in outage.clusters.iter_mut().filter(|other| **other > cluster) {
                *other -= 1;
            }
        }
        world
    }
}

/// Hours where they are whole, milliseconds otherwise.
pub(crate) fn time(ms: i64) -> String {
    if ms % HOUR == 0 { format!("{}h", ms / HOUR) } else { format!("{ms}ms") }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.drained { "until drained" } else { "censored" };
        writeln!(f, "world {}: {} days, {end}, broker {}", self.number, self.days, self.broker.name())?;
        writeln!(f, "  levels end at {:?} s, promotion after {:?} halves", self.limits_s, self.promote_after_halves)?;
        if !self.teams.is_empty() {
            writeln!(f, "  teams of weights {:?}", self.teams)?;
        }
        for (index, holder) in self.holders.iter().enumerate() {
            let Holder { parent, quotas, borrowing_limit, lending_limit, reclaim } = holder;
            let name = if index < self.teams.len() { "team" } else { "cohort" };
            let quotas = if self.by_type { &quotas[..] } else { &quotas[..1] };
            write!(f, "  {name} {index}: in {parent:?}, quotas {quotas:?}, borrows {borrowing_limit:?}, lends {lending_limit:?}")?;
            writeln!(f, ", reclaims {reclaim:?}")?;
        }
        for (index, cluster) in self.clusters.iter().enumerate() {
            let Cluster { vendor, gpu_type, node, price, .. } = cluster;
            write!(f, "  cluster {index}: vendor {vendor}, type {gpu_type}, nodes of {node}, {price} USD;")?;
            for tranche in &cluster.tranches {
                let fate = tranche.late.map_or("never comes".to_owned(), |days| format!("{days} d late"));
                let kind = if tranche.spot { " spot" } else { "" };
                write!(f, " day {}: {}{kind} GPUs ({fate});", tranche.day, tranche.gpus)?;
            }
            writeln!(f)?;
            if let Some(Evictions { from, out, quarters, notice }) = &cluster.evictions {
                let from: Vec<String> = from.iter().copied().map(time).collect();
                let (from, out, notice) = (from.join(", "), time(*out), time(*notice));
                writeln!(f, "    {quarters}/4 of its spot GPUs go at {from} for {out} with notice of {notice}")?;
            }
        }
        for outage in &self.outages {
            let (lost, from, until) = (if outage.of_gpus { "GPUs" } else { "control" }, time(outage.from), time(outage.until));
            writeln!(f, "  outage of {lost} on clusters {:?} from {from} to {until}", outage.clusters)?;
        }
        for (index, workload) in self.workloads.iter().enumerate() {
            let stop = if workload.preemptible { "may be stopped" } else { "may not be stopped" };
            let (speeds, priority, restart) = (&workload.speeds, workload.priority, time(workload.restart));
            write!(f, "  workload {index}: speeds {speeds:?}, priority {priority}, {stop}, restart {restart}")?;
            if workload.checkpoint > 0 {
                write!(f, ", saves every {} for {}", time(workload.checkpoint), time(workload.blocking))?;
            }
            writeln!(f, "{}", workload.team.map_or(String::new(), |team| format!(", team {team}")))?;
        }
        for (index, job) in self.jobs.iter().enumerate() {
            let (submit, run, estimate) = (time(job.submit), time(job.run), time(job.estimate));
            write!(
                f,
                "  job {index}: workload {}, submit {submit}, {} GPUs, run {run}, estimate {estimate}",
                job.workload, job.gpus
            )?;
            let deadline = job.deadline.map_or(String::new(), |deadline| format!(", deadline {}", time(deadline)));
            writeln!(f, ", priority {}{deadline}", job.priority)?;
        }
        Ok(())
    }
}
