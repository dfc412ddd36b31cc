//! Variants, and how they are compared.

use super::text::{DurationText, MomentText};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// `[variant.KEY]`: a named change to the scenario, for `skyberth compare`. Vendors are left out first, then entries removed, then values set.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantSpec {
    /// One line on what it is. Default: the key.
    pub title: Option<String>,
    /// Another variant, whose changes are made first. Default: none.
    pub of: Option<String>,
    /// Keys of vendors to leave out, with their clusters and contracts.
    #[serde(default)]
    pub drop_vendors: Vec<String>,
    /// Paths of entries to remove: `contract.aws`, `cluster.texas`, `cluster.texas.ramp[1]`.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Values by path: `"policy.broker" = "cheapest"`, or whole entries: `"cluster.new" = { .. }`.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, serde_json::Value>")]
    pub set: IndexMap<String, IgnoredAny>,
}

/// `[comparison]`: what `skyberth compare` looks at besides, and whom `skyberth rank` ranks.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparisonSpec {
    /// Takes each vendor away for a while, in turn, in every variant: the N-1 loss.
    pub n_minus_1: Option<NMinusOneSpec>,
    /// The policies that `skyberth rank` ranks where none are named on the command line: presets, or `scenario` for the scenario's own, with a
    /// broker and a placement behind slashes if they are not the scenario's (`"easy/cheapest"`). Default: all presets but those by rounds, and
    /// the scenario's own if it is none of them; where jobs share GPUs, all placements that share them.
    pub policies: Option<Vec<String>>,
}

/// When vendors are taken away.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NMinusOneSpec {
    /// The first instant.
    pub start: MomentText,
    /// For how long.
    pub duration: DurationText,
}
