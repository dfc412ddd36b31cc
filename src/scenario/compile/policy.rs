//! The policy's parts by name.

use super::Compiler;
use super::capacity::Vendors;
use crate::model::PolicyChoice;
use crate::model::confidence::Confidence;
use crate::policy::registry;
use crate::scenario::Issue;
use crate::scenario::spec::PolicySpec;

impl Compiler<'_, '_> {
    pub(super) fn policy(&mut self, vendors: &Vendors) -> PolicyChoice {
        let spec: PolicySpec = self.document.table("policy", self.issues).unwrap_or_default();
        let preset = spec.preset.clone().unwrap_or_else(|| "easy".to_owned());
        if spec.preset.is_none() && spec.order.is_none() {
            self.default("policy", "easy", "", Confidence::Assumption);
        }
        let (order, backfill, preemption) = registry::preset(&preset).unwrap_or_else(|| {
            self.unknown_part("preset", &preset);
            ("fifo", "easy", "none")
        });
        let mut part = |kind: &'static str, written: Option<String>, default: &str| {
            let name = written.unwrap_or_else(|| default.to_owned());
            self.check_part(kind, &name, vendors);
            name
        };
        let choice = PolicyChoice {
            name: String::new(),
            order: part("order", spec.order.clone(), order),
            backfill: part("backfill", spec.backfill.clone(), backfill),
            broker: part("broker", spec.broker.clone(), "first_fit"),
            placement: part("placement", spec.placement.clone(), "best_fit"),
            preemption: part("preemption", spec.preemption.clone(), preemption),
        };
        let is_preset = spec.order.is_none() && spec.backfill.is_none() && spec.preemption.is_none();
        let head = if is_preset { preset } else { format!("{}+{}+{}", choice.order, choice.backfill, choice.preemption) };
        PolicyChoice { name: format!("{head} / {} / {}", choice.broker, choice.placement), ..choice }
    }

    fn check_part(&mut self, kind: &'static str, name: &str, vendors: &Vendors) {
        let (base, vendor) = name.split_once(':').map_or((name, None), |(base, vendor)| (base, Some(vendor)));
        if !registry::names(kind).any(|known| known == base) {
            self.unknown_part(kind, name);
            return;
        }
        let path = format!("policy.{kind}");
        match vendor {
            Some(vendor) if matches!(base, "single" | "primary_then_overflow") => {
                self.resolve(&path, "vendor", vendor, &vendors.names);
            }
            Some(_) => self.error(&path, format!("`{base}` takes no vendor")),
            None if base == "single" => self.error_help(&path, "`single` needs a vendor", "write single:azure, say"),
            None => {}
        }
    }

    fn unknown_part(&mut self, kind: &'static str, name: &str) {
        let issue = Issue::error(format!("there is no {kind} `{name}`"), self.document.span(&format!("policy.{kind}")));
        self.issues.push(issue.allowed(name, registry::names(kind)));
    }
}
