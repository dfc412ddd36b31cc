//! The policy: parts by name, resolved and checked.

use super::Compiler;
use super::capacity::Vendors;
use crate::kernel::formula::{Formula as Expression, FormulaError};
use crate::model::confidence::Confidence;
use crate::model::policy::{BROKER, ELASTIC, PLACEMENT, PRESET};
use crate::model::{Levels, Model, PolicyChoice, Rounds};
use crate::policy::order::FIELDS;
use crate::policy::registry::{self, Kind, LONGEST_HALF_LIFE_S, NameError, PartName, Refusal, SCENARIO};
use crate::scenario::Issue;
use crate::scenario::spec::{DurationText, OrderSpec, PolicySpec};
use crate::units::{Span, VendorId};

/// The longest round [s].
const LONGEST_ROUND_S: f64 = 30.0 * 86_400.0;

impl Compiler<'_, '_> {
    pub(super) fn policy(&mut self, vendors: &Vendors) -> PolicyChoice {
        let spec: PolicySpec = self.document.table("policy", self.issues).unwrap_or_default();
        let mut choice = PolicyChoice::default();
        let preset = spec.preset();
        if spec.preset.is_none() && spec.order.is_none() {
            self.default_at("policy.preset", "policy", &preset, "", Confidence::Assumption);
        }
        self.part(&mut choice, Kind::Preset, Some(&preset), vendors);
        self.refuse_parts(&spec, &choice);
        self.order(&mut choice, spec.order.as_ref(), vendors);
        self.part(&mut choice, Kind::Backfill, spec.backfill.as_deref(), vendors);
        self.part(&mut choice, Kind::Broker, Some(&spec.broker()), vendors);
        self.part(&mut choice, Kind::Placement, Some(&spec.placement()), vendors);
        self.part(&mut choice, Kind::Preemption, spec.preemption.as_deref(), vendors);
        self.part(&mut choice, Kind::Elastic, Some(&spec.elastic()), vendors);
        let elastic_interval = spec.elastic_interval().span();
        if elastic_interval < Span::SECOND {
            self.error("policy.elastic_interval", "re-allocations must be at least a second apart");
        }
        PolicyChoice {
            name: title(&spec),
            elastic_interval,
            levels: self.levels(&spec),
            usage_half_life: self.half_life(&spec),
            rounds: self.rounds(&spec),
            ..choice
        }
    }

    /// Puts a part that is written into the policy.
    fn part(&mut self, choice: &mut PolicyChoice, kind: Kind, name: Option<&str>, vendors: &Vendors) {
        let Some(name) = name else { return };
        if let Err(error) = choice.set(kind, PartName::parse(name), &|key| vendor(vendors, key)) {
            self.misnamed(&format!("policy.{}", kind.name()), &error, vendors, None);
        }
    }

    fn order(&mut self, choice: &mut PolicyChoice, order: Option<&OrderSpec>, vendors: &Vendors) {
        match order {
            Some(OrderSpec::Named(name)) => self.part(choice, Kind::Order, Some(name), vendors),
            Some(OrderSpec::Formula(formula)) => {
                if let Err(error) = choice.set_formula(&formula.expr) {
                    self.mistake_in_formula(&formula.expr, &error);
                }
            }
            None => {}
        }
    }

    /// Reports a mistake in the formula of the order, at its place in the formula.
    fn mistake_in_formula(&mut self, expr: &str, error: &FormulaError) {
        let whole = self.document.span("policy.order.expr");
        // A text with escapes is not written as it reads: then the whole of it is underlined.
        let within = whole.clone().and_then(|whole| {
            let begin = whole.start + self.source.written(&whole).find(expr)?;
            Some(begin + error.span.start..begin + error.span.end).filter(|span| !span.is_empty())
        });
        let issue = Issue::error(format!("in the formula of the order, {}", error.what), within.or(whole));
        let fields = FIELDS.iter().map(|field| field.name);
        self.issues.push(match (&error.name, &error.function) {
            (Some(name), _) => issue.label("not known here").allowed(name, fields),
            (None, Some(name)) => issue.label("not known here").allowed(name, Expression::functions()),
            (None, None) => issue.help("operators: + - * / ^ < <= > >=, parentheses, and functions such as max(a, b)"),
        });
    }

    fn levels(&mut self, spec: &PolicySpec) -> Levels {
        let mut levels = Levels::default();
        let limits = spec.level_limits_s();
        if Levels::are_limits(&limits) {
            levels.limits_s = limits;
        } else {
            let help = "up to 32 of them, each between 0.001 and 10^12";
            self.error_help("policy.level_limits_s", "`level_limits_s` must be in ascending order", help);
        }
        if let Some(promote) = spec.promote_after {
            levels.promote_after = self.within("policy.promote_after", promote, 0.0, 1e9);
        }
        levels
    }

    /// How fast usage is forgotten.
    fn half_life(&mut self, spec: &PolicySpec) -> Option<Span> {
        let seconds = self.within("policy.usage_half_life", spec.usage_half_life?.seconds, 1.0, LONGEST_HALF_LIFE_S)?;
        Some(Span::from_seconds(seconds))
    }

    fn rounds(&mut self, spec: &PolicySpec) -> Rounds {
        let mut length = |key: &str, written: Option<DurationText>| {
            let written = written?;
            if !(1.0..=LONGEST_ROUND_S).contains(&written.seconds) {
                self.error_help(&format!("policy.{key}"), format!("`{key}` is out of its range"), "allowed: 1 s to 30 d");
                return None;
            }
            Some(written.span())
        };
        let shares_apart = length("shares_apart", spec.shares_apart);
        Rounds { round: length("round", Some(spec.round())).unwrap_or(Rounds::default().round), shares_apart }
    }

