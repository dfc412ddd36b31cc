//! Lines that clauses of contracts add: prepayments, delay damages, fees.

use super::{Category, Ledger, Line, Standing, bill_of_reserved};
use crate::metrics::Observation;
use crate::metrics::observation::Period;
use crate::metrics::timeline::{Ending, Timeline, share_after};
use crate::model::Model;
use crate::model::clauses::availability;
use crate::model::contract::Contract;
use crate::units::{ClusterId, Cost, GpuTime, Price, SimTime};

impl Ledger {
    /// A prepayment is paid when the term begins, and credited against the bills for reserved capacity, settlements included, for as long as
    /// it lasts. The part that was for a tranche is paid back at its long-stop date, and what is left where the vendor's breaches end the
    /// contract. What is left when it ends otherwise is lost. The lines of the prepayment itself add up to what is left of it, those of
    /// what is lost come on top, so that all lines together are the cash that was paid.
    pub(super) fn prepay(
        &mut self,
        model: &Model,
        observation: &Observation,
        contract: &Contract,
        timeline: &Timeline,
        settled: &[Cost],
    ) {
        let mut left = contract.clauses.prepayment;
        if left == Cost::ZERO || timeline.start >= timeline.end || timeline.start >= model.horizon() {
            return;
        }
        let line = |period, category, cost| Line {
            period,
            vendor: contract.vendor,
            cluster: None,
            category,
            standing: Standing::InTerm,
            user: None,
            cost,
        };
        let periods = &observation.periods;
        if timeline.start >= SimTime::ZERO {
            // A term that begins with the accounts or where they were cut.
            let Some(period) = periods.iter().position(|period| period.begin >= timeline.start) else { return };
            self.lines.push(line(period, Category::Prepayment, left));
        } else {
            let planned = contract.clusters.iter().map(|id| model.clusters[id.index()].planned_cost(timeline.start, SimTime::ZERO));
            let before: Cost = planned.sum();
            left = if before < left { left - before } else { Cost::ZERO };
            self.prepaid_before.push((contract.vendor, left));
        }
        for (index, period) in periods.iter().enumerate() {
            if period.begin < timeline.start || period.end > timeline.end {
                continue;
            }
            let of_cluster = |id: &ClusterId| {
                let cluster = &model.clusters[id.index()];
                let (bill, credit) = bill_of_reserved(model, cluster, &observation.clusters[index][id.index()], period.begin);
                bill - credit
            };
            let bill = contract.clusters.iter().map(of_cluster).sum::<Cost>() + settled[index];
            let credited = left.min(bill);
            if credited > Cost::ZERO {
                left = left - credited;
                self.lines.push(line(index, Category::Prepayment, -credited));
            }
            let stopped = timeline.released.iter().filter(|release| release.is_paid_back);
            for release in stopped.filter(|release| (period.begin..period.end).contains(&release.at)) {
                let is_it = |cluster, number| (cluster, number) == (release.cluster, release.number);
                let back = contract.clauses.prepayment.portion(share_after(model, contract, contract.start, is_it)).min(left);
                if back > Cost::ZERO {
                    left = left - back;
                    self.lines.push(line(index, Category::Prepayment, -back));
                }
            }
        }
        if left > Cost::ZERO
            && timeline.end <= model.horizon()
            && let Some(period) = last_before(observation, timeline.end)
        {
            self.lines.push(line(period, Category::Prepayment, -left));
            if timeline.ending != Ending::Breach {
                self.lines.push(line(period, Category::PrepaymentLost, left));
            }
        }
    }

    /// What the vendor owes for late tranches, by the period in which they were missing, until a cap is reached.
    pub(super) fn damages(&mut self, observation: &Observation, contract: &Contract, timeline: &Timeline) {
        let Some(clause) = contract.clauses.delay_damages else { return };
        let mut left = clause.cap;
        for (period, span) in observation.periods.iter().enumerate() {
            for late in &timeline.late {
                let until = |time: SimTime| per_day(clause.per_gpu_day, late.gpus.over(time.min(late.until) - late.from));
                let mut cost = until(span.end) - until(span.begin);
                if let Some(left) = &mut left {
                    cost = cost.min(*left);
                    *left = *left - cost;
                }
                if cost > Cost::ZERO {
                    self.lines.push(Line {
                        period,
                        vendor: contract.vendor,
                        cluster: Some(late.cluster),
                        category: Category::DelayDamages,
                        standing: Standing::InTerm,
                        user: None,
                        cost: -cost,
                    });
                }
            }
        }
    }

