//! Accounts kept while a replication runs. Every change costs O(1); memory does not grow with events.

use super::gangs::{GangTime, Gangs};
use super::integral::Integral;
use super::observation::{ClusterPeriod, Moved, Period, Usage};
use super::timeline::Timeline;
use crate::model::Model;
use crate::model::cluster::{Cluster, Colocation};
use crate::model::ramp::CapacityKind;
use crate::model::transfer::Leg;
use crate::units::{ClusterId, GpuTime, Gpus, SimTime, Span, VendorId};
use std::collections::BTreeMap;

/// Why GPU-time of a running job was of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waste {
    /// A failure undid it.
    Lost,
    /// It went into starting again.
    Restart,
    /// It stood still for a checkpoint.
    Blocked,
}

/// Closed accounts.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The periods.
    pub periods: Vec<Period>,
    /// Period by period, cluster by cluster.
    pub clusters: Vec<Vec<ClusterPeriod>>,
    /// Period by period, cluster by cluster, user by user.
    pub usage: Vec<Vec<Vec<Usage>>>,
    /// Transfers by period, vendors and user.
    pub moved: Vec<Moved>,
    /// Period by period, what was held in gangs of which size.
    pub gangs: Vec<Vec<GangTime>>,
}

/// The accounts of a replication.
#[derive(Clone, Debug)]
pub struct Recorder {
    periods: Vec<Period>,
    /// How many periods are closed.
    closed: usize,
    clusters: Vec<ClusterAccount>,
    users: usize,
    /// Closed rows, filled in at the end of each period.
    rows: Vec<Vec<ClusterPeriod>>,
    /// Waste is booked where it falls, possibly in a closed period, so these rows exist from the start.
    usage: Vec<Vec<Vec<Usage>>>,
    /// Number and size \[MB\] of transfers by period, from, to and user.
    moved: BTreeMap<(usize, VendorId, VendorId, usize), (u64, u64)>,
    /// Only where the report asks what could be had elsewhere.
    gangs: Option<Gangs>,
    gang_rows: Vec<Vec<GangTime>>,
}

#[derive(Clone, Debug)]
struct ClusterAccount {
    installed: [Integral; 3],
    out: Integral,
    dark: Integral,
    taken_back: Integral,
    allocated: Integral,
    allocated_by_kind: [Integral; 3],
    /// Reserved GPUs without power at the vendor's risk. Those of other kinds are dark first, as reserved capacity is used first.
    not_billed: Integral,
    dark_is_billed: bool,
    /// Reserved GPUs whose term is over and that go on, as far as the vendor makes them available, and the allocated part of them: what
    /// is in its term is used first.
    after_term: Integral,
    after_term_used: Integral,
    /// GPUs of those, available or not [thousandths].
    past: i64,
    /// Billed reserved GPUs while an outage of the data plane lasts.
    reserved_down: Integral,
    is_down: bool,
    users: Vec<UserAccount>,
    /// Totals at the last closing, in the order of `totals`.
    last: [u128; 14],
}

#[derive(Clone, Copy, Debug, Default)]
struct UserAccount {
    allocated: Integral,
    busy: Integral,
    missed: Integral,
    last: [u128; 3],
}

impl Recorder {
    /// Empty accounts for a model whose contracts go as `timelines` say.
    #[must_use]
    pub fn new(model: &Model, timelines: &[Timeline]) -> Self {
        let periods = periods(model, timelines);
        let users = model.users().count();
        let account = |cluster: &Cluster| ClusterAccount {
            installed: [Integral::default(); 3],
            out: Integral::default(),
            dark: Integral::default(),
            taken_back: Integral::default(),
            allocated: Integral::default(),
            allocated_by_kind: [Integral::default(); 3],
            not_billed: Integral::default(),
            dark_is_billed: cluster.power.dark_is_billed,
            after_term: Integral::default(),
            after_term_used: Integral::default(),
            past: 0,
            reserved_down: Integral::default(),
            is_down: false,
            users: vec![UserAccount::default(); users],
            last: [0; 14],
        };
        let clusters = model.clusters.len();
        Self {
            closed: 0,
            clusters: model.clusters.iter().map(account).collect(),
            users,
            rows: Vec::with_capacity(periods.len()),
            usage: vec![vec![vec![Usage::default(); users]; clusters]; periods.len()],
            moved: BTreeMap::new(),
            gangs: model.states_exit().then(Gangs::default),
            gang_rows: Vec::new(),
            periods,
        }
    }

