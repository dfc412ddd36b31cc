//! From the names of parts to registered parts.

use super::grammar::{self, EXPR, PartName, TIRESIAS};
use super::row::Takes;
use super::{Kind, names, preset_parts};
use crate::kernel::formula::FormulaError;
use crate::model::policy::{Argument, BROKER, ELASTIC, ELASTIC_INTERVAL, PLACEMENT, PRESET, Part, PolicyChoice};
use crate::model::{Levels, Model, Rounds};
use crate::policy::order::Formula;
use crate::units::VendorId;
use std::sync::Arc;

/// A name that stands for no part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is not registered.
    #[error("unknown {kind} `{name}`")]
    Unknown {
        /// The kind of part.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// Its vendor is not one of the model's.
    #[error("unknown vendor `{name}`")]
    UnknownVendor {
        /// The vendor's name.
        name: String,
    },
    /// What stands behind the colon means nothing to this part.
    #[error("{}", wrong(*kind, base, argument, *takes))]
    WrongArgument {
        /// The kind of part.
        kind: Kind,
        /// The part.
        base: &'static str,
        /// What stands behind the colon.
        argument: String,
        /// What could.
        takes: Takes,
    },
    /// Nothing stands behind the colon, and something must.
    #[error("the {kind} `{base}` needs {}", if *takes == Takes::Formula { "a formula" } else { "a vendor" })]
    NoArgument {
        /// The kind of part.
        kind: Kind,
        /// The part.
        base: &'static str,
        /// What is missing.
        takes: Takes,
    },
}

fn wrong(kind: Kind, base: &str, argument: &str, takes: Takes) -> String {
    match takes {
        Takes::HalfLife => format!("invalid usage half-life `{argument}`"),
        Takes::Tiresias => format!("the {kind} `{base}` has no variant `{argument}`"),
        Takes::Formula => format!("the formula of the {kind} `{base}` has a key of its own"),
        _ => format!("the {kind} `{base}` takes no argument, and `:{argument}` is one"),
    }
}

impl NameError {
    /// What would be right, if it can be said in a sentence.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let (Self::WrongArgument { base, takes, .. } | Self::NoArgument { base, takes, .. }) = self else { return None };
        match takes {
            Takes::Nothing => None,
            Takes::Vendor | Takes::PerhapsVendor => Some(format!("name one: {base}:azure, for example")),
            Takes::HalfLife => Some(format!("write days or hours: {base}:7d or {base}:12h, for example")),
            Takes::Tiresias => Some(format!("write {base} or {base}:{TIRESIAS}")),
            Takes::Formula => Some("write order.expr = \"wait_s / max(estimate_s, 60) * gpus\", for example".to_owned()),
        }
    }

    /// The names that would be right, if the name is not registered.
    #[must_use]
    pub fn known(&self) -> Vec<&'static str> {
        match self {
            // An order by a formula is not written by its name.
            Self::Unknown { kind, .. } => names(*kind).filter(|name| *name != EXPR).collect(),
            _ => Vec::new(),
        }
    }
}

/// Finds vendors by name.
pub type Vendors<'a> = &'a dyn Fn(&str) -> Option<VendorId>;

impl Default for PolicyChoice {
    /// First come, first served with EASY backfilling, on the first cluster and the fullest nodes that fit. Sizes of jobs are left alone.
    fn default() -> Self {
        let bare = |kind: Kind, name| Part { row: kind.row(name).unwrap_or_default(), ..Part::default() };
        let mut choice = Self {
            name: PRESET.to_owned(),
            order: Part::default(),
            backfill: Part::default(),
            preemption: Part::default(),
            broker: bare(Kind::Broker, BROKER),
            placement: bare(Kind::Placement, PLACEMENT),
            elastic: bare(Kind::Elastic, ELASTIC),
            allocator: None,
            elastic_interval: ELASTIC_INTERVAL,
            levels: Levels::default(),
            usage_half_life: None,
            rounds: Rounds::default(),
        };
        // A test holds that the names of defaults are registered.
        let _ = choice.set(Kind::Preset, PartName::of(PRESET), &|_| None);
        choice
    }
}

impl PolicyChoice {
    /// A preset with the default broker, placement and elastic part.
    ///
    /// # Errors
    ///
    /// When the name is not that of a preset.
    pub fn preset(name: &str) -> Result<Self, NameError> {
        Self { name: name.to_owned(), ..Self::default() }.with(Kind::Preset, name, &|_| None)
    }

