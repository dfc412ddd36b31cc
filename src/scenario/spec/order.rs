//! The policy's order as written: a name, or a formula.

use crate::policy::order::FIELDS;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Which job comes first: a registered order, or a formula.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum OrderSpec {
    /// A registered order.
    Named(String),
    /// A formula, largest value first.
    Formula(FormulaSpec),
}

/// An order by a formula.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "order by formula")]
pub struct FormulaSpec {
    /// A formula over what is known of a job.
    #[schemars(description = format!(
        "A formula over a job's {}, such as `wait_s / max(estimate_s, 60) * gpus`. The largest value comes first, of equals the \
         earliest submission.",
        FIELDS.map(|field| format!("`{}`", field.name)).join(", ")
    ))]
    pub expr: String,
}

impl<'de> Deserialize<'de> for OrderSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrFormula;
        impl<'de> Visitor<'de> for NameOrFormula {
            type Value = OrderSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an order, or a formula such as { expr = \"wait_s / max(estimate_s, 60) * gpus\" }")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<OrderSpec, E> {
                Ok(OrderSpec::Named(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrderSpec, A::Error> {
                FormulaSpec::deserialize(MapAccessDeserializer::new(map)).map(OrderSpec::Formula)
            }
        }
        deserializer.deserialize_any(NameOrFormula)
    }
}

impl JsonSchema for OrderSpec {
    fn schema_name() -> Cow<'static, str> {
        "order".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (name, formula) = (generator.subschema_for::<String>(), generator.subschema_for::<FormulaSpec>());
        json_schema!({ "anyOf": [name, formula], "description": "The name of an order, or a formula." })
    }
}
