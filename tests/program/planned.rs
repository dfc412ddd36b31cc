//! The plan in `timeseries.csv` is the scenario's, recomputed here from the text alone; and the portfolios stand where they should.

use crate::common::{Sheet, root, text_of};
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// A tranche as written: its day, the GPUs that stand on the cluster from then on.
type Steps = Vec<(Date, u64)>;

struct Plan {
    vendor: String,
    steps: Steps,
    /// Whether any step may be late or never come.
    slips: bool,
    facility_kw: f64,
}

/// Figures of GPU types: node size, IT kW, facility kW.
fn gpu_types() -> BTreeMap<String, (u64, f64, f64)> {
    let sheet = Sheet::read(&root().join("src/model/catalog/gpu_types.csv"));
    let [name, node, it, facility] =
        ["name", "node_gpus", "it_kw_per_gpu_all_in", "facility_kw_per_gpu_peak"].map(|column| sheet.column(column));
    let number = |text: &String| text.parse::<f64>().expect("a number");
    sheet
        .rows
        .iter()
        .map(|row| (row[name].clone(), (number(&row[node]) as u64, number(&row[it]), number(&row[facility]))))
        .collect()
}

fn day(value: &Value) -> Date {
    let written = value.as_datetime().and_then(|datetime| datetime.date).expect("a date");
    date(written.year as i16, written.month as i8, written.day as i8)
}

fn number(value: &Value) -> f64 {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64)).expect("a number")
}

fn can_slip(slip: Option<&Value>) -> bool {
    let Some(slip) = slip else { return false };
    let positive = |key: &str| slip.get(key).is_some_and(|value| number(value) > 0.0);
    positive("probability")
        || positive("cancelled")
        || slip.get("shocks").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}

/// The plans of a scenario, by cluster.
fn plans(scenario: &Table) -> BTreeMap<String, Plan> {
    let types = gpu_types();
    let options: Vec<&str> = scenario
        .get("contract")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(|contract| contract.get("expansion")?.get("cluster")?.as_str())
        .collect();
    let mut plans = BTreeMap::new();
    for (name, cluster) in scenario["cluster"].as_table().expect("clusters") {
        let (node, it_kw, facility_kw) = types[cluster["gpu"].as_str().expect("a type")];
        let node = cluster.get("node_gpus").map_or(node, |value| number(value) as u64);
        let it_kw = cluster.get("it_kw_per_gpu").map_or(it_kw, number);
        let facility_kw = cluster.get("facility_kw_per_gpu_peak").map_or(facility_kw, number);
        // What an option calls comes on top of the plan.
        let (mut steps, mut standing, mut slips) = (Vec::new(), 0.0, options.contains(&name.as_str()));
        for tranche in cluster["ramp"].as_array().expect("a ramp") {
            standing += match (tranche.get("gpus"), tranche.get("it_mw"), tranche.get("facility_mw")) {
                (Some(gpus), None, None) => number(gpus),
                (None, Some(megawatts), None) => number(megawatts) * 1000.0 / it_kw,
                (None, None, Some(megawatts)) => number(megawatts) * 1000.0 / facility_kw,
                _ => panic!("{name}: one of three"),
            };
            let nodes = (standing / node as f64 + 1e-9).floor() as u64;
            steps.push((day(&tranche["date"]), nodes * node));
            slips |= can_slip(tranche.get("slip").or_else(|| cluster.get("slip")));
        }
        plans.insert(
            name.clone(),
            Plan { vendor: cluster["vendor"].as_str().expect("a vendor").to_owned(), steps, slips, facility_kw },
        );
    }
    plans
}

fn standing(steps: &Steps, on: Date) -> u64 {
    steps.iter().filter(|(day, _)| *day <= on).map(|(_, gpus)| *gpus).next_back().unwrap_or(0)
}

fn hours_between(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).expect("in range").get_days().max(0)) * 24.0
}

struct World {
    scenario: Table,
    plans: BTreeMap<String, Plan>,
    /// The lines of clusters.
    sheet: Sheet,
    /// The lines of vendors and of all.
    sums: Sheet,
}

