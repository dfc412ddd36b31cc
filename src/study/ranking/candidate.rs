//! Who is ranked.

use crate::model::{Model, PolicyChoice};
use crate::policy::elastic;
use crate::policy::registry::{self, SCENARIO};
use crate::study::Make;

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
    /// A policy of one's own.
    Custom(Make),
}

/// A name that stands for no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// A part is not registered.
    #[error("there is no {part} `{name}`")]
    Unknown {
        /// The kind of part: `preset`, `elastic`, `broker` or `placement`.
        part: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The parts make no policy of this model.
    #[error("`{name}`: {why}")]
    Impossible {
        /// The candidate.
        name: String,
        /// What is wrong with it.
        why: String,
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
        let mut parts = name.splitn(3, '/');
        let head = parts.next().unwrap_or_default();
        let unknown = |part, name: &str| CandidateError::Unknown { part, name: name.to_owned() };
        let mut policy = PolicyChoice { name: name.to_owned(), ..model.policy.clone() };
        let (head, sizes) = head.split_once('+').map_or((head, None), |(head, sizes)| (head, Some(sizes)));
        if let Some(part) = sizes
            && !registry::names("elastic").any(|known| known == part)
        {
            return Err(unknown("elastic", part));
        }
        if head != SCENARIO || sizes.is_some() {
            sizes.unwrap_or(elastic::RIGID).clone_into(&mut policy.elastic);
        }
        if head != SCENARIO {
            registry::preset(head).ok_or_else(|| unknown("preset", head))?.put_into(&mut policy);
        }
        for (part, place) in [("broker", &mut policy.broker), ("placement", &mut policy.placement)] {
            let Some(written) = parts.next() else { break };
            written.clone_into(place);
            if !registry::names(part).any(|known| known == written.split(':').next().unwrap_or_default()) {
                return Err(unknown(part, written));
            }
        }
        registry::compose(&policy, model)
            .map_err(|error| CandidateError::Impossible { name: name.to_owned(), why: error.to_string() })?;
        Ok(Self::composed(policy))
    }

    fn composed(policy: PolicyChoice) -> Self {
        Self { name: policy.name.clone(), policy: Contender::Composed(Box::new(policy)) }
    }

    /// A policy of one's own.
    #[must_use]
    pub fn custom(make: Make) -> Self {
        Self { name: make.name().to_owned(), policy: Contender::Custom(make) }
    }

    /// All presets but those by rounds, which take many times as long (and `fair` only where the scenario tells teams apart), and the scenario's own
    /// policy where it is none of these: composed of parts, a formula, or by rounds. Where jobs share GPUs, the scenario's own policy with each
    /// placement that shares them; where jobs are elastic, with each elastic part that goes with it, if any does.
    #[must_use]
    pub fn all(model: &Model) -> Vec<Self> {
        if model.has_shares() {
            let choice = |placement: &str| PolicyChoice {
                name: placement.to_owned(),
                placement: placement.to_owned(),
                ..model.policy.clone()
            };
            let choices = registry::names("placement").map(choice).filter(|choice| registry::refuses_shares(choice).is_none());
            return choices.map(Self::composed).collect();
        }
        let elastic = |part: &str| PolicyChoice { name: part.to_owned(), elastic: part.to_owned(), ..model.policy.clone() };
        let sized: Vec<PolicyChoice> =
            registry::names("elastic").map(elastic).filter(|choice| registry::refuses_elastic(choice).is_none()).collect();
        if model.has_elastic() && sized.len() > 1 {
            return sized.into_iter().map(Self::composed).collect();
        }
        let by_rounds = |name: &str| registry::preset(name).is_some_and(|preset| preset.allocator.is_some());
        let presets: Vec<&str> = registry::names("preset").filter(|name| !by_rounds(name)).collect();
        let own = &model.policy;
        let is_one = |name: &&str| {
            registry::preset(name).is_some_and(|preset| {
                let is_same = preset.order == own.order && preset.backfill == own.backfill && preset.preemption == own.preemption;
                is_same && own.elastic == elastic::RIGID && own.rounds.allocator.is_none()
            })
        };
        let scenario = (!presets.iter().any(is_one)).then_some(SCENARIO);
        // Without teams `fair` is nothing of its own.
        let presets = presets.into_iter().filter(|name| *name != "fair" || !model.fair_teams().is_empty());
        presets.chain(scenario).filter_map(|name| Self::named(name, model).ok()).collect()
    }
}
