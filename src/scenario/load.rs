//! The way from a text to a model.

use super::compile;
use super::document::Document;
use super::issue::{Issue, Issues};
use crate::model::Model;
use std::ops::Range;
use std::path::Path;

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
        Self { name: name.into(), text: text.into(), sets: Vec::new(), dropped: Vec::new() }
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

    /// Which text a span lies in, and where: the file's, or a `--set` argument's.
    pub(super) fn locate(&self, span: &Range<usize>) -> (&str, &str, Range<usize>) {
        let mut offset = self.text.len() + 1;
        if span.start < offset {
            let length = self.text.len();
            let local = floor(&self.text, span.start)..floor(&self.text, span.end.min(length)).max(floor(&self.text, span.start));
            return (&self.name, &self.text, local);
        }
        for set in &self.sets {
            if span.start <= offset + set.len() {
                return ("--set", set, span.start - offset..(span.end - offset).min(set.len()));
            }
            offset += set.len() + 1;
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

/// Reads a scenario: all problems at once, and a model if there is no error.
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
    let model = compile::compile(&document, source, &mut issues);
    Loaded { model: model.filter(|_| !issues.has_errors()), issues }
}

fn apply<'t>(source: &'t Source, document: &mut Document<'t>, issues: &mut Issues) {
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
    for vendor in &source.dropped {
        let known: Vec<String> = document.vendors();
        if !document.drop_vendor(vendor) {
            let issue = Issue::error(format!("there is no vendor `{vendor}` to drop"), None);
            issues.push(issue.allowed(vendor, known.iter().map(String::as_str)));
        }
    }
}
