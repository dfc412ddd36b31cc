//! The version of the schema of result files.

/// What result files carry as `schema_version`: it rises when a name is renamed or removed, or changes its meaning or unit
/// (docs/versioning.md).
pub const SCHEMA_VERSION: u32 = 1;

/// What files say that were written before they carried a version.
pub(crate) fn unstated() -> u32 {
    1
}