/// Reads a shipped scenario twice: as text, and as its committed `timeseries.csv`, which other tests make again byte for byte.
fn world(name: &str) -> World {
    let text = text_of(&format!("scenarios/{name}.toml"));
    let scenario: Table = text.parse().expect("TOML");
    let mut sheet = Sheet::read(&root().join(format!("results/{name}/timeseries.csv")));
    let cluster = sheet.column("cluster");
    let (sums, clusters) = sheet.rows.into_iter().partition(|row| row[cluster] == "all");
    sheet.rows = clusters;
    let sums = Sheet { head: sheet.head.clone(), rows: sums };
    World { plans: plans(&scenario), scenario, sheet, sums }
}

fn follows_the_ramps(name: &str) -> World {
    let world = world(name);
    let [month, cluster, vendor, gpus, hours, installed] =
        ["month", "cluster", "vendor", "planned_gpus", "planned_gpu_hours", "installed_mean_gpus"]
            .map(|column| world.sheet.column(column));
    let header = &world.scenario["scenario"];
    let (start, end) = (day(&header["start"]), day(&header["end"]));
    let warm_up: i64 = header
        .get("warm_up")
        .map_or(0, |text| text.as_str().and_then(|text| text.strip_suffix(" d")).expect("days").parse().expect("days"));
    let measured = start.checked_add(jiff::Span::new().days(warm_up)).expect("in range");
    let (mut compared, mut exact) = (0, 0);
    for row in &world.sheet.rows {
        let plan = &world.plans[&row[cluster]];
        let first: Date = format!("{}-01", row[month]).parse().expect("a month");
        let last = first.last_of_month().min(end);
        assert_eq!(row[vendor], plan.vendor);
        assert_eq!(row[gpus].parse(), Ok(standing(&plan.steps, last)), "{name}: {} in {}", row[cluster], row[month]);
        let begin = first.max(start).max(measured);
        let after = last.tomorrow().expect("in range");
        let mut planned_hours = 0.0;
        let mut before = 0;
        for &(day, gpus) in &plan.steps {
            planned_hours += (gpus - before) as f64 * hours_between(day.max(begin), after);
            before = gpus;
        }
        let written: f64 = row[hours].parse().expect("a number");
        assert!(
            (written - planned_hours).abs() <= 1e-9 * planned_hours,
            "{name}: {} in {}: {written} GPU-hours",
            row[cluster],
            row[month]
        );
        compared += 1;
        if !plan.slips {
            assert_eq!(
                row[installed].parse(),
                Ok(standing(&plan.steps, last) as f64),
                "{name}: {} in {}",
                row[cluster],
                row[month]
            );
            exact += 1;
        }
    }
    let months = (i32::from(end.year()) - i32::from(start.year())) * 12 + i32::from(end.month()) - i32::from(start.month()) + 1;
    assert_eq!(compared, months as usize * world.plans.len(), "every month of every cluster");
    assert!(exact >= months as usize, "some cluster never slips");
    vendors_are_the_sums_of_their_clusters(&world, months as usize);
    world
}

/// Vendors and the whole have what their clusters have; only settlements of contracts come on top of their clusters' cost.
fn vendors_are_the_sums_of_their_clusters(world: &World, months: usize) {
    let [at, by] = ["month", "vendor"].map(|column| world.sums.column(column));
    let vendors = world.scenario["vendor"].as_table().expect("vendors").len();
    assert_eq!(world.sums.rows.len(), months * (vendors + 1), "a line a month for each vendor and one for all");
    for name in [
        "planned_gpus",
        "planned_gpu_hours",
        "installed_mean_gpus",
        "installed_mean_gpu_hours",
        "allocated_mean_gpu_hours",
        "useful_mean_h100e_hours",
        "cost_committed_used_mean_usd",
        "energy_mean_kwh",
        "power_mean_mw",
        "peak_mean_mw",
    ] {
        let value = world.sums.column(name);
        for row in &world.sums.rows {
            let written: f64 = row[value].parse().unwrap_or(0.0);
            let of_clusters = column(world, &row[by], &row[at], name);
            assert!(
                (written - of_clusters).abs() <= 1e-7 * of_clusters,
                "{name} of {} in {}: {written}, {of_clusters}",
                row[by],
                row[at]
            );
        }
    }
    let cost = |row: &Vec<String>| row[world.sums.column("cost_mean_usd")].parse::<f64>().expect("a number");
    for row in &world.sums.rows {
        let of_clusters = column(world, &row[by], &row[at], "cost_mean_usd");
        assert!(cost(row) >= of_clusters * (1.0 - 1e-7), "{} in {}", row[by], row[at]);
    }
}

