//! The turns of jobs whose teams take turns.

use super::quotas::{Asker, Runner, Standing, depth, standings, start};
use super::{Packing, room};
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank, Room};
use crate::policy::quota::QuotaUse;
use crate::policy::shares::TeamShares;
use crate::units::{ClusterId, TeamId};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The jobs of a team that have had no turn.
struct Line {
    team: Option<TeamId>,
    /// Its classes of waiting jobs, and the next of each.
    classes: Vec<(usize, Option<(Rank, Queued)>)>,
    /// Its running jobs in order: rank, cluster's place among the packings, place in the cluster's list, GPUs.
    running: Vec<(Rank, usize, usize, u64)>,
    /// Those before it have had their turn, or have to wait for another round.
    next: usize,
}

/// Who has a turn.
#[derive(Clone, Copy)]
enum Next {
    /// The next running job of its team.
    Running,
    /// The next waiting job of one of the team's classes, by its place among them.
    Waiting(usize, Queued),
}

/// Accounts of a pass.
struct Pass {
    /// What teams have been given, as if no GPU had been held before.
    given: TeamShares,
    /// The same of quotas, where there are any.
    quota: Option<QuotaUse>,
    /// Waiting jobs that have been given GPUs, where there are several rounds.
    started: BTreeSet<u32>,
    /// By class: no larger gang has been found room for in this round. Room only shrinks as turns pass, but for those stopped for want of quota,
    /// who make room for the next round.
    most: Vec<u64>,
}

/// Progressive filling: the next turn is that of the first job, running or waiting, of the team with the least share of what was given so far in
/// this pass. Of equal teams', a running job comes before a waiting one, then the earliest submission; so a pass whose outcome is in place
/// changes nothing. A running job goes on if its GPUs have not been needed by one before it, and has them back if those who come after
/// it hold enough. A waiting job takes GPUs of those that have had no turn, first of those that would be last if no job waited. A job that does not fit is passed over and is given nothing.
///
/// Where there are quotas, it goes in rounds, as without turns of teams: first those within what their team has, then those within what a
/// cohort has, then who borrows.
///
/// O((running + jobs that start) x (teams + classes) x log) a pass; where there are quotas also O(waiting).
///
/// Tells whether a running job was stopped that its team is entitled to by quota: it may find room elsewhere in another pass.
pub(super) fn turns(plan: &Plan<'_>, packings: &mut [Packing], broker: &dyn Broker, placement: &dyn Placement) -> bool {
    let view = plan.view();
    let Some(shares) = view.team_shares() else { return false };
    let mut is_wronged = false;
    let most = vec![u64::MAX; view.classes()];
    let mut pass = Pass { given: shares.unheld(), quota: view.quota().map(QuotaUse::unused), started: BTreeSet::new(), most };
    let mut lines = lines(plan, packings, &mut pass);
    let runners = runners(plan, packings, &lines, &pass);
    let mut standings = standings(&runners, packings);
    let rounds = pass.quota.as_ref().map_or(0, depth);
    for round in 0..=rounds {
        let height = (round < rounds).then_some(round);
        pass.most.fill(u64::MAX);
        for line in &mut lines {
            line.next = 0;
            for (class, next) in &mut line.classes {
                *next = next_waiting(plan, packings, &pass, (line.team, *class), height, None);
            }
            line.skip(packings, &standings, &pass, height);
        }
        while let Some((at, next)) = first(plan, &lines, &pass) {
            let line = &mut lines[at];
            match next {
                Next::Running => {
                    let (_, place, at, gpus) = line.running[line.next];
                    // Its team may have been given more since it was its next.
                    let cluster = [packings[place].cluster];
                    if pass.has_turn(line.team, &cluster, gpus, height) {
                        let has_quota = pass.has_quota(line.team, &cluster, gpus);
                        if has_quota {
                            packings[place].make_way(plan, &mut standings[place], at);
                        }
                        let job = packings[place].running[at].job;
                        if packings[place].turn_within(plan, &mut standings[place], at, has_quota) {
                            pass.give(plan, job, packings[place].cluster);
                        } else {
                            is_wronged |= has_quota && round < rounds;
                        }
                    }
                    line.next += 1;
                    line.skip(packings, &standings, &pass, height);
                }
                Next::Waiting(which, queued) => {
                    let (class, next) = &mut line.classes[which];
                    let clusters = &view.class(*class).clusters;
                    let may_start =
                        pass.has_quota(line.team, clusters, queued.gpus) && pass.has_turn(line.team, clusters, queued.gpus, height);
                    if may_start {
                        let quota = pass.quota.as_ref().map(|used| (used, height));
                        let asker = Asker { job: queued.job, quota, runners: &runners };
                        if let Some(cluster) = start(plan, packings, &mut standings, &asker, broker, placement) {
                            pass.give(plan, queued.job, cluster);
                            if rounds > 0 {
                                pass.started.insert(queued.job);
                            }
                        } else if !is_choosy(plan, packings, queued.job, broker) {
                            pass.most[*class] = queued.gpus.saturating_sub(1);
                        }
                    }
                    let after = next.map(|(rank, _)| rank);
                    *next = next_waiting(plan, packings, &pass, (line.team, *class), height, after);
                }
            }
            // Who does not fit any more is passed over at once, so that the turn of a running job behind it does not hang on when it was looked for.
            for line in &mut lines {
                for (class, next) in &mut line.classes {
                    if let Some((rank, queued)) = *next
                        && queued.gpus > room(plan, packings, *class).min(pass.most[*class])
                    {
                        *next = next_waiting(plan, packings, &pass, (line.team, *class), height, Some(rank));
                    }
                }
            }
        }
    }
    is_wronged
}