    /// With another part, or another preset's order, backfill and preemption. The policy keeps its name.
    ///
    /// # Errors
    ///
    /// When the name is not that of a part of this kind.
    pub fn with(mut self, kind: Kind, name: &str, vendors: Vendors<'_>) -> Result<Self, NameError> {
        self.set(kind, PartName::parse(name), vendors)?;
        Ok(self)
    }

    /// Puts another part into it.
    pub(crate) fn set(&mut self, kind: Kind, name: PartName<'_>, vendors: Vendors<'_>) -> Result<(), NameError> {
        let place = match kind {
            Kind::Preset => return self.set_preset(name, vendors),
            Kind::Order => &mut self.order,
            Kind::Backfill => &mut self.backfill,
            Kind::Broker => &mut self.broker,
            Kind::Placement => &mut self.placement,
            Kind::Preemption => &mut self.preemption,
            Kind::Elastic => &mut self.elastic,
        };
        *place = part(kind, name, vendors)?;
        Ok(())
    }

    fn set_preset(&mut self, name: PartName<'_>, vendors: Vendors<'_>) -> Result<(), NameError> {
        let parts = preset_parts(name).ok_or_else(|| NameError::Unknown { kind: Kind::Preset, name: name.to_string() })?;
        self.set(Kind::Order, parts.order, vendors)?;
        self.set(Kind::Backfill, PartName::of(parts.backfill), vendors)?;
        self.set(Kind::Preemption, PartName::of(parts.preemption), vendors)?;
        self.allocator = parts.allocator.and_then(|name| Kind::Preset.row(name)).map(|row| Part { row, ..Part::default() });
        Ok(())
    }

    /// Puts the order by a formula into it.
    pub(crate) fn set_formula(&mut self, formula: &str) -> Result<(), FormulaError> {
        let argument = Argument::Formula(Arc::new(Formula::read(formula)?));
        self.order = Part { row: Kind::Order.row(EXPR).unwrap_or_default(), argument };
        Ok(())
    }

    /// A policy by its name: a preset, or `scenario` for the model's own. Broker and placement are the model's, if the name has none. An elastic part
    /// stands behind a plus; a preset without one leaves the sizes of jobs alone.
    ///
    /// # Errors
    ///
    /// When a part is not registered, or a broker names a vendor that is not one of the model's.
    pub fn named(name: &str, own: &Self, vendors: Vendors<'_>) -> Result<Self, NameError> {
        let parts = grammar::PolicyName::parse(name);
        let mut choice = Self { name: name.to_owned(), ..own.clone() };
        if !parts.is_scenario() {
            choice.set(Kind::Preset, parts.preset, vendors)?;
            choice.set(Kind::Elastic, PartName::of(ELASTIC), vendors)?;
        }
        for (kind, part) in [(Kind::Elastic, parts.elastic), (Kind::Broker, parts.broker), (Kind::Placement, parts.placement)] {
            if let Some(part) = part {
                choice.set(kind, part, vendors)?;
            }
        }
        Ok(choice)
    }
}

/// The vendors of a model, by key.
pub fn vendors_of(model: &Model) -> impl Fn(&str) -> Option<VendorId> {
    |key| model.vendors.iter().position(|vendor| vendor.key == key).map(VendorId::from)
}

fn part(kind: Kind, name: PartName<'_>, vendors: Vendors<'_>) -> Result<Part, NameError> {
    let found = kind.rows().enumerate().find(|(_, row)| row.name == name.base);
    let (row, facts) = found.ok_or_else(|| NameError::Unknown { kind, name: name.to_string() })?;
    let (base, takes) = (facts.name, facts.takes);
    let wrong = |argument: &str| NameError::WrongArgument { kind, base, argument: argument.to_owned(), takes };
    let argument = match (takes, name.argument) {
        (Takes::Vendor | Takes::Formula, None) => return Err(NameError::NoArgument { kind, base, takes }),
        (_, None) => Argument::None,
        (Takes::Vendor | Takes::PerhapsVendor, Some(name)) => {
            Argument::Vendor(vendors(name).ok_or_else(|| NameError::UnknownVendor { name: name.to_owned() })?)
        }
        (Takes::HalfLife, Some(text)) => Argument::HalfLife(grammar::half_life(text).ok_or_else(|| wrong(text))?),
        (Takes::Tiresias, Some(TIRESIAS)) => Argument::Tiresias,
        (_, Some(text)) => return Err(wrong(text)),
    };
    Ok(Part { row, argument })
}
