//! Variants and what is compared.

use super::Compiler;
use super::capacity::Vendors;
use crate::model::calendar::Calendar;
use crate::model::comparison::{ComparisonPlan, Variant};
use crate::scenario::spec::{ComparisonSpec, VariantSpec};
use crate::units::{SimTime, Span};

impl Compiler<'_, '_> {
    pub(super) fn comparison(&mut self, calendar: Option<&Calendar>, vendors: &Vendors) -> ComparisonPlan {
        let entries: Vec<(String, Option<VariantSpec>)> = self.document.section("variant", self.issues);
        let variants = entries.into_iter().filter_map(|(key, spec)| {
            let title = spec?.title.unwrap_or_else(|| key.clone());
            Some(Variant { title: title.chars().filter(|c| !c.is_control()).collect(), key })
        });
        let variants: Vec<Variant> = variants.collect();
        if self.document.has("variant.baseline") {
            self.error("variant.baseline", "`baseline` names the scenario itself: a variant needs another name");
        }
        let spec: Option<ComparisonSpec> = self.document.table("comparison", self.issues);
        let policies = spec.as_ref().and_then(|spec| spec.policies.clone()).unwrap_or_default();
        for (index, name) in policies.iter().enumerate() {
            let path = format!("comparison.policies[{index}]");
            self.check_ranked(&path, name, vendors);
            if policies[..index].contains(name) {
                self.error(&path, format!("policy `{name}` is listed twice"));
            }
        }
        if policies.len() == 1 {
            self.error_help("comparison.policies", "one policy alone cannot be ranked", "name another");
        }
        let asked = spec.and_then(|spec| spec.n_minus_1);
        let n_minus_one = asked.zip(calendar).and_then(|(spec, calendar)| {
            let from = calendar.moment(spec.start.0);
            if from < SimTime::ZERO || from >= calendar.horizon() {
                let title = format!("{} lies outside the scenario", spec.start);
                self.error("comparison.n_minus_1.start", title);
                return None;
            }
            if spec.duration.span() <= Span::ZERO {
                self.error("comparison.n_minus_1.duration", "`n_minus_1` must have a positive duration");
                return None;
            }
            Some((from, from.saturating_add(spec.duration.span())))
        });
        ComparisonPlan { variants, n_minus_one, policies }
    }
}
