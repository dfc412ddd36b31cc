//! The middle of all shares that give every job what is due.
//!
//! A linear programme often has many optima: once the worst-off has the most it can have, what is left may go to any job. A simplex method
//! ends in a corner of them, which leaves most to a few; which corner, depends on the order of the jobs. The *analytic centre* is the point
//! that maximises the product of all slacks: it treats equals equally and depends on no order, and interior-point solvers, as Gavel uses them,
//! end there. Each party's slacks count as often as it has jobs, times what such a job counts for. It is found by Newton's method while the floors rise to their heights in steps (S. Boyd and L. Vandenberghe, "Convex
//! Optimization", 2004, sections 8.5.3 and 11.3).

use super::linear::{Parties, Party};
use super::problem::Shares;
use smallvec::SmallVec;

/// A number for each type, or whatever is common to all. There are few: to allocate them was most of the work.
type Row = SmallVec<[f64; 4]>;
/// The rows of a matrix.
type Rows = SmallVec<[Row; 5]>;

/// What the shares must be worth.
#[derive(Clone, Debug)]
pub(super) enum Goal {
    /// So much for one of each party.
    Floors(Vec<f64>),
    /// So much in sum.
    Sum(f64),
}

/// How far below the goal the search is, and by which factor that shrinks from step to step.
const SHRINKS: f64 = 0.2;
/// The part of the way to known shares that each step begins with, so that it begins above the risen goal.
const LEAP: f64 = 0.9;
/// Newton's method ends when it promises less than this.
const SMALL: f64 = 1e-12;
/// Newton's method ends after so many steps in any case.
const MOST_STEPS: usize = 60;
/// Where slack is measured in time t >= work / speed, up to a latest T, the logarithms of T - t and of t x speed - 1 count. With the best t they
/// come to twice the logarithm of the slack in speed, less that of the speed.
const IN_TIME: (f64, f64) = (2.0, 1.0);

/// The analytic centre of the shares that are worth at least (1 - `slack`) of a goal, or somewhat less where rounding does not let it come so
/// near, given shares `found` that are worth the whole of it.
/// O(parties x types^3) for each of some fifty steps.
pub(super) fn centre(parties: &Parties, goal: &Goal, found: &[Vec<f64>], slack: f64) -> Vec<Vec<f64>> {
    // Half of an equal part leaves slack everywhere.
    let total: f64 = parties.list.iter().map(Party::gpus).sum();
    let kinds = parties.gpus.len() as f64;
    let start: Vec<f64> = parties.gpus.iter().map(|gpus| 0.5 * (gpus / total).min(1.0 / kinds)).collect();
    let floors = vec![0.0; parties.list.len()];
    let mut place = Interior { parties, floors, sum: None, rows: vec![start; parties.list.len()] };
    place.settle();
    let mut settled = place.rows.clone();
    let mut below = 1.0;
    while below > slack {
        below = (below * SHRINKS).max(slack);
        match goal {
            Goal::Floors(floors) => place.floors = floors.iter().map(|floor| floor * (1.0 - below)).collect(),
            Goal::Sum(sum) => place.sum = Some(sum * (1.0 - below)),
        }
        for (row, found) in place.rows.iter_mut().zip(found) {
            for (share, found) in row.iter_mut().zip(found) {
                *share += LEAP * (found - *share);
            }
        }
        if !place.settle() {
            break;
        }
        settled.clone_from(&place.rows);
    }
    settled
}

/// A place in the interior.
struct Interior<'a> {
    parties: &'a Parties,
    floors: Vec<f64>,
    /// What all shares must be worth in sum.
    sum: Option<f64>,
    rows: Vec<Vec<f64>>,
}

/// What of a party's Newton step does not depend on the others. Steps are in units of the shares themselves.
struct Block {
    inverse: Rows,
    downhill: Row,
    /// By what is common to all: how the party's steps use it.
    uses: Rows,
}

