//! Laws as written: a plain value, or a family with its parameters.

use super::text::DurationText;
use crate::model::law::{Law, Shape};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// What a law is about: a number, or a duration [s].
pub trait Quantity: Copy {
    /// As a number, durations in seconds.
    fn number(self) -> f64;
    /// From a number in a file.
    ///
    /// # Errors
    ///
    /// Where plain numbers are not allowed.
    fn from_number(value: f64) -> Result<Self, &'static str>;
    /// From a text in a file.
    ///
    /// # Errors
    ///
    /// Where texts are not allowed, or this one means nothing.
    fn from_text(text: &str) -> Result<Self, String>;
}

impl Quantity for f64 {
    fn number(self) -> f64 {
        self
    }
    fn from_number(value: f64) -> Result<Self, &'static str> {
        Ok(value)
    }
    fn from_text(text: &str) -> Result<Self, String> {
        Err(format!("expected a number or a law, not the text \"{text}\""))
    }
}

impl Quantity for DurationText {
    fn number(self) -> f64 {
        self.seconds
    }
    fn from_number(_: f64) -> Result<Self, &'static str> {
        Err("a duration needs its unit in a text, such as \"30 min\"")
    }
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
    }
}

/// A probability law. `min` and `max` bound it: a draw outside is moved to the nearer bound.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", bound(deserialize = "T: Deserialize<'de>"))]
#[schemars(rename = "law of {T}")]
pub enum LawSpec<T> {
    /// Each value between `min` and `max` equally likely.
    Uniform(UniformSpec<T>),
    /// Exponential, by its mean.
    Exponential(ExponentialSpec<T>),
    /// Lognormal, by its median and the standard deviation of its natural logarithm.
    Lognormal(LognormalSpec<T>),
    /// Weibull, by scale and shape.
    Weibull(WeibullSpec<T>),
    /// Pareto, by its least value and its tail index.
    Pareto(ParetoSpec<T>),
    /// A list of `[value, weight]`.
    Table(Vec<(T, f64)>),
}

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident $title:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty),* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
        #[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
        #[schemars(rename = $title)]
        pub struct $name<T> { $($(#[$field_doc])* pub $field: $type),* }
    )*};
}

parameters! {
    /// Parameters of a uniform law.
    UniformSpec "uniform {T}" {
        /// Least value.
        min: T,
        /// Largest value.
        max: T
    }
    /// Parameters of an exponential law.
    ExponentialSpec "exponential {T}" {
        /// Mean, before bounds.
        mean: T,
        /// Least value.
        min: Option<T>,
        /// Largest value.
        max: Option<T>
    }
    /// Parameters of a lognormal law.
    LognormalSpec "lognormal {T}" {
        /// Median, before bounds.
        median: T,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
        /// Least value.
        min: Option<T>,
        /// Largest value.
        max: Option<T>
    }
    /// Parameters of a Weibull law.
    WeibullSpec "Weibull {T}" {
        /// Scale.
        scale: T,
        /// Shape: 1 is exponential, below 1 the tail is heavier.
        shape: f64,
        /// Least value.
        min: Option<T>,
        /// Largest value.
        max: Option<T>
    }
    /// Parameters of a Pareto law.
    ParetoSpec "Pareto {T}" {
        /// Least value.
        min: T,
        /// Tail index; at 1 and below the mean is infinite unless `max` is given.
        alpha: f64,
        /// Largest value.
        max: Option<T>
    }
}

/// A plain value, or a law.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum OrLaw<T> {
    /// Always this value.
    Value(T),
    /// Drawn.
    Law(LawSpec<T>),
}

/// No spread, and no amount.
impl<T: Default> Default for OrLaw<T> {
    fn default() -> Self {
        Self::Value(T::default())
    }
}

