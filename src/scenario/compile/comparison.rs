//! Variants and what is compared.

use super::Compiler;
use super::capacity::Vendors;
use crate::kernel::names::plain;
use crate::model::calendar::Calendar;
use crate::model::comparison::{ComparisonPlan, Variant};
use crate::scenario::document::MOST_VARIANTS_ABOVE;
use crate::scenario::spec::{ComparisonSpec, VariantSpec};
use crate::units::{SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

impl Compiler<'_, '_> {
    pub(super) fn comparison(&mut self, calendar: Option<&Calendar>, vendors: &Vendors) -> ComparisonPlan {
        let entries: Vec<(String, Option<VariantSpec>)> = self.document.section("variant", self.issues);
        self.variants_nest(&entries);
        let variants = entries.into_iter().filter_map(|(key, spec)| {
            let title = spec?.title.unwrap_or_else(|| key.clone());
            Some(Variant { title: plain(&title), key })
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

    /// Refuses variants that build on too many others. What else is wrong with one is said where it is applied.
    fn variants_nest(&mut self, entries: &[(String, Option<VariantSpec>)]) {
        let of = |spec: &Option<VariantSpec>| spec.as_ref().and_then(|spec| spec.of.clone());
        let first: BTreeMap<&str, String> = entries.iter().filter_map(|(key, spec)| Some((key.as_str(), of(spec)?))).collect();
        for (key, _) in entries {
            let above = std::iter::successors(first.get(key.as_str()), |&above| first.get(above.as_str()));
            let above: Vec<&String> = above.take(MOST_VARIANTS_ABOVE + 1).collect();
            // One that builds on itself has no end either.
            let distinct: BTreeSet<&String> = above.iter().copied().collect();
            if above.len() <= MOST_VARIANTS_ABOVE || distinct.len() < above.len() || distinct.contains(key) {
                continue;
            }
            let title = format!("more than {MOST_VARIANTS_ABOVE} variants are below `{key}`");
            let help = format!("a variant builds on another, and so on, up to {MOST_VARIANTS_ABOVE} deep");
            self.error_help(&format!("variant.{key}.of"), title, help);
        }
    }
}
