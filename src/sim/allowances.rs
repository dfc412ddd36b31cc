//! Teams' budgets: once one is used up, no job of the team starts until the next period.

use super::jobs::Job;
use super::world::{Event, World, class};
use crate::model::Model;
use crate::model::allowance::{Allowance, AllowanceBorrowing};
use crate::policy::{Queued, Rank};
use crate::units::{ClusterId, Cost, Gpus, SimTime, Span, TeamId};

/// How far teams have used up their allowances, in the order of the model's.
#[derive(Clone, Debug)]
pub(super) struct Allowances {
    accounts: Vec<Account>,
    /// By team: its account, if it has one.
    of_team: Vec<Option<usize>>,
    /// Waiting jobs of teams that may not start any.
    held: Vec<(Rank, Queued)>,
}

#[derive(Clone, Debug)]
struct Account {
    period: usize,
    /// What may be used in this period.
    limit: Cost,
    /// What of it has been, up to `since`.
    used: Cost,
    since: SimTime,
    /// What its jobs hold, by cluster [thousandths of a GPU].
    held: Vec<i64>,
    /// What that costs a millisecond.
    rate: Cost,
    /// Whether its jobs may not start.
    is_closed: bool,
    /// Since when the limit is reached.
    spent_since: Option<SimTime>,
    /// Earlier times in which it was, from the first instant to before the second.
    spells: Vec<[SimTime; 2]>,
}

impl Account {
    fn new(allowance: &Allowance, clusters: usize) -> Self {
        let limit = allowance.periods.first().map_or(Cost::ZERO, |period| period.amount);
        Self {
            period: 0,
            limit,
            used: Cost::ZERO,
            since: SimTime::ZERO,
            held: vec![0; clusters],
            rate: Cost::ZERO,
            is_closed: false,
            spent_since: (limit == Cost::ZERO).then_some(SimTime::ZERO),
            spells: Vec::new(),
        }
    }

    /// Counts what has been used up to now. O(1).
    fn settle(&mut self, now: SimTime) {
        let used = Cost::from_raw(self.used.raw() + self.rate.raw() * i128::from((now - self.since).ms()));
        if self.spent_since.is_none() && used >= self.limit {
            // Between two settlements it is used at a constant rate.
            let left = (self.limit - self.used).raw();
            let ms = (left + self.rate.raw() - 1) / self.rate.raw().max(1);
            self.spent_since = Some(self.since + Span::from_ms(i64::try_from(ms).unwrap_or(0)));
        }
        (self.used, self.since) = (used, now);
    }

    /// Notes that it is not spent any longer.
    fn end_spell(&mut self, now: SimTime) {
        self.spells.extend(self.spent_since.take().filter(|since| *since < now).map(|since| [since, now]));
    }
}

impl Allowances {
    pub fn new(model: &Model) -> Option<Box<Self>> {
        if model.allowances.is_empty() {
            return None;
        }
        let mut of_team = vec![None; model.teams.len()];
        for (index, allowance) in model.allowances.iter().enumerate() {
            of_team[allowance.team.index()] = Some(index);
        }
        let accounts = model.allowances.iter().map(|allowance| Account::new(allowance, model.clusters.len())).collect();
        Some(Box::new(Self { accounts, of_team, held: Vec::new() }))
    }

    fn account(&mut self, team: TeamId) -> Option<(usize, &mut Account)> {
        let index = self.of_team[team.index()]?;
        Some((index, &mut self.accounts[index]))
    }

    /// When each account was spent, by account: from the first instant to before the second.
    fn into_spells(mut self, end: SimTime) -> Vec<Vec<[SimTime; 2]>> {
        self.accounts.iter_mut().for_each(|account| {
            account.settle(end);
            account.end_spell(end);
        });
        self.accounts.into_iter().map(|account| account.spells).collect()
    }
}

