//! What is wrong with a scenario, where, and what would be right.

use crate::kernel::names::nearest;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario can be run, but look at this.
    Warning,
    /// The scenario cannot be run.
    Error,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence without a full stop.
    pub title: String,
    /// The text it is about [bytes].
    pub span: Option<Range<usize>>,
    /// What to say under the text.
    pub label: Option<String>,
    /// What would be right.
    pub help: Option<String>,
}

/// All problems of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Issues {
    list: Vec<Issue>,
}

impl Issue {
    /// An error at a place.
    #[must_use]
    pub fn error(title: impl Into<String>, span: Option<Range<usize>>) -> Self {
        Self { severity: Severity::Error, title: title.into(), span, label: None, help: None }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(title: impl Into<String>, span: Option<Range<usize>>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(title, span) }
    }

    /// A name that is none of those allowed: one wording for all kinds of names.
    #[must_use]
    pub fn unknown<'a>(what: &str, name: &str, span: Option<Range<usize>>, allowed: impl Iterator<Item = &'a str>) -> Self {
        Self::error(format!("unknown {what} `{name}`"), span).allowed(name, allowed)
    }

    /// With words under the text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the nearest of the allowed names, and all of them where they are few.
    #[must_use]
    pub fn allowed<'a>(self, written: &str, allowed: impl Iterator<Item = &'a str>) -> Self {
        let allowed: Vec<&str> = allowed.collect();
        let nearest = nearest(written, &allowed);
        let list = if allowed.is_empty() {
            "none is defined".to_owned()
        } else if allowed.len() <= 24 {
            format!("allowed: {}", allowed.join(", "))
        } else {
            format!("allowed: {}, ... ({} in all)", allowed[..24].join(", "), allowed.len())
        };
        self.help(nearest.map_or(list.clone(), |name| format!("did you mean `{name}`? {list}")))
    }
}

impl Issues {
    /// Adds a problem, unless one at the same place is known already: the first word on a place is the one that helps.
    pub fn push(&mut self, issue: Issue) {
        let known =
            issue.span.is_some() && self.list.iter().any(|other| other.span == issue.span && other.severity >= issue.severity);
        if !known {
            self.list.push(issue);
        }
    }

    /// Adds a problem beside others at the same place.
    pub fn push_also(&mut self, issue: Issue) {
        self.list.push(issue);
    }

    /// Adds a problem with the meaning of a value, unless a mistake inside that value is known: the one follows from the other.
    pub fn push_meaning(&mut self, issue: Issue) {
        let inside = |span: &Range<usize>| {
            issue.span.as_ref().is_some_and(|whole| whole.start <= span.start && span.end <= whole.end && whole != span)
        };
        let follows = self.list.iter().any(|other| other.severity == Severity::Error && other.span.as_ref().is_some_and(inside));
        if !follows {
            self.push(issue);
        }
    }

    /// Whether the scenario cannot be run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|issue| issue.severity == Severity::Error)
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|issue| issue.severity == Severity::Error).count()
    }

    /// All problems, by place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Issue> {
        let mut sorted: Vec<&Issue> = self.list.iter().collect();
        sorted.sort_by_key(|issue| issue.span.as_ref().map(|span| (span.start, span.end)));
        sorted
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All problems as text for people: file, line, column, the text underlined, what is allowed.
    #[must_use]
    pub fn render(&self, source: &super::Source, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for issue in self.sorted() {
            let level = if issue.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
            let mut group = Group::with_title(level.primary_title(harmless(&issue.title)));
            if let Some(span) = &issue.span {
                let (origin, within, local) = source.locate(span);
                let mut annotation = AnnotationKind::Primary.span(local);
                if let Some(label) = &issue.label {
                    annotation = annotation.label(harmless(label));
                }
                group = group.element(Snippet::source(within).path(origin).annotation(annotation));
            } else {
                group = group.element(annotate_snippets::Origin::path(&source.name));
            }
            if let Some(help) = &issue.help {
                group = group.element(Level::HELP.message(harmless(help)));
            }
            text.push_str(&renderer.render(&[group]));
            text.push_str("\n\n");
        }
        text
    }
}

/// Control characters made visible, so that a file cannot write to the terminal.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
