//! The way from a text to a model.

use super::compile;
use super::document::Document;
use super::format;
use super::issue::{Issue, Issues};
use super::limits;
use super::what_if::WhatIf;
use crate::model::Model;
use crate::model::job_list::JobList;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A scenario's text and the changes asked for on the command line.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, as the user wrote it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// `path=value`, in order.
    pub sets: Vec<String>,
    /// Vendors to leave out, with their clusters and contracts.
    pub dropped: Vec<String>,
    /// The variant that is meant; the scenario as it is, if none is named. It is applied after all `sets`.
    pub variant: Option<String>,
    /// Questions, in order; they are applied last.
    pub what_ifs: Vec<WhatIf>,
    /// Jobs of workloads that have them one by one, by the workload's key.
    pub jobs: BTreeMap<String, Arc<JobList>>,
}

/// What came of it.
#[derive(Debug)]
pub struct Loaded {
    /// The model, unless there are errors.
    pub model: Option<Model>,
    /// Everything there is to say about the text.
    pub issues: Issues,
}

/// A text larger than this is not a scenario [bytes].
const LARGEST: usize = 4 << 20;

impl Source {
    /// A text without changes.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            sets: Vec::new(),
            dropped: Vec::new(),
            variant: None,
            what_ifs: Vec::new(),
            jobs: BTreeMap::new(),
        }
    }

    /// A file's bytes.
    ///
    /// # Errors
    ///
    /// When they are not text, or too many.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, String> {
        let name = name.into();
        if bytes.len() > LARGEST {
            return Err(format!("{name}: {} bytes are too many for a scenario (limit {LARGEST})", bytes.len()));
        }
        String::from_utf8(bytes).map(|text| Self::new(name.clone(), text)).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("{name}: not a text file (byte {at} is not UTF-8); a scenario is TOML")
        })
    }

    /// The default name of the scenario: the file's, without folder and ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        file.strip_suffix(".toml").unwrap_or(file)
    }

    /// The folder that files named in the scenario are looked for in: the scenario's; the working directory where its text is built in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        Path::new(&self.name).parent().unwrap_or(Path::new(""))
    }

    /// The texts behind flags with the flags, in the order in which spans count them behind the file's text.
    fn arguments(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let sets = self.sets.iter().map(|set| ("--set", set.as_str()));
        sets.chain(self.what_ifs.iter().map(|what_if| (what_if.question.flag(), what_if.text.as_str())))
    }

    /// What is written at a span.
    pub(super) fn written(&self, span: &Range<usize>) -> &str {
        let (_, text, local) = self.locate(span);
        text.get(local).unwrap_or_default()
    }

    /// Which text a span lies in, and where: the file's, or an argument's.
    pub(super) fn locate(&self, span: &Range<usize>) -> (&str, &str, Range<usize>) {
        let mut offset = self.text.len() + 1;
        if span.start < offset {
            let length = self.text.len();
            let local = floor(&self.text, span.start)..floor(&self.text, span.end.min(length)).max(floor(&self.text, span.start));
            return (&self.name, &self.text, local);
        }
        for (flag, text) in self.arguments() {
            if span.start <= offset + text.len() {
                return (flag, text, span.start - offset..(span.end - offset).min(text.len()));
            }
            offset += text.len() + 1;
        }
        (&self.name, &self.text, 0..0)
    }
}

/// The start of the character that a byte belongs to.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Reads a scenario: all problems at once, and a model unless there are errors.
#[must_use]
pub fn load(source: &Source) -> Loaded {
    let mut issues = Issues::default();
    if source.text.trim().is_empty() {
        let issue = Issue::error("the scenario is empty", None)
            .help("see docs/guide.md for the smallest one, or copy scenarios/quickstart.toml");
        issues.push(issue);
        return Loaded { model: None, issues };
    }
    let mut document = Document::parse(&source.text, &mut issues);
    if issues.has_errors() {
        return Loaded { model: None, issues };
    }
    apply(source, &mut document, &mut issues);
    document.index(&mut issues);
    if !format::is_readable(&document, &source.name, &mut issues) {
        return Loaded { model: None, issues };
    }
    if !limits::hold(&document, &mut issues) {
        return Loaded { model: None, issues };
    }
    let mut model = compile::compile(&document, source, &mut issues);
    if !issues.has_errors()
        && let Some(model) = &mut model
    {
        ask(source, model, &mut issues);
    }
    Loaded { model: model.filter(|_| !issues.has_errors()), issues }
}

pub(super) fn apply<'t>(source: &'t Source, document: &mut Document<'t>, issues: &mut Issues) {
    let mut offset = source.text.len() + 1;
    for set in &source.sets {
        let whole = offset..offset + set.len();
        match set.split_once('=') {
            Some((path, value)) if path.split('.').all(|key| !key.trim().is_empty()) => {
                let spans = [offset..offset + path.len(), whole.end - value.len()..whole.end];
                document.set(path, value, spans, issues);
            }
            _ => issues.push(
                Issue::error("`--set` takes a path and a value", Some(whole.clone()))
                    .help("write --set path=value, such as --set cluster.aws-virginia.repair='12 h'"),
            ),
        }
        offset = whole.end + 1;
    }
    if let Some(variant) = &source.variant {
        let known = document.entries("variant");
        if !document.apply_variant(variant, issues) {
            issues.push(Issue::unknown("variant", variant, None, known.iter().map(String::as_str)));
        }
    }
    for vendor in &source.dropped {
        let known = document.entries("vendor");
        if !document.drop_vendor(vendor) {
            issues.push(Issue::unknown("vendor", vendor, None, known.iter().map(String::as_str)));
        }
    }
}

/// Changes the model by the questions.
fn ask(source: &Source, model: &mut Model, issues: &mut Issues) {
    let mut offset = source.text.len() + 1 + source.sets.iter().map(|set| set.len() + 1).sum::<usize>();
    for what_if in &source.what_ifs {
        what_if.apply(model, offset..offset + what_if.text.len(), issues);
        offset += what_if.text.len() + 1;
    }
}
