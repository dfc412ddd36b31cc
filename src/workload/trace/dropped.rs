//! Lines that give no job: counted by reason, the first of each kept for the report.

use super::error::{Place, TraceError, harmless};
use super::line::Line;
use std::fmt;

/// Characters of a cell that are kept as an example.
const EXAMPLE_CHARS: usize = 80;
/// One unusable line in so many is accepted.
const ACCEPTED: u64 = 100;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $allowed:literal;)*) => {
        /// Why a line gives no job.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// What would be right.
            #[must_use]
            pub const fn allowed(self) -> &'static str {
                match self { $(Self::$name => $allowed,)* }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $what,)* })
            }
        }
    };
}

reasons! {
    /// Fewer columns than needed.
    MissingColumns: "columns are missing", "allowed: a line with every column of the header";
    /// More columns than there are names.
    ExtraColumns: "more columns than there are names", "allowed: a line with the columns of the header, cells with separators in quotes";
    /// A quotation mark is not closed on its line.
    OpenQuote: "a quotation mark is not closed", "allowed: one job a line, quotation marks in pairs";
    /// No identifier.
    NoId: "the job has no id", "allowed: any text that no other line has";
    /// The identifier was there before.
    DuplicateId: "the id was there before", "allowed: each id once";
    /// Not a number.
    NotANumber: "not a number", "allowed: a decimal number";
    /// NaN or infinite.
    NotFinite: "not a finite number", "allowed: a decimal number";
    /// Not a length of time.
    NotALength: "not a length of time", "allowed: seconds, H:MM:SS, MM:SS or D-HH:MM:SS";
    /// Not a whole number, or one that is too large.
    NotWhole: "not a whole number in range", "allowed: a whole number from 0 to 4294967295";
    /// Neither seconds nor a date and time.
    NotATime: "not a date and time", "allowed: a date and time such as 2017-10-01 00:00:45, from 1970 to 2169";
    /// Submitted before the trace's zero.
    NegativeSubmit: "submitted before the trace's zero", "allowed: 0 or more seconds";
    /// Submitted too late.
    LateSubmit: "submitted more than 200 years after the trace's zero", "allowed: at most 6307200000 seconds";
    /// A negative length of time.
    NegativeRun: "a negative run time, or one that is not known", "allowed: 0 or more seconds";
    /// A length of time of more than 200 years.
    LongRun: "a run time of more than 200 years", "allowed: at most 6307200000 seconds";
    /// No GPUs, or fewer.
    NoGpus: "no GPUs", "allowed: a whole number from 1 to 999999999";
    /// Part of a GPU, where whole ones are meant.
    PartialGpu: "not a whole number of GPUs", "allowed: a whole number from 1 to 999999999";
    /// More GPUs than there will ever be.
    AbsurdGpus: "an absurd number of GPUs", "allowed: a whole number from 1 to 999999999";
    /// A share of a GPU that is none.
    BadShare: "not a share of a GPU", "allowed: 1 to 1000 thousandths";
    /// Not a priority.
    BadPriority: "not a priority", "allowed: a whole number from -2147483648 to 2147483647";
    /// Not a weight.
    BadWeight: "not a weight", "allowed: a number above 0, up to 1000000";
    /// Not a number of steps.
    BadSteps: "not a number of steps", "allowed: a number from 0 to 10^15";
    /// Not a state.
    BadState: "not a state", "allowed: finished, failed, cancelled, or a state of Slurm";
    /// Not a JSON object with what is needed.
    NotJson: "not a JSON object of the format", "allowed: an object a line, with a number for each name";
    /// A JSON object without one of the numbers.
    MissingName: "a name is missing in the object", "allowed: an object a line with every name of the format, or given for it";
    /// The throughput table does not know the job.
    NoThroughput: "the table of throughputs has no such job on the reference worker", "allowed: a job type and scale factor of the table";
    /// Asks for no GPU: left out by rule.
    NoGpuAsked: "no GPU asked for", "left out by rule";
    /// Asks for a share of a GPU: left out by rule.
    SharedGpu: "a share of one GPU asked for", "left out by rule; shares can be rounded up to whole GPUs";
    /// Cancelled before it started: left out by rule.
    NeverRan: "cancelled before it started", "left out by rule";
    /// The run time is not known, as the format defines it: left out by rule.
    UnknownRun: "the run time is not known", "left out by rule";
    /// The job was still waiting or running when the log was written: left out by rule.
    NotEnded: "not ended when the log was written", "left out by rule";
    /// A step within a job, which the job's own line sums up: left out by rule.
    StepOfJob: "a step of a job, such as 123.batch", "left out by rule";
    /// A part of a job whose summary is on another line: left out by rule.
    PartOfJob: "a part of a job that another line sums up", "left out by rule";
}

impl Reason {
    /// Whether the line is sound, and left out because of what it says.
    #[must_use]
    pub const fn is_by_rule(self) -> bool {
        matches!(
            self,
            Self::NoGpuAsked
                | Self::SharedGpu
                | Self::NeverRan
                | Self::UnknownRun
                | Self::NotEnded
                | Self::StepOfJob
                | Self::PartOfJob
        )
    }
}

/// What a reason took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedFor {
    /// The reason.
    pub reason: Reason,
    /// Lines.
    pub count: u64,
    /// The first of them.
    pub line: u64,
    /// Where in it.
    pub column: u64,
    /// The text there, shortened.
    pub example: String,
}

