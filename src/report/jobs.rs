//! `jobs.csv`: one line a job.

use super::csv::{harmless, writer};
use crate::metrics::JobRecord;
use crate::model::Model;
use crate::model::job::JobSource;
use crate::units::{SimTime, Span};
use csv::ByteRecord;
use std::io::{self, Write};

/// The jobs of replications.
#[derive(Clone, Copy, Debug)]
pub struct JobsCsv<'a> {
    /// Replication number, the model it comes from, and its jobs.
    pub replications: &'a [(u32, &'a Model, &'a [JobRecord])],
}

/// The columns.
const COLUMNS: [&str; 12] = [
    "replication",
    "job_id",
    "workload",
    "gpus",
    "submit_s",
    "run_s",
    "start_s",
    "finish_s",
    "state",
    "cluster",
    "preemptions",
    "restarts",
];

impl JobsCsv<'_> {
    /// Writes one line a job, in order of replication, workload and submission.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(COLUMNS)?;
        // One record and one text serve for all lines.
        let (mut record, mut text) = (ByteRecord::new(), Vec::new());
        for (replication, model, jobs) in self.replications {
            let names: Vec<String> = model.workloads.iter().map(|workload| harmless(&workload.name)).collect();
            let clusters: Vec<String> = model.clusters.iter().map(|cluster| harmless(&cluster.name)).collect();
            for job in *jobs {
                record.clear();
                let workload = job.workload.index();
                let mut field = |write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| -> io::Result<()> {
                    text.clear();
                    write(&mut text)?;
                    record.push_field(&text);
                    Ok(())
                };
                field(&|text| write!(text, "{replication}"))?;
                match &model.workloads[workload].jobs {
                    JobSource::Drawn(_) => field(&|text| write!(text, "{}-{}", names[workload], job.ordinal))?,
                    JobSource::Listed(list) => field(&|text| text.write_all(harmless(&list.id(job.ordinal)).as_bytes()))?,
                }
                field(&|text| text.write_all(names[workload].as_bytes()))?;
                field(&|text| write!(text, "{}", job.gpus))?;
                field(&|text| instant(text, Some(job.submit)))?;
                field(&|text| seconds(text, job.run))?;
                field(&|text| instant(text, job.start))?;
                field(&|text| instant(text, job.finish))?;
                field(&|text| text.write_all(job.state.word().as_bytes()))?;
                field(&|text| text.write_all(job.cluster.map_or("", |cluster| &clusters[cluster.index()]).as_bytes()))?;
                field(&|text| write!(text, "{}", job.preemptions))?;
                field(&|text| write!(text, "{}", job.restarts))?;
                csv.write_byte_record(&record)?;
            }
        }
        csv.flush()
    }
}

fn instant(text: &mut Vec<u8>, time: Option<SimTime>) -> io::Result<()> {
    time.map_or(Ok(()), |time| seconds(text, time - SimTime::ZERO))
}

/// Seconds, as an integer when whole.
fn seconds(text: &mut Vec<u8>, span: Span) -> io::Result<()> {
    let (whole, rest) = (span.ms() / 1000, span.ms() % 1000);
    match rest {
        0 => write!(text, "{whole}"),
        _ if rest % 100 == 0 => write!(text, "{whole}.{}", rest / 100),
        _ if rest % 10 == 0 => write!(text, "{whole}.{:02}", rest / 10),
        _ => write!(text, "{whole}.{rest:03}"),
    }
}
