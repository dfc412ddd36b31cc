//! Laws to draw from, in code: `law::lognormal("6 h", 1.0).max("7 d")`.

use super::setting::Setting;
use crate::scenario::spec::{ExponentialSpec, LawSpec, LognormalSpec, OrLaw, ParetoSpec, UniformSpec, WeibullSpec};

/// A law of numbers or of durations.
#[derive(Clone, Debug)]
#[must_use]
pub struct AnyLaw<T>(Result<LawSpec<T>, String>);

/// Each value between `min` and `max` is equally likely.
pub fn uniform<T>(min: impl Setting<T>, max: impl Setting<T>) -> AnyLaw<T> {
    let both = min.setting().and_then(|min| Ok(UniformSpec { min, max: max.setting()? }));
    AnyLaw(both.map(LawSpec::Uniform))
}

/// Exponential, by its mean.
pub fn exponential<T>(mean: impl Setting<T>) -> AnyLaw<T> {
    AnyLaw(mean.setting().map(|mean| LawSpec::Exponential(ExponentialSpec { mean, min: None, max: None })))
}

/// Lognormal, by its median and the standard deviation of its natural logarithm.
pub fn lognormal<T>(median: impl Setting<T>, sigma: f64) -> AnyLaw<T> {
    AnyLaw(median.setting().map(|median| LawSpec::Lognormal(LognormalSpec { median, sigma, min: None, max: None })))
}

/// Weibull, by scale and shape.
pub fn weibull<T>(scale: impl Setting<T>, shape: f64) -> AnyLaw<T> {
    AnyLaw(scale.setting().map(|scale| LawSpec::Weibull(WeibullSpec { scale, shape, min: None, max: None })))
}

/// Pareto, by its least value and its tail index.
pub fn pareto<T>(min: impl Setting<T>, alpha: f64) -> AnyLaw<T> {
    AnyLaw(min.setting().map(|min| LawSpec::Pareto(ParetoSpec { min, alpha, max: None })))
}

/// A list of values and their weights.
pub fn table<T>(rows: impl IntoIterator<Item = (impl Setting<T>, f64)>) -> AnyLaw<T> {
    let rows = rows.into_iter().map(|(value, weight)| Ok((value.setting()?, weight)));
    AnyLaw(rows.collect::<Result<_, String>>().map(LawSpec::Table))
}

impl<T> AnyLaw<T> {
    /// Moves draws below this value up to it. A uniform law and a Pareto law have their least value
    /// already, a table its values.
    pub fn min(self, least: impl Setting<T>) -> Self {
        self.bounded(least, |law| match law {
            LawSpec::Exponential(law) => Some(&mut law.min),
            LawSpec::Lognormal(law) => Some(&mut law.min),
            LawSpec::Weibull(law) => Some(&mut law.min),
            LawSpec::Uniform(_) | LawSpec::Pareto(_) | LawSpec::Table(_) => None,
        })
    }

    /// Moves draws above this value down to it. A uniform law has its largest value already, a
    /// table its values.
    pub fn max(self, largest: impl Setting<T>) -> Self {
        self.bounded(largest, |law| match law {
            LawSpec::Exponential(law) => Some(&mut law.max),
            LawSpec::Lognormal(law) => Some(&mut law.max),
            LawSpec::Weibull(law) => Some(&mut law.max),
            LawSpec::Pareto(law) => Some(&mut law.max),
            LawSpec::Uniform(_) | LawSpec::Table(_) => None,
        })
    }

    fn bounded(self, value: impl Setting<T>, bound: impl FnOnce(&mut LawSpec<T>) -> Option<&mut Option<T>>) -> Self {
        Self(self.0.and_then(|mut law| {
            let slot = bound(&mut law).ok_or("this law takes no such bound")?;
            *slot = Some(value.setting()?);
            Ok(law)
        }))
    }
}

impl<T> Setting<OrLaw<T>> for AnyLaw<T> {
    fn setting(self) -> Result<OrLaw<T>, String> {
        self.0.map(OrLaw::Law)
    }
}
