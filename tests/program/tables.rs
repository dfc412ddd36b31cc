//! The tables of monthly figures: a line for everything in every month, and the page comes out of them again.

use crate::common::{SMALL, Sheet, skyberth};
use std::path::Path;

/// The small scenario with a second vendor, a service and a team whose name a spreadsheet would take for a formula.
fn text() -> String {
    let more = r#"team = "=research"

[vendor.oracle]

[cluster.b]
vendor = "oracle"
gpu = "H200"
region = "us-tx"
ramp = [{ date = 2026-04-01, gpus = 64, slip = { probability = 0.5 } }]

[service.chat]
tokens_per_s = 1_000
replica = { type = "llama3.1-70b-h100" }
"#;
    let small = SMALL.replacen("[vendor.aws]", "replications = 4\nwarm_up = \"10 d\"\n[vendor.aws]", 1);
    format!("{small}{more}")
}

/// Runs the scenario and gives its files.
fn run(folder: &Path) -> [Sheet; 3] {
    std::fs::write(folder.join("x.toml"), text()).expect("writable");
    let ended = skyberth(folder, &["run", "x.toml", "-o", "out", "--quiet"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    ["timeseries", "workloads", "dependency"].map(|name| Sheet::read(&folder.join(format!("out/{name}.csv"))))
}

/// What the first so many columns say in the lines of a month.
fn labels(sheet: &Sheet, month: &str, columns: usize) -> Vec<String> {
    sheet.rows.iter().filter(|row| row[0] == month).map(|row| row[1..columns].join(" ")).collect()
}

#[track_caller]
fn cell<'a>(sheet: &'a Sheet, labels: &[&str], column: &str) -> &'a str {
    let is_it = |row: &&Vec<String>| row.iter().zip(labels).all(|(cell, label)| cell == label);
    let row = sheet.rows.iter().find(is_it).unwrap_or_else(|| panic!("no line {labels:?}"));
    &row[sheet.column(column)]
}

#[test]
fn there_is_a_line_for_everything_in_every_month() {
    let folder = tempfile::tempdir().expect("a folder");
    let [timeseries, workloads, dependency] = run(folder.path());
    for month in ["2026-01", "2026-12"] {
        assert_eq!(labels(&timeseries, month, 3), ["a aws", "b oracle", "all aws", "all oracle", "all all"]);
        assert_eq!(labels(&workloads, month, 3), ["workload training", "service chat", "team '=research", "team chat", "all all"]);
        let bases = ["planned_usd", "billed_usd", "it_mw", "active_gpu_hours", "served_gpu_hours"].into_iter().map(str::to_owned);
        let causes = ["chip_supplier", "developer", "grid", "jurisdiction"].map(|cause| format!("it_mw_by_{cause}"));
        assert_eq!(labels(&dependency, month, 2), bases.chain(causes).collect::<Vec<_>>());
    }
    for sheet in [&timeseries, &workloads, &dependency] {
        assert_eq!(sheet.rows.len(), 12 * labels(sheet, "2026-06", 3).len());
    }
}

#[test]
fn figures_stand_in_their_columns_and_others_are_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let [timeseries, workloads, dependency] = run(folder.path());
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("`{text}` is not a number"));
    let training = ["2026-06", "workload", "training"];
    let at = |column: &str| number(cell(&workloads, &training, column));
    // Three jobs a day; each runs for twelve hours.
    assert!((60.0..120.0).contains(&at("jobs_submitted_mean")), "{}", at("jobs_submitted_mean"));
    assert!(at("completion_p50_mean_s") >= 43_200.0 * 0.99, "{}", at("completion_p50_mean_s"));
    for stem in ["wait", "completion"] {
        let quantile = |which: &str| at(&format!("{stem}_{which}_mean_s"));
        assert!(quantile("p50") <= quantile("p90") && quantile("p90") <= quantile("p99"));
    }
    assert!(at("wait_low_s") <= at("wait_mean_s") && at("wait_mean_s") <= at("wait_high_s"));
    assert!(at("charged_low_usd") < at("charged_mean_usd"));
    for column in ["demanded_mean_tokens", "within_objective_mean_share"] {
        assert_eq!(cell(&workloads, &training, column), "");
        assert!(number(cell(&workloads, &["2026-06", "service", "chat"], column)) > 0.0);
    }
    assert_eq!(cell(&workloads, &["2026-06", "service", "chat"], "wait_p90_mean_s"), "");
    assert_eq!(
        cell(&workloads, &["2026-06", "team", "'=research"], "charged_mean_usd"),
        cell(&workloads, &training, "charged_mean_usd")
    );
    let of_all = |column| number(cell(&timeseries, &["2026-06", "all", "all"], column));
    assert_eq!(at("preemptions_mean"), of_all("preemptions_mean"));
    let there = |column| cell(&timeseries, &["2026-06", "a", "aws"], column);
    assert_eq!(number(there("jobs_started_mean")), at("jobs_started_mean"), "all start on one cluster");
    assert!(number(there("wait_p50_mean_s")) <= number(there("wait_p99_mean_s")));
    assert_eq!(cell(&timeseries, &["2026-06", "b", "oracle"], "wait_p50_mean_s"), "", "nobody starts on the other");
    let share = |vendor| number(cell(&timeseries, &["2026-06", "all", vendor], "active_gpu_hours_mean_share"));
    assert!((share("aws") + share("oracle") - 1.0).abs() < 1e-6 && share("aws") > share("oracle"));
    assert_eq!(there("active_gpu_hours_mean_share"), "", "shares are of vendors");
    // The other cluster comes late in some replications.
    assert_eq!(there("allocation_share_n"), "", "all four");
    let late = number(cell(&timeseries, &["2026-04", "b", "oracle"], "allocation_share_n"));
    assert!((1.0..4.0).contains(&late), "{late} of four");
    assert!(of_all("useful_mean_h100e_hours") > 0.0 && of_all("useful_mean_gpu_hours") <= of_all("active_mean_gpu_hours"));
    assert!(of_all("power_mean_mw") < of_all("peak_mean_mw"));
    assert_eq!(number(cell(&dependency, &["2026-02", "active_gpu_hours"], "hhi_mean")), 10_000.0);
    let effective = number(cell(&dependency, &["2026-12", "active_gpu_hours"], "effective_vendors_mean"));
    assert!((1.5..=2.0).contains(&effective), "{effective}");
}