    /// A preset by rounds leaves only clusters, nodes and its rounds to be chosen.
    fn refuse_parts(&mut self, spec: &PolicySpec, choice: &PolicyChoice) {
        let Some(preset) = spec.preset.as_ref().filter(|_| choice.is_by_rounds()) else { return };
        let parts = [
            (Kind::Order, spec.order.is_some()),
            (Kind::Backfill, spec.backfill.is_some()),
            (Kind::Preemption, spec.preemption.is_some()),
        ];
        for (kind, _) in parts.into_iter().filter(|(_, is_written)| *is_written) {
            let title =
                format!("`{}` cannot be combined with the preset `{preset}`: it shares out all GPUs by rounds", kind.name());
            self.error_help(&format!("policy.{}", kind.name()), title, "take it out; `broker` and `placement` can be chosen");
        }
    }

    /// Checks the name of a policy that is to be ranked.
    pub(super) fn check_ranked(&mut self, path: &str, name: &str, vendors: &Vendors) {
        if let Err(error) = PolicyChoice::named(name, &PolicyChoice::default(), &|key| vendor(vendors, key)) {
            self.misnamed(path, &error, vendors, Some(SCENARIO));
        }
    }

    /// Reports a name that stands for no part; `more` may stand in the place of a preset.
    fn misnamed(&mut self, path: &str, error: &NameError, vendors: &Vendors, more: Option<&str>) {
        let issue = Issue::error(error.to_string(), self.document.span(path));
        let issue = match error {
            NameError::UnknownVendor { name } => {
                self.resolve(path, "vendor", name, &vendors.names);
                return;
            }
            NameError::Unknown { kind, name } => {
                issue.allowed(name, error.known().into_iter().chain(more.filter(|_| *kind == Kind::Preset)))
            }
            _ => issue,
        };
        self.issues.push(match error.help() {
            Some(help) => issue.help(help),
            None => issue,
        });
    }

    /// Refuses a policy whose parts do not go together or not with the model, and policies to be ranked likewise.
    pub(super) fn policies_fit(&mut self, model: &Model) {
        for refusal in registry::refusals(&model.policy, model) {
            let place = self.place_of(&refusal);
            let path = place.map_or_else(|| "policy".to_owned(), |kind| format!("policy.{}", kind.name()));
            let is_written = place == Some(refusal.kind);
            self.refuse(&path, refusal.to_string(), &refusal, is_written);
        }
        let vendors = registry::vendors_of(model);
        for (index, name) in model.comparison.policies.iter().enumerate() {
            let Ok(policy) = PolicyChoice::named(name, &model.policy, &vendors) else { continue };
            if let Err(refusal) = registry::check(&policy, model) {
                self.refuse(
                    &format!("comparison.policies[{index}]"),
                    format!("the policy `{name}` cannot run: {refusal}"),
                    &refusal,
                    false,
                );
            }
        }
        if model.policy.takes_turns() && model.team_weights.iter().all(Option::is_none) {
            let help = "give each team an entry, [team.KEY]; without any, all jobs count as one team's";
            self.warn("policy", "under this policy teams take turns, and the scenario lists no team", help);
        }
    }

    /// Names what could be written instead: a part of the same kind, if the refused one `is_written`, or else a preset.
    fn refuse(&mut self, path: &str, title: String, refusal: &Refusal, is_written: bool) {
        let is_of_preset = matches!(refusal.kind, Kind::Order | Kind::Backfill | Kind::Preemption);
        let kind = if is_of_preset && !is_written { Kind::Preset } else { refusal.kind };
        self.error_help(path, title, format!("take a {kind} that can: {}", refusal.instead(kind).join(", ")));
    }

    /// The key at which a refused part is written; else that of the part that it does not go with, or the preset.
    fn place_of(&self, refusal: &Refusal) -> Option<Kind> {
        let kinds = [Some(refusal.kind), refusal.asked_by.map(|(kind, _)| kind), Some(Kind::Preset)];
        kinds.into_iter().flatten().find(|kind| self.document.has(&format!("policy.{}", kind.name())))
    }
}

fn vendor(vendors: &Vendors, key: &str) -> Option<VendorId> {
    vendors.names.find(key).map(VendorId::from)
}

/// What results call the policy.
fn title(spec: &PolicySpec) -> String {
    let preset = spec.preset.as_deref().unwrap_or(PRESET);
    let (broker, placement) = (spec.broker.as_deref().unwrap_or(BROKER), spec.placement.as_deref().unwrap_or(PLACEMENT));
    let elastic = spec.elastic.as_deref().unwrap_or(ELASTIC);
    if spec.order.is_none() && spec.backfill.is_none() && spec.preemption.is_none() {
        return registry::title(&[preset], elastic, broker, placement);
    }
    let parts = registry::preset_parts(PartName::parse(preset));
    let order = match &spec.order {
        Some(OrderSpec::Named(name)) => name.clone(),
        Some(OrderSpec::Formula(formula)) => registry::expression(&formula.expr),
        None => parts.map_or_else(String::new, |parts| parts.order.to_string()),
    };
    let backfill = spec.backfill.as_deref().or(parts.map(|parts| parts.backfill)).unwrap_or_default();
    let preemption = spec.preemption.as_deref().or(parts.map(|parts| parts.preemption)).unwrap_or_default();
    registry::title(&[&order, backfill, preemption], elastic, broker, placement)
}