/// Lines that give no job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// By reason, in the order of [`Reason`].
    pub by_reason: Vec<DroppedFor>,
    /// Lines of data read, used or not.
    pub lines: u64,
}

impl Dropped {
    /// Lines that give no job, for whatever reason.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_reason.iter().map(|dropped| dropped.count).sum()
    }

    /// Lines that could not be used: those left out by rule are not counted.
    #[must_use]
    pub fn unusable(&self) -> u64 {
        self.by_reason.iter().filter(|dropped| !dropped.reason.is_by_rule()).map(|dropped| dropped.count).sum()
    }

    /// Lines dropped for one reason.
    #[must_use]
    pub fn of(&self, reason: Reason) -> u64 {
        self.by_reason.iter().find(|dropped| dropped.reason == reason).map_or(0, |dropped| dropped.count)
    }

    /// Whether no line was dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_reason.is_empty()
    }

    /// The count, and the reasons with the first line of each, for people; with the name of what the lines were to give.
    #[must_use]
    pub fn told(&self, what: &str) -> String {
        let mut text = format!("{} of {} lines gave no {what}", self.count(), self.lines);
        for (index, dropped) in self.by_reason.iter().enumerate() {
            let DroppedFor { reason, count, line, column, example } = dropped;
            let mark = if index == 0 { ":" } else { ";" };
            text.push_str(&format!("{mark} {count}: {reason} (first at {line}:{column}, {example:?})"));
        }
        text
    }

    /// The commonest reason among those that `chosen` picks; the first of equals.
    fn commonest(&self, chosen: impl Fn(Reason) -> bool) -> Option<&DroppedFor> {
        self.by_reason.iter().filter(|dropped| chosen(dropped.reason)).rev().max_by_key(|dropped| dropped.count)
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told("job"))
    }
}

/// What is wrong with a line: the reason and the bytes of the line it is about.
#[derive(Clone, Debug)]
pub(super) struct Bad {
    pub reason: Reason,
    pub at: usize,
    pub text: String,
}

impl Bad {
    /// A reason with the text it is about, `at` bytes into the line.
    pub fn new(reason: Reason, at: usize, text: &str) -> Self {
        Self { reason, at, text: text.chars().take(EXAMPLE_CHARS).collect() }
    }
}

/// Keeps good lines and counts bad ones; where every line must be good, the first bad one is an error.
pub(super) struct Sieve {
    file: String,
    strict: bool,
    dropped: Dropped,
    last_line: u64,
}

impl Sieve {
    pub fn new(file: &str, strict: bool) -> Self {
        Self { file: file.to_owned(), strict, dropped: Dropped::default(), last_line: 1 }
    }

    /// The place of a line's byte.
    pub fn place(&self, line: &Line, at: usize) -> Place {
        let before = line.text.get(..at).unwrap_or(line.text);
        Place { file: self.file.clone(), line: line.number, column: before.chars().count() as u64 + 1 }
    }

    /// The result of a line, or none where it was dropped.
    pub fn take<T>(&mut self, line: &Line, result: Result<T, Bad>) -> Result<Option<T>, TraceError> {
        self.dropped.lines += 1;
        self.last_line = line.number;
        let bad = match result {
            Ok(value) => return Ok(Some(value)),
            Err(bad) => bad,
        };
        let place = match self.dropped.by_reason.binary_search_by_key(&bad.reason, |dropped| dropped.reason) {
            Ok(index) => {
                self.dropped.by_reason[index].count += 1;
                return Ok(None);
            }
            Err(index) => {
                let place = self.place(line, bad.at);
                let example = harmless(&bad.text);
                let first = DroppedFor { reason: bad.reason, count: 1, line: place.line, column: place.column, example };
                self.dropped.by_reason.insert(index, first);
                place
            }
        };
        if self.strict && !bad.reason.is_by_rule() {
            return Err(TraceError::Line { place, reason: bad.reason, text: harmless(&bad.text) });
        }
        Ok(None)
    }

    /// The count of what was dropped, if enough jobs are left.
    pub fn finish(self) -> Result<Dropped, TraceError> {
        self.finish_of("job")
    }

    /// The same for lines that give something else.
    pub fn finish_of(self, what: &'static str) -> Result<Dropped, TraceError> {
        let place = |dropped: &DroppedFor| Place { file: self.file.clone(), line: dropped.line, column: dropped.column };
        let (lines, unusable) = (self.dropped.lines, self.dropped.unusable());
        if lines == 0 {
            return Err(TraceError::NoData { place: Place { file: self.file, line: self.last_line, column: 1 } });
        }
        let worst = self.dropped.commonest(|reason| !reason.is_by_rule());
        if let Some(worst) = worst.filter(|_| unusable.saturating_mul(ACCEPTED) > lines) {
            let (reason, text) = (worst.reason, worst.example.clone());
            return Err(TraceError::TooManyUnusable { place: place(worst), unusable, lines, reason, text });
        }
        if let Some(worst) = self.dropped.commonest(|_| true).filter(|_| self.dropped.count() == lines) {
            let (reason, text) = (worst.reason, worst.example.clone());
            return Err(TraceError::NoJobs { place: place(worst), what, lines, reason, text });
        }
        Ok(self.dropped)
    }
}
