//! Vendors, shocks, clusters and their ramps.

use super::prices::{MOST_USD_PER_GPU_HOUR, PriceStep};
use super::{Compiler, Names, names_of};
use crate::kernel::names::plain;
use crate::model::calendar::Calendar;
use crate::model::cluster::{Cluster, FailureLaw, Power};
use crate::model::confidence::Confidence;
use crate::model::law::Law;
use crate::model::power_cap::PowerCap;
use crate::model::prices::{Prices, Rates};
use crate::model::ramp::{CapacityKind, Shock, Slip, Tranche};
use crate::model::vendor::Vendor;
use crate::scenario::spec::defaults::slip;
use crate::scenario::spec::{
    ClusterSpec, DurationText, ElectricitySpec, FAILURES, KindSpec, PowerRiskSpec, ShockSpec, SlipSpec, TrancheSpec, VendorSpec,
};
use crate::units::{Cost, Price, SimTime, Span};

/// No cluster has more GPUs than this.
const MOST_GPUS: f64 = 1e9;

pub(super) struct Vendors {
    pub names: Names,
    pub list: Vec<Vendor>,
    pub specs: Vec<VendorSpec>,
}

pub(super) struct Shocks {
    names: Names,
    pub list: Vec<Shock>,
}

pub(super) struct Clusters {
    pub names: Names,
    pub list: Vec<Cluster>,
    /// Whether the cluster's own price is written.
    pub priced: Vec<bool>,
    /// Its written steps of prices.
    pub price_steps: Vec<Vec<PriceStep>>,
    /// Caps on the power of single clusters.
    pub caps: Vec<PowerCap>,
}