#[test]
fn the_page_comes_out_of_the_files_again() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path());
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    assert!(first.contains("of the delivered total"), "monthly intervals are drawn");
    std::fs::remove_file(&page).expect("it was there");
    let ended = skyberth(folder.path(), &["report", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(std::fs::read_to_string(&page).expect("a page") == first);
}

#[test]
fn tables_that_do_not_belong_to_the_run_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path());
    let spoil = |file: &str, change: &dyn Fn(String) -> String, said: &str| {
        let path = folder.path().join("out").join(file);
        let whole = std::fs::read_to_string(&path).expect("a table");
        let changed = change(whole.clone());
        assert_ne!(changed, whole);
        std::fs::write(&path, changed).expect("writable");
        let ended = skyberth(folder.path(), &["report", "out"]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(file) && ended.stderr.contains(said), "`{said}` is missing from\n{}", ended.stderr);
        std::fs::write(&path, whole).expect("writable");
    };
    let last_line = |text: &str| text.trim_end().lines().last().expect("a line").to_owned();
    spoil(
        "timeseries.csv",
        &|text| text.replace("2026-03,b,oracle", "2026-03,c,oracle"),
        "line 13: it should begin with `2026-03,b,oracle",
    );
    spoil("workloads.csv", &|text| text.replace("wait_mean_s", "wait_median_s"), "its columns are not those");
    spoil("workloads.csv", &|text| text.replace(&last_line(&text), ""), "line 61: it should begin with `2026-12,all,all`");
    spoil("dependency.csv", &|text| format!("{text}{}\n", last_line(&text)), "more lines than belong to this run");
    spoil("timeseries.csv", &|text| text.replacen(",3,", ",three,", 1), "`three` is not a number");
    spoil("dependency.csv", &|text| text.replace("2026-02,it_mw,10000", "2026-02,it_mw,high"), "line 13: `high` is not a number");
    std::fs::remove_file(folder.path().join("out/workloads.csv")).expect("it was there");
    let ended = skyberth(folder.path(), &["report", "out"]);
    assert!(ended.code == 2 && ended.stderr.contains("workloads.csv"), "{}", ended.stderr);
}

/// A page's text without entities.
fn unescaped(page: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")]
        .into_iter()
        .fold(page.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// Of a section on the terminal, what its rows are about and its footnotes, one a sentence.
fn section(text: &str, title: &str) -> (Vec<String>, Vec<String>) {
    let start = text.find(title).unwrap_or_else(|| panic!("`{title}` is missing from\n{text}"));
    let lines: Vec<&str> = text[start..].lines().skip(1).take_while(|line| !line.is_empty()).collect();
    let rules: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with('─')).collect();
    let [first, last] = [rules[0], rules[rules.len() - 1]];
    let names = lines[first + 1..last].iter().filter_map(|line| line.split("  ").next());
    let names = names.map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('─')).map(str::to_owned).collect();
    let notes = lines[last + 1..].join(" ");
    let sentences = notes.split_inclusive(". ").map(str::trim).map(str::to_owned).collect();
    (names, sentences)
}