    /// The periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// Usage in a period, cluster by cluster and user by user. While it is open, only waste is there.
    #[must_use]
    pub fn usage(&self, period: usize) -> &[Vec<Usage>] {
        &self.usage[period]
    }

    /// The end of the period that is open; none when all are closed.
    #[must_use]
    pub fn open_end(&self) -> Option<SimTime> {
        self.periods.get(self.closed).map(|period| period.end)
    }

    /// Which period is open.
    #[must_use]
    pub const fn open(&self) -> usize {
        self.closed
    }

    /// The calendar's month that is open.
    #[must_use]
    pub fn open_month(&self) -> u16 {
        // A calendar of 65,536 months would be longer than any scenario may be.
        self.periods.get(self.closed).map_or(0, |period| period.month as u16)
    }

    /// GPUs arrived (or left).
    pub fn installed(&mut self, cluster: ClusterId, kind: CapacityKind, delta: i64, now: SimTime) {
        let account = &mut self.clusters[cluster.index()];
        account.installed[kind as usize].add(delta * 1000, now);
        account.note_billing(now);
        account.split(now);
    }

    /// The term of reserved GPUs is over, and they go on; or such GPUs leave.
    pub fn after_term(&mut self, cluster: ClusterId, delta: i64, now: SimTime) {
        let account = &mut self.clusters[cluster.index()];
        account.past += delta * 1000;
        account.note_billing(now);
        account.split(now);
    }

    /// Reserved GPUs of a cluster that are there after their term.
    #[must_use]
    pub fn gpus_after_term(&self, cluster: ClusterId) -> u64 {
        self.clusters[cluster.index()].past.unsigned_abs() / 1000
    }

    /// An outage of the data plane for which contracts credit began, or the last one is over.
    pub fn down(&mut self, cluster: ClusterId, is_down: bool, now: SimTime) {
        let account = &mut self.clusters[cluster.index()];
        account.is_down = is_down;
        account.note_billing(now);
    }

    /// GPUs went out for repair, or came back.
    pub fn out(&mut self, cluster: ClusterId, delta: i64, now: SimTime) {
        self.clusters[cluster.index()].out.add(delta * 1000, now);
    }

    /// GPUs are out of use for want of power, or have it again.
    pub fn dark(&mut self, cluster: ClusterId, delta: i64, now: SimTime) {
        self.out(cluster, delta, now);
        let account = &mut self.clusters[cluster.index()];
        account.dark.add(delta * 1000, now);
        account.note_billing(now);
        account.split(now);
    }

    /// Spot GPUs were taken back by their vendor, or are offered again.
    pub fn taken_back(&mut self, cluster: ClusterId, delta: i64, now: SimTime) {
        self.out(cluster, delta, now);
        self.clusters[cluster.index()].taken_back.add(delta * 1000, now);
    }

    /// A user leased GPUs, or gave them back [thousandths of a GPU]. Jobs compute while they hold GPUs; replicas say by `busy` how much they
    /// do.
    pub fn allocated(&mut self, cluster: ClusterId, user: usize, delta: i64, computes: bool, now: SimTime) {
        let account = &mut self.clusters[cluster.index()];
        account.allocated.add(delta, now);
        account.users[user].allocated.add(delta, now);
        if computes {
            account.users[user].busy.add(delta, now);
        }
        account.split(now);
    }

    /// Gangs of one size hold more GPUs of a cluster, or less [thousandths of a GPU].
    pub fn gangs(&mut self, cluster: ClusterId, user: usize, gang: Gpus, delta: i64, now: SimTime) {
        if let Some(gangs) = &mut self.gangs {
            gangs.add(cluster, user, gang, delta, now);
        }
    }

