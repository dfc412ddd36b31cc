//! Linear programmes over shares: an optimum, and the middle of all optima.
//!
//! Constraints common to all: no share below 0, a job's shares together at most 1, and on each type gangs times shares at most its GPUs.
//! Jobs that are alike are one *party* with one row of shares: the average of optima is an optimum, and the middle treats equals equally, so
//! that nothing is lost, and a thousand jobs of three kinds are a programme of three.

use super::centre::{Goal, centre};
use super::problem::{Problem, Shares, fit};
use microlp::{ComparisonOp, OptimizationDirection, Problem as Programme, Solution, Variable};
use std::collections::BTreeMap;

/// What a floor may be missed by, relative to it. The middle of all optima is looked for between the floors and a little below them, where
/// there is some room.
const SLACK: f64 = 1e-6;

/// Jobs that are alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Party {
    /// How many.
    pub count: f64,
    /// The gang of each [GPUs].
    pub gang: f64,
    /// What a share of one is worth on each type.
    pub rates: Vec<f64>,
    /// What the shares of one must be worth for every unit of the level.
    pub due: f64,
    /// What they must be worth besides, whatever the level.
    pub fixed: f64,
    /// What each counts for in what no job is due.
    pub claim: f64,
}

/// All parties, and GPUs of each type.
#[derive(Clone, Debug)]
pub(super) struct Parties {
    /// In order of their first jobs.
    pub list: Vec<Party>,
    /// GPUs of each type.
    pub gpus: Vec<f64>,
    /// The party of each job.
    party_of: Vec<usize>,
    /// Whether slack is measured in time, which is work over speed, and not in speed.
    pub in_time: bool,
}

impl Parties {
    /// The jobs of a problem by what `of` makes of each: rates, and what is due.
    pub fn new(problem: &Problem, of: impl Fn(usize) -> (Vec<f64>, f64)) -> Self {
        let mut places: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
        let mut list: Vec<Party> = Vec::new();
        let party_of = problem.jobs.iter().enumerate().map(|(index, job)| {
            let (rates, due) = of(index);
            let key: Vec<u64> = rates.iter().chain([&due, &job.gang, &job.claim]).map(|number| number.to_bits()).collect();
            let place = *places.entry(key).or_insert_with(|| {
                list.push(Party { count: 0.0, gang: job.gang, rates, due, fixed: 0.0, claim: job.claim });
                list.len() - 1
            });
            list[place].count += 1.0;
            place
        });
        let party_of = party_of.collect();
        Self { list, gpus: problem.types.iter().map(|kind| kind.gpus).collect(), party_of, in_time: false }
    }

    /// The shares of the jobs from those of the parties.
    pub fn shares(&self, problem: &Problem, rows: &[Vec<f64>]) -> Shares {
        Shares(self.party_of.iter().map(|&party| rows[party].clone()).collect()).fitted(problem)
    }

    /// The largest level at which every job gets what is due, and shares that give it. None where even the fixed floors are too high.
    ///
    /// A programme with a variable for each party and type and one for the level.
    pub fn best(&self) -> Option<(f64, Vec<Vec<f64>>)> {
        let (mut programme, shares) = self.programme(|_, _| 0.0);
        let level = programme.add_var(1.0, (0.0, f64::INFINITY));
        for (row, party) in shares.iter().zip(&self.list) {
            let (unit, mut terms) = party.terms(row);
            terms.push((level, -party.due / unit));
            programme.add_constraint(&terms, ComparisonOp::Ge, party.fixed / unit);
        }
        let rows = self.fitted(&shares, &solved(&programme)?);
        // What the shares give is certain; what the solver says of the level is so to its tolerance.
        let reached = |(row, party): (&Vec<f64>, &Party)| {
            if party.due > 0.0 { (Shares::worth(row, &party.rates) - party.fixed) / party.due } else { f64::INFINITY }
        };
        let certain = rows.iter().zip(&self.list).map(reached).fold(f64::INFINITY, f64::min);
        Some((certain.max(0.0), rows))
    }

