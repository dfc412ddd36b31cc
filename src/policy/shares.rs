//! What share of the GPUs each team holds, and has held.

use crate::kernel::math;
use crate::units::{ClusterId, SimTime, Span, TeamId};
use std::collections::BTreeMap;

/// How the shares of teams are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareRule {
    /// How fast what a team has used is forgotten: half of it counts after this time. If none, only what it holds now counts.
    pub half_life: Option<Span>,
}

/// What each team's jobs hold of each GPU type and, where usage counts, have held.
///
/// A team's share is its dominant one: the largest, over GPU types, of what it holds over the active GPUs of the type, divided by its weight. Where
/// usage counts, half of what it holds and half of its mean use take the place of what it holds: what its mean use will be one half-life from
/// now, if it keeps what it holds. The mean is over all its past, each instant weighted by 2^(-age / half-life): what it has used, with
/// exponential decay, over what it would have used if it had always held one GPU.
///
/// Jobs of teams that the scenario does not tell apart count together as one team of weight 1. Replicas of services do not count.
///
/// Sources: A. Ghodsi et al., "Dominant resource fairness: fair allocation of multiple resource types", NSDI 2011; for the decay, Slurm's
/// multifactor priority plugin (`PriorityDecayHalfLife`, <https://slurm.schedmd.com/priority_multifactor.html>).
#[derive(Clone, Debug)]
pub struct TeamShares {
    rule: ShareRule,
    /// By team: its place among those distinguished; the first place is that of all others.
    places: Vec<usize>,
    /// By place.
    weights: Vec<f64>,
    /// By cluster: its GPU type.
    types: Vec<usize>,
    /// By GPU type: active GPUs, as of the beginning of the pass [thousandths of a GPU].
    active: Vec<u64>,
    /// By place and GPU type: what is held [thousandths of a GPU].
    held: Vec<u64>,
    /// The same of the mean use.
    used: Vec<f64>,
    /// When the mean use was brought up to date.
    since: SimTime,
}