    /// How much of a service's GPUs compute, and how much of that misses the objective [milli-GPU].
    pub fn busy(&mut self, cluster: ClusterId, user: usize, busy: Gpus, missed: Gpus, now: SimTime) {
        let account = &mut self.clusters[cluster.index()].users[user];
        account.busy.set(busy.milli() as i64, now);
        account.missed.set(missed.milli() as i64, now);
    }

    /// GPU-time of a job between two instants was of no use.
    pub fn waste(&mut self, cluster: ClusterId, user: usize, gpus: Gpus, why: Waste, from: SimTime, to: SimTime) {
        let mut index = self.closed.min(self.periods.len() - 1);
        while index > 0 && self.periods[index].begin > from {
            index -= 1;
        }
        let mut begin = from;
        while begin < to && index < self.periods.len() {
            let end = to.min(self.periods[index].end);
            *self.usage[index][cluster.index()][user].of(why) += gpus.over(end - begin);
            begin = end;
            index += 1;
        }
    }

    /// `amount` of time of each GPU between two instants was of no use, evenly: what blocking checkpoints take.
    #[allow(clippy::too_many_arguments, reason = "where, who, how much, why and when are all needed")]
    pub fn waste_evenly(
        &mut self,
        cluster: ClusterId,
        user: usize,
        gpus: Gpus,
        why: Waste,
        amount: Span,
        from: SimTime,
        to: SimTime,
    ) {
        let mut index = self.closed.min(self.periods.len() - 1);
        while index > 0 && self.periods[index].begin > from {
            index -= 1;
        }
        let length = i128::from((to - from).ms().max(1));
        let mut booked = Span::ZERO;
        while booked < amount && index < self.periods.len() {
            let end = to.min(self.periods[index].end);
            // Rounding what is due so far, not each part, keeps every part within its period's length.
            let due = Span::from_ms((i128::from(amount.ms()) * i128::from((end - from).ms()) / length) as i64);
            *self.usage[index][cluster.index()][user].of(why) += gpus.over(due - booked);
            booked = due;
            index += 1;
        }
    }

    /// Data of a user leave one vendor for another. O(log of the periods, pairs of vendors and users so far).
    pub fn moved(&mut self, user: usize, leg: Leg) {
        let (count, megabytes) = self.moved.entry((self.closed, leg.from, leg.to, user)).or_default();
        *count += 1;
        *megabytes = megabytes.saturating_add(leg.megabytes);
    }

    /// What is allocated of a cluster by these accounts [thousandths of a GPU].
    #[must_use]
    pub fn allocated_milli(&self, cluster: ClusterId) -> i64 {
        self.clusters[cluster.index()].allocated.value()
    }

    /// Installed GPUs of a cluster by these accounts.
    #[must_use]
    pub fn installed_gpus(&self, cluster: ClusterId) -> i64 {
        self.clusters[cluster.index()].installed.iter().map(Integral::value).sum::<i64>() / 1000
    }

    /// GPUs of a cluster by these accounts that are there under a kind.
    #[must_use]
    pub fn installed_of(&self, cluster: ClusterId, kind: CapacityKind) -> u64 {
        self.clusters[cluster.index()].installed[kind as usize].value().unsigned_abs() / 1000
    }

    /// GPU-time of a cluster since the start of the run: allocated, and active.
    #[must_use]
    pub fn use_of(&self, cluster: ClusterId, now: SimTime) -> [GpuTime; 2] {
        let account = &self.clusters[cluster.index()];
        let installed: u128 = account.installed.iter().map(|integral| integral.total(now)).sum();
        [account.allocated.total(now), installed - account.out.total(now)].map(GpuTime::from_milli_gpu_ms)
    }