impl Compiler<'_, '_> {
    pub(super) fn vendors(&mut self, calendar: Option<&Calendar>) -> Vendors {
        let entries: Vec<(String, Option<VendorSpec>)> = self.document.section("vendor", self.issues);
        let names = names_of(&entries);
        let (mut list, mut specs) = (Vec::new(), Vec::new());
        for (key, spec) in entries {
            let Some(spec) = spec else { continue };
            let facts = self.catalog.vendor(&key);
            let name = spec.name.clone().or_else(|| facts.map(|facts| facts.name.clone())).unwrap_or_else(|| key.clone());
            self.grade(&format!("vendor {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
            list.push(Vendor {
                name: plain(&name).chars().take(40).collect(),
                commitment_unknown: spec.commitment_unknown(),
                commitment_range: self.commitment_range(&key, &spec),
                replacement_lead: spec.replacement_lead.map(DurationText::span),
                power_unknown: spec.power_unknown(),
                defaults_at: self.default_of(&key, &spec, calendar).filter(|_| spec.default_outcome.is_none()),
                stops_at: None,
                default_law: self.default_law(&key, &spec, calendar),
                key,
            });
            specs.push(spec);
        }
        Vendors { names, list, specs }
    }

    /// Between what a commitment lies that is not public.
    fn commitment_range(&mut self, key: &str, spec: &VendorSpec) -> Option<[Cost; 2]> {
        let at = format!("vendor.{key}.commitment_range_usd");
        let [low, high] = spec.commitment_range_usd?;
        if !spec.commitment_unknown() {
            let help = "set commitment_unknown = true, or leave the range out";
            self.error_help(&at, "a range is of a commitment that is not public", help);
            return None;
        }
        let (low, high) = (self.within(&at, low, 0.0, 1e14)?, self.within(&at, high, 0.0, 1e14)?);
        if low > high {
            self.error(&at, "the range must begin with its lower end");
            return None;
        }
        Some([low, high].map(Cost::from_usd))
    }

    pub(super) fn shocks(&mut self) -> Shocks {
        let entries: Vec<(String, Option<ShockSpec>)> = self.document.section("shock", self.issues);
        let names = names_of(&entries);
        let mut list = Vec::new();
        for (name, spec) in entries {
            let Some(spec) = spec else { continue };
            let at = format!("shock.{name}");
            let probability = self.within(&format!("{at}.probability"), spec.probability, 0.0, 1.0).unwrap_or(0.0);
            let days = self.law(&format!("{at}.days"), &spec.days, 0.0, 36_525.0).unwrap_or(Law::constant(0.0));
            self.grade(&format!("shock {name}"), format!("probability {probability}"), spec.confidence, spec.source.as_ref());
            list.push(Shock { name, probability, days });
        }
        Shocks { names, list }
    }

    pub(super) fn clusters(&mut self, calendar: Option<&Calendar>, vendors: &Vendors, shocks: &Shocks) -> Clusters {
        let entries: Vec<(String, Option<ClusterSpec>)> = self.document.section("cluster", self.issues);
        let mut names = names_of(&entries);
        let (mut list, mut priced, mut price_steps, mut caps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        names.forget_known();
        for (name, spec) in entries {
            let Some(spec) = spec else { continue };
            let has_price = spec.price_usd_per_gpu_hour.is_some();
            if let Some(cluster) = self.cluster(&name, &spec, calendar, vendors, shocks) {
                caps.extend(calendar.and_then(|calendar| self.power_cap(list.len().into(), &name, &spec, calendar)));
                caps.extend(cluster.colocation.as_ref().map(|contracted| contracted.cap(list.len().into(), &cluster)));
                list.push(cluster);
                priced.push(has_price);
                let steps = calendar.map(|calendar| self.price_steps(&format!("cluster.{name}"), &spec, calendar));
                price_steps.push(steps.unwrap_or_default());
                names.know(name);
            } else {
                names.broken.insert(name);
            }
        }
        Clusters { names, list, priced, price_steps, caps }
    }

    fn cluster(
        &mut self,
        name: &str,
        spec: &ClusterSpec,
        calendar: Option<&Calendar>,
        vendors: &Vendors,
        shocks: &Shocks,
    ) -> Option<Cluster> {
        let at = format!("cluster.{name}");
        let vendor = self.resolve(&format!("{at}.vendor"), "vendor", &spec.vendor, &vendors.names);
        let gpu = self.catalog.gpu_type(&spec.gpu);
        self.check_gpu(&format!("{at}.gpu"), &spec.gpu);
        let slip = spec.slip.as_ref().map(|slip| self.slip(&format!("{at}.slip"), slip, shocks));
        let slips: Vec<Option<Slip>> = (spec.ramp.iter().enumerate())
            .map(|(index, tranche)| tranche.slip.as_ref().map(|slip| self.slip(&format!("{at}.ramp[{index}].slip"), slip, shocks)))
            .collect();
        let (gpu, calendar) = (gpu?, calendar?);
        let [node_gpus, domain_gpus] = self.nodes(&at, spec, gpu)?;
        let it_kw = spec.it_kw_per_gpu.unwrap_or(gpu.it_kw_per_gpu_all_in);
        let facility_kw = spec.facility_kw_per_gpu_peak.unwrap_or(gpu.facility_kw_per_gpu_peak);
        let ramp = self.ramp(&at, spec, calendar, node_gpus, [it_kw, facility_kw], slip.as_ref(), slips);
        let (vendor, ramp) = (vendor?, ramp?);
        let region = spec.region();
        for (key, text) in [
            ("region", &spec.region),
            ("jurisdiction", &spec.jurisdiction),
            ("supplier", &spec.supplier),
            ("developer", &spec.developer),
            ("grid", &spec.grid),
        ] {
            self.label(&format!("{at}.{key}"), text.as_deref());
        }
        if spec.region.is_none() {
            self.default_at(&format!("{at}.region"), "region of clusters that name none", &region, "", Confidence::Assumption);
        }
        let grid = spec.grid.as_deref().unwrap_or(&region);
        let is_capped = spec.max_mw.is_some() || spec.colocation.is_some() || self.document.has(&format!("grid.{grid}"));
        if spec.power_risk.is_some() && !is_capped {
            let help = format!("give max_mw, or [grid.{grid}] with the cap that it is about; without a cap all GPUs have power");
            self.error_help(&format!("{at}.power_risk"), "whose risk a cap on power is means nothing without a cap", help);
        }
        let power = self.power(&at, spec, gpu, &vendors.specs[vendor], &vendors.list[vendor].key, &region)?;
        self.grade(&format!("cluster {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
        let rate = self.failure_rate(&at, spec);
        Some(Cluster {
            vendor: vendor.into(),
            gpu_type: gpu.name.clone(),
            h100_equivalents: gpu.h100_equivalents(),
            node_gpus,
            domain_gpus,
            jurisdiction: spec.jurisdiction.clone().unwrap_or_else(|| region.split('-').next().unwrap_or_default().to_owned()),
            supplier: spec.supplier.clone().unwrap_or_else(|| gpu.supplier.clone()),
            developer: spec.developer.clone().unwrap_or_else(|| vendors.list[vendor].name.clone()),
            grid: spec.grid.clone().unwrap_or_else(|| region.clone()),
            prices: Prices::constant(self.prices(&at, spec, &vendors.list[vendor].key)),
            contract: None,
            power,
            colocation: spec.colocation.as_ref().and_then(|terms| self.colocation(&at, spec, terms, calendar)),
            failures: FailureLaw {
                per_gpu_day: self.within(&format!("{at}.failures_per_gpu_day"), rate, 0.0, 100.0)?,
                repair: self.repair(&at, spec),
            },
            evictions: spec.eviction.as_ref().and_then(|law| self.evictions(&at, name, law, &ramp, calendar)),
            ramp,
            most_powered: u64::MAX,
            region,
            name: name.to_owned(),
        })
    }

    /// GPUs of a node and of an NVLink domain.
    fn nodes(&mut self, at: &str, spec: &ClusterSpec, gpu: &crate::model::catalog::GpuType) -> Option<[u32; 2]> {
        let node_gpus = spec.node_gpus.unwrap_or(gpu.node_gpus);
        let domain_gpus = spec.domain_gpus.unwrap_or(if spec.node_gpus.is_some() { node_gpus } else { gpu.domain_gpus });
        if node_gpus == 0 || domain_gpus == 0 || !domain_gpus.is_multiple_of(node_gpus) || domain_gpus > 65_536 {
            let key = if spec.domain_gpus.is_some() { "domain_gpus" } else { "node_gpus" };
            let title = format!("an NVLink domain of {domain_gpus} GPUs cannot be made of nodes of {node_gpus}");
            self.error_help(&format!("{at}.{key}"), title, "a domain is a whole number of nodes, at most 65,536 GPUs");
            return None;
        }
        Some([node_gpus, domain_gpus])
    }

    fn failure_rate(&mut self, at: &str, spec: &ClusterSpec) -> f64 {
        let rate = spec.failures_per_gpu_day();
        if spec.failures_per_gpu_day.is_none() {
            let source = self.catalog.reliability(FAILURES).map_or("", |fact| fact.source.as_str());
            let about = "interruptions per GPU and day (failures_per_gpu_day)";
            self.default_at(&format!("{at}.failures_per_gpu_day"), about, rate.to_string(), source, Confidence::Derived);
        }
        rate
    }

    fn repair(&mut self, at: &str, spec: &ClusterSpec) -> Span {
        let repair = spec.repair();
        if spec.repair.is_none() {
            let about = "time a failed node is out (repair)";
            self.default_at(&format!("{at}.repair"), about, repair.to_string(), "", Confidence::Assumption);
        }
        repair.span()
    }

    fn power(
        &mut self,
        at: &str,
        spec: &ClusterSpec,
        gpu: &crate::model::catalog::GpuType,
        vendor: &VendorSpec,
        vendor_key: &str,
        region: &str,
    ) -> Option<Power> {
        let facts = self.catalog.vendor(vendor_key);
        let grid = self.catalog.grid(region);
        if grid.is_none() && (spec.carbon_g_per_kwh.is_none() || spec.electricity_usd_per_kwh.is_none()) {
            let help = "give carbon_g_per_kwh and electricity_usd_per_kwh, or name a region of `skyberth catalog regions`";
            self.warn(
                &format!("{at}.region"),
                format!("the catalog does not know the region `{region}`: world averages are used"),
                help,
            );
        }
        let world = self.catalog.grid("world");
        let grid = grid.or(world);
        let idle_share = spec.idle_power_share();
        if spec.idle_power_share.is_none() {
            let about = "share of the IT load that an idle GPU draws (idle_power_share)";
            self.default_at(&format!("{at}.idle_power_share"), about, idle_share.to_string(), "", Confidence::Assumption);
        }
        let (annual, peak) = (spec.pue_annual.or(vendor.pue_annual), spec.pue_peak.or(vendor.pue_peak));
        if let (None, Some(facts)) = (annual, facts) {
            self.default(&format!("annual PUE of {}", facts.name), facts.pue_annual.to_string(), &facts.source, facts.confidence);
        } else if annual.is_none() {
            let value = vendor.pue_annual().to_string();
            self.default("annual PUE of vendors that give none", value, "", Confidence::Assumption);
        }
        let annual = annual.or(facts.map(|facts| facts.pue_annual)).unwrap_or_else(|| vendor.pue_annual());
        let peak = peak.or(facts.map(|facts| facts.pue_peak)).unwrap_or_else(|| vendor.pue_peak());
        let carbon = spec.carbon_g_per_kwh.or_else(|| grid.map(|grid| grid.carbon_g_per_kwh)).unwrap_or(f64::NAN);
        let usd = spec
            .electricity_usd_per_kwh
            .or_else(|| [grid, world].into_iter().flatten().find_map(|grid| grid.electricity_usd_per_kwh));
        let usd = usd.unwrap_or(f64::NAN);
        let is_colocated = spec.colocation.is_some();
        Some(Power {
            it_kw_per_gpu: self.within(
                &format!("{at}.it_kw_per_gpu"),
                spec.it_kw_per_gpu.unwrap_or(gpu.it_kw_per_gpu_all_in),
                1e-3,
                1e3,
            )?,
            idle_share: self.within(&format!("{at}.idle_power_share"), idle_share, 0.0, 1.0)?,
            pue_annual: self.within(&format!("{at}.pue_annual"), annual, 1.0, 5.0)?,
            pue_peak: self.within(&format!("{at}.pue_peak"), peak, 1.0, 5.0)?,
            carbon_g_per_kwh: self.within(&format!("{at}.carbon_g_per_kwh"), carbon, 0.0, 5000.0)?,
            usd_per_kwh: self.within(&format!("{at}.electricity_usd_per_kwh"), usd, 0.0, 100.0)?,
            buyer_pays: is_colocated || spec.electricity == Some(ElectricitySpec::Billed),
            dark_is_billed: is_colocated || spec.power_risk == Some(PowerRiskSpec::Buyer),
        })
    }

    /// Written prices, and list prices for on-demand and spot. A reserved price of zero is filled in with the contracts.
    fn prices(&mut self, at: &str, spec: &ClusterSpec, vendor: &str) -> Rates {
        let listed = |pick: &dyn Fn(&crate::model::catalog::PriceFact) -> Option<f64>| {
            self.catalog.prices_of(vendor, &spec.gpu).filter_map(pick).min_by(f64::total_cmp)
        };
        let list = listed(&|fact| Some(fact.on_demand_usd_per_gpu_hour));
        let list_spot = listed(&|fact| fact.spot_usd_per_gpu_hour);
        let mut checked = |key: &str, value: Option<f64>| {
            value.and_then(|value| self.within(&format!("{at}.{key}"), value, 0.0, MOST_USD_PER_GPU_HOUR))
        };
        let reserved = checked("price_usd_per_gpu_hour", spec.price_usd_per_gpu_hour);
        let on_demand = checked("on_demand_usd_per_gpu_hour", spec.on_demand_usd_per_gpu_hour.or(list));
        let spot = checked("spot_usd_per_gpu_hour", spec.spot_usd_per_gpu_hour.or(list_spot));
        let price = |usd: Option<f64>| usd.map_or(Price::ZERO, Price::from_usd_per_gpu_hour);
        Rates { reserved: price(reserved), on_demand: price(on_demand), spot: price(spot) }
    }

    #[allow(clippy::too_many_arguments, reason = "a ramp is where a cluster's figures meet")]
    fn ramp(
        &mut self,
        at: &str,
        spec: &ClusterSpec,
        calendar: &Calendar,
        node_gpus: u32,
        kilowatts: [f64; 2],
        slip: Option<&Slip>,
        own: Vec<Option<Slip>>,
    ) -> Option<Vec<Tranche>> {
        let mut ramp: Vec<Tranche> = Vec::new();
        // Fractions of a node are carried on, so that steps of megawatts add up.
        let (mut cumulated, mut nodes) = (0.0, 0_u64);
        let mut previous: Option<SimTime> = None;
        let mut fine = true;
        for (index, (tranche, own)) in spec.ramp.iter().zip(own).enumerate() {
            let at = format!("{at}.ramp[{index}]");
            let planned = calendar.at(tranche.date.0);
            if previous.is_some_and(|previous| planned < previous) {
                let before = calendar.date(previous.unwrap_or_default());
                self.error_help(
                    &format!("{at}.date"),
                    format!("this tranche ({}) comes before the one above it ({before})", tranche.date.0),
                    "write tranches in the order of their dates",
                );
                fine = false;
            }
            previous = Some(planned);
            let Some(gpus) = self.tranche_gpus(&at, tranche, kilowatts) else {
                fine = false;
                continue;
            };
            cumulated += gpus;
            if cumulated > MOST_GPUS {
                self.error_help(&at, format!("the ramp reaches {cumulated:.0} GPUs"), "a cluster may have at most 1,000,000,000");
                return None;
            }
            let now = (cumulated / f64::from(node_gpus) + 1e-9).floor() as u64;
            let kind = match tranche.kind() {
                KindSpec::Reserved => CapacityKind::Reserved,
                KindSpec::OnDemand => CapacityKind::OnDemand,
                KindSpec::Spot => CapacityKind::Spot,
            };
            let slip = own.or_else(|| slip.cloned()).unwrap_or_else(Slip::none);
            let mut step = Tranche::new(planned, (now - nodes) * u64::from(node_gpus), kind, slip);
            if let Some(until) = tranche.until {
                if until.0 <= tranche.date.0 {
                    let title = format!("this tranche leaves on {}, before it comes on {}", until.0, tranche.date.0);
                    self.error(&format!("{at}.until"), title);
                    fine = false;
                }
                step.until = calendar.at(until.0);
                step.leaves = step.until;
            }
            ramp.push(step);
            nodes = now;
        }
        fine.then_some(ramp)
    }

    fn tranche_gpus(&mut self, at: &str, tranche: &TrancheSpec, [it_kw, facility_kw]: [f64; 2]) -> Option<f64> {
        match (tranche.gpus, tranche.it_mw, tranche.facility_mw) {
            (Some(gpus), None, None) => Some(gpus as f64),
            (None, Some(megawatts), None) => Some(megawatts * 1e3 / it_kw),
            (None, None, Some(megawatts)) => Some(megawatts * 1e3 / facility_kw),
            // One that was written and could not be understood is not missing.
            (None, None, None) if ["gpus", "it_mw", "facility_mw"].iter().any(|key| self.document.has(&format!("{at}.{key}"))) => {
                None
            }
            _ => {
                self.error(at, "a tranche needs exactly one of `gpus`, `it_mw` and `facility_mw`");
                None
            }
        }
    }

    fn slip(&mut self, at: &str, spec: &SlipSpec, shocks: &Shocks) -> Slip {
        let probability = self.within(&format!("{at}.probability"), spec.probability, 0.0, 1.0).unwrap_or(0.0);
        let cancelled = self.within(&format!("{at}.cancelled"), spec.cancelled(), 0.0, 1.0).unwrap_or(0.0);
        let days = self.law(&format!("{at}.days"), &spec.days(), 0.0, 36_525.0);
        if spec.days.is_none() && probability > 0.0 {
            let source = "ten observed delays of data centre buildings, 2025-26";
            let value = format!("lognormal, ln-days mu {:.1}, sigma {}", slip("slip-ln-days-mu"), slip("slip-ln-days-sigma"));
            self.default_at(&format!("{at}.days"), "delay of a tranche that slips", value, source, Confidence::Derived);
        }
        let days = days.unwrap_or(Law::constant(0.0));
        let mut hit_by = Vec::new();
        for (index, name) in spec.shocks.iter().enumerate() {
            hit_by.extend(
                self.resolve(&format!("{at}.shocks[{index}]"), "shock", name, &shocks.names).map(crate::units::ShockId::from),
            );
        }
        Slip { probability, days, cancelled, shocks: hit_by }
    }
}