impl World<'_> {
    /// Schedules the beginnings of periods.
    pub(super) fn expect_allowances(&mut self) {
        let mut ends: Vec<SimTime> =
            self.model.allowances.iter().flat_map(|allowance| allowance.periods.iter().map(|period| period.end)).collect();
        ends.retain(|&end| end < self.model.horizon());
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            self.events.push(end, class::CAPACITY_UP, Event::AllowancePeriod);
        }
    }

    /// A job's GPUs on a cluster change. O(changes of the cluster's prices).
    pub(super) fn count_allowance(&mut self, cluster: ClusterId, job: &Job, delta: i64) {
        let Some(allowances) = &mut self.allowances else { return };
        let Some((index, account)) = allowances.account(self.model.workloads[job.draft.workload.index()].team) else { return };
        account.settle(self.now);
        account.held[cluster.index()] += delta;
        let price = self.model.allowances[index].price(self.model, &self.model.clusters[cluster.index()], self.now);
        let per_ms = price.of(Gpus::from_milli(delta.unsigned_abs()).over(Span::from_ms(1)));
        account.rate = if delta < 0 { account.rate - per_ms } else { account.rate + per_ms };
    }

    /// Prices change: what has been used before was used at the old ones.
    pub(super) fn reprice_allowances(&mut self) {
        let Some(allowances) = &mut self.allowances else { return };
        for (account, allowance) in allowances.accounts.iter_mut().zip(&self.model.allowances) {
            account.settle(self.now);
            let clusters = account.held.iter().zip(&self.model.clusters);
            let per_ms = |(&held, cluster): (&i64, _)| {
                let gpus = Gpus::from_milli(held.unsigned_abs());
                allowance.price(self.model, cluster, self.now).of(gpus.over(Span::from_ms(1)))
            };
            account.rate = clusters.map(per_ms).sum();
        }
    }

    /// Periods begin: the teams whose budget is new may start jobs again.
    pub(super) fn allowance_period(&mut self) {
        let Some(mut allowances) = self.allowances.take() else { return };
        let model = self.model;
        for (index, allowance) in model.allowances.iter().enumerate() {
            let account = &mut allowances.accounts[index];
            account.settle(self.now);
            if allowance.periods.get(account.period).is_none_or(|period| period.end > self.now) {
                continue;
            }
            let borrowed = match allowance.borrowing {
                AllowanceBorrowing::NextPeriod => (account.used - account.limit).max(Cost::ZERO),
                AllowanceBorrowing::Never | AllowanceBorrowing::Group => Cost::ZERO,
            };
            account.period += 1;
            let amount = allowance.periods.get(account.period).map_or(Cost::ZERO, |period| period.amount);
            // Less than nothing is left where more was borrowed than there is.
            (account.limit, account.used, account.is_closed) = (amount - borrowed, Cost::ZERO, false);
            account.end_spell(self.now);
            account.spent_since = (account.limit <= Cost::ZERO).then_some(self.now);
            self.bar_team(&mut allowances, allowance.team, None);
        }
        self.allowances = Some(allowances);
        // What has become impossible meanwhile was out of sight.
        self.reject_impossible();
    }

    /// Teams that have used up what they may, and have nowhere to borrow, start no jobs from now on. O(budgets^2), and O(classes) for each that
    /// closes.
    pub(super) fn close_spent(&mut self) {
        let Some(mut allowances) = self.allowances.take() else { return };
        let model = self.model;
        allowances.accounts.iter_mut().for_each(|account| account.settle(self.now));
        for (index, allowance) in model.allowances.iter().enumerate() {
            let account = &allowances.accounts[index];
            if account.is_closed || account.used < account.limit {
                continue;
            }
            let is_spent = match allowance.borrowing {
                AllowanceBorrowing::Never => true,
                AllowanceBorrowing::NextPeriod => {
                    let next = allowance.periods.get(account.period + 1).map_or(Cost::ZERO, |period| period.amount);
                    account.used >= account.limit + next
                }
                AllowanceBorrowing::Group => {
                    let group = || {
                        let all = allowances.accounts.iter().zip(&model.allowances);
                        all.filter(|(_, other)| other.group == allowance.group).map(|(account, _)| account)
                    };
                    group().map(|account| account.used).sum::<Cost>() >= group().map(|account| account.limit).sum()
                }
            };
            if is_spent {
                let until = allowance.periods.get(account.period).map_or(SimTime::NEVER, |period| period.end);
                allowances.accounts[index].is_closed = true;
                self.bar_team(&mut allowances, allowance.team, Some(until));
            }
        }
        self.allowances = Some(allowances);
    }

    /// Jobs of a team may not start until an instant, or may again: meanwhile they are out of the policy's sight, so that they block no others,
    /// and keep their rank. O(queue).
    fn bar_team(&mut self, allowances: &mut Allowances, team: TeamId, until: Option<SimTime>) {
        let classes = &mut self.state.classes;
        if classes.iter().all(|class| class.team != Some(team) || class.barred_until == until) {
            return;
        }
        classes.iter_mut().filter(|class| class.team == Some(team)).for_each(|class| class.barred_until = until);
        let is_theirs = |job: u32| self.state.classes[usize::from(self.state.job(job).class)].team == Some(team);
        if until.is_some() {
            let theirs: Vec<(Rank, Queued)> =
                self.state.queue.to_vec().into_iter().filter(|(_, queued)| is_theirs(queued.job)).collect();
            for (rank, queued) in &theirs {
                self.state.queue.remove(usize::from(self.state.job(queued.job).class), rank);
            }
            allowances.held.extend(theirs);
        } else {
            let (theirs, others) = std::mem::take(&mut allowances.held).into_iter().partition(|(_, queued)| is_theirs(queued.job));
            allowances.held = others;
            let theirs: Vec<(Rank, Queued)> = theirs;
            for (rank, queued) in theirs {
                self.state.queue.insert(usize::from(self.state.job(queued.job).class), rank, queued);
            }
        }
        self.changed = true;
        self.state.surprises += 1;
    }

    /// A job that has just come into the queue is held back, where its team has used up its budget. O(1).
    pub(super) fn hold_back(&mut self, job: u32) {
        let Some(allowances) = &mut self.allowances else { return };
        let facts = self.state.job(job);
        let (class, rank) = (usize::from(facts.class), facts.rank);
        if self.state.classes[class].barred_until.is_some_and(|until| until > self.now) {
            let queued = Queued { job, gpus: facts.gpus, estimate_ms: facts.estimate.ms() };
            self.state.queue.remove(class, &rank);
            allowances.held.push((rank, queued));
        }
    }

    /// The end: what is held back waits like all others. When each team's allowance was spent.
    pub(super) fn close_allowances(&mut self) -> Vec<Vec<[SimTime; 2]>> {
        let Some(allowances) = self.allowances.take() else { return Vec::new() };
        for &(rank, queued) in &allowances.held {
            self.state.queue.insert(usize::from(self.state.job(queued.job).class), rank, queued);
        }
        allowances.into_spells(self.end)
    }
}
