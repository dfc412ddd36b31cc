//! Formulas over named numbers: read once, with the place of every mistake, and worked out many times, with the same bits everywhere.
//!
//! ```text
//! comparison = sum [("<" | "<=" | ">" | ">=") sum]          1 where it holds, else 0
//! sum        = product {("+" | "-") product}
//! product    = sign {("*" | "/") sign}
//! sign       = ("-" | "+") sign | power
//! power      = value ["^" sign]                             so that -2^2 is -4, and 2^3^2 is 512
//! value      = number | name | function "(" comparison {"," comparison} ")" | "(" comparison ")"
//! ```
//!
//! Functions: `min`, `max` (two values or more), `abs`, `floor`, `ceil`, `sqrt`, `exp`, `ln`, `log2`, `log10`, and `if(condition, then, else)`,
//! which evaluates both and takes `then` where the condition is not 0. NaN (0 / 0) makes everything that it is used in NaN, `min` and `max`
//! included; `if` uses the condition and the branch that it takes.

mod parser;

use super::math;
use smallvec::SmallVec;
use std::ops::Range;

/// The longest formula [bytes].
pub const LONGEST: usize = 2_000;
/// Parentheses, functions and signs inside one another, at most.
pub const DEEPEST: usize = 64;

/// A formula over numbers that have names. The default one is empty, and its value is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formula {
    /// In the order of working it out: values are put on a stack, operations take theirs from it.
    steps: Vec<Step>,
    /// By name: whether it is mentioned.
    mentioned: Vec<bool>,
}

/// What is wrong with a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct FormulaError {
    /// Which part of the text [bytes].
    pub span: Range<usize>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// A name that is not known, and is not followed by a parenthesis.
    pub name: Option<String>,
    /// A function that is not known.
    pub function: Option<String>,
}

/// The functions, and how many values each takes at least and at most.
const FUNCTIONS: [(&str, Function, usize, usize); 11] = [
    ("min", Function::Min, 2, 16),
    ("max", Function::Max, 2, 16),
    ("abs", Function::Abs, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("sqrt", Function::Sqrt, 1, 1),
    ("exp", Function::Exp, 1, 1),
    ("ln", Function::Ln, 1, 1),
    ("log2", Function::Log2, 1, 1),
    ("log10", Function::Log10, 1, 1),
    ("if", Function::If, 3, 3),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Number(f64),
    Name(usize),
    Negate,
    Binary(Operator),
    Call(Function, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Min,
    Max,
    Abs,
    Floor,
    Ceil,
    Sqrt,
    Exp,
    Ln,
    Log2,
    Log10,
    If,
}

impl Formula {
    /// Reads a formula over `names`. O(length x names).
    ///
    /// # Errors
    ///
    /// The first mistake in the text, with its place.
    pub fn parse(text: &str, names: &[&str]) -> Result<Self, FormulaError> {
        parser::parse(text, names)
    }

    /// The names of all functions.
    pub fn functions() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|(name, ..)| *name)
    }

    /// Whether a name is mentioned, by its place in `names`.
    #[must_use]
    pub fn mentions(&self, name: usize) -> bool {
        self.mentioned.get(name).is_some_and(|mentioned| *mentioned)
    }

    /// Evaluates the formula for values of its names, in their order; a missing value is NaN. O(length of the formula).
    #[must_use]
    pub fn value(&self, values: &[f64]) -> f64 {
        let mut stack: SmallVec<[f64; 16]> = SmallVec::new();
        for step in &self.steps {
            let value = match *step {
                Step::Number(number) => number,
                Step::Name(name) => values.get(name).copied().unwrap_or(f64::NAN),
                Step::Negate => -stack.pop().unwrap_or(f64::NAN),
                Step::Binary(operator) => {
                    let right = stack.pop().unwrap_or(f64::NAN);
                    operator.apply(stack.pop().unwrap_or(f64::NAN), right)
                }
                Step::Call(function, count) => {
                    let from = stack.len().saturating_sub(count);
                    let value = function.apply(&stack[from..]);
                    stack.truncate(from);
                    value
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or(f64::NAN)
    }
}

impl Operator {
    fn apply(self, left: f64, right: f64) -> f64 {
        let truth = |holds: bool| if left.is_nan() || right.is_nan() { f64::NAN } else { f64::from(u8::from(holds)) };
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Power => math::pow(left, right),
            Self::Less => truth(left < right),
            Self::LessOrEqual => truth(left <= right),
            Self::Greater => truth(left > right),
            Self::GreaterOrEqual => truth(left >= right),
        }
    }
}

impl Function {
    fn apply(self, values: &[f64]) -> f64 {
        // The standard minimum ignores NaN; here NaN must show.
        let fold = |better: fn(f64, f64) -> bool| {
            let pick = |best: f64, value: f64| if best.is_nan() || better(best, value) { best } else { value };
            values.iter().copied().reduce(pick).unwrap_or(f64::NAN)
        };
        let first = values.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Min => fold(|best, value| best <= value),
            Self::Max => fold(|best, value| best >= value),
            Self::Abs => first.abs(),
            Self::Floor => first.floor(),
            Self::Ceil => first.ceil(),
            Self::Sqrt => math::sqrt(first),
            Self::Exp => math::exp(first),
            Self::Ln => math::ln(first),
            Self::Log2 => math::log2(first),
            Self::Log10 => math::log10(first),
            Self::If if first.is_nan() => f64::NAN,
            Self::If => values.get(if first == 0.0 { 2 } else { 1 }).copied().unwrap_or(f64::NAN),
        }
    }
}