/// Whether the broker leaves out clusters that have room for a job, which it may not do for the next one of its class.
fn is_choosy(plan: &Plan<'_>, packings: &[Packing], job: u32, broker: &dyn Broker) -> bool {
    let view = plan.view();
    let facts = view.job(job);
    let class = view.class_of(facts);
    let open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster));
    open.filter(|cluster| packings[cluster.index()].has_room(plan, facts.gpus))
        .any(|cluster| view.score(broker, facts, cluster).is_none())
}

/// The lines of all teams. Running jobs that may not be stopped, or run where an outage bars that, have had their turn.
fn lines(plan: &Plan<'_>, packings: &mut [Packing], pass: &mut Pass) -> Vec<Line> {
    let view = plan.view();
    let of_team = |(team, classes): &(Option<TeamId>, Vec<usize>)| Line {
        team: *team,
        classes: classes.iter().map(|&class| (class, None)).collect(),
        running: Vec::new(),
        next: 0,
    };
    let mut lines: Vec<Line> = view.state.team_classes.iter().map(of_team).collect();
    for (place, packing) in packings.iter_mut().enumerate() {
        let barred = view.is_barred(packing.cluster);
        for (at, running) in packing.running.iter().enumerate() {
            if !running.preemptible || barred {
                pass.give(plan, running.job, packing.cluster);
                packing.review = packing.review.min(running.review);
                continue;
            }
            let team = view.class_of(view.job(running.job)).team;
            if let Some(line) = lines.iter_mut().find(|line| line.team == team) {
                line.running.push((Rank(running.rank), place, at, running.gpus));
            }
        }
    }
    for line in &mut lines {
        line.running.sort_unstable_by_key(|&(rank, place, at, _)| (rank, place, at));
    }
    lines
}

/// Running jobs in the order in which they would have their turn if no job waited.
fn runners(plan: &Plan<'_>, packings: &[Packing], lines: &[Line], pass: &Pass) -> Vec<Runner> {
    let mut given = pass.given.clone();
    let mut next = vec![0; lines.len()];
    let mut runners = Vec::new();
    loop {
        let open = lines.iter().enumerate().filter_map(|(line, of)| Some((line, of.team, of.running.get(next[line])?)));
        let turns = open.map(|(line, team, job)| (given.of(team), job.0, line, team, job));
        let first = turns.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let Some((_, _, line, team, &(_, place, at, gpus))) = first else { break };
        next[line] += 1;
        runners.push(Runner { place, at, team, gpus });
        let class = plan.view().class_of(plan.view().job(packings[place].running[at].job));
        given.take(class.team, packings[place].cluster, gpus * u64::from(class.gpu_milli), plan.view().now());
    }
    runners
}