impl Interior<'_> {
    /// What is left of that which is common to all: GPUs of each type and, where there is a sum to be reached, what is above it.
    fn left(&self) -> Row {
        let parties = &self.parties.list;
        let used = |kind: usize| -> f64 { self.rows.iter().zip(parties).map(|(row, party)| row[kind] * party.gpus()).sum() };
        let mut left: Row = self.parties.gpus.iter().enumerate().map(|(kind, gpus)| gpus - used(kind)).collect();
        if let Some(sum) = self.sum {
            let worth = |(row, party): (&Vec<f64>, &Party)| party.count * Shares::worth(row, &party.rates);
            left.push(self.rows.iter().zip(parties).map(worth).sum::<f64>() - sum);
        }
        left
    }

    /// Newton's method to the centre. Whether it got there: so near to the goal that slacks are lost in rounding it does not.
    fn settle(&mut self) -> bool {
        for _ in 0..MOST_STEPS {
            let left = self.left();
            match self.step(&left) {
                Some(promise) if promise < SMALL => return true,
                Some(_) => {}
                None => return false,
            }
        }
        false
    }

    /// A step; returns what it promised (the square of Newton's decrement), or none where it led nowhere.
    ///
    /// The Hessian is a block for each party, plus one vector for each thing that all share: the vectors are taken care of by the formula of
    /// Sherman, Morrison and Woodbury.
    fn step(&mut self, left: &[f64]) -> Option<f64> {
        let blocks: Vec<Block> = (0..self.rows.len()).map(|party| self.block(party, left)).collect();
        let mut coupled: Rows =
            (0..left.len()).map(|k| (0..left.len()).map(|l| if k == l { left[k] * left[k] } else { 0.0 }).collect()).collect();
        let mut right = Row::from_elem(0.0, left.len());
        let mut alone = Vec::with_capacity(blocks.len());
        for block in &blocks {
            let own = times(&block.inverse, &block.downhill);
            let images: Rows = block.uses.iter().map(|uses| times(&block.inverse, uses)).collect();
            for (k, uses) in block.uses.iter().enumerate() {
                right[k] += Shares::worth(uses, &own);
                for (l, image) in images.iter().enumerate() {
                    coupled[k][l] += Shares::worth(uses, image);
                }
            }
            alone.push((own, images));
        }
        let inverse = inverted(&coupled)?;
        let prices = times(&inverse, &right);
        let mut promise = 0.0;
        let mut steps = Vec::with_capacity(blocks.len());
        for (block, (mut step, images)) in blocks.iter().zip(alone) {
            for (image, price) in images.iter().zip(&prices) {
                for (step, image) in step.iter_mut().zip(image) {
                    *step -= image * price;
                }
            }
            promise += Shares::worth(&step, &block.downhill);
            steps.push(step);
        }
        if promise.abs() < SMALL {
            return Some(0.0);
        }
        if !(promise.is_finite() && promise > 0.0) {
            return None;
        }
        let decrement = promise.sqrt();
        // Near the centre the whole step stays inside; farther off, most of the way to the next wall.
        let room = self.room(&steps, left);
        let length = if decrement < 0.25 {
            1.0_f64.min(0.99 * room)
        } else {
            1.0_f64.min((1.0 / (1.0 + decrement)).max(0.5 * room)).min(0.99 * room)
        };
        for (row, step) in self.rows.iter_mut().zip(&steps) {
            for (share, step) in row.iter_mut().zip(step) {
                *share += length * step * *share;
            }
        }
        Some(promise)
    }

    /// How many times a step fits in before something runs out.
    fn room(&self, steps: &[Row], left: &[f64]) -> f64 {
        let mut room = f64::INFINITY;
        let mut meet = |slack: f64, loss: f64| {
            if loss > 0.0 {
                room = room.min(slack / loss);
            }
        };
        let mut used = Row::from_elem(0.0, left.len());
        for (index, (row, step)) in self.rows.iter().zip(steps).enumerate() {
            let party = &self.parties.list[index];
            let moves: Row = row.iter().zip(step).map(|(share, step)| share * step).collect();
            let gain = Shares::worth(&moves, &party.rates);
            for (kind, step) in step.iter().enumerate() {
                meet(1.0, -step);
                used[kind] += moves[kind] * party.gpus();
            }
            if self.sum.is_some() {
                used[row.len()] -= gain * party.count;
            } else {
                meet(Shares::worth(row, &party.rates) - self.floors[index], -gain);
            }
            meet(1.0 - row.iter().sum::<f64>(), moves.iter().sum());
        }
        for (left, used) in left.iter().zip(used) {
            meet(*left, used);
        }
        room
    }

    fn block(&self, index: usize, left: &[f64]) -> Block {
        let (row, party) = (&self.rows[index], &self.parties.list[index]);
        let kinds = row.len();
        let spare = 1.0 - row.iter().sum::<f64>();
        let speed = Shares::worth(row, &party.rates);
        let time: Row = row.iter().map(|share| share / spare).collect();
        let worth: Row = row.iter().zip(&party.rates).map(|(share, rate)| share * rate).collect();
        let claim = party.count * party.claim;
        // Weights of the logarithms of what is above the floor, and of the speed itself.
        let (above, whole) = match self.sum {
            Some(_) => (0.0, 0.0),
            None if self.parties.in_time => IN_TIME,
            None => (1.0, 0.0),
        };
        let over = speed - self.floors[index];
        let pull = above / over - whole / speed;
        let bend = above / (over * over) - whole / (speed * speed);
        let hessian: Rows = (0..kinds)
            .map(|k| {
                let entry = |l: usize| f64::from(u8::from(k == l)) + time[k] * time[l] + bend * worth[k] * worth[l];
                (0..kinds).map(|l| claim * entry(l)).collect()
            })
            .collect();
        let mut uses: Rows =
            (0..kinds).map(|k| (0..kinds).map(|l| if k == l { party.gpus() * row[k] } else { 0.0 }).collect()).collect();
        let mut downhill: Row = (0..kinds).map(|k| claim * (1.0 - time[k] + pull * worth[k]) - uses[k][k] / left[k]).collect();
        if self.sum.is_some() {
            let more: Row = worth.iter().map(|worth| party.count * worth).collect();
            for (downhill, more) in downhill.iter_mut().zip(&more) {
                *downhill += more / left[kinds];
            }
            uses.push(more);
        }
        let inverse = inverted(&hessian).unwrap_or_else(|| identity(kinds));
        Block { inverse, downhill, uses }
    }
}

fn identity(size: usize) -> Rows {
    (0..size).map(|k| (0..size).map(|l| f64::from(u8::from(k == l))).collect()).collect()
}

fn times(matrix: &[Row], vector: &[f64]) -> Row {
    matrix.iter().map(|row| Shares::worth(row, vector)).collect()
}

/// The inverse of a positive definite matrix, by Gauss and Jordan; none where it is singular to working precision.
fn inverted(matrix: &[Row]) -> Option<Rows> {
    let size = matrix.len();
    let (mut left, mut right) = (Rows::from(matrix), identity(size));
    for at in 0..size {
        let pivot = left[at][at];
        if !(pivot.is_finite() && pivot > 0.0) {
            return None;
        }
        for column in 0..size {
            left[at][column] /= pivot;
            right[at][column] /= pivot;
        }
        for row in (0..size).filter(|&row| row != at) {
            let factor = left[row][at];
            for column in 0..size {
                left[row][column] -= factor * left[at][column];
                right[row][column] -= factor * right[at][column];
            }
        }
    }
    Some(right)
}
