//! Jobs that can run on more or fewer GPUs than they ask for.

use super::capacity::Clusters;
use super::workloads::share;
use super::{Compiler, shown};
use crate::model::confidence::Confidence;
use crate::model::elastic::{Elastic, Sizes};
use crate::model::job::{GangLaw, JobSource};
use crate::model::law::Shape;
use crate::model::scaling::{Goodput, Scaling};
use crate::scenario::spec::{ElasticSpec, GoodputSpec, ScalingSpec, SizesSpec, WorkloadSpec};

/// The largest size of an elastic job [GPUs].
const LARGEST: u64 = 1_000_000;
/// The most sizes that a job can have.
const MOST_SIZES: usize = 4096;
/// The longest time of an iteration, or part of one [s].
const LONGEST_S: f64 = 86_400.0;
/// The largest batch [samples].
const LARGEST_BATCH: f64 = 1e12;

impl Compiler<'_, '_> {
    /// The sizes of a workload's jobs and their speeds.
    pub(super) fn elastic(
        &mut self,
        at: &str,
        workload: &WorkloadSpec,
        spec: &ElasticSpec,
        jobs: &JobSource,
        clusters: &Clusters,
    ) -> Option<Elastic> {
        let path = format!("{at}.elastic");
        if share(workload).is_some() {
            self.error(&path, "a job that asks for a share of one GPU has no other size");
            return None;
        }
        if workload.bundle_of.is_some() {
            self.error(&path, "a bundle of gangs has no other size: let the gangs be jobs of their own");
            return None;
        }
        let sizes = self.sizes(&path, spec);
        let scaling = self.scaling(&path, &spec.scaling());
        let (sizes, scaling) = (sizes?, scaling?);
        if let JobSource::Drawn(laws) = jobs {
            self.asked_within(at, spec, &laws.gpus)?;
        }
        if let Scaling::Goodput(law) = &scaling {
            let least = jobs.least_gang().min(sizes.first().copied().unwrap_or(u64::MAX));
            if !law.holds(least) {
                let title = format!("{least} GPUs do not hold a batch of {} samples", shown(law.least_batch));
                let help = "`min` x `most_per_gpu` is at least `m0`";
                self.error_help(&format!("{path}.scaling.goodput.m0"), title, help);
                return None;
            }
        }
        if spec.scaling.is_none() {
            let about = "speed of elastic jobs on more or fewer GPUs";
            self.default_at(&format!("{path}.scaling"), about, "linear", "", Confidence::Assumption);
        }
        if spec.resize.is_none() {
            let about = "time to change the size of an elastic job";
            self.default_at(&format!("{path}.resize"), about, spec.resize().to_string(), "", Confidence::Assumption);
        }
        let resize = spec.resize().span();
        let nodes: Vec<u32> = clusters.list.iter().map(|cluster| cluster.node_gpus).collect();
        Some(Elastic::new(sizes, scaling, resize, &nodes))
    }

    fn sizes(&mut self, path: &str, spec: &ElasticSpec) -> Option<Vec<u64>> {
        let ElasticSpec { min, max, .. } = *spec;
        if min == 0 || min > max {
            let help = format!("allowed: 1 to `max`, which is {max}");
            self.error_help(&format!("{path}.min"), format!("the smallest size is {min} GPUs"), help);
            return None;
        }
        if max > LARGEST {
            self.error_help(&format!("{path}.max"), format!("the largest size is {max} GPUs"), "allowed: up to 1,000,000");
            return None;
        }
        let sizes = match spec.sizes() {
            SizesSpec::Any => Sizes::MultiplesOf(1),
            SizesSpec::PowersOfTwo => Sizes::PowersOfTwo,
            SizesSpec::MultiplesOf(0) => {
                self.error(&format!("{path}.sizes.multiples_of"), "sizes are multiples of at least one GPU");
                return None;
            }
            SizesSpec::MultiplesOf(step) => Sizes::MultiplesOf(step),
        };
        match sizes.list(min, max, MOST_SIZES) {
            Some(list) if list.is_empty() => {
                self.error(&format!("{path}.sizes"), format!("`sizes` allows none between {min} and {max} GPUs"));
                None
            }
            Some(list) => Some(list),
            None => {
                let title = format!("there are more than {MOST_SIZES} sizes between {min} and {max} GPUs");
                self.error_help(path, title, "take fewer: sizes = { multiples_of = 8 }, say, or sizes = \"powers_of_two\"");
                None
            }
        }
    }