/// Whose turn is next: the line, and who of it.
fn first(plan: &Plan<'_>, lines: &[Line], pass: &Pass) -> Option<(usize, Next)> {
    let view = plan.view();
    let next = |(at, line): (usize, &Line)| {
        let running = line.running.get(line.next).map(|&(rank, ..)| (rank, Next::Running));
        let waiting = line.classes.iter().enumerate().filter_map(|(which, (_, next))| {
            let (rank, queued) = (*next)?;
            Some((rank, Next::Waiting(which, queued)))
        });
        let (rank, who) = running.into_iter().chain(waiting).min_by_key(|&(rank, _)| rank)?;
        let share = pass.given.of(line.team);
        let (share, waits) = match who {
            Next::Running => (share, false),
            Next::Waiting(_, queued) => {
                let class = view.class_of(view.job(queued.job));
                let milli = queued.gpus * u64::from(class.gpu_milli);
                (share + pass.given.patience(line.team, &class.clusters, milli), true)
            }
        };
        Some((at, who, (share, waits, rank)))
    };
    let before = |one: &(f64, bool, Rank), other: &(f64, bool, Rank)| -> Ordering {
        one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2))
    };
    let open = lines.iter().enumerate().filter_map(next);
    open.min_by(|(_, _, one), (_, _, other)| before(one, other)).map(|(at, who, _)| (at, who))
}

/// The next waiting job of a class that there may be room and quota for, and which has a turn in this round.
fn next_waiting(
    plan: &Plan<'_>,
    packings: &[Packing],
    pass: &Pass,
    (team, class): (Option<TeamId>, usize),
    height: Option<usize>,
    mut after: Option<Rank>,
) -> Option<(Rank, Queued)> {
    let anywhere = room(plan, packings, class).min(pass.most[class]);
    let clusters = &plan.view().class(class).clusters;
    loop {
        let (rank, queued) = plan.view().next_in(class, after, Room { anywhere, reserved: 0, before_ms: 0, extra: 0 })?;
        let has_turn = pass.has_quota(team, clusters, queued.gpus) && pass.has_turn(team, clusters, queued.gpus, height);
        if has_turn && !pass.started.contains(&queued.job) {
            return Some((rank, queued));
        }
        after = Some(rank);
    }
}

impl Line {
    /// Goes on to the next running job that has a turn in this round.
    fn skip(&mut self, packings: &[Packing], standings: &[Vec<Standing>], pass: &Pass, height: Option<usize>) {
        while let Some(&(_, place, at, gpus)) = self.running.get(self.next) {
            if pass.has_turn(self.team, &[packings[place].cluster], gpus, height) && !standings[place][at].turned {
                return;
            }
            self.next += 1;
        }
    }
}

impl Pass {
    /// Whether a job of a team has a turn on some of the clusters in the round of those entitled up to a height; in the last round all have.
    fn has_turn(&self, team: Option<TeamId>, clusters: &[ClusterId], gpus: u64, height: Option<usize>) -> bool {
        let (Some(quota), Some(height)) = (&self.quota, height) else { return true };
        quota.entitlement_on(team, clusters, gpus).is_some_and(|found| found <= height)
    }

    /// Whether a team has quota for a job on one of the clusters.
    fn has_quota(&self, team: Option<TeamId>, clusters: &[ClusterId], gpus: u64) -> bool {
        self.quota.as_ref().is_none_or(|quota| gpus <= quota.available_on(team, clusters))
    }

    /// A job gets GPUs of a cluster, or keeps them.
    fn give(&mut self, plan: &Plan<'_>, job: u32, cluster: ClusterId) {
        let view = plan.view();
        let facts = view.job(job);
        let class = view.class_of(facts);
        self.given.take(class.team, cluster, facts.gpus * u64::from(class.gpu_milli), view.now());
        if let Some(quota) = &mut self.quota {
            quota.take((class.team, cluster), facts.gpus);
        }
    }
}
