//! The packing experiment of the paper on fragmentation gradient descent, against what was published.

use skyberth::policy::placement::SCORES;
use skyberth::replay::nodes::{NodeTasks, Packing};
use skyberth::report::PackingRow;
use skyberth::study::Progress;
use skyberth::workload::trace::{Options, read_nodes, read_pods};
use std::path::Path;

/// A placement, and the mean and range over shuffles that were published of it [% of the GPUs allocated].
#[derive(Clone, Debug)]
pub struct Comparison {
    pub row: PackingRow,
    pub published: Option<(f64, f64, f64)>,
}

/// The names that the published table has for placements.
const NAMES: [(&str, &str); 6] = [
    ("random", "01-Random"),
    ("dot_product", "02-DotProd"),
    ("clustering", "03-GpuClustering"),
    ("packing", "04-GpuPacking"),
    ("best_fit", "05-BestFit"),
    ("fgd", "06-FGD"),
];

/// All placements on the openb trace, at 130 % demand, over 10 shuffles.
pub fn fgd(shared: &Path) -> Vec<Comparison> {
    let folder = shared.join("traces/openb");
    let options = Options { strict: true, ..Options::default() };
    let nodes = read_nodes(&folder.join("openb_node_list_gpu_node.csv"), &options).unwrap_or_else(|error| panic!("{error}"));
    let pods = read_pods(&folder.join("openb_pod_list_default.csv"), &options).unwrap_or_else(|error| panic!("{error}"));
    let work = NodeTasks::new(&nodes.records, &pods.records).expect("they can be used");
    let packing = Packing { work, demand: 1.3, shuffles: 10, seed: 0, threads: 0 };
    let placements: Vec<String> = SCORES.iter().map(|row| row.name.to_owned()).collect();
    let packed = packing.run(&placements, &Progress::default()).expect("it is not interrupted");
    let published = published(&shared.join("reference/fgd/fgd_alloc_at130_by_workload.csv"));
    let of = |(name, packed): (&String, &Vec<_>)| {
        let theirs = NAMES.iter().find(|(ours, _)| ours == name).map(|&(_, theirs)| theirs);
        let published =
            theirs.and_then(|theirs| published.iter().find(|(policy, _)| policy == theirs)).map(|&(_, figures)| figures);
        Comparison { row: PackingRow::of(name, packed), published }
    };
    placements.iter().zip(&packed).map(of).collect()
}

/// The published means and ranges for the default pods.
fn published(path: &Path) -> Vec<(String, (f64, f64, f64))> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let records = reader.records().map(|record| record.expect("a record"));
    let number = |text: &str| text.parse::<f64>().expect("a number");
    records
        .filter(|record| &record[0] == "openb_pod_list_default")
        .map(|record| (record[1].to_owned(), (number(&record[4]), number(&record[5]), number(&record[6]))))
        .collect()
}
