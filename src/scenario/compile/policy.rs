//! The policy's parts by name.

use super::Compiler;
use super::capacity::Vendors;
use crate::kernel::formula::Formula as Expression;
use crate::model::confidence::Confidence;
use crate::model::{Levels, PolicyChoice, Rounds};
use crate::policy::elastic;
use crate::policy::order::{FIELDS, Formula};
use crate::policy::registry::{self, UnknownPart};
use crate::scenario::Issue;
use crate::scenario::spec::{DurationText, OrderSpec, PolicySpec};
use crate::units::Span;

/// A hundred years [s].
const LONGEST_HALF_LIFE_S: f64 = 100.0 * 31_557_600.0;
/// The longest round [s].
const LONGEST_ROUND_S: f64 = 30.0 * 86_400.0;

impl Compiler<'_, '_> {
    pub(super) fn policy(&mut self, vendors: &Vendors) -> PolicyChoice {
        let spec: PolicySpec = self.document.table("policy", self.issues).unwrap_or_default();
        let preset = spec.preset();
        if spec.preset.is_none() && spec.order.is_none() {
            self.default_at("policy.preset", "policy", &preset, "", Confidence::Assumption);
        }
        let parts = registry::preset(&preset).unwrap_or_else(|| {
            self.unknown_part("policy.preset", "preset", &preset);
            registry::Preset { order: "fifo".to_owned(), backfill: "easy", preemption: "none", allocator: None }
        });
        let levels = self.levels(&spec);
        let usage_half_life = self.half_life(&spec);
        let elastic_interval = spec.elastic_interval().span();
        if elastic_interval < Span::SECOND {
            self.error("policy.elastic_interval", "re-allocations are at least a second apart");
        }
        let rounds = Rounds { allocator: parts.allocator.map(str::to_owned), ..self.rounds(&spec) };
        if let Some(allocator) = parts.allocator {
            self.refuse_parts(&spec, allocator);
        }
        let order = match &spec.order {
            Some(OrderSpec::Named(name)) => Some(name.clone()),
            Some(OrderSpec::Formula(formula)) => Some(self.formula(&formula.expr)),
            None => None,
        };
        let mut part = |kind: &'static str, written: Option<String>, default: &str| {
            let name = written.unwrap_or_else(|| default.to_owned());
            self.check_part(kind, &name, vendors);
            name
        };
        let choice = PolicyChoice {
            name: String::new(),
            order: part("order", order, &parts.order),
            backfill: part("backfill", spec.backfill.clone(), parts.backfill),
            broker: part("broker", Some(spec.broker()), ""),
            placement: part("placement", Some(spec.placement()), ""),
            preemption: part("preemption", spec.preemption.clone(), parts.preemption),
            elastic: part("elastic", Some(spec.elastic()), ""),
            elastic_interval,
            levels,
            usage_half_life,
            rounds,
        };
        if let Some(refused) = registry::refuses_rounds(&choice) {
            self.error_help(
                "policy.broker",
                refused.to_string(),
                "take a broker that leaves nobody waiting by choice, such as cheapest",
            );
        }
        if let Some(UnknownPart { part, name, .. }) = registry::refuses_elastic(&choice) {
            let title = format!("the {part} `{name}` does not go with the elastic part `{}`", choice.elastic);
            let help = match part {
                "backfill" => "reservations for everybody count on the sizes of jobs: take the backfill none, skip or easy",
                "preset" => "rounds share out the GPUs that jobs ask for: take the elastic part rigid",
                _ => "packing anew counts on the sizes of jobs: take the preemption none or priority",
            };
            self.error_help("policy.elastic", title, help);
        }
        let is_preset = spec.order.is_none() && spec.backfill.is_none() && spec.preemption.is_none();
        let head = if is_preset { preset } else { format!("{}+{}+{}", choice.order, choice.backfill, choice.preemption) };
        let sizes = if choice.elastic == elastic::RIGID { String::new() } else { format!("+{}", choice.elastic) };
        PolicyChoice { name: format!("{head}{sizes} / {} / {}", choice.broker, choice.placement), ..choice }
    }

    /// The name of the order by a formula. Its mistakes are told where they are in it.
    fn formula(&mut self, expr: &str) -> String {
        const PATH: &str = "policy.order.expr";
        if let Err(error) = Formula::parse(expr) {
            let whole = self.document.span(PATH);
            // A text with escapes is not written as it reads: then all of it is meant.
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
            return "fifo".to_owned();
        }
        // It is part of the policy's name, which is one line.
        format!("{}{}", registry::EXPR, expr.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn levels(&mut self, spec: &PolicySpec) -> Levels {
        let mut levels = Levels::default();
        let limits = spec.level_limits_s();
        let in_order = limits.windows(2).all(|pair| pair[0] < pair[1]);
        if limits.len() > 32 || !in_order || !limits.iter().all(|limit| (0.001..=1e12).contains(limit)) {
            let help = "up to 32 of them, each between 0.001 and 10^12";
            self.error_help("policy.level_limits_s", "`level_limits_s` must be in ascending order", help);
        } else {
            levels.limits_s = limits;
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
        let default = Rounds::default();
        Rounds { round: length("round", Some(spec.round())).unwrap_or(default.round), shares_apart, ..default }
    }

    /// Who shares GPUs out by rounds decides about all but clusters and nodes.
    fn refuse_parts(&mut self, spec: &PolicySpec, allocator: &str) {
        let parts =
            [("order", spec.order.is_some()), ("backfill", spec.backfill.is_some()), ("preemption", spec.preemption.is_some())];
        for (part, _) in parts.into_iter().filter(|(_, is_written)| *is_written) {
            let title = format!("`{allocator}` shares GPUs out by rounds, and leaves no `{part}` to be chosen");
            self.error_help(&format!("policy.{part}"), title, "take it out; `broker` and `placement` can be chosen");
        }
    }

    /// Says what is wrong with the name of a policy that is to be ranked.
    pub(super) fn check_ranked(&mut self, path: &str, name: &str, vendors: &Vendors) {
        let mut parts = name.splitn(3, '/');
        let head = parts.next().unwrap_or_default();
        let (head, sizes) = head.split_once('+').map_or((head, None), |(head, sizes)| (head, Some(sizes)));
        if head != registry::SCENARIO && registry::preset(head).is_none() {
            let issue = Issue::error(format!("there is no preset `{head}`"), self.document.span(path));
            self.issues.push(issue.allowed(head, registry::names("preset").chain([registry::SCENARIO])));
        }
        if let Some(part) = sizes {
            self.check_part_at(path, "elastic", part, vendors);
        }
        for (kind, part) in ["broker", "placement"].into_iter().zip(parts) {
            self.check_part_at(path, kind, part, vendors);
        }
    }

    fn check_part(&mut self, kind: &'static str, name: &str, vendors: &Vendors) {
        self.check_part_at(&format!("policy.{kind}"), kind, name, vendors);
    }

    fn check_part_at(&mut self, path: &str, kind: &'static str, name: &str, vendors: &Vendors) {
        if kind == "order" && name.starts_with(registry::EXPR) && self.document.has("policy.order.expr") {
            return;
        }
        let (base, vendor) = name.split_once(':').map_or((name, None), |(base, vendor)| (base, Some(vendor)));
        if !registry::names(kind).any(|known| known == base) {
            self.unknown_part(path, kind, name);
            return;
        }
        match vendor {
            Some("tiresias") if kind == "order" && matches!(base, "las" | "las2d" | "gittins") => {}
            Some(usage) if kind == "order" && base == "fair" && registry::half_life(usage).is_some() => {}
            Some(usage) if kind == "order" && base == "fair" => {
                let title = format!("`{usage}` is no half-life of usage");
                self.error_help(path, title, "write fair:7d or fair:12h, say, or give usage_half_life");
            }
            Some(quirk) if kind == "order" => {
                self.error_help(
                    path,
                    format!("`{base}` has no variant `{quirk}`"),
                    "las, las2d and gittins have one: las2d:tiresias, say",
                );
            }
            Some(vendor) if matches!(base, "single" | "primary_then_overflow") => {
                self.resolve(path, "vendor", vendor, &vendors.names);
            }
            Some(_) => self.error(path, format!("`{base}` takes no vendor")),
            None if kind == "order" && base == "expr" => {
                let help = "write order.expr = \"wait_s / max(estimate_s, 60) * gpus\", say, instead of the name";
                self.error_help(path, "`expr` needs a formula", help);
            }
            None if base == "single" => self.error_help(path, "`single` needs a vendor", "write single:azure, say"),
            None => {}
        }
    }

    fn unknown_part(&mut self, path: &str, kind: &'static str, name: &str) {
        let issue = Issue::error(format!("there is no {kind} `{name}`"), self.document.span(path));
        // An order by a formula is written otherwise.
        self.issues.push(issue.allowed(name, registry::names(kind).filter(|name| *name != "expr")));
    }
}
