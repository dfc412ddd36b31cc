//! Defaults of vendors that each future draws for itself.

use super::outages::MS_PER_YEAR;
use crate::kernel::random::Address;
use crate::model::Model;
use crate::model::vendor::Vendor;
use crate::units::{SimTime, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// A default of a vendor in one future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Insolvency {
    /// When: nothing comes from then on.
    pub at: SimTime,
    /// When what was delivered is lost; never where it goes on.
    pub dark: SimTime,
}

/// The default of a vendor in a replication, if it has one before the horizon. Every draw depends on the vendor's key.
pub(super) fn default_of(model: &Model, vendor: &Vendor, replication: u64) -> Option<Insolvency> {
    let law = vendor.default_law?;
    let address = Address::stream(model.seed, replication, "defaults").name(&vendor.key);
    let at = law.at.unwrap_or_else(|| {
        // A year without a default has probability 1 - p, so that the rate is -ln(1 - p) a year.
        let rate = -libm::log1p(-law.per_year);
        let ms = address.draws(0).exponential() / rate.max(1e-300) * MS_PER_YEAR;
        SimTime::ZERO.saturating_add(super::world::span_up(ms)).max(SimTime::from_ms(1))
    });
    if at >= model.horizon() {
        return None;
    }
    let luck = address.draws(1).uniform();
    let dark = if luck < law.continues {
        SimTime::NEVER
    } else if luck < law.continues + law.winds_down {
        at.saturating_add(law.notice.max(Span::from_ms(1)))
    } else {
        at
    };
    Some(Insolvency { at, dark })
}

/// The model of a future: that of the scenario, with the defaults that this future has.
pub(super) fn of_future(model: &Model, replication: u64) -> Cow<'_, Model> {
    let defaults: Vec<Option<Insolvency>> = model.vendors.iter().map(|vendor| default_of(model, vendor, replication)).collect();
    if defaults.iter().all(Option::is_none) {
        return Cow::Borrowed(model);
    }
    let mut model = model.clone();
    for (vendor, default) in model.vendors.iter_mut().zip(defaults) {
        let Some(Insolvency { at, dark }) = default else { continue };
        vendor.stops_at = Some(at);
        vendor.defaults_at = (dark < model.calendar.horizon()).then_some(dark);
    }
    model.transfers = model.transfers.as_ref().map(|transfers| Arc::new(transfers.with_defaults(&model.vendors)));
    Cow::Owned(model)
}
