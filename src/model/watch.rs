//! Watches: spans around outages, slips and other events whose effect is to be reported.

use crate::units::SimTime;

/// Something that happens, or is compared with its not happening, from an instant to before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Its name in results.
    pub name: String,
    /// First instant.
    pub from: SimTime,
    /// First instant after it.
    pub until: SimTime,
}
