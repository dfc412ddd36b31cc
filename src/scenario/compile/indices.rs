//! Indices that prices follow.

use super::{Compiler, Names, names_of};
use crate::model::calendar::Calendar;
use crate::scenario::spec::IndexSpec;
use crate::units::SimTime;

/// What prices follow.
pub(super) struct Indices {
    pub names: Names,
    /// Values from an instant on, in order, by known name; at least one.
    pub values: Vec<Vec<(SimTime, f64)>>,
}

impl Compiler<'_, '_> {
    pub(super) fn indices(&mut self, calendar: Option<&Calendar>) -> Indices {
        let entries: Vec<(String, Option<IndexSpec>)> = self.document.section("index", self.issues);
        let mut names = names_of(&entries);
        names.forget_known();
        let mut list = Vec::new();
        for (name, spec) in entries {
            let (Some(spec), Some(calendar)) = (spec, calendar) else { continue };
            self.grade(&format!("index {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
            match self.index_values(&format!("index.{name}"), &spec, calendar) {
                Some(values) => {
                    list.push(values);
                    names.know(name);
                }
                None => {
                    names.broken.insert(name);
                }
            }
        }
        Indices { names, values: list }
    }

    fn index_values(&mut self, at: &str, spec: &IndexSpec, calendar: &Calendar) -> Option<Vec<(SimTime, f64)>> {
        if spec.values.is_empty() {
            self.error(&format!("{at}.values"), "an index needs at least one value");
            return None;
        }
        let mut values: Vec<(SimTime, f64)> = Vec::new();
        for (index, entry) in spec.values.iter().enumerate() {
            let path = format!("{at}.values[{index}]");
            let from = calendar.at(entry.date.0);
            if values.last().is_some_and(|&(before, _)| from <= before) {
                let title = format!("this value ({}) does not come after that above it", entry.date.0);
                self.error_help(&format!("{path}.date"), title, "write values in the order of their dates");
                return None;
            }
            values.push((from, self.within(&format!("{path}.value"), entry.value, 1e-9, 1e15)?));
        }
        Some(values)
    }
}