impl TeamShares {
    /// No team holds anything. `weights` are those of the teams that are distinguished, by team; `types` are the clusters' GPU types by name.
    #[must_use]
    pub fn new<'a>(rule: ShareRule, weights: &[Option<f64>], types: impl Iterator<Item = &'a str>) -> Self {
        let mut known = vec![1.0];
        let place = |weight: &Option<f64>| {
            weight.map_or(0, |weight| {
                known.push(weight);
                known.len() - 1
            })
        };
        let places = weights.iter().map(place).collect();
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        let types: Vec<usize> = types
            .map(|name| {
                let next = names.len();
                *names.entry(name).or_insert(next)
            })
            .collect();
        let cells = known.len() * names.len();
        Self {
            rule,
            places,
            active: vec![0; names.len()],
            held: vec![0; cells],
            used: vec![0.0; cells],
            since: SimTime::ZERO,
            weights: known,
            types,
        }
    }

    /// Begins a pass: how many GPUs of each cluster are active now. O(clusters + teams x GPU types).
    pub(super) fn begin(&mut self, now: SimTime, active: impl Iterator<Item = u64>) {
        self.advance(now);
        self.active.fill(0);
        for (&kind, gpus) in self.types.iter().zip(active) {
            self.active[kind] += gpus * 1000;
        }
    }

    /// Brings the mean use up to now. O(teams x GPU types) where usage counts.
    fn advance(&mut self, now: SimTime) {
        let passed = now - self.since;
        self.since = now;
        let Some(half_life) = self.rule.half_life.filter(|_| passed > Span::ZERO) else { return };
        let kept = math::exp(-core::f64::consts::LN_2 * passed.ms() as f64 / half_life.ms().max(1) as f64);
        for (used, &held) in self.used.iter_mut().zip(&self.held) {
            *used = held as f64 + (*used - held as f64) * kept;
        }
    }

    /// A job of a team got GPUs of a cluster [thousandths of a GPU].
    pub(super) fn take(&mut self, team: Option<TeamId>, cluster: ClusterId, milli: u64, now: SimTime) {
        self.advance(now);
        let cell = self.cell(team, cluster);
        self.held[cell] += milli;
    }

    /// A job of a team gave them back.
    pub(super) fn give_back(&mut self, team: Option<TeamId>, cluster: ClusterId, milli: u64, now: SimTime) {
        self.advance(now);
        let cell = self.cell(team, cluster);
        self.held[cell] = self.held[cell].saturating_sub(milli);
    }

    fn place(&self, team: Option<TeamId>) -> usize {
        team.and_then(|team| self.places.get(team.index()).copied()).unwrap_or(0)
    }

    fn cell(&self, team: Option<TeamId>, cluster: ClusterId) -> usize {
        self.place(team) * self.active.len() + self.types[cluster.index()]
    }

    /// A team's share; the next job is that of the team with the least. O(GPU types).
    #[must_use]
    pub fn of(&self, team: Option<TeamId>) -> f64 {
        let place = self.place(team);
        let cells = place * self.active.len()..(place + 1) * self.active.len();
        let share = |cell: usize, active: u64| {
            let held = self.held[cell] as f64;
            let counted = if self.rule.half_life.is_some() { f64::midpoint(held, self.used[cell]) } else { held };
            counted / active as f64
        };
        let there = cells.zip(&self.active).filter(|&(_, &active)| active > 0);
        there.map(|(cell, &active)| share(cell, active)).fold(0.0, f64::max) / self.weights[place]
    }

    /// By how much less a team's share has to be for a waiting job of it to come before another team's running one: nothing where only what is held
    /// now counts. Where usage counts, half of what the job would add: shares change all the time then, and without it two teams would take each
    /// other's GPUs at every event. `clusters` are those the job may use, `milli` what it asks for [thousandths of a GPU]. O(clusters).
    #[must_use]
    pub fn patience(&self, team: Option<TeamId>, clusters: &[ClusterId], milli: u64) -> f64 {
        if self.rule.half_life.is_none() {
            return 0.0;
        }
        let active = clusters.iter().map(|cluster| self.active[self.types[cluster.index()]]).max().unwrap_or(0);
        // What is held counts by half, so that half of what is added is a quarter.
        milli as f64 / 4.0 / active.max(1) as f64 / self.weights[self.place(team)]
    }

    /// The same, as if no team held anything now: to count afresh what each gets in a pass.
    #[must_use]
    pub(super) fn unheld(&self) -> Self {
        Self { held: vec![0; self.held.len()], ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    const A: Option<TeamId> = Some(TeamId(0));
    const B: Option<TeamId> = Some(TeamId(1));

    fn of_two(rule: ShareRule, weights: [f64; 2], types: [&str; 2], active: [u64; 2]) -> TeamShares {
        let mut shares = TeamShares::new(rule, &weights.map(Some), types.into_iter());
        shares.begin(SimTime::ZERO, active.into_iter());
        shares
    }

    #[test]
    fn the_largest_share_of_any_type_counts() {
        let mut shares = of_two(ShareRule::default(), [1.0, 2.0], ["H100", "H200"], [9, 18]);
        shares.take(A, ClusterId(0), 3000, SimTime::ZERO);
        shares.take(A, ClusterId(1), 1000, SimTime::ZERO);
        shares.take(B, ClusterId(1), 12_000, SimTime::ZERO);
        assert_eq!((shares.of(A), shares.of(B)), (3.0 / 9.0, 12.0 / 18.0 / 2.0));
        // All jobs of other teams are one team's.
        shares.take(None, ClusterId(0), 1000, SimTime::ZERO);
        shares.take(Some(TeamId(7)), ClusterId(0), 2000, SimTime::ZERO);
        assert_eq!((shares.of(None), shares.of(Some(TeamId(9)))), (3.0 / 9.0, 3.0 / 9.0));
        // GPUs of one type are one resource, wherever they are; what is not there counts for no team.
        shares.begin(SimTime::ZERO, [0, 24].into_iter());
        assert_eq!(shares.of(A), 1.0 / 24.0);
        let mut one = of_two(ShareRule::default(), [1.0, 1.0], ["H100", "H100"], [4, 4]);
        one.take(A, ClusterId(0), 4000, SimTime::ZERO);
        one.give_back(A, ClusterId(0), 2000, SimTime::ZERO);
        assert_eq!(one.of(A), 0.25);
    }

    #[test]
    fn half_of_what_was_used_is_forgotten_in_a_half_life() {
        let rule = ShareRule { half_life: Some(Span::from_ms(DAY)) };
        let mut shares = of_two(rule, [1.0, 1.0], ["H100", "H200"], [10, 10]);
        shares.take(A, ClusterId(0), 8000, SimTime::ZERO);
        shares.give_back(A, ClusterId(0), 8000, SimTime::from_ms(DAY));
        // A day of 8 GPUs is a mean of 4 then, and of 1 two days later; what is held now counts as much.
        assert!((shares.of(A) - 0.2).abs() < 1e-12);
        shares.begin(SimTime::from_ms(3 * DAY), [10, 10].into_iter());
        assert!((shares.of(A) - 0.05).abs() < 1e-12);
        shares.take(B, ClusterId(0), 1000, SimTime::from_ms(3 * DAY));
        assert!((shares.of(B) - 0.05).abs() < 1e-12);
        assert!((shares.patience(B, &[ClusterId(0)], 4000) - 0.1).abs() < 1e-12);
        assert_eq!(shares.unheld().of(B), 0.0);
    }
}
