//! Identical GPUs of one vendor in one region.

use super::eviction::Evictions;
use super::power_cap::PowerCap;
use super::prices::Prices;
use super::ramp::Tranche;
use crate::units::{ClusterId, ContractId, Cost, GpuTime, Gpus, Price, SimTime, Span, VendorId};

/// A cluster: GPU type, node size, NVLink domain, price, power, failure law, and the ramp by which it grows.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The key in the scenario.
    pub name: String,
    /// The vendor.
    pub vendor: VendorId,
    /// The GPU type's name in the catalog or the scenario.
    pub gpu_type: String,
    /// Dense BF16 against an H100 (1.0).
    pub h100_equivalents: f64,
    /// GPUs of a node.
    pub node_gpus: u32,
    /// GPUs of an NVLink domain: a multiple of a node.
    pub domain_gpus: u32,
    /// Region (`us-va`).
    pub region: String,
    /// Jurisdiction (`us`).
    pub jurisdiction: String,
    /// Supplier of the chips.
    pub supplier: String,
    /// Developer of the site.
    pub developer: String,
    /// Electricity grid that feeds it.
    pub grid: String,
    /// Prices of GPU-time.
    pub prices: Prices,
    /// The contract that covers its reserved tranches, if any.
    pub contract: Option<ContractId>,
    /// Electricity.
    pub power: Power,
    /// How nodes fail.
    pub failures: FailureLaw,
    /// How its spot capacity is evicted; none if it never is.
    pub evictions: Option<Evictions>,
    /// Increments of capacity, by planned date.
    pub ramp: Vec<Tranche>,
    /// GPUs that power caps allow at once in the end, if the other clusters draw no power.
    pub most_powered: u64,
    /// Space and power that are rented for it.
    pub colocation: Option<Colocation>,
}

/// Power that is contracted in somebody's building for GPUs of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Colocation {
    /// Rent \[USD per kW of IT power and month\].
    pub usd_per_kw_month: f64,
    /// From when on how much is ready for service \[kW of IT power\], in order of time.
    pub steps: Vec<(SimTime, f64)>,
    /// The first instant that is not billed.
    pub until: SimTime,
}

impl Colocation {
    /// Contracted IT power at an instant \[kW\].
    #[must_use]
    pub fn at(&self, time: SimTime) -> f64 {
        self.steps.iter().rfind(|(from, _)| *from <= time).map_or(0.0, |&(_, kilowatts)| kilowatts)
    }

    /// When what is billed changes.
    pub fn changes(&self) -> impl Iterator<Item = SimTime> {
        self.steps.iter().map(|&(from, _)| from).chain([self.until])
    }

    /// Rent of a span of time in which what is billed stays the same, within a calendar month that is so long.
    #[must_use]
    pub fn rent(&self, from: SimTime, to: SimTime, month: Span) -> Cost {
        if from >= self.until {
            return Cost::ZERO;
        }
        Cost::from_usd(self.at(from) * self.usd_per_kw_month * (to - from).seconds() / month.seconds())
    }

    /// That GPUs draw no more than is contracted: as facility power at peak.
    #[must_use]
    pub fn cap(&self, id: ClusterId, cluster: &Cluster) -> PowerCap {
        let steps = self.steps.iter().map(|&(from, kilowatts)| (from, kilowatts * cluster.power.pue_peak));
        PowerCap {
            name: cluster.name.clone(),
            clusters: vec![id],
            steps: std::iter::once((SimTime::from_ms(i64::MIN), 0.0)).chain(steps).collect(),
        }
    }
}

/// How a cluster draws electricity.
#[derive(Clone, Copy, Debug)]
pub struct Power {
    /// IT load of an allocated GPU with its share of servers, network and storage [kW].
    pub it_kw_per_gpu: f64,
    /// Share of that which an idle GPU draws.
    pub idle_share: f64,
    /// Annual power usage effectiveness: facility energy / IT energy.
    pub pue_annual: f64,
    /// Facility power at peak / IT power.
    pub pue_peak: f64,
    /// Grid carbon [g CO2 per kWh].
    pub carbon_g_per_kwh: f64,
    /// Electricity price [USD per kWh].
    pub usd_per_kwh: f64,
    /// Whether the buyer pays electricity on top of the GPU price.
    pub buyer_pays: bool,
    /// Whether delivered GPUs without power are paid all the same.
    pub dark_is_billed: bool,
}

impl Power {
    /// Electricity as a price of GPU-time, of an allocated and of an idle GPU: IT kW x annual PUE x USD per kWh.
    #[must_use]
    pub fn prices(&self) -> (Price, Price) {
        let loaded = self.it_kw_per_gpu * self.pue_annual * self.usd_per_kwh;
        (Price::from_usd_per_gpu_hour(loaded), Price::from_usd_per_gpu_hour(loaded * self.idle_share))
    }

    /// What an allocated GPU adds to the bill against an idle one \[USD per GPU-hour\]; nothing where the GPU's price includes electricity.
    #[must_use]
    pub fn marginal_usd_per_gpu_hour(&self) -> f64 {
        let (loaded, idle) = self.prices();
        if self.buyer_pays { loaded.usd_per_gpu_hour() - idle.usd_per_gpu_hour() } else { 0.0 }
    }
}

/// How nodes fail and for how long they are out.
#[derive(Clone, Copy, Debug)]
pub struct FailureLaw {
    /// Interruptions per GPU and day while it runs a job.
    pub per_gpu_day: f64,
    /// How long a failed node is out.
    pub repair: Span,
}

/// Upper bound of the GPUs of a cluster.
const MOST_GPUS: u64 = 1 << 40;

impl Cluster {
    /// Reserved tranches, by planned date.
    pub fn reserved(&self) -> impl Iterator<Item = &Tranche> {
        self.ramp.iter().filter(|tranche| tranche.is_reserved())
    }

    /// GPUs of all tranches.
    #[must_use]
    pub fn all_gpus(&self) -> u64 {
        self.ramp.iter().map(|tranche| tranche.gpus).sum()
    }

    /// GPUs planned to be there at `time`.
    #[must_use]
    pub fn planned_at(&self, time: SimTime) -> Gpus {
        Gpus::whole(
            self.ramp.iter().filter(|tranche| tranche.planned <= time && time < tranche.leaves).map(|tranche| tranche.gpus).sum(),
        )
    }

    /// Facility power of a GPU at peak \[kW\]: IT kW x PUE at peak.
    #[must_use]
    pub fn peak_kw_per_gpu(&self) -> f64 {
        self.power.it_kw_per_gpu * self.power.pue_peak
    }

    /// Planned reserved GPU-time between two instants, also beyond the scenario's end.
    #[must_use]
    pub fn planned_reserved(&self, from: SimTime, to: SimTime) -> GpuTime {
        self.reserved().map(|tranche| tranche.planned_time(from, to)).sum()
    }

    /// What planned reserved capacity costs between two instants, also beyond the scenario's end: at the price of each time.
    #[must_use]
    pub fn planned_cost(&self, from: SimTime, to: SimTime) -> Cost {
        self.prices.spans(from, to).map(|(rates, [from, to])| rates.reserved.of(self.planned_reserved(from, to))).sum()
    }

    /// GPUs of all tranches, as far as they have power: a larger job can never run here.
    #[must_use]
    pub fn planned_maximum(&self) -> Gpus {
        Gpus::whole(self.all_gpus().min(self.most_powered).min(MOST_GPUS))
    }
}
