//! An order by a formula of the scenario's.

use super::Order;
use crate::kernel::formula::{Formula as Expression, FormulaError};
use crate::model::policy::Argument;
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::policy::registry::Context;
use crate::units::SimTime;

/// A number that a formula may mention.
#[derive(Clone, Copy)]
pub struct Field {
    /// How a formula calls it.
    pub name: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
    /// Whether it changes while a job waits.
    pub changes: bool,
    value: fn(&JobFacts, SimTime) -> f64,
}

/// What formulas may mention. All of it is known to a policy: no true run time is among it.
pub const FIELDS: [Field; 10] = [
    Field { name: "wait_s", meaning: "time since submission [s]", changes: true, value: |job, now| (now - job.submit).seconds() },
    Field {
        name: "queued_s",
        meaning: "time since it came to wait last: since submission, or since it was stopped or failed [s]",
        changes: true,
        value: |job, now| (now - job.queued_at).seconds(),
    },
    Field { name: "now_s", meaning: "time since the scenario's start [s]", changes: true, value: |_, now| now.seconds() },
    Field {
        name: "estimate_s",
        meaning: "estimated time left on the reference GPU [s]",
        changes: false,
        value: |job, _| job.estimate.seconds(),
    },
    Field { name: "gpus", meaning: "the gang [GPUs]", changes: false, value: |job, _| job.gpus as f64 },
    Field {
        name: "attained_s",
        meaning: "for how long it has held its GPUs so far [s]",
        changes: false,
        value: |job, _| job.attained.seconds(),
    },
    Field {
        name: "priority",
        meaning: "its priority, its workload's included: larger is more important",
        changes: false,
        value: |job, _| f64::from(job.priority),
    },
    Field {
        name: "submit_s",
        meaning: "its submission, from the scenario's start [s]",
        changes: false,
        value: |job, _| job.submit.seconds(),
    },
    Field {
        name: "deadline_s",
        meaning: "its deadline, from the scenario's start [s]; 9.2e15 where it has none",
        changes: false,
        value: |job, _| job.deadline.seconds(),
    },
    Field {
        name: "preemptible",
        meaning: "1 where it may be stopped, else 0",
        changes: false,
        value: |job, _| f64::from(u8::from(job.preemptible)),
    },
];

/// Largest value of a formula first, then submission, then sequence number. Where it mentions what changes while jobs wait, the queue is
/// re-ranked at every pass, in O(n log n) of the waiting; otherwise a job is ranked when it is queued.
#[derive(Clone, Debug)]
pub struct Formula {
    expression: Expression,
    changes: bool,
}

impl Formula {
    /// An order by a formula over [`FIELDS`].
    ///
    /// # Errors
    ///
    /// The first mistake in the text, with its place.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        Self::read(text).map(Self::new)
    }

    /// Reads a formula over [`FIELDS`].
    pub(in crate::policy) fn read(text: &str) -> Result<Expression, FormulaError> {
        Expression::parse(text, &FIELDS.map(|field| field.name))
    }

    /// The formula of a policy's order.
    pub(super) fn of(context: &Context<'_>) -> Self {
        match context.argument {
            Argument::Formula(expression) => Self::new(Expression::clone(expression)),
            _ => Self::new(Expression::default()),
        }
    }

    fn new(expression: Expression) -> Self {
        let changes = FIELDS.iter().enumerate().any(|(place, field)| field.changes && expression.mentions(place));
        Self { expression, changes }
    }
}

impl Order for Formula {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        Rank::from_score(-self.expression.value(&FIELDS.map(|field| (field.value)(job, now))), job)
    }

    fn changes_while_waiting(&self) -> bool {
        self.changes
    }
}
