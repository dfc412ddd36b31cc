//! Numbers of GPUs: of all types together, or by GPU type.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// GPUs of all types together, or by GPU type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum GpusSpec {
    /// Of all types together; where quotas are by type, of each.
    All(u64),
    /// By GPU type.
    ByType(BTreeMap<String, u64>),
}

impl<'de> Deserialize<'de> for GpusSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrTable;
        impl<'de> Visitor<'de> for NumberOrTable {
            type Value = GpusSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of GPUs, or one for each GPU type such as { H100 = 64, GB200 = 72 }")
            }
            fn visit_i64<E: Error>(self, gpus: i64) -> Result<GpusSpec, E> {
                let negative = || E::invalid_value(serde::de::Unexpected::Signed(gpus), &self);
                u64::try_from(gpus).map(GpusSpec::All).map_err(|_| negative())
            }
            fn visit_u64<E: Error>(self, gpus: u64) -> Result<GpusSpec, E> {
                Ok(GpusSpec::All(gpus))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GpusSpec, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(GpusSpec::ByType)
            }
        }
        deserializer.deserialize_any(NumberOrTable)
    }
}

impl JsonSchema for GpusSpec {
    fn schema_name() -> Cow<'static, str> {
        "gpus".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (number, table) = (generator.subschema_for::<u64>(), generator.subschema_for::<BTreeMap<String, u64>>());
        json_schema!({ "anyOf": [number, table], "description": "GPUs, or GPUs by GPU type, such as { H100 = 64, GB200 = 72 }." })
    }
}

impl GpusSpec {
    /// Whether it is by GPU type.
    #[must_use]
    pub const fn is_by_type(&self) -> bool {
        matches!(self, Self::ByType(_))
    }

    /// Of a GPU type; a type that is left out has none.
    #[must_use]
    pub fn of(&self, gpu_type: &str) -> u64 {
        match self {
            Self::All(gpus) => *gpus,
            Self::ByType(by_type) => by_type.get(gpu_type).copied().unwrap_or(0),
        }
    }

    /// The numbers, each with its GPU type where it is by type.
    pub fn numbers(&self) -> impl Iterator<Item = (Option<&str>, u64)> + use<'_> {
        let (all, by_type) = match self {
            Self::All(gpus) => (Some(*gpus), None),
            Self::ByType(by_type) => (None, Some(by_type)),
        };
        let typed = by_type.into_iter().flatten().map(|(name, &gpus)| (Some(name.as_str()), gpus));
        all.map(|gpus| (None, gpus)).into_iter().chain(typed)
    }
}
