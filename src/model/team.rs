//! Who uses GPUs.

/// A tenant: whom GPU-hours are charged to.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Its name in files.
    pub name: String,
    /// How much it counts where GPUs are shared fairly, against others.
    pub weight: f64,
}