    /// Refuses sizes that jobs ask for outside the range, where the law says so by itself.
    fn asked_within(&mut self, at: &str, spec: &ElasticSpec, gpus: &GangLaw) -> Option<()> {
        let values: Vec<f64> = match &gpus.law.shape {
            Shape::Constant(value) => vec![*value],
            Shape::Uniform(low, high) => vec![*low, *high],
            Shape::Table(rows) => rows.iter().map(|&(value, _)| value).collect(),
            _ => Vec::new(),
        };
        let asked = values.into_iter().map(|value| gpus.round(value.clamp(gpus.law.min, gpus.law.max)));
        let Some(outside) = asked.into_iter().find(|asked| !(spec.min..=spec.max).contains(asked)) else { return Some(()) };
        let title = format!("jobs ask for {outside} GPUs, which is outside what `elastic` says they can have");
        self.error_help(&format!("{at}.gpus"), title, format!("allowed: {} to {}", spec.min, spec.max));
        None
    }

    fn scaling(&mut self, path: &str, spec: &ScalingSpec) -> Option<Scaling> {
        let path = format!("{path}.scaling");
        Some(match spec {
            ScalingSpec::Linear => Scaling::Linear,
            ScalingSpec::Power(exponent) => Scaling::Power(self.within(&format!("{path}.power"), *exponent, 1e-3, 1.0)?),
            ScalingSpec::Amdahl(law) => {
                Scaling::Amdahl(self.within(&format!("{path}.amdahl.serial"), law.serial, 0.0, 0.999_999)?)
            }
            ScalingSpec::Goodput(law) => Scaling::Goodput(Box::new(self.goodput(&format!("{path}.goodput"), law)?)),
        })
    }

    fn goodput(&mut self, path: &str, spec: &GoodputSpec) -> Option<Goodput> {
        let mut figure = |key: &str, value: f64, low: f64, high: f64| self.within(&format!("{path}.{key}"), value, low, high);
        let law = (
            figure("alpha_grad_s", spec.alpha_grad_s, 0.0, LONGEST_S),
            figure("beta_grad_s", spec.beta_grad_s, 1e-12, LONGEST_S),
            figure("alpha_local_s", spec.alpha_local_s, 0.0, LONGEST_S),
            figure("beta_local_s", spec.beta_local_s, 0.0, LONGEST_S),
            figure("alpha_node_s", spec.alpha_node_s, 0.0, LONGEST_S),
            figure("beta_node_s", spec.beta_node_s, 0.0, LONGEST_S),
            figure("gamma", spec.gamma, 1.0, 10.0),
            figure("phi", spec.phi, 0.0, LARGEST_BATCH),
            figure("m0", spec.m0, 1e-3, LARGEST_BATCH),
            figure("m_max", spec.m_max, spec.m0.max(1e-3), LARGEST_BATCH),
            figure("most_per_gpu", spec.most_per_gpu.unwrap_or(LARGEST_BATCH), 1e-3, LARGEST_BATCH),
        );
        Some(Goodput {
            alpha_grad: law.0?,
            beta_grad: law.1?,
            alpha_local: law.2?,
            beta_local: law.3?,
            alpha_node: law.4?,
            beta_node: law.5?,
            gamma: law.6?,
            noise: law.7?,
            least_batch: law.8?,
            most_batch: law.9?,
            most_per_gpu: law.10?,
        })
    }
}