#[test]
fn terminal_and_page_have_the_same_names_and_footnotes() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), text()).expect("writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let page = unescaped(&std::fs::read_to_string(folder.path().join("out/report.html")).expect("a page"));
    let (bases, _) = section(&ended.stdout, "4. Dependency");
    assert!(bases.len() >= 7 && bases.iter().any(|base| base == "IT power by developer"), "{bases:?}");
    for base in &bases {
        assert!(page.contains(&format!("<th scope=\"row\">{base}</th>")), "the page has no row `{base}`");
        assert!(page.contains(&format!(">{base}</text>")), "no chart of the page names `{base}`");
    }
    let mut footnotes = 0;
    for title in ["1. Capacity", "2. Service", "3. Money", "4. Dependency"] {
        for sentence in section(&ended.stdout, title).1 {
            assert!(page.contains(&sentence), "the page does not say `{sentence}`");
            footnotes += 1;
        }
    }
    assert!(footnotes >= 10, "{footnotes} footnotes");
}

#[test]
fn every_result_can_be_printed_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), text()).expect("writable");
    let printed = |arguments: &[&str]| {
        let ended = skyberth(folder.path(), arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        ended.stdout
    };
    let run = ["run", "x.toml", "--replications", "2", "-o", "run", "--format"];
    let compare = ["compare", "x.toml", "--demand", "all:-30%", "--replications", "2", "-o", "compare", "--format"];
    let rank = ["rank", "x.toml", "--policy", "fifo,easy", "--replications", "2", "--fixed", "-o", "rank", "--format"];
    let explain = ["explain", "x.toml", "--format"];
    let catalog = ["catalog", "gpus", "--format"];
    let commands: [(&[&str], &str); 5] = [
        (&run, "| AWS | "),
        (&compare, "| useful H100e-hours | "),
        (&rank, "| fifo | "),
        (&explain, "| training | "),
        (&catalog, "| H100 | "),
    ];
    for (command, row) in commands {
        let help = printed(&[command[0], "--help"]);
        for format in skyberth::report::output::FORMATS {
            assert!(help.contains(&format!("- {}:", format.name())), "{} is missing from\n{help}", format.name());
            let text = printed(&[command, &[format.name()]].concat());
            match format.name() {
                "json" => drop(serde_json::from_str::<serde_json::Value>(&text).expect("JSON")),
                "csv" => assert!(text.lines().count() > 1 && text.contains(','), "{text}"),
                "markdown" => assert!(text.contains(row) && text.contains("| --: |") | text.contains("| :-- |"), "{text}"),
                "table" => assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}"),
                _ => assert!(!text.is_empty()),
            }
        }
    }
    assert!(printed(&["completions", "bash"]).contains("markdown"));
}

#[test]
fn figures_without_a_table_of_their_own_are_listed_where_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), text()).expect("writable");
    let run =
        |format: &str| skyberth(folder.path(), &["run", "x.toml", "--replications", "2", "-o", "out", "--format", format]).stdout;
    let (narrow, wide) = (run("table"), run("wide"));
    let summary = Sheet::read(&folder.path().join("out/summary.csv"));
    let page = unescaped(&std::fs::read_to_string(folder.path().join("out/report.html")).expect("a page"));
    for metric in ["energy_kwh", "interruptions", "tokens_within_objective_per_gpu_hour"] {
        assert!(summary.rows.iter().any(|row| row[0] == metric), "{metric} is recorded");
        let label = skyberth::metrics::catalog::find(metric).expect("it is declared").label;
        assert!(!narrow.contains(label) && wide.contains(label), "{label}");
        assert!(page.contains(&format!("<th scope=\"row\">{label}</th>")), "the page has no {label}");
    }
}

/// A contract whose term ends after the horizon, and a vendor of which nothing is public.
#[test]
fn expiry_and_unknown_vendors_are_told_on_the_screen_and_on_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"2 y\"\nterms = \"common\"\nvalue_usd = 5e6\n";
    let google = "[vendor.google]\ncommitment_unknown = true\npower_unknown = true\ncommitment_range_usd = [1e6, 2e6]\n";
    std::fs::write(folder.path().join("x.toml"), format!("{}\n{contract}{google}", text())).expect("writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let expiry = std::fs::read_to_string(folder.path().join("out/expiry.csv")).expect("written");
    assert!(expiry.starts_with("month,vendor,expiring_gpus,expiring_it_mw,expiring_h100e\n2028-01,aws,128,"), "{expiry}");
    assert_eq!(expiry.lines().count(), 2, "{expiry}");
    let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "Expiring: planned GPUs",
        "They are about markets, not about one buyer's portfolio",
        "the least and the most that the HHI can be",
        "1 vendor",
    ] {
        assert!(words.contains(wanted), "`{wanted}` is missing from\n{}", ended.stdout);
    }
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    let text = unescaped(&first);
    for wanted in ["Whatever they hold, the HHI lies between", "not about the portfolio of one buyer", ">2028</"] {
        assert!(text.contains(wanted), "`{wanted}` is missing from the page");
    }
    std::fs::remove_file(&page).expect("it is there");
    assert_eq!(skyberth(folder.path(), &["report", "out"]).code, 0);
    assert!(first == std::fs::read_to_string(&page).expect("a page"), "the page is made again from the other files");
}
