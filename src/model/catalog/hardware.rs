//! GPU types.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// Dense BF16 rate of the H100, the reference of H100 equivalents [TFLOPS].
pub const H100_BF16_DENSE_TFLOPS: f64 = 989.0;

/// A GPU type (or TPU chip, Trainium chip, wafer-scale system), with what surrounds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuType {
    /// Name used in scenarios, such as `GB200`.
    pub name: String,
    /// Designer of the chip.
    pub supplier: String,
    /// Dense BF16 rate [TFLOPS].
    pub bf16_dense_tflops: f64,
    /// Dense FP8 rate, where the type has FP8 [TFLOPS].
    pub fp8_dense_tflops: Option<f64>,
    /// Memory of one GPU [GB].
    pub hbm_gb: f64,
    /// GPUs of one server or compute tray, the unit that fails and is repaired.
    pub node_gpus: u32,
    /// GPUs of one scale-up domain (NVLink, ICI, NeuronLink), a multiple of `node_gpus`.
    ///
    /// For TPUs this is a block of 64 chips that is scheduled as a unit, not the whole pod.
    pub domain_gpus: u32,
    /// Design power of one GPU [W].
    pub tdp_w: f64,
    /// IT power of one GPU with its share of servers, network and storage [kW].
    pub it_kw_per_gpu_all_in: f64,
    /// Facility power of one GPU at peak, cooling included: what a grid connection must carry [kW].
    pub facility_kw_per_gpu_peak: f64,
    /// Where the figures come from.
    pub source: String,
    /// The worst confidence among the figures of the row.
    pub confidence: Confidence,
    /// Which figures are better than the confidence says, and what to know.
    pub note: String,
}

fact!(GpuType, "GPU type", name);

impl GpuType {
    /// Dense BF16 rate of one GPU against an H100 [H100e].
    #[must_use]
    pub fn h100_equivalents(&self) -> f64 {
        self.bf16_dense_tflops / H100_BF16_DENSE_TFLOPS
    }
}
