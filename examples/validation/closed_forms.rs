//! Queues whose behaviour is known exactly, simulated.

use rayon::prelude::*;
use skyberth::model::Model;
use skyberth::policy::registry;
use skyberth::scenario::{Source, load};
use skyberth::sim::{Control, Options, simulate};
use skyberth::study::statistics::t_quantile;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// A queue and what is known of it. The unit of time is the mean service.
#[derive(Clone, Debug)]
pub struct Queue {
    pub name: String,
    pub servers: u64,
    /// Arrivals a unit of time.
    pub rate: f64,
    /// The law of service, in hours, as a scenario writes it.
    pub service: &'static str,
    /// Whether jobs that find all servers busy go elsewhere and are lost to them.
    pub loses: bool,
    /// Units of time left out at the start, and simulated after it.
    pub warm_up: f64,
    pub length: f64,
    pub known: Vec<(Figure, f64)>,
}

/// What is known of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Mean time in the queue, in units of the mean service.
    MeanWait,
    /// Share of jobs that wait.
    WaitingShare,
    /// Share of jobs that find all servers busy.
    LostShare,
}

/// A figure over replications.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub figure: Figure,
    pub known: f64,
    pub mean: f64,
    pub standard_error: f64,
    /// Half of the 95 % interval over the known value.
    pub relative_half_width: f64,
}

impl Measured {
    /// How many standard errors it is off.
    pub fn deviation(&self) -> f64 {
        (self.mean - self.known) / self.standard_error
    }
}

impl Figure {
    pub fn text(self) -> &'static str {
        match self {
            Self::MeanWait => "mean wait",
            Self::WaitingShare => "P(wait)",
            Self::LostShare => "P(all busy)",
        }
    }
}

/// The probability that all `servers` are busy and a job is lost, at an offered load, by the recursion.
pub fn erlang_b(servers: u64, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| load * blocked / (k as f64 + load * blocked))
}

/// The probability that a job waits in M/M/c.
pub fn erlang_c(servers: u64, load: f64) -> f64 {
    let (blocked, rho) = (erlang_b(servers, load), load / servers as f64);
    blocked / (1.0 - rho + rho * blocked)
}

/// M/M/c at a load of each server.
pub fn mmc(servers: u64, rho: f64, length: f64) -> Queue {
    let load = rho * servers as f64;
    let waits = erlang_c(servers, load);
    Queue {
        name: format!("M/M/{servers} at {rho}"),
        servers,
        rate: load,
        service: "{ exponential = { mean = \"1 h\" } }",
        loses: false,
        warm_up: length / 10.0,
        length,
        known: vec![(Figure::WaitingShare, waits), (Figure::MeanWait, waits / (servers as f64 - load))],
    }
}

/// M/G/1 by Pollaczek and Khinchine: the mean wait from the second moment of service.
pub fn mg1(name: &str, rho: f64, service: &'static str, second_moment: f64, length: f64) -> Queue {
    let wait = rho * second_moment / (2.0 * (1.0 - rho));
    Queue {
        name: format!("M/G/1, {name} service, at {rho}"),
        servers: 1,
        rate: rho,
        service,
        loses: false,
        warm_up: length / 10.0,
        length,
        known: vec![(Figure::MeanWait, wait)],
    }
}

/// M/M/c/c: a job that finds all servers busy goes to another vendor with ample room.
pub fn loss(servers: u64, load: f64, length: f64) -> Queue {
    Queue {
        name: format!("M/M/{servers}/{servers} at {load}"),
        servers,
        rate: load,
        service: "{ exponential = { mean = \"1 h\" } }",
        loses: true,
        warm_up: length / 10.0,
        length,
        known: vec![(Figure::LostShare, erlang_b(servers, load))],
    }
}