    /// GPU-time allocated by kind of capacity since the start of the run.
    #[must_use]
    pub fn allocated_by_kind(&self, cluster: ClusterId, now: SimTime) -> [GpuTime; 3] {
        let kinds = &self.clusters[cluster.index()].allocated_by_kind;
        kinds.each_ref().map(|integral| GpuTime::from_milli_gpu_ms(integral.total(now)))
    }

    /// GPU-time allocated on reserved capacity within its term since the start of the run.
    #[must_use]
    pub fn used_in_term(&self, cluster: ClusterId, now: SimTime) -> GpuTime {
        let account = &self.clusters[cluster.index()];
        GpuTime::from_milli_gpu_ms(account.allocated_by_kind[0].total(now) - account.after_term_used.total(now))
    }

    /// Reserved GPU-time within its term that the vendor has made available since the start of the run.
    #[must_use]
    pub fn available_in_term(&self, cluster: ClusterId, now: SimTime) -> GpuTime {
        let account = &self.clusters[cluster.index()];
        let [installed, not_billed, after_term] =
            [&account.installed[0], &account.not_billed, &account.after_term].map(|integral| integral.total(now));
        GpuTime::from_milli_gpu_ms(installed - not_billed - after_term)
    }

    /// Reserved GPU-time within its term in outages for which contracts credit, since the start of the run.
    #[must_use]
    pub fn reserved_down(&self, cluster: ClusterId, now: SimTime) -> GpuTime {
        GpuTime::from_milli_gpu_ms(self.clusters[cluster.index()].reserved_down.total(now))
    }

    /// GPU-time allocated on a cluster since the start of the run.
    #[must_use]
    pub fn allocated_so_far(&self, cluster: ClusterId, now: SimTime) -> GpuTime {
        GpuTime::from_milli_gpu_ms(self.clusters[cluster.index()].allocated.total(now))
    }

    /// Ends the accounts at `now`: the open period ends there, and no later one is left. A run that ends at its beginning keeps a period of
    /// no length.
    pub fn cut(&mut self, now: SimTime) {
        self.periods.truncate(self.closed + 1);
        self.usage.truncate(self.closed + 1);
        if let Some(period) = self.periods.get_mut(self.closed) {
            period.end = now.max(period.begin);
        }
    }

    /// Closes the open period.
    pub fn close(&mut self) {
        let Some(period) = self.periods.get(self.closed).copied() else { return };
        let mut row = Vec::with_capacity(self.clusters.len());
        for (account, usage) in self.clusters.iter_mut().zip(&mut self.usage[self.closed]) {
            row.push(account.close(period.end));
            for (user, usage) in account.users.iter_mut().zip(usage) {
                user.close(usage, period.end);
            }
        }
        self.gang_rows.push(self.gangs.as_mut().map_or_else(Vec::new, |gangs| gangs.close(period.end)));
        self.rows.push(row);
        self.closed += 1;
    }

    /// The rows, once all periods are closed: clusters, and usage.
    #[must_use]
    pub fn into_rows(self) -> Rows {
        let last = self.periods.len().saturating_sub(1);
        let moved = self.moved.into_iter().map(|((period, from, to, user), (count, megabytes))| Moved {
            period: period.min(last),
            from,
            to,
            user,
            count,
            megabytes,
        });
        Rows { periods: self.periods, clusters: self.rows, usage: self.usage, moved: moved.collect(), gangs: self.gang_rows }
    }

    /// How many users there are.
    #[must_use]
    pub const fn users(&self) -> usize {
        self.users
    }
}

impl Usage {
    fn of(&mut self, why: Waste) -> &mut GpuTime {
        match why {
            Waste::Lost => &mut self.lost,
            Waste::Restart => &mut self.restarts,
            Waste::Blocked => &mut self.blocked,
        }
    }
}

impl ClusterAccount {
    /// Which kinds of capacity the allocated GPUs use: reserved fills first, then on-demand, then spot.
    fn split(&mut self, now: SimTime) {
        let mut left = self.allocated.value();
        for (kind, integral) in self.allocated_by_kind.iter_mut().enumerate() {
            let part = left.min(self.installed[kind].value());
            integral.set(part, now);
            left -= part;
        }
        let reserved = self.installed[0].value();
        let (not_billed, past) = (self.not_billed.value(), self.after_term.value());
        let used = self.allocated_by_kind[0].value() - (reserved - not_billed - past);
        self.after_term_used.set(used.clamp(0, past), now);
    }