    /// The fee for ending a contract early: a share of the commitment that the plan puts after that, in proportion to its compute. What the
    /// buyer has cancelled is not committed any more.
    pub(super) fn termination_fee(&mut self, model: &Model, observation: &Observation, contract: &Contract, timeline: &Timeline) {
        let Some(clause) = contract.clauses.early_termination.filter(|_| timeline.ending == Ending::Buyer) else { return };
        let Some(period) = last_before(observation, timeline.end).filter(|_| timeline.end <= model.horizon()) else { return };
        let ended = if timeline.start < timeline.end { timeline.end - timeline.shift(contract) } else { contract.start };
        let share = share_after(model, contract, ended, |cluster, number| !timeline.is_cancelled(cluster, number));
        self.fee(contract, period, contract.value.portion(share * clause.fee_share));
    }

    /// The fees for tranches that the buyer has cancelled for want of revenue, in the period that ends with that.
    pub(super) fn cancelling_fees(&mut self, observation: &Observation, contract: &Contract, timeline: &Timeline) {
        for &(at, cost) in &timeline.fees {
            if let Some(period) = last_before(observation, at) {
                self.fee(contract, period, cost);
            }
        }
    }

    /// What the vendor credits for calendar months in which its reserved capacity was there for too little of the time, until a cap is reached.
    pub(super) fn service_credits(&mut self, model: &Model, observation: &Observation, contract: &Contract, timeline: &Timeline) {
        let Some(clause) = &contract.clauses.service_credits else { return };
        let mut left = clause.cap;
        let last = observation.periods.last().map_or(0, |period| period.month);
        for month in 0..=last {
            let periods = observation.periods.iter().enumerate();
            let is_in = |period: &Period| period.month == month && period.begin >= timeline.start && period.end <= timeline.end;
            let inside: Vec<usize> = periods.filter(|(_, period)| is_in(period)).map(|(index, _)| index).collect();
            let Some(&period) = inside.last() else { continue };
            let (mut delivered, mut down, mut bill) = (GpuTime::ZERO, GpuTime::ZERO, Cost::ZERO);
            for &index in &inside {
                for id in &contract.clusters {
                    let (cluster, cell) = (&model.clusters[id.index()], &observation.clusters[index][id.index()]);
                    delivered += cell.available_in_term();
                    down += cell.reserved_down;
                    let paid = if model.pays_by_use(cluster) { cell.used_in_term() } else { cell.available_in_term() };
                    bill += cluster.prices.at(observation.periods[index].begin).reserved.of(paid);
                }
            }
            let share = availability(delivered, down).map_or(0.0, |availability| clause.share(availability));
            let mut cost = bill.portion(share);
            if let Some(left) = &mut left {
                cost = cost.min(*left);
                *left = *left - cost;
            }
            if cost > Cost::ZERO {
                let (vendor, category, standing) = (contract.vendor, Category::OutageCredit, Standing::InTerm);
                self.lines.push(Line { period, vendor, cluster: None, category, standing, user: None, cost: -cost });
            }
        }
    }

    fn fee(&mut self, contract: &Contract, period: usize, cost: Cost) {
        if cost > Cost::ZERO {
            let (vendor, category, standing) = (contract.vendor, Category::TerminationFee, Standing::InTerm);
            self.lines.push(Line { period, vendor, cluster: None, category, standing, user: None, cost });
        }
    }
}

/// The period that ends with an instant, or the last one before it.
fn last_before(observation: &Observation, time: SimTime) -> Option<usize> {
    observation.periods.iter().rposition(|period| period.end <= time)
}

/// A price a day for GPU-time. The time is rounded down to 24 milli-GPU-ms, whatever the price, so that doubling it doubles the amount.
fn per_day(price: Price, time: GpuTime) -> Cost {
    price.of(GpuTime::from_milli_gpu_ms(time.milli_gpu_ms() / 24))
}
