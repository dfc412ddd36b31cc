//! From what is written to what it means: names resolved, defaults filled in and noted, contradictions found.

mod allowances;
mod budget;
mod capacity;
mod clauses;
mod colocation;
mod comparison;
mod contracts;
mod demand;
mod elastic;
mod evictions;
mod feasibility;
mod indices;
mod outages;
mod policy;
mod power_caps;
mod prices;
mod requests;
mod services;
mod size;
mod spend;
mod teams;
mod traces;
mod transfers;
mod workloads;

use super::document::Document;
use super::issue::{Issue, Issues};
use super::load::Source;
use super::sections::{Kind, SECTIONS, is_named};
use super::spec::{AssumptionSpec, Header, OrLaw, Quantity};
use crate::kernel::names::{is_hidden, plain};
use crate::model::calendar::Calendar;
use crate::model::catalog::Catalog;
use crate::model::confidence::Confidence;
use crate::model::law::Law;
use crate::model::outage::{Outage, OutageTimes};
use crate::model::watch::Watch;
use crate::model::{Assumption, InputFile, Model};
use crate::units::{SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What tables call the sum over all entries.
const SUM: &str = "all";
/// The sections whose entries are summed in tables.
const SUMMED: [&str; 7] = ["vendor", "cluster", "contract", "workload", "service", "team", "outage"];

/// What is needed everywhere while compiling.
struct Compiler<'a, 't> {
    document: &'a Document<'t>,
    issues: &'a mut Issues,
    catalog: &'static Catalog,
    /// The texts that it was read from.
    source: &'a Source,
    /// The folder that files of the scenario are named from.
    folder: &'a Path,
    /// Files that were read.
    inputs: Vec<InputFile>,
    /// Values the program chose.
    defaults: Vec<Assumption>,
    /// Entries whose own text is known to be weak, and what came from files.
    weak: Vec<Assumption>,
}

/// Named things of a section; a name without an index was written but could not be understood.
#[derive(Default)]
struct Names {
    known: Vec<String>,
    places: BTreeMap<String, usize>,
    broken: BTreeSet<String>,
}

impl Names {
    fn new(known: impl IntoIterator<Item = String>) -> Self {
        let mut names = Self::default();
        known.into_iter().for_each(|name| names.know(name));
        names
    }

    /// Adds a name; of equal ones the first counts.
    fn know(&mut self, name: String) {
        self.places.entry(name.clone()).or_insert(self.known.len());
        self.known.push(name);
    }

    fn forget_known(&mut self) {
        self.known.clear();
        self.places.clear();
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// With the names of another section after its own.
    fn and(mut self, other: Self) -> Self {
        other.known.into_iter().for_each(|name| self.know(name));
        self.broken.extend(other.broken);
        self
    }

    fn is_written(&self, name: &str) -> bool {
        self.places.contains_key(name) || self.broken.contains(name)
    }
}

/// Compiles a document; the model is only worth something if the issues hold no error.
pub(super) fn compile(document: &Document<'_>, source: &Source, issues: &mut Issues) -> Option<Model> {
    let mut compiler = Compiler {
        document,
        issues,
        catalog: Catalog::builtin(),
        source,
        folder: source.folder(),
        inputs: Vec::new(),
        defaults: Vec::new(),
        weak: Vec::new(),
    };
    compiler.sections();
    let header: Option<Header> = document.table("scenario", compiler.issues);
    let calendar = header.as_ref().and_then(|header| compiler.calendar(header));
    let vendors = compiler.vendors(calendar.as_ref());
    let shocks = compiler.shocks();
    let mut clusters = compiler.clusters(calendar.as_ref(), &vendors, &shocks);
    let power_caps = compiler.power_caps(calendar.as_ref(), &mut clusters);
    let outages = compiler.outages(calendar.as_ref(), &vendors, &clusters);
    let workload_specs = document.section("workload", compiler.issues);
    let service_specs = compiler.service_specs();
    let users = names_of(&workload_specs).and(names_of(&service_specs));
    let contracts = compiler.contracts(calendar.as_ref(), &vendors, &clusters, &users);
    let budget = compiler.budget(calendar.as_ref(), [&names_of(&workload_specs), &names_of(&service_specs)]);
    let mut teams = Vec::new();
    let workloads = compiler.workloads(calendar.as_ref(), workload_specs, &vendors, &clusters, &mut teams);
    let transfers = compiler.transfers(&vendors, &clusters, &workloads);
    let (header, calendar) = (header?, calendar?);
    let service_step = compiler.service_step(&header);
    let services = compiler.services(&calendar, service_specs, &vendors, &clusters, &mut teams, service_step);
    let (team_weights, quotas) = compiler.teams(&teams, &clusters.list);
    let allowances = compiler.allowances(&teams, &calendar);
    let charge_back = compiler.charge_back(&teams, quotas.is_some());
    let policy = compiler.policy(&vendors);
    let comparison = compiler.comparison(Some(&calendar), &vendors);
    let assumptions = compiler.assumptions();
    let name = compiler.name(&header, source.stem());
    let mut model = Model {
        title: header.title.as_deref().map_or_else(|| name.clone(), plain),
        name,
        warm_up: SimTime::ZERO + header.warm_up().span(),
        seed: header.seed(),
        replications: header.replications(),
        vendors: vendors.list,
        clusters: clusters.list,
        contracts: Vec::new(),
        shocks: shocks.list,
        watches: watches(&outages),
        outages,
        power_caps,
        teams,
        team_weights,
        quotas,
        allowances,
        charge_back,
        workloads,
        services,
        transfers,
        service_step,
        budget,
        policy,
        comparison,
        assumptions,
        inputs: std::mem::take(&mut compiler.inputs),
        calendar,
    };
    compiler.header_bounds(&model);
    compiler.price_contracts(&mut model, contracts, &clusters.price_steps);
    compiler.feasibility(&model);
    compiler.size(&model);
    compiler.same_jobs(&model);
    model.assumptions.append(&mut compiler.weak);
    for assumption in &mut model.assumptions {
        let texts = [&mut assumption.about, &mut assumption.value].into_iter();
        texts.chain(&mut assumption.range).chain(&mut assumption.source).for_each(|text| *text = plain(text));
    }
    compiler.defaults.sort_by(|a, b| a.about.cmp(&b.about));
    compiler.defaults.dedup_by(|next, first| {
        // Compared without their keys, which grow with the entries.
        let keys = [std::mem::take(&mut first.keys), std::mem::take(&mut next.keys)];
        let is_same = next == first;
        [first.keys, next.keys] = keys;
        if is_same {
            first.keys.append(&mut next.keys);
        }
        is_same
    });
    model.assumptions.append(&mut compiler.defaults);
    Some(model)
}

/// Outages at a given time are watched.
fn watches(outages: &[Outage]) -> Vec<Watch> {
    let watch = |outage: &Outage| match outage.times {
        OutageTimes::Scheduled { from, until } => Some(Watch { name: outage.name.clone(), from, until }),
        OutageTimes::Random { .. } => None,
    };
    outages.iter().filter_map(watch).collect()
}

/// The key that a path of a document leads to: without the names of entries and their numbers.
fn general(path: &str) -> String {
    let mut keys: Vec<String> =
        path.split('.').map(|key| key.split_once('[').map_or(key.to_owned(), |(key, _)| format!("{key}[]"))).collect();
    if keys.len() > 1 && is_named(&keys[0]) {
        keys.remove(1);
    }
    keys.join(".")
}

fn names_of<T>(entries: &[(String, Option<T>)]) -> Names {
    let pick = |whole: bool| entries.iter().filter(move |entry| entry.1.is_some() == whole).map(|entry| entry.0.clone());
    Names { broken: pick(false).collect(), ..Names::new(pick(true)) }
}

/// A number in a message: as people write it, with an exponent where it would be long.
fn shown(value: f64) -> String {
    if value == 0.0 || (1e-4..1e15).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

impl Compiler<'_, '_> {
    fn error(&mut self, path: &str, title: impl Into<String>) {
        let span = self.document.span(path);
        self.issues.push_meaning(Issue::error(title, span));
    }

    fn error_help(&mut self, path: &str, title: impl Into<String>, help: impl Into<String>) {
        let span = self.document.span(path);
        self.issues.push_meaning(Issue::error(title, span).help(help));
    }

    fn warn(&mut self, path: &str, title: impl Into<String>, help: impl Into<String>) {
        let span = self.document.key_span(path);
        self.issues.push(Issue::warning(title, span).help(help));
    }

    /// Notes the default of a key that is left out, here at `path`.
    fn default_at(&mut self, path: &str, about: &str, value: impl Into<String>, source: &str, confidence: Confidence) {
        self.default(about, value, source, confidence);
        if let Some(assumption) = self.defaults.last_mut() {
            assumption.keys.push(general(path));
        }
    }

    /// Notes a value that the program chose.
    fn default(&mut self, about: &str, value: impl Into<String>, source: &str, confidence: Confidence) {
        let source = Some(source.to_owned()).filter(|text| !text.is_empty());
        self.defaults.push(Assumption {
            about: about.to_owned(),
            keys: Vec::new(),
            value: value.into(),
            range: None,
            confidence,
            source,
            is_default: true,
        });
    }

    /// Notes an entry that its author does not vouch for.
    fn grade(&mut self, about: &str, value: String, confidence: Option<Confidence>, source: Option<&String>) {
        if let Some(confidence @ (Confidence::Assumption | Confidence::FromMemory)) = confidence {
            self.weak.push(Assumption {
                about: about.to_owned(),
                keys: Vec::new(),
                value,
                range: None,
                confidence,
                source: source.cloned(),
                is_default: false,
            });
        }
    }

    /// A name that must exist; says so where it does not.
    fn resolve(&mut self, path: &str, what: &str, name: &str, names: &Names) -> Option<usize> {
        let found = names.find(name);
        if !names.is_written(name) {
            let span = self.document.span(path);
            let issue = self.issues.unknown(what, name, span, names.known.iter().map(String::as_str));
            let sections: Vec<String> = what.split(" or ").map(|what| format!("[{what}.{name}]")).collect();
            self.issues.push(issue.label(format!("{} is not in this file", sections.join(" or "))));
        }
        found
    }

    /// A number within bounds; says so where it is not, and gives none.
    fn within(&mut self, path: &str, value: f64, low: f64, high: f64) -> Option<f64> {
        if (low..=high).contains(&value) {
            return Some(value);
        }
        let key = path.rsplit('.').next().unwrap_or(path);
        self.error_help(
            path,
            format!("`{key}` is {}, out of its range", shown(value)),
            format!("allowed: {} to {}", shown(low), shown(high)),
        );
        None
    }

    fn law<T: Quantity>(&mut self, path: &str, spec: &OrLaw<T>, low: f64, high: f64) -> Option<Law> {
        match spec.law() {
            // A bound that is not a number has been told of, and nothing can be held against it.
            Ok(law) if law.min.is_nan() || law.max.is_nan() => None,
            Ok(law) => {
                let (least, mean) = (law.least(), law.mean());
                if least < low || !(low..=high).contains(&mean) {
                    let title = format!("the law's values are out of range (least {}, mean {})", shown(least), shown(mean));
                    self.error_help(
                        path,
                        title,
                        format!("allowed: {} to {}; durations are in seconds here", shown(low), shown(high)),
                    );
                    return None;
                }
                Some(law)
            }
            Err(message) => {
                self.error(path, message);
                None
            }
        }
    }

    fn sections(&mut self) {
        for (key, _) in &self.document.root {
            if !SECTIONS.iter().any(|section| section.name == key.get_ref()) {
                let names = SECTIONS.iter().map(|section| section.name);
                let issue = self.issues.unknown("section", key.get_ref(), Some(key.span()), names);
                self.issues.push(issue);
            }
        }
        for section in SECTIONS.iter() {
            if section.is_required && !self.document.root.contains_key(section.name) {
                self.issues.push(Issue::error(format!("the section `[{}]` is missing", section.name), None));
            }
            if section.kind == Kind::Named {
                self.keys(section.name);
            }
        }
    }

    /// What is not a key goes into files and tables too: it is seen, and not without end.
    pub(super) fn label(&mut self, path: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        if text == SUM && path.rsplit('.').next() == Some("team") {
            self.error_help(path, format!("`{SUM}` is what tables call the sum"), "choose another name");
        } else if text.trim().is_empty() || text.chars().count() > 64 || text.chars().any(is_hidden) {
            let title = format!("`{}` is not a name", text.escape_debug());
            self.error_help(path, title, "it has 1 to 64 characters that can be seen");
        }
    }

    /// Names go into files and tables, so they are plain.
    fn keys(&mut self, section: &str) {
        let Some(table) = self.document.root.get(section).and_then(|node| node.get_ref().as_table()) else { return };
        for (key, _) in table {
            let name = key.get_ref();
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
            if name.as_ref() == SUM && SUMMED.contains(&section) {
                let issue = Issue::error(format!("`{SUM}` is what tables call the sum"), Some(key.span()));
                self.issues.push(issue.help("choose another name"));
            }
            if !plain || name.is_empty() || name.len() > 64 || name.starts_with('-') {
                let title = format!("`{}` is not a name", name.escape_debug());
                let issue = Issue::error(title, Some(key.span()));
                self.issues.push(issue.help("a name has 1 to 64 letters, digits, - or _, and does not begin with -"));
            }
        }
    }

    fn calendar(&mut self, header: &Header) -> Option<Calendar> {
        let (start, end) = (header.start.0, header.end.0);
        let Some(calendar) = Calendar::new(start, end) else {
            self.error("scenario.end", format!("the scenario ends on {end}, before it starts on {start}"));
            return None;
        };
        if calendar.months().len() > 1200 {
            self.error("scenario.end", format!("{} months are too many; a scenario may last 100 years", calendar.months().len()));
            return None;
        }
        Some(calendar)
    }

    fn service_step(&mut self, header: &Header) -> Span {
        let step = header.service_step().seconds;
        if !(1.0..=86_400.0).contains(&step) {
            self.error("scenario.service_step", "`service_step` must lie between 1 s and 1 d");
        }
        Span::from_seconds(step.clamp(1.0, 86_400.0))
    }

    fn name(&mut self, header: &Header, stem: &str) -> String {
        let name = header.name.clone().unwrap_or_else(|| stem.to_owned());
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !plain || name.is_empty() || name.len() > 64 || name.starts_with(['-', '.']) {
            let help = "it names the folder of results: 1 to 64 letters, digits, -, _ or dots, beginning with a letter or digit";
            self.error_help("scenario.name", format!("`{}` cannot be the scenario's name", name.escape_debug()), help);
        }
        name
    }

    fn header_bounds(&mut self, model: &Model) {
        if model.warm_up >= model.horizon() {
            self.error("scenario.warm_up", "the warm-up is as long as the scenario: nothing would be measured");
        }
        if model.replications == 0 || model.replications > 100_000 {
            self.error("scenario.replications", format!("{} replications are out of range: 1 to 100,000", model.replications));
        }
    }

    fn assumptions(&mut self) -> Vec<Assumption> {
        let specs: Vec<(usize, AssumptionSpec)> = self.document.list("assumption", self.issues);
        let mut list = Vec::new();
        for (index, spec) in specs {
            let at = format!("assumption[{index}]");
            let read = spec.path.as_ref().map(|path| (path, self.document.written(path).map(str::to_owned)));
            let value = match (&spec.value, read) {
                (Some(value), _) => value.clone(),
                (None, Some((_, Some(written)))) => written,
                (None, Some((path, None))) => {
                    self.error_help(
                        &format!("{at}.path"),
                        format!("`{path}` does not hold a single value"),
                        "give `value` in words beside it",
                    );
                    continue;
                }
                (None, None) => {
                    self.error(&at, "an assumption needs a `value`, or the `path` of one");
                    continue;
                }
            };
            list.push(Assumption {
                confidence: spec.confidence(),
                about: spec.about,
                keys: Vec::new(),
                value,
                range: spec.range,
                source: spec.source,
                is_default: false,
            });
        }
        list
    }
}