    fn note_billing(&mut self, now: SimTime) {
        let [reserved, on_demand, spot] = self.installed.each_ref().map(Integral::value);
        let dark = if self.dark_is_billed { 0 } else { (self.dark.value() - on_demand - spot).clamp(0, reserved.max(0)) };
        self.not_billed.set(dark, now);
        let past = self.past.min(reserved - dark);
        self.after_term.set(past, now);
        self.reserved_down.set(if self.is_down { reserved - dark - past } else { 0 }, now);
    }

    fn totals(&self, now: SimTime) -> [u128; 14] {
        let [a, b, c] = self.installed.each_ref().map(|integral| integral.total(now));
        let [d, e, f] = self.allocated_by_kind.each_ref().map(|integral| integral.total(now));
        let [out, dark, taken_back] = [&self.out, &self.dark, &self.taken_back].map(|integral| integral.total(now));
        let [down, not_billed, past, past_used] =
            [&self.reserved_down, &self.not_billed, &self.after_term, &self.after_term_used].map(|integral| integral.total(now));
        [a, b, c, out, self.allocated.total(now), d, e, f, down, dark, taken_back, not_billed, past, past_used]
    }

    fn close(&mut self, now: SimTime) -> ClusterPeriod {
        let totals = self.totals(now);
        let part = |index: usize| GpuTime::from_milli_gpu_ms(totals[index] - self.last[index]);
        let row = ClusterPeriod {
            installed: [part(0), part(1), part(2)],
            out: part(3),
            allocated: part(4),
            allocated_by_kind: [part(5), part(6), part(7)],
            dark: part(9),
            taken_back: part(10),
            dark_at_end: self.dark.value().unsigned_abs() / 1000,
            reserved_down: part(8),
            not_billed: part(11),
            after_term: part(12),
            after_term_used: part(13),
            installed_at_end: self.installed.iter().map(Integral::value).sum::<i64>().unsigned_abs() / 1000,
        };
        self.last = totals;
        row
    }
}

impl UserAccount {
    fn close(&mut self, usage: &mut Usage, now: SimTime) {
        let totals = [self.allocated.total(now), self.busy.total(now), self.missed.total(now)];
        let part = |index: usize| GpuTime::from_milli_gpu_ms(totals[index] - self.last[index]);
        usage.allocated = part(0);
        usage.busy = part(1);
        usage.missed = part(2);
        self.last = totals;
    }
}

/// Months, cut where the warm-up ends, where prices change and where contracts, or years of take-or-pay contracts, begin and end.
fn periods(model: &Model, timelines: &[Timeline]) -> Vec<Period> {
    let horizon = model.horizon();
    let mut cuts: Vec<SimTime> = model.calendar.months().iter().map(|month| month.begin).collect();
    cuts.push(model.warm_up);
    for (contract, timeline) in model.contracts.iter().zip(timelines) {
        cuts.extend(timeline.cuts(model, contract));
    }
    cuts.extend(model.clusters.iter().flat_map(|cluster| cluster.prices.changes.iter().map(|&(at, _)| at)));
    cuts.extend(model.clusters.iter().filter_map(|cluster| cluster.colocation.as_ref()).flat_map(Colocation::changes));
    cuts.retain(|&cut| cut >= SimTime::ZERO && cut < horizon);
    cuts.sort_unstable();
    cuts.dedup();
    let ends = cuts.iter().copied().skip(1).chain([horizon]);
    let period = |(begin, end): (&SimTime, SimTime)| Period {
        begin: *begin,
        end,
        month: model.calendar.month_of(*begin),
        measured: *begin >= model.warm_up,
    };
    cuts.iter().zip(ends).map(period).collect()
}
