//! What the jobs of a model are expected to ask for.

use super::Target;
use crate::fleet::nodes::{Ask, GpuTypes};
use crate::model::Model;
use crate::model::job::{JobSource, Workload};
use crate::units::SimTime;
use crate::workload::Generator;

/// So many jobs of a workload are drawn.
const DRAWN: usize = 1000;

impl Target {
    /// What a model's workloads ask of nodes of a size, by how often their jobs come: all listed jobs, a thousand each of those that are drawn.
    /// A gang larger than a node asks for a whole one.
    #[must_use]
    pub fn of_model(model: &Model, node_gpus: u32) -> Self {
        let ask = |workload: &Workload, gpus: u64| Ask {
            cpu_milli: 0,
            memory_mib: 0,
            gpus: gpus.min(node_gpus.into()) as u32,
            gpu_milli: workload.gpu_milli,
            types: GpuTypes::ANY,
        };
        let of = |(index, workload): (usize, &Workload)| -> Vec<(Ask, u64)> {
            let (sizes, until) = sizes(model, index, workload);
            let each = weight(until);
            sizes.into_iter().map(|gpus| (ask(workload, gpus), each)).collect()
        };
        Self::weighted(model.workloads.iter().enumerate().flat_map(of))
    }
}

/// The gangs of a workload's jobs [GPUs], and until when they come.
fn sizes(model: &Model, index: usize, workload: &Workload) -> (Vec<u64>, SimTime) {
    match &workload.jobs {
        JobSource::Listed(list) => {
            (list.jobs.iter().map(|job| job.gpus).collect(), list.jobs.last().map_or(SimTime::ZERO, |job| job.submit))
        }
        JobSource::Drawn(_) => {
            let mut generator = Generator::new(index.into(), workload, model.seed, 0, model.horizon());
            let jobs: Vec<_> = std::iter::from_fn(|| generator.next(workload)).take(DRAWN).collect();
            let until = if jobs.len() < DRAWN { model.horizon() } else { jobs.last().map_or(SimTime::ZERO, |job| job.submit) };
            (jobs.iter().map(|job| job.gpus).collect(), until)
        }
    }
}

/// How many times jobs that came within so long would come in a thousand years: a weight in whole numbers.
fn weight(until: SimTime) -> u64 {
    (365_000.0 / until.days().max(1e-3)).max(1.0) as u64
}
