//! Space and power that are rented for GPUs of one's own.

use super::Compiler;
use crate::model::calendar::Calendar;
use crate::model::cluster::Colocation;
use crate::scenario::spec::{ClusterSpec, ColocationSpec, ElectricitySpec, PowerRiskSpec};
use crate::units::SimTime;

impl Compiler<'_, '_> {
    pub(super) fn colocation(
        &mut self,
        at: &str,
        cluster: &ClusterSpec,
        spec: &ColocationSpec,
        calendar: &Calendar,
    ) -> Option<Colocation> {
        if cluster.power_risk == Some(PowerRiskSpec::Vendor) {
            let help = "leave power_risk out, or colocation if the vendor owns the GPUs";
            self.error_help(&format!("{at}.power_risk"), "in colocation the GPUs are the buyer's, with power or without", help);
        }
        if cluster.electricity == Some(ElectricitySpec::Included) {
            let help = "leave electricity out; its price is electricity_usd_per_kwh";
            self.error_help(&format!("{at}.electricity"), "in colocation electricity is metered and billed", help);
        }
        let at = format!("{at}.colocation");
        let usd_per_kw_month = self.within(&format!("{at}.usd_per_kw_month"), spec.usd_per_kw_month, 0.0, 1e6)?;
        if spec.power.is_empty() {
            self.error(&format!("{at}.power"), "colocation needs at least one increment of contracted power");
            return None;
        }
        let mut steps: Vec<(SimTime, f64)> = Vec::new();
        for (index, step) in spec.power.iter().enumerate() {
            let path = format!("{at}.power[{index}]");
            let from = calendar.at(step.ready.0);
            let (before, kilowatts) = steps.last().copied().unwrap_or((from, 0.0));
            if from < before {
                let title = format!("this power ({}) is ready before that above it", step.ready.0);
                self.error_help(&format!("{path}.ready"), title, "write increments in the order of their dates");
                return None;
            }
            steps.push((from, kilowatts + self.within(&format!("{path}.it_mw"), step.it_mw, 0.0, 1e6)? * 1e3));
        }
        let until = match spec.until {
            Some(end) if calendar.at(end.0) <= steps.first()?.0 => {
                self.error(&format!("{at}.until"), format!("what is contracted until {} is not ready before that day", end.0));
                return None;
            }
            Some(end) => calendar.at(end.0),
            None => SimTime::NEVER,
        };
        Some(Colocation { usd_per_kw_month, steps, until })
    }
}
