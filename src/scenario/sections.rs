//! The sections of a scenario file. `ScenarioSpec` is the one list of them; everything else is read
//! off its schema.

use super::spec::ScenarioSpec;
use serde_json::Value;
use std::sync::LazyLock;

/// How a section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `key = value` at the top of the file.
    Key,
    /// One table: `[policy]`.
    Table,
    /// Tables with names: `[vendor.KEY]`.
    Named,
    /// A list of tables: `[[link]]`.
    List,
}

/// A key at the top of a scenario file.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub name: &'static str,
    pub kind: Kind,
    pub is_required: bool,
}

/// The schema of a scenario file.
pub(super) static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(schemars::schema_for!(ScenarioSpec)).unwrap_or_default());

/// All sections, in the order of the file.
pub(super) static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let schema: &'static Value = &SCHEMA;
    let required = |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|key| key == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, property)| Section { name, kind: kind(property), is_required: required(name) }).collect()
});

fn kind(property: &Value) -> Kind {
    let is = |kind: &str| match &property["type"] {
        Value::Array(kinds) => kinds.iter().any(|known| known == kind),
        known => known == kind,
    };
    if property["additionalProperties"].is_object() {
        Kind::Named
    } else if is("array") {
        Kind::List
    } else if property["type"].is_null() {
        Kind::Table
    } else {
        Kind::Key
    }
}

/// Whether the entries of a section have names.
pub(super) fn is_named(section: &str) -> bool {
    SECTIONS.iter().any(|known| known.name == section && known.kind == Kind::Named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_the_types() {
        let kind = |name: &str| SECTIONS.iter().find(|section| section.name == name).map(|section| section.kind);
        for (name, expected) in
            [("format", Kind::Key), ("policy", Kind::Table), ("budget", Kind::Table), ("team", Kind::Named), ("link", Kind::List)]
        {
            assert_eq!(kind(name), Some(expected), "{name}");
        }
        assert!(SECTIONS.iter().all(|section| section.is_required == ["scenario", "vendor", "cluster"].contains(&section.name)));
    }
}
