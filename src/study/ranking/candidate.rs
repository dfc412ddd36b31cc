//! The policies on a board.

use crate::model::{Model, PolicyChoice};
use crate::policy::registry::{self, Kind, NameError, Refusal, SCENARIO};
use crate::study::PolicyFactory;

/// A policy that is ranked.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its name on the board.
    pub name: String,
    /// What it is.
    pub policy: Contender,
}

/// What a candidate is.
#[derive(Clone, Debug)]
pub enum Contender {
    /// Composed of registered parts.
    Composed(Box<PolicyChoice>),
    /// A policy of your own.
    Custom(PolicyFactory),
}

/// A name that stands for no policy of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// A part is not registered, or its argument means nothing.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The parts do not go together, or not with the model.
    #[error("the policy `{name}` cannot run: {refusal}")]
    Refused {
        /// The candidate.
        name: String,
        /// Which part, and why.
        refusal: Refusal,
    },
}

impl Candidate {
    /// A policy by name: a preset, or `scenario` for the scenario's own, with a broker and a placement of its own if it has them
    /// (`easy/cheapest/pack_domain`); else it takes those of the scenario. An elastic part stands behind a plus (`easy+goodput`); a preset
    /// without one leaves the sizes of jobs alone.
    ///
    /// # Errors
    ///
    /// When a part is not registered, a broker names a vendor that the model lacks, or a part cannot do what the model needs.
    pub fn named(name: &str, model: &Model) -> Result<Self, CandidateError> {
        let policy = PolicyChoice::named(name, &model.policy, &registry::vendors_of(model))?;
        registry::check(&policy, model).map_err(|refusal| CandidateError::Refused { name: name.to_owned(), refusal })?;
        Ok(Self::composed(policy))
    }

    fn composed(policy: PolicyChoice) -> Self {
        Self { name: policy.name.clone(), policy: Contender::Composed(Box::new(policy)) }
    }

    /// A policy of your own.
    #[must_use]
    pub fn custom(factory: PolicyFactory) -> Self {
        Self { name: factory.name().to_owned(), policy: Contender::Custom(factory) }
    }

    /// The board where no policy is named: all presets but those by rounds, which take many times as long (and those under which teams take turns only
    /// where the scenario lists teams), and the scenario's own policy where it is none of these. Where jobs share GPUs, the scenario's own
    /// policy with each placement that shares them; where jobs are elastic, with each elastic part that goes with it, if any does.
    #[must_use]
    pub fn all(model: &Model) -> Vec<Self> {
        if model.has_shares() {
            return Self::variants(Kind::Placement, model);
        }
        let sized = if model.has_elastic() { Self::variants(Kind::Elastic, model) } else { Vec::new() };
        if sized.len() > 1 { sized } else { Self::presets(model) }
    }

    /// The scenario's own policy with each part of a kind that goes with it and with the model.
    fn variants(kind: Kind, model: &Model) -> Vec<Self> {
        let vendors = registry::vendors_of(model);
        let variant = |part: &str| {
            let policy = PolicyChoice { name: part.to_owned(), ..model.policy.clone() };
            policy.with(kind, part, &vendors).ok().filter(|policy| registry::check(policy, model).is_ok())
        };
        registry::names(kind).filter_map(variant).map(Self::composed).collect()
    }

    fn presets(model: &Model) -> Vec<Self> {
        let has_teams = !model.fair_teams().is_empty();
        let vendors = registry::vendors_of(model);
        let named = |name| PolicyChoice::named(name, &model.policy, &vendors).ok();
        let presets: Vec<PolicyChoice> =
            registry::names(Kind::Preset).filter_map(named).filter(|policy| !policy.is_by_rounds()).collect();
        let is_one = presets.iter().any(|policy| policy.decides_alike(&model.policy));
        // Without teams to take turns it would be another name for first come, first served.
        let ranked = presets.into_iter().filter(|policy| has_teams || !policy.takes_turns());
        let scenario = if is_one { None } else { named(SCENARIO) };
        let fitting = ranked.chain(scenario).filter(|policy| registry::check(policy, model).is_ok());
        fitting.map(Self::composed).collect()
    }
}
