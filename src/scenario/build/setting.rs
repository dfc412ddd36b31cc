//! What keys can be set to in code.

use crate::scenario::spec::{
    AutoscalerSpec, ColocationSpec, DateText, DurationText, ElasticSpec, ElectricitySpec, EstimateSpec, EvictionSpec, GpusSpec,
    GrowthSpec, MomentText, OrLaw, OrderSpec, OutageKindSpec, OutcomesSpec, PaymentSpec, PowerRiskSpec, ProfileSpec, ReclaimSpec,
    ReplicaSpec, SlipSpec, SpeedSpec, TraceSpec,
};
use crate::units::Span;
use jiff::civil::{Date, DateTime};
use std::collections::BTreeMap;

/// A value that a key of type `T` can be set to. A date can be a [`Date`] or a text such as
/// `"2026-12-31"`, a duration a [`Span`] or a text such as `"12 h"`, a law a plain value or one of
/// [`law`](super::law).
pub trait Setting<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// When it means nothing: says why.
    fn setting(self) -> Result<T, String>;
}

macro_rules! settings {
    ($($to:ty: $($from:ty => $convert:expr),+;)*) => {$($(
        impl Setting<$to> for $from {
            fn setting(self) -> Result<$to, String> {
                let convert: fn($from) -> Result<$to, String> = $convert;
                convert(self)
            }
        }
    )+)*};
}

settings! {
    bool: bool => Ok;
    i32: i32 => Ok;
    u32: u32 => Ok;
    u64: u64 => Ok;
    f64: f64 => Ok, i32 => |value| Ok(value.into()), u32 => |value| Ok(value.into()), u64 => |value| Ok(value as f64);
    Vec<f64>: Vec<f64> => Ok;
    String: String => Ok, &str => |text| Ok(text.to_owned()), &String => |text| Ok(text.clone());
    Vec<String>: Vec<String> => Ok, &[&str] => |texts| Ok(owned(texts));
    DateText: DateText => Ok, Date => |date| Ok(DateText(date)), &str => str::parse;
    MomentText: MomentText => Ok, DateTime => |moment| Ok(MomentText(moment)), &str => str::parse;
    DurationText: DurationText => Ok, Span => |span| Ok(span.into()), &str => str::parse, &String => |text| text.parse();
    OrderSpec: OrderSpec => Ok, &str => |name| Ok(OrderSpec::Named(name.to_owned()));
    OrLaw<f64>: OrLaw<f64> => Ok, f64 => |value| Ok(OrLaw::Value(value)), i32 => |value| Ok(OrLaw::Value(value.into())),
        u32 => |value| Ok(OrLaw::Value(value.into())), u64 => |value| Ok(OrLaw::Value(value as f64));
    OrLaw<DurationText>: OrLaw<DurationText> => Ok, Span => |span| Ok(OrLaw::Value(span.into())),
        &str => |text| text.parse().map(OrLaw::Value), &String => |text| text.parse().map(OrLaw::Value);
    AutoscalerSpec: AutoscalerSpec => Ok;
    ElasticSpec: ElasticSpec => Ok;
    ElectricitySpec: ElectricitySpec => Ok;
    EstimateSpec: EstimateSpec => Ok;
    EvictionSpec: EvictionSpec => Ok;
    GpusSpec: GpusSpec => Ok, u64 => |gpus| Ok(GpusSpec::All(gpus)), u32 => |gpus| Ok(GpusSpec::All(gpus.into())),
        i32 => |gpus| u64::try_from(gpus).map(GpusSpec::All).map_err(|_| format!("{gpus} GPUs are fewer than none")),
        BTreeMap<String, u64> => |by_type| Ok(GpusSpec::ByType(by_type));
    GrowthSpec: GrowthSpec => Ok;
    OutageKindSpec: OutageKindSpec => Ok;
    OutcomesSpec: OutcomesSpec => Ok;
    PaymentSpec: PaymentSpec => Ok;
    PowerRiskSpec: PowerRiskSpec => Ok;
    ColocationSpec: ColocationSpec => Ok;
    ProfileSpec: ProfileSpec => Ok;
    ReclaimSpec: ReclaimSpec => Ok;
    ReplicaSpec: ReplicaSpec => Ok, &str => |name| Ok(ReplicaSpec::Type(name.to_owned()));
    SlipSpec: SlipSpec => Ok;
    SpeedSpec: SpeedSpec => Ok;
    TraceSpec: TraceSpec => Ok;
}

impl<const N: usize> Setting<GpusSpec> for [(&str, u64); N] {
    fn setting(self) -> Result<GpusSpec, String> {
        Ok(GpusSpec::ByType(self.into_iter().map(|(name, gpus)| (name.to_owned(), gpus)).collect()))
    }
}

impl<const N: usize> Setting<Vec<String>> for [&str; N] {
    fn setting(self) -> Result<Vec<String>, String> {
        Ok(owned(&self))
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