/// Planned GPUs of a vendor on a day, by its clusters' ramps.
fn of_vendor(world: &World, vendor: &str, on: Date) -> u64 {
    world.plans.values().filter(|plan| plan.vendor == vendor).map(|plan| standing(&plan.steps, on)).sum()
}

/// A column of the sheet, summed over a vendor's clusters, or over all, in a month; an empty cell counts nothing.
fn column(world: &World, vendor: &str, month: &str, name: &str) -> f64 {
    let [at, by] = ["month", "vendor"].map(|column| world.sheet.column(column));
    let value = world.sheet.column(name);
    world
        .sheet
        .rows
        .iter()
        .filter(|row| row[at] == month && (row[by] == vendor || vendor == "all"))
        .map(|row| if row[value].is_empty() { 0.0 } else { row[value].parse::<f64>().expect("a number") })
        .sum()
}

#[test]
fn quickstart_follows_its_ramps() {
    follows_the_ramps("quickstart");
}

#[test]
fn the_announced_portfolio_follows_its_ramps() {
    let world = follows_the_ramps("openai-2025-11");
    let whole = of_vendor(&world, "aws", date(2030, 12, 31)) as f64;
    assert_eq!(column(&world, "aws", "2026-12", "planned_gpus"), whole, "AWS is planned in full by the end of 2026");
    assert_eq!(column(&world, "aws", "2026-12", "installed_mean_gpus"), whole, "and delivered");
    assert!(column(&world, "aws", "2026-06", "planned_gpus") < whole);
    let months: Vec<String> =
        (1..=12).map(|month| format!("2026-{month:02}")).chain(["2025-11".to_owned(), "2025-12".to_owned()]).collect();
    for month in &months {
        for name in ["planned_gpus", "planned_gpu_hours", "installed_mean_gpus", "active_mean_gpu_hours", "cost_mean_usd"] {
            assert_eq!(column(&world, "oracle", month, name), 0.0, "Oracle in {month}: {name}");
        }
    }
    assert!(column(&world, "oracle", "2027-01", "planned_gpus") > 0.0);
    assert!(column(&world, "stargate", "2025-12", "planned_gpus") > 0.0, "Abilene's early buildings are a Stargate site's");
}

#[test]
fn the_observed_portfolio_follows_its_ramps_and_stands_at_1_9_gigawatts() {
    let world = follows_the_ramps("openai-2026-06");
    let gigawatts =
        |on: Date| -> f64 { world.plans.values().map(|plan| standing(&plan.steps, on) as f64 * plan.facility_kw / 1e6).sum() };
    let end_of_2025 = gigawatts(date(2025, 12, 31));
    assert!((end_of_2025 / 1.9 - 1.0).abs() < 0.15, "{end_of_2025:.2} GW");
    // What the program says stands there, observed steps included, is the same.
    let [month, cluster] = ["month", "cluster"].map(|column| world.sheet.column(column));
    let installed = world.sheet.column("installed_mean_gpus");
    let rows = world.sheet.rows.iter().filter(|row| row[month] == "2025-12");
    let delivered: f64 =
        rows.map(|row| row[installed].parse::<f64>().expect("a number") * world.plans[&row[cluster]].facility_kw / 1e6).sum();
    assert!((delivered / 1.9 - 1.0).abs() < 0.15, "{delivered:.2} GW delivered");
}
