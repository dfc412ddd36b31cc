//! Demand of services that comes from traces of requests: read once, when the scenario is, and folded into service steps.

use super::{Compiler, shown};
use crate::model::calendar::Calendar;
use crate::model::confidence::Confidence;
use crate::model::demand::{Demand, Steps};
use crate::model::{Assumption, InputFile};
use crate::scenario::Issue;
use crate::scenario::spec::{RequestsSpec, ServiceSpec};
use crate::units::{SimTime, Span};
use crate::workload::trace::{Contents, Options, Requests, TraceError, read_requests_hashed};

/// A repeated trace that leaves more of its last service step empty than this share of all is told of.
const TOLD_GAP: f64 = 0.05;

/// What a trace says of a service.
pub(super) struct Traced {
    pub demand: Demand,
    /// Mean of a request.
    pub input_tokens: f64,
    /// Mean of a request.
    pub output_tokens: f64,
}

impl Compiler<'_, '_> {
    /// The demand of a service's trace, and the mean lengths of its requests.
    pub(super) fn requests(
        &mut self,
        name: &str,
        service: &ServiceSpec,
        spec: &RequestsSpec,
        calendar: &Calendar,
        step: Span,
    ) -> Option<Traced> {
        let at = format!("service.{name}.trace");
        self.refuse_path(name);
        let begin = self.first_request(&at, spec, calendar);
        let load = self.load(&at, spec);
        let columns = self.columns(&at, spec.columns.as_ref(), Contents::Requests)?;
        let options = Options { columns, ..Options::default() };
        let (requests, hash) = match read_requests_hashed(&self.folder.join(&spec.file), spec.format, &options) {
            Ok(found) => found,
            Err(error) => {
                self.refuse_requests(&at, spec, &error);
                return None;
            }
        };
        self.inputs.push(InputFile { file: spec.file.clone(), hash: hash.to_string() });
        let folded = match requests.steps(step) {
            Ok(folded) => folded,
            Err(error) => {
                self.refuse_requests(&at, spec, &error);
                return None;
            }
        };
        let (begin, load) = (begin?, load?);
        let [input_tokens, output_tokens] = requests.mean_tokens();
        if output_tokens <= 0.0 {
            self.error(&format!("{at}.file"), format!("the requests of `{}` have no output tokens", spec.file));
            return None;
        }
        let rates = folded.iter().map(|folded| folded.output_tokens as f64 / step.seconds() * load).collect();
        let repeat = spec.repeat();
        let steps = Steps::new(begin, step, rates, repeat)?;
        if !requests.dropped.is_empty() {
            self.warn_also(&at, requests.dropped.told("request"), "lines that cannot be used are left out, up to 1 % of them");
        }
        if !requests.notes.is_empty() {
            self.warn_also(&at, format!("notes on reading `{}`", spec.file), requests.notes.join("\n"));
        }
        self.tell_times(&at, name, &requests, &steps, repeat, calendar);
        if spec.at.is_none() {
            let own =
                requests.epoch.map_or(String::new(), |epoch| format!("; in the trace that is {} {}", epoch.date(), epoch.time()));
            let value = format!("at the scenario's start, {}{own}", calendar.start());
            self.default(&format!("first request of the trace of {name}"), value, "", Confidence::Assumption);
        }
        for (given, what, mean) in [(service.input_tokens, "input", input_tokens), (service.output_tokens, "output", output_tokens)]
        {
            if given.is_none() {
                let about = format!("{what} tokens of a request of {name}");
                self.default(&about, format!("{mean:.1}, the mean of its trace"), &spec.file, Confidence::Derived);
            }
        }
        self.weak.push(Assumption {
            keys: Vec::new(),
            about: format!("demand of service {name}"),
            value: format!(
                "a trace of {} requests over {:.1} min, {input_tokens:.1} tokens in and {output_tokens:.1} out on average",
                requests.requests.len(),
                requests.span().seconds() / 60.0
            ),
            range: None,
            confidence: Confidence::Derived,
            source: Some(spec.file.clone()),
            is_default: false,
        });
        Some(Traced { demand: Demand::listed(steps), input_tokens, output_tokens })
    }

    /// Refuses the keys of described demand, each at its place.
    fn refuse_path(&mut self, name: &str) {
        for key in ServiceSpec::DESCRIBED_BY {
            let path = format!("service.{name}.{key}");
            if self.document.has(&path) {
                let title = format!("`{key}` describes demand; that of `{name}` comes from a trace");
                let issue = Issue::error(title, self.document.key_span(&path)).label("not with `trace`");
                let help = match key {
                    "tokens_per_s" | "factor" => "the trace's `load` multiplies its rate",
                    _ => "take it out, or take the trace out",
                };
                self.issues.push(issue.help(help));
            }
        }
    }

    fn first_request(&mut self, at: &str, spec: &RequestsSpec, calendar: &Calendar) -> Option<SimTime> {
        let Some(day) = spec.at.map(|day| day.0) else { return Some(SimTime::ZERO) };
        let last = calendar.date(calendar.horizon() - Span::from_ms(1));
        if !(calendar.start()..=last).contains(&day) {
            let allowed = format!("the scenario is from {} to {last}", calendar.start());
            self.error_help(&format!("{at}.at"), format!("the trace would begin on {day}, outside the scenario"), allowed);
            return None;
        }
        Some(calendar.at(day))
    }

    fn load(&mut self, at: &str, spec: &RequestsSpec) -> Option<f64> {
        let load = spec.load();
        if load > 0.0 && load <= 1e9 {
            return Some(load);
        }
        let title = format!("`load` is {}, out of its range", shown(load));
        self.error_help(&format!("{at}.load"), title, "allowed: above 0, up to 1000000000");
        None
    }

    fn refuse_requests(&mut self, at: &str, spec: &RequestsSpec, error: &TraceError) {
        let mut help = error.to_string();
        if matches!(error, TraceError::Io { .. }) {
            help.push_str("\nfiles are named from the folder that the scenario is in");
        }
        self.error_help(&format!("{at}.file"), format!("`{}` cannot be used as a trace of requests", spec.file), help);
    }

    /// Tells where the trace and the scenario do not have the same length, and of gaps between repetitions.
    fn tell_times(&mut self, at: &str, name: &str, requests: &Requests, steps: &Steps, repeat: bool, calendar: &Calendar) {
        let (end, horizon) = (steps.end(), calendar.horizon());
        if end > horizon {
            let title = format!("the trace of `{name}` goes on after the scenario's end; that part is left out");
            self.warn_also(at, title, "end the scenario later");
        } else if end < horizon && !repeat {
            let title = format!("the trace of `{name}` ends {} before the scenario: no demand follows", long(horizon - end));
            self.warn_also(at, title, "with `repeat = true` the trace is repeated until the scenario ends");
        } else if repeat {
            let round = end - steps.begin();
            let gap = round.seconds() - requests.span().seconds();
            if gap > TOLD_GAP * round.seconds() {
                let title = format!(
                    "each repetition of the trace of `{name}` ends with {} without requests",
                    long(Span::from_seconds(gap))
                );
                self.warn_also(
                    at,
                    title,
                    "repetitions begin with a service step: a shorter `service_step` leaves less between them",
                );
            }
        }
    }
}

/// A length of time to one digit.
fn long(span: Span) -> String {
    match span.seconds() {
        seconds if seconds >= 2.0 * 86_400.0 => format!("{:.1} days", seconds / 86_400.0),
        seconds if seconds >= 7200.0 => format!("{:.1} h", seconds / 3600.0),
        seconds => format!("{:.1} min", seconds / 60.0),
    }
}