impl<T: Quantity> OrLaw<T> {
    /// The law, durations in seconds.
    ///
    /// # Errors
    ///
    /// Says what is wrong with its parameters.
    pub fn law(&self) -> Result<Law, String> {
        let spec = match self {
            Self::Value(value) => return Ok(Law::constant(value.number())),
            Self::Law(spec) => spec,
        };
        let positive =
            |name: &str, value: f64| if value > 0.0 { Ok(value) } else { Err(format!("`{name}` must be above 0, not {value}")) };
        let mut bounds = (None, None);
        let shape = match spec {
            LawSpec::Uniform(UniformSpec { min, max }) => {
                bounds = (Some(*min), Some(*max));
                Shape::Uniform(min.number(), max.number())
            }
            LawSpec::Exponential(ExponentialSpec { mean, min, max }) => {
                bounds = (*min, *max);
                Shape::Exponential(positive("mean", mean.number())?)
            }
            LawSpec::Lognormal(LognormalSpec { median, sigma, min, max }) => {
                bounds = (*min, *max);
                if *sigma > 10.0 {
                    return Err(format!(
                        "`sigma` is the standard deviation of the natural logarithm: {sigma} is above its limit of 10"
                    ));
                }
                Shape::Lognormal { median: positive("median", median.number())?, sigma: *sigma }
            }
            LawSpec::Weibull(WeibullSpec { scale, shape, min, max }) => {
                bounds = (*min, *max);
                Shape::Weibull { scale: positive("scale", scale.number())?, shape: positive("shape", *shape)? }
            }
            LawSpec::Pareto(ParetoSpec { min, alpha, max }) => {
                bounds = (Some(*min), *max);
                Shape::Pareto { scale: positive("min", min.number())?, alpha: positive("alpha", *alpha)? }
            }
            LawSpec::Table(rows) => table(rows)?,
        };
        let min = bounds.0.map_or(f64::NEG_INFINITY, Quantity::number);
        let max = bounds.1.map_or(f64::INFINITY, Quantity::number);
        if min > max {
            return Err(format!("`min` ({min}) is above `max` ({max})"));
        }
        Ok(Law { shape, min, max })
    }
}

fn table<T: Quantity>(rows: &[(T, f64)]) -> Result<Shape, String> {
    let total: f64 = rows.iter().map(|row| row.1).sum();
    if rows.is_empty() || total <= 0.0 || rows.iter().any(|row| row.1 < 0.0) {
        return Err("a table needs rows of [value, weight] with weights that add up to more than 0".to_owned());
    }
    let mut cumulated = 0.0;
    let mut shares: Vec<(f64, f64)> = rows
        .iter()
        .map(|(value, weight)| {
            cumulated += weight / total;
            (value.number(), cumulated)
        })
        .collect();
    if let Some(last) = shares.last_mut() {
        last.1 = 1.0;
    }
    Ok(Shape::Table(shares))
}

impl<'de, T: Quantity + Deserialize<'de>> Deserialize<'de> for OrLaw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueOrLaw<T>(PhantomData<T>);
        impl<'de, T: Quantity + Deserialize<'de>> Visitor<'de> for ValueOrLaw<T> {
            type Value = OrLaw<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, or a law such as { lognormal = { median = .., sigma = .. } }")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<OrLaw<T>, E> {
                self.visit_f64(value as f64)
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<OrLaw<T>, E> {
                self.visit_f64(value as f64)
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<OrLaw<T>, E> {
                T::from_number(value).map(OrLaw::Value).map_err(E::custom)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<OrLaw<T>, E> {
                T::from_text(text).map(OrLaw::Value).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrLaw<T>, A::Error> {
                LawSpec::deserialize(MapAccessDeserializer::new(map)).map(OrLaw::Law)
            }
        }
        deserializer.deserialize_any(ValueOrLaw(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OrLaw<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{} or law", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (value, law) = (generator.subschema_for::<T>(), generator.subschema_for::<LawSpec<T>>());
        json_schema!({ "anyOf": [value, law], "description": "A plain value, or a law to draw from." })
    }
}
