//! What of a vendor's load the other vendors could have taken over, month by month.

use super::Time;
use super::sums::is_month_in;
use crate::metrics::Observation;
use crate::metrics::gangs::GangTime;
use crate::model::Model;
use crate::units::{ClusterId, GpuTime, SimTime};
use std::cmp::Reverse;

/// A vendor's load in a month [H100e-hours].
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    all: f64,
    /// The part that fits elsewhere.
    placed: f64,
}

/// By month of the calendar and vendor.
pub(super) struct Placing {
    months: Vec<Vec<Load>>,
}

/// The idle nodes of another vendor's cluster, on average over a month, while gangs are placed there.
struct Room {
    cluster: ClusterId,
    nodes: f64,
}

impl Placing {
    /// Packs the gangs of each vendor into what the others have idle in the same month: the largest gang first, whole nodes of one cluster,
    /// clusters in the scenario's order. Only where the scenario says what leaving a vendor takes.
    /// O(months x vendors x gangs x clusters).
    pub fn of(model: &Model, observation: &Observation) -> Option<Self> {
        let loads = |month: usize| (0..model.vendors.len()).map(|vendor| load(model, observation, month, vendor)).collect();
        model.states_exit().then(|| Self { months: (0..model.calendar.months().len()).map(loads).collect() })
    }

    /// The share of a vendor's load in a span of time that the others could have taken over \[0 to 1\]: the mean of months, weighed by their
    /// load. Not a number without load.
    pub fn substitutable(&self, model: &Model, vendor: usize, time: Time) -> f64 {
        let months = self.months.iter().enumerate().filter(|(month, _)| is_month_in(model, *month, time));
        let sum = months.fold(Load::default(), |sum, (_, loads)| Load {
            all: sum.all + loads[vendor].all,
            placed: sum.placed + loads[vendor].placed,
        });
        // Sums in two orders may differ by a rounding.
        (sum.placed / sum.all).min(1.0)
    }
}

fn load(model: &Model, observation: &Observation, month: usize, vendor: usize) -> Load {
    let periods: Vec<usize> = (0..observation.periods.len())
        .filter(|&period| observation.periods[period].measured && observation.periods[period].month == month)
        .collect();
    let spans = periods.iter().map(|&period| &observation.periods[period]);
    let hours: f64 = spans.clone().map(|period| (period.end - period.begin).hours()).sum();
    let begin = spans.map(|period| period.begin).min().unwrap_or_default();
    let (theirs, others): (Vec<ClusterId>, Vec<ClusterId>) =
        (0..model.clusters.len()).map(ClusterId::from).partition(|id| model.clusters[id.index()].vendor.index() == vendor);
    let room = |&cluster: &ClusterId| {
        let cells = periods.iter().map(|&period| &observation.clusters[period][cluster.index()]);
        let idle: GpuTime = cells.map(|cell| cell.active() - cell.allocated).sum();
        Room { cluster, nodes: idle.hours() / hours / f64::from(model.clusters[cluster.index()].node_gpus) }
    };
    let mut rooms: Vec<Room> = others.iter().map(room).collect();
    let mut load = Load::default();
    for gangs in gangs(observation, &periods, &theirs) {
        let h100e_hours = gangs.time.hours() * model.clusters[gangs.cluster.index()].h100_equivalents;
        load.all += h100e_hours;
        load.placed += h100e_hours * place(model, &mut rooms, &gangs, hours, begin);
    }
    load
}

/// What ran on some clusters in some periods, the largest gangs first; of equals in the order of clusters and users.
fn gangs(observation: &Observation, periods: &[usize], clusters: &[ClusterId]) -> Vec<GangTime> {
    let rows = periods.iter().flat_map(|&period| &observation.gangs[period]);
    let mut gangs: Vec<GangTime> = rows.copied().filter(|gangs| clusters.contains(&gangs.cluster)).collect();
    let key = |gangs: &GangTime| (Reverse(gangs.gang.milli()), gangs.cluster, gangs.user);
    gangs.sort_by_key(key);
    gangs.dedup_by(|next, first| {
        let is_same = key(next) == key(first);
        if is_same {
            first.time += next.time;
        }
        is_same
    });
    gangs
}

/// Places gangs of one size and user, as many as there were on average; returns the share of them that fits. On a slower GPU a gang takes more
/// of them, for the same work.
fn place(model: &Model, rooms: &mut [Room], gangs: &GangTime, hours: f64, begin: SimTime) -> f64 {
    let from = &model.clusters[gangs.cluster.index()];
    let all = gangs.time.hours() / hours / gangs.gang.as_f64();
    let mut left = all;
    for room in rooms {
        let cluster = &model.clusters[room.cluster.index()];
        let closed = model.closed(gangs.user, cluster.vendor);
        if !model.may_run(gangs.user, room.cluster.index()) || closed.iter().any(|&(from, until)| from <= begin && begin < until) {
            continue;
        }
        let gpus = gangs.gang.as_f64() * (from.h100_equivalents / cluster.h100_equivalents).max(1.0);
        let (node, domain) = (f64::from(cluster.node_gpus), f64::from(cluster.domain_gpus));
        if model.stays_in_domain(gangs.user) && gpus > domain {
            continue;
        }
        // Several small gangs share a node, a large one takes whole nodes. A hair more, for what rounding takes off.
        let nodes = if gpus > node { (gpus / node).ceil() } else { 1.0 / (node / gpus + 1e-9).floor() };
        let fit = ((room.nodes + 1e-9).floor() / nodes + 1e-9).floor().min(left);
        room.nodes -= fit * nodes;
        left -= fit;
    }
    1.0 - left / all
}
