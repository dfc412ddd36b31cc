//! What is wrong with a scenario, where, and what would be right.

mod excerpt;

use crate::kernel::names::{grouped, nearest, visible};
use annotate_snippets::{Group, Level, Renderer};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
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
    errors: usize,
    /// The worst problem of each place, by its first and last byte.
    places: BTreeMap<(usize, usize), Severity>,
    /// The places of errors.
    wrong: BTreeSet<(usize, usize)>,
    /// Names that were compared with what was written, to find the nearest.
    compared: usize,
}

/// As many problems are shown one by one; the rest is counted.
const SHOWN: usize = 100;

/// Names are compared so many times in a scenario; then mistakes go without the nearest name, and a file full of them is still answered at once.
const MOST_COMPARED: usize = 200_000;

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
        let known = place(&issue).and_then(|place| self.places.get(&place)).is_some_and(|&worst| worst >= issue.severity);
        if !known {
            self.push_also(issue);
        }
    }

    /// Adds a problem beside others at the same place.
    pub fn push_also(&mut self, issue: Issue) {
        let is_error = issue.severity == Severity::Error;
        self.errors += usize::from(is_error);
        if let Some(place) = place(&issue) {
            let worst = self.places.entry(place).or_insert(issue.severity);
            *worst = issue.severity.max(*worst);
            if is_error {
                self.wrong.insert(place);
            }
        }
        self.list.push(issue);
    }

    /// Adds a problem with the meaning of a value, unless a mistake inside that value is known: the one follows from the other.
    pub fn push_meaning(&mut self, issue: Issue) {
        let inside = |whole: (usize, usize)| {
            let within = self.wrong.range((whole.0, 0)..=(whole.1, usize::MAX));
            within.into_iter().any(|&place| place.1 <= whole.1 && place != whole)
        };
        if !place(&issue).is_some_and(inside) {
            self.push(issue);
        }
    }

    /// As [`Issue::unknown`], without the nearest name where a file is full of unknown ones.
    pub(super) fn unknown<'a>(
        &mut self,
        what: &str,
        name: &str,
        span: Option<Range<usize>>,
        allowed: impl Iterator<Item = &'a str>,
    ) -> Issue {
        self.compared = self.compared.saturating_add(allowed.size_hint().0.max(1));
        if self.compared <= MOST_COMPARED {
            return Issue::unknown(what, name, span, allowed);
        }
        Issue::error(format!("unknown {what} `{name}`"), span)
    }

    /// Whether the scenario cannot be run.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are.
    #[must_use]
    pub const fn errors(&self) -> usize {
        self.errors
    }

    /// All problems, by place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Issue> {
        let mut sorted: Vec<&Issue> = self.list.iter().collect();
        sorted.sort_by_key(|issue| place(issue));
        sorted
    }

    /// The problems that are shown one by one, by place: errors before warnings where there are too many.
    fn shown(&self) -> Vec<&Issue> {
        let mut shown = self.sorted();
        if shown.len() > SHOWN {
            shown.sort_by_key(|issue| Reverse(issue.severity));
            shown.truncate(SHOWN);
            shown.sort_by_key(|issue| place(issue));
        }
        shown
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems as text for people: file, line, column, the text underlined, what is allowed. The first hundred are shown, and how many more
    /// there are.
    #[must_use]
    pub fn render(&self, source: &super::Source, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for issue in self.shown() {
            let level = if issue.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
            let mut group = Group::with_title(level.primary_title(visible(&issue.title)));
            group = match &issue.span {
                Some(span) => excerpt::of(source.locate(span), issue.label.as_deref().map(visible), group),
                None => group.element(annotate_snippets::Origin::path(&source.name)),
            };
            if let Some(help) = &issue.help {
                group = group.element(Level::HELP.message(visible(help)));
            }
            text.push_str(&renderer.render(&[group]));
            text.push_str("\n\n");
        }
        let more = self.list.len().saturating_sub(SHOWN);
        if more > 0 {
            let plural = if more == 1 { "problem" } else { "problems" };
            text.push_str(&format!("... and {} more {plural}\n\n", grouped(more)));
        }
        text
    }
}

/// Where a problem is.
fn place(issue: &Issue) -> Option<(usize, usize)> {
    issue.span.as_ref().map(|span| (span.start, span.end))
}
