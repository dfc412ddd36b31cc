//! When jobs would end if each team had its own GPUs.

use super::world::World;
use crate::metrics::FinishTimes;
use crate::model::Model;
use crate::units::{SimTime, Span, TeamId};
use crate::workload::JobDraft;

/// Each team alone on an exclusive share of all capacity: its weight over those of all teams with a `[team.KEY]`. The share is a fluid that the
/// team's jobs fill in order of submission, as far as it goes, each with at most its gang.
///
/// Source: K. Mahajan et al., "Themis: fair and efficient GPU cluster scheduling", NSDI 2020 (finish-time fairness).
pub(super) struct Alone {
    /// By team: its account, if it has a `[team.KEY]`.
    teams: Vec<Option<Account>>,
    /// By place in the job table: how long the job would take from its submission on; none where that is unknown.
    times: Vec<Option<Span>>,
}

/// A team on its exclusive share.
#[derive(Clone, Copy)]
struct Account {
    /// Its part of all capacity.
    share: f64,
    /// Work that was submitted and is not done [GPU-ms on the reference GPU].
    backlog: f64,
    /// GPUs of its share, in those of the reference type, as of its last submission.
    rate: f64,
    /// When that was [ms].
    since_ms: i64,
}

impl Alone {
    /// Accounts before the first submission; none if fairness is not measured.
    pub fn new(model: &Model) -> Option<Box<Self>> {
        let teams = model.fair_teams();
        let weight = |team: TeamId| model.weight(team).unwrap_or(0.0);
        let all: f64 = teams.iter().map(|&team| weight(team)).sum();
        let mut accounts = vec![None; model.teams.len()];
        for &team in &teams {
            accounts[team.index()] = Some(Account { share: weight(team) / all, backlog: 0.0, rate: 0.0, since_ms: 0 });
        }
        (!teams.is_empty()).then(|| Box::new(Self { teams: accounts, times: Vec::new() }))
    }

    /// How long a job that was submitted just now would take: `gpus` active GPUs, of whichever type, are there that it may use, and they are as
    /// many as `reference` of the reference type.
    fn submit(&mut self, team: TeamId, now_ms: i64, (gang, run): (f64, Span), gpus: f64, reference: f64) -> Option<Span> {
        let account = self.teams.get_mut(team.index())?.as_mut()?;
        let done = account.rate * (now_ms - account.since_ms) as f64;
        account.backlog = (account.backlog - done).max(0.0) + gang * run.ms() as f64;
        (account.rate, account.since_ms) = (account.share * reference, now_ms);
        if account.rate <= 0.0 {
            return None;
        }
        // At the mean speed of the GPUs, on the gang or on what the share has of it, and not before those submitted earlier.
        let own = run.ms() as f64 * gang / gang.min(account.share * gpus) * gpus / reference;
        let time = own.max(account.backlog / account.rate);
        Some(Span::from_ms(time.ceil().clamp(1.0, 9e15) as i64))
    }
}

impl World<'_> {
    /// Notes how long a job that was submitted just now would take if its team had its own GPUs. O(clusters) where fairness is measured.
    pub(super) fn note_alone(&mut self, place: u32, draft: &JobDraft) {
        let Some(alone) = &mut self.alone else { return };
        let workload = &self.model.workloads[draft.workload.index()];
        let class = &self.state.classes[usize::from(self.jobs.class_of(draft.workload))];
        let (mut gpus, mut reference) = (0.0, 0.0);
        for &cluster in &class.clusters {
            let state = &self.state.clusters[cluster.index()];
            let active = state.domains.installed_gpus().saturating_sub(state.out_gpus) as f64;
            gpus += active;
            reference += active * f64::from(workload.speed_milli[cluster.index()]) / 1000.0;
        }
        let gang = workload.amount(draft.gpus).as_f64();
        let time = alone.submit(workload.team, self.now.ms(), (gang, draft.run), gpus, reference);
        let place = place as usize;
        if alone.times.len() <= place {
            alone.times.resize(place + 1, None);
        }
        alone.times[place] = time;
    }

    /// Counts a job that has ended, or has not at the horizon, if it would have ended by then alone: whether it counts does not depend on the policy.
    pub(super) fn count_finish(&mut self, place: u32) {
        self.count_finish_at(place, self.now);
    }

    /// The same of a job that is taken to end at an instant.
    pub(super) fn count_finish_at(&mut self, place: u32, end: SimTime) {
        let Some(alone) = &self.alone else { return };
        let draft = self.jobs.get(place).draft;
        let time = alone.times.get(place as usize).copied().flatten();
        let Some(time) = time.filter(|&time| draft.submit.saturating_add(time) <= self.end) else { return };
        if draft.submit >= self.model.warm_up {
            let took = end - draft.submit;
            self.statistics.at(self.jobs.get(place).month, draft.workload).finish.add(FinishTimes::of(took, time));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn half() -> Alone {
        let account = Account { share: 0.5, backlog: 0.0, rate: 0.0, since_ms: 0 };
        Alone { teams: vec![Some(account), None], times: Vec::new() }
    }

    #[test]
    fn a_job_waits_for_its_own_team_alone() {
        let (mut alone, hour) = (half(), Span::HOUR);
        let mut submit = |at: i64, gang: f64, gpus: f64, reference: f64| {
            alone.submit(TeamId::from(0_usize), at * HOUR, (gang, hour), gpus, reference).map(Span::hours)
        };
        // Of 16 GPUs half are the team's: a gang of 4 has them at once, one of 16 takes twice as long, behind what is left of the first.
        assert_eq!(submit(0, 4.0, 16.0, 16.0), Some(1.0));
        assert_eq!(submit(0, 16.0, 16.0, 16.0), Some(2.5));
        // Half an hour's work of 8 GPUs is left after two hours.
        assert_eq!(submit(2, 4.0, 16.0, 16.0), Some(1.0));
        assert_eq!(submit(3, 4.0, 16.0, 32.0), Some(0.5));
        assert_eq!(submit(4, 4.0, 0.0, 0.0), None);
        assert_eq!(alone.submit(TeamId::from(1_usize), 0, (1.0, hour), 16.0, 16.0), None);
    }
}