impl Queue {
    fn model(&self, replications: u32) -> Model {
        let days = ((self.warm_up + self.length) / 24.0).ceil();
        let end = jiff::civil::date(2000, 1, 1).checked_add(jiff::Span::new().days(days as i64 - 1)).expect("a date");
        let cluster = |name: &str, gpus: u64| {
            format!(
                "[cluster.{name}]\nvendor = \"{name}\"\ngpu = \"H100\"\nnode_gpus = 1\ndomain_gpus = 1\nprice_usd_per_gpu_hour = 1\n\
                 failures_per_gpu_day = 0\nramp = [{{ date = 2000-01-01, gpus = {gpus} }}]\n"
            )
        };
        let overflow =
            if self.loses { format!("[vendor.other]\n{}", cluster("other", self.servers * 20 + 1000)) } else { String::new() };
        let text = format!(
            "format = 2\n[scenario]\nstart = 2000-01-01\nend = {end}\nreplications = {replications}\nwarm_up = \"{} h\"\n[vendor.own]\n{}{overflow}\
             [policy]\npreset = \"fifo\"\nbroker = \"first_fit\"\n\
             [workload.w]\njobs_per_day = {}\ngpus = 1\nduration = {}\nspeed = \"same\"\ncheckpoint = {{ interval = \"0 s\" }}\n",
            self.warm_up,
            cluster("own", self.servers),
            self.rate * 24.0,
            self.service,
        );
        let source = Source::new("queue", text.as_str());
        let loaded = load(&source);
        loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)))
    }

    /// Simulates it.
    pub fn measure(&self, replications: u32) -> Vec<Measured> {
        let model = self.model(replications);
        let futures: Vec<[f64; 3]> =
            (0..replications).into_par_iter().map(|replication| Self::future(&model, replication)).collect();
        let figures = |&(figure, known): &(Figure, f64)| {
            let values: Vec<f64> = futures.iter().map(|future| future[figure as usize]).collect();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
            let standard_error = (variance / n).sqrt();
            let half_width = t_quantile(0.975, n - 1.0) * standard_error;
            Measured { figure, known, mean, standard_error, relative_half_width: half_width / known }
        };
        self.known.iter().map(figures).collect()
    }

    /// Mean wait [h], share that waits and share that is lost, of one replication.
    fn future(model: &Model, replication: u32) -> [f64; 3] {
        let mut policy = registry::compose(&model.policy, model);
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let control = Control { stop: &stop, progress: &progress };
        let options = Options { records: true, ..Options::default() };
        let observation = simulate(model, u64::from(replication), &mut policy, options, control).expect("the accounts balance");
        let (mut jobs, mut wait_ms, mut waiting, mut lost) = (0_u64, 0_i64, 0_u64, 0_u64);
        for record in observation.records.expect("they were asked for").iter() {
            // Who has not started at the end has waited in vain; at the lengths used here it does not matter.
            let Some(start) = record.start.filter(|_| record.submit >= model.warm_up) else { continue };
            let wait = (start - record.submit).ms();
            jobs += 1;
            wait_ms += wait;
            waiting += u64::from(wait > 0);
            lost += u64::from(record.cluster.is_some_and(|cluster| cluster.index() == 1));
        }
        let jobs = jobs as f64;
        [wait_ms as f64 / 3_600_000.0 / jobs, waiting as f64 / jobs, lost as f64 / jobs]
    }
}

/// The queues that are held against their closed forms. `scale` lengthens the runs.
pub fn queues(scale: f64) -> Vec<Queue> {
    vec![
        mmc(1, 0.5, 6_000.0 * scale),
        mmc(1, 0.9, 20_000.0 * scale),
        mmc(8, 0.9, 3_000.0 * scale),
        mmc(64, 0.9, 600.0 * scale),
        mg1("deterministic", 0.9, "\"1 h\"", 1.0, 12_000.0 * scale),
        mg1("uniform 0.5 to 1.5", 0.8, "{ uniform = { min = \"30 min\", max = \"90 min\" } }", 1.0 + 1.0 / 12.0, 6_000.0 * scale),
        // Lognormal of mean 1 and coefficient of variation 2: sigma^2 = ln 5, median = 1 / sqrt 5.
        mg1(
            "lognormal (cv 2)",
            0.5,
            "{ lognormal = { median = \"1609.968944 s\", sigma = 1.2686362411795196 } }",
            5.0,
            40_000.0 * scale,
        ),
        loss(8, 7.2, 2_000.0 * scale),
        loss(64, 57.6, 600.0 * scale),
    ]
}
