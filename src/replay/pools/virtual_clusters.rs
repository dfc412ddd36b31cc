//! A cluster split into virtual clusters, each with its nodes and its queue: a csv file of name and number of nodes.

use super::Pool;
use crate::kernel::read;
use crate::workload::trace::Trace;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// More nodes than a virtual cluster has.
const ABSURD_NODES: u64 = 1_000_000_000;

/// Virtual clusters by name, each with its number of nodes.
#[derive(Clone, Debug)]
pub struct VirtualClusters {
    file: PathBuf,
    nodes: Vec<(String, u64)>,
}

/// Why virtual clusters cannot be used.
#[derive(Debug, Error)]
pub enum VirtualClustersError {
    /// The file cannot be read, or one of its lines is not csv.
    #[error("{place}: {source}")]
    Csv {
        /// The file, or a line of it.
        place: String,
        /// The reader's error.
        source: csv::Error,
    },
    /// A line without a name and a number of nodes.
    #[error("{place}: a line must have a virtual cluster's name and its number of nodes")]
    Line {
        /// The line.
        place: String,
    },
    /// Not one pool has jobs.
    #[error("{}: none of its virtual clusters has jobs in the trace", .0.display())]
    NoJobs(PathBuf),
}

impl VirtualClusters {
    /// Reads a file with a header and one virtual cluster a line.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a line has no number of nodes.
    pub fn read(file: &Path) -> Result<Self, VirtualClustersError> {
        let at = file.display().to_string();
        let csv = |place: String| move |source| VirtualClustersError::Csv { place, source };
        let text = read::whole(file, read::MOST_SCENARIO).map_err(|error| csv(at.clone())(error.into()))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&text[..]);
        let mut nodes = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let place = format!("{at}:{}", index + 2);
            let record = record.map_err(csv(place.clone()))?;
            nodes.push(line(&record).ok_or(VirtualClustersError::Line { place })?);
        }
        Ok(Self { file: file.to_owned(), nodes })
    }

    /// The pools that have jobs in a trace, of the virtual clusters named; of all where the list is empty.
    ///
    /// # Errors
    ///
    /// When not one of them has jobs.
    pub fn pools(&self, trace: &Trace, names: &[String], node_gpus: u32) -> Result<Vec<Pool>, VirtualClustersError> {
        let is_wanted = |name: &String| names.is_empty() || names.contains(name);
        let pool = |(name, nodes): &(String, u64)| {
            let group = trace.groups.iter().position(|group| group == name)?;
            let list = trace.list(|job| job.group as usize == group);
            (!list.jobs.is_empty()).then(|| Pool { name: name.clone(), nodes: *nodes, node_gpus, jobs: Arc::new(list) })
        };
        let pools: Vec<Pool> = self.nodes.iter().filter(|(name, _)| is_wanted(name)).filter_map(pool).collect();
        if pools.is_empty() { Err(VirtualClustersError::NoJobs(self.file.clone())) } else { Ok(pools) }
    }
}

fn line(record: &csv::StringRecord) -> Option<(String, u64)> {
    let nodes = record.get(1)?.trim().parse::<u64>().ok().filter(|nodes| *nodes < ABSURD_NODES)?;
    Some((record.get(0)?.trim().to_owned(), nodes))
}