    /// The most that all shares can be worth in sum, and shares that are.
    pub fn most(&self) -> Option<(f64, Vec<Vec<f64>>)> {
        let unit = self.list.iter().flat_map(|party| party.rates.iter().copied()).fold(f64::MIN_POSITIVE, f64::max);
        let (programme, shares) = self.programme(|party, kind| party.count * party.rates[kind] / unit);
        let rows = self.fitted(&shares, &solved(&programme)?);
        let worth = |(row, party): (&Vec<f64>, &Party)| party.count * Shares::worth(row, &party.rates);
        Some((rows.iter().zip(&self.list).map(worth).sum(), rows))
    }

    /// The middle of all shares that give every job what is due at a level, of which `found` are some.
    pub fn middle(&self, level: f64, found: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let floors = self.list.iter().map(|party| party.fixed + party.due * level).collect();
        centre(self, &Goal::Floors(floors), found, SLACK)
    }

    /// The middle of all shares that are worth so much in sum, of which `found` are some.
    pub fn middle_of_most(&self, most: f64, found: &[Vec<f64>]) -> Vec<Vec<f64>> {
        centre(self, &Goal::Sum(most), found, SLACK)
    }

    /// Who can have more than was reached, by the party, while no job has less: each is promised a small bonus on it, relative to what was
    /// reached, and who can have any of it can have all of it.
    pub fn who_can_rise(&self, reached: &[f64], bonus: f64) -> Option<Vec<bool>> {
        let (mut programme, shares) = self.programme(|_, _| 0.0);
        let bonuses: Vec<Variable> = (shares.iter().zip(&self.list).zip(reached))
            .map(|((row, party), reached)| {
                let variable = programme.add_var(1.0, (0.0, if party.due > 0.0 { 1.0 } else { 0.0 }));
                let (unit, mut terms) = party.terms(row);
                terms.push((variable, -bonus * reached / unit));
                programme.add_constraint(&terms, ComparisonOp::Ge, reached * (1.0 - 1e-7) / unit);
                variable
            })
            .collect();
        let solution = solved(&programme)?;
        Some(bonuses.into_iter().map(|bonus| solution.var_value(bonus) > 0.5).collect())
    }

    /// The common constraints, and a variable for each party and type; `value` is what a share adds to the objective, which is to be large.
    fn programme(&self, value: impl Fn(&Party, usize) -> f64) -> (Programme, Vec<Vec<Variable>>) {
        let mut programme = Programme::new(OptimizationDirection::Maximize);
        let shares: Vec<Vec<Variable>> = (self.list.iter())
            .map(|party| (0..self.gpus.len()).map(|kind| programme.add_var(value(party, kind), (0.0, 1.0))).collect())
            .collect();
        for row in &shares {
            let terms: Vec<(Variable, f64)> = row.iter().map(|&share| (share, 1.0)).collect();
            programme.add_constraint(&terms, ComparisonOp::Le, 1.0);
        }
        // In units of the largest party, so that numbers of all rows are alike.
        let unit = self.list.iter().map(Party::gpus).fold(1.0, f64::max);
        for (kind, gpus) in self.gpus.iter().enumerate() {
            let terms: Vec<(Variable, f64)> =
                shares.iter().zip(&self.list).map(|(row, party)| (row[kind], party.gpus() / unit)).collect();
            programme.add_constraint(&terms, ComparisonOp::Le, gpus / unit);
        }
        (programme, shares)
    }

    /// What the variables came to, without the solver's tolerance: all constraints hold.
    fn fitted(&self, shares: &[Vec<Variable>], solution: &Solution) -> Vec<Vec<f64>> {
        let mut rows: Vec<Vec<f64>> =
            shares.iter().map(|row| row.iter().map(|&share| solution.var_value(share).clamp(0.0, 1.0)).collect()).collect();
        let gangs: Vec<f64> = self.list.iter().map(Party::gpus).collect();
        fit(&mut rows, &gangs, &self.gpus);
        rows
    }
}

impl Party {
    /// GPUs of all together.
    pub fn gpus(&self) -> f64 {
        self.count * self.gang
    }

    /// What a row of variables is worth, in units of the largest rate.
    fn terms(&self, row: &[Variable]) -> (f64, Vec<(Variable, f64)>) {
        let unit = self.rates.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let terms = row.iter().zip(&self.rates).filter(|(_, rate)| **rate > 0.0).map(|(&share, rate)| (share, rate / unit));
        (unit, terms.collect())
    }
}

fn solved(programme: &Programme) -> Option<Solution> {
    programme.solve().ok()?.into_solution().ok()
}
