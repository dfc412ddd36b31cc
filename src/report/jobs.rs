//! `jobs.csv`: one line a job.

use super::csv::{harmless, writer};
use crate::metrics::JobRecord;
use crate::model::Model;
use crate::model::job::JobSource;
use crate::units::{SimTime, Span};
use itoa::Integer;
use std::io::{self, Write};

/// The jobs of replications.
#[derive(Clone, Copy, Debug)]
pub struct JobsCsv<'a> {
    /// Replication number, the model it comes from, and its jobs.
    pub replications: &'a [(u32, &'a Model, &'a [JobRecord])],
}

/// The columns.
const COLUMNS: &str = "replication,job_id,workload,gpus,submit_s,run_s,start_s,finish_s,state,cluster,preemptions,restarts\n";
/// Bytes that are written at once.
const BLOCK: usize = 1 << 16;

impl JobsCsv<'_> {
    /// Writes one line a job, in order of replication, workload and submission.
    ///
    /// Lines are put together by hand: there may be millions of them, and only names can need quotes, which are put around each name once.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(COLUMNS.as_bytes())?;
        let mut lines = Lines { text: Vec::with_capacity(BLOCK + 1024), digits: itoa::Buffer::new() };
        for (replication, model, jobs) in self.replications {
            let names = model.workloads.iter().map(|workload| cell(&workload.name)).collect::<io::Result<Vec<_>>>()?;
            let clusters = model.clusters.iter().map(|cluster| cell(&cluster.name)).collect::<io::Result<Vec<_>>>()?;
            for job in *jobs {
                let workload = job.workload.index();
                lines.number(*replication);
                match &model.workloads[workload].jobs {
                    JobSource::Drawn(_) if is_plain(&model.workloads[workload].name) => {
                        lines.text.extend_from_slice(&names[workload]);
                        lines.text.push(b'-');
                        lines.number(job.ordinal);
                    }
                    JobSource::Drawn(_) => {
                        lines.bytes(&cell(&format!("{}-{}", model.workloads[workload].name, job.ordinal))?);
                    }
                    JobSource::Listed(list) => {
                        let id = list.id(job.ordinal);
                        if is_plain(&id) {
                            lines.bytes(id.as_bytes());
                        } else {
                            lines.bytes(&cell(&id)?);
                        }
                    }
                }
                lines.bytes(&names[workload]);
                lines.number(job.gpus);
                lines.instant(Some(job.submit));
                lines.seconds(job.run);
                lines.instant(job.start);
                lines.instant(job.finish);
                lines.bytes(job.state.word().as_bytes());
                lines.bytes(job.cluster.map_or(&[], |cluster| &clusters[cluster.index()]));
                lines.number(job.preemptions);
                lines.number(job.restarts);
                lines.end();
                if lines.text.len() >= BLOCK {
                    out.write_all(&lines.text)?;
                    lines.text.clear();
                }
            }
        }
        out.write_all(&lines.text)?;
        out.flush()
    }
}

/// Whether a name certainly needs no quotes, as most do.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !name.is_empty()
}

/// A name as it stands in a csv file, in quotes where it needs them.
fn cell(name: &str) -> io::Result<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut csv = writer(&mut bytes);
    csv.write_record([harmless(name)])?;
    csv.flush()?;
    drop(csv);
    bytes.pop();
    Ok(bytes)
}

/// Lines in the making; every cell is followed by a comma.
struct Lines {
    text: Vec<u8>,
    digits: itoa::Buffer,
}

impl Lines {
    fn bytes(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        self.text.push(b',');
    }

    fn number(&mut self, number: impl Integer) {
        self.text.extend_from_slice(self.digits.format(number).as_bytes());
        self.text.push(b',');
    }

    fn instant(&mut self, time: Option<SimTime>) {
        match time {
            Some(time) => self.seconds(time - SimTime::ZERO),
            None => self.text.push(b','),
        }
    }

    /// Seconds, as an integer when whole.
    fn seconds(&mut self, span: Span) {
        let (whole, rest) = (span.ms() / 1000, span.ms() % 1000);
        self.text.extend_from_slice(self.digits.format(whole).as_bytes());
        if rest > 0 {
            let digits = [b'0' + (rest / 100) as u8, b'0' + (rest / 10 % 10) as u8, b'0' + (rest % 10) as u8];
            let length = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
            self.text.push(b'.');
            self.text.extend_from_slice(&digits[..length]);
        }
        self.text.push(b',');
    }

    /// The last cell has no comma behind it.
    fn end(&mut self) {
        self.text.pop();
        self.text.push(b'\n');
    }
}
