//! `jobs.csv`: one line a job.

use super::csv::{harmless, writer};
use super::number::exact;
use crate::kernel::read;
use crate::metrics::JobRecords;
use crate::model::Model;
use crate::model::job::{JobSource, Workload};
use crate::model::job_list::{JobIds, JobList, ListedJob};
use crate::units::{SimTime, Span};
use std::io::{self, Read, Write};
use std::path::Path;

/// The jobs of replications.
#[derive(Clone, Copy, Debug)]
pub struct JobsCsv<'a> {
    /// Replication number, the model it comes from, and its jobs.
    pub replications: &'a [(u32, &'a Model, &'a JobRecords)],
}

/// The columns.
const COLUMNS: &str = "replication,job_id,workload,gpus,submit_s,run_s,start_s,finish_s,state,cluster,preemptions,restarts\n";
/// Bytes that are written at once.
const BLOCK: usize = 1 << 16;

impl JobsCsv<'_> {
    /// Whether a file has these columns.
    pub(super) fn is_at(file: &Path) -> bool {
        let mut head = [0; COLUMNS.len()];
        read::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *COLUMNS.as_bytes()
    }

    /// Writes one line a job, in order of replication, workload and submission.
    ///
    /// Lines are put together by hand: there may be millions of them, and only names can need quotes, which are put around each name once.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(COLUMNS.as_bytes())?;
        let mut lines = Lines::new();
        for (replication, model, jobs) in self.replications {
            let clusters = model.clusters.iter().map(|cluster| cell(&cluster.name)).collect::<io::Result<Vec<_>>>()?;
            for (index, workload) in model.workloads.iter().enumerate() {
                let name = cell(&workload.name)?;
                let ids = Ids::of(workload);
                for job in jobs.of(index) {
                    lines.number((*replication).into());
                    ids.write(job.ordinal, &mut lines)?;
                    lines.cell(&name);
                    match workload.amount(job.gpus).milli() {
                        milli if milli % 1000 == 0 => lines.number(job.gpus),
                        milli => lines.cell(exact(Some(milli as f64 / 1e3)).as_bytes()),
                    }
                    lines.instant(Some(job.submit));
                    lines.seconds(job.run);
                    lines.instant(job.start);
                    lines.instant(job.finish);
                    lines.cell(job.state.word().as_bytes());
                    lines.cell(job.cluster.map_or(&[], |cluster| &clusters[cluster.index()]));
                    lines.number(job.preemptions.into());
                    lines.number(job.restarts.into());
                    lines.end();
                    if lines.end >= BLOCK {
                        lines.flush(out)?;
                    }
                }
            }
        }
        lines.flush(out)?;
        out.flush()
    }
}

/// What a workload's jobs are called.
enum Ids<'a> {
    /// Numbers after a text that needs no quotes: those of listed jobs, or ordinals where jobs are drawn.
    Numbers(Vec<u8>, &'a [ListedJob]),
    /// The workload's name, which may need quotes, and a number.
    Drawn(&'a str),
    /// Any texts.
    Listed(&'a JobList),
}

impl<'a> Ids<'a> {
    fn of(workload: &'a Workload) -> Self {
        match &workload.jobs {
            JobSource::Drawn(_) if is_plain(&workload.name) => Self::Numbers(format!("{}-", workload.name).into_bytes(), &[]),
            JobSource::Drawn(_) => Self::Drawn(&workload.name),
            JobSource::Listed(list) if *list.ids == JobIds::default() => Self::Numbers(Vec::new(), &list.jobs),
            JobSource::Listed(list) => Self::Listed(list),
        }
    }

    fn write(&self, ordinal: u64, lines: &mut Lines) -> io::Result<()> {
        match self {
            Self::Numbers(prefix, jobs) => {
                lines.bytes(prefix);
                lines.number(jobs.get(ordinal as usize - 1).map_or(ordinal, |job| job.id.into()));
            }
            Self::Drawn(name) => lines.cell(&cell(&format!("{name}-{ordinal}"))?),
            Self::Listed(list) => {
                let id = list.id(ordinal);
                if is_plain(&id) { lines.cell(id.as_bytes()) } else { lines.cell(&cell(&id)?) }
            }
        }
        Ok(())
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

/// Lines in the making; every cell is followed by a comma. Digits are written straight into their place.
struct Lines {
    text: Vec<u8>,
    /// Where the text ends so far; what is behind is room.
    end: usize,
}

/// The numbers from 0 to 99 in two digits each.
static PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
}

impl Lines {
    fn new() -> Self {
        Self { text: vec![0; BLOCK + 1024], end: 0 }
    }

    /// Takes the next bytes.
    fn take(&mut self, length: usize) -> &mut [u8] {
        let begin = self.end;
        self.end += length;
        if self.end > self.text.len() {
            self.text.resize(2 * self.end, 0);
        }
        &mut self.text[begin..self.end]
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.take(bytes.len()).copy_from_slice(bytes);
    }

    fn cell(&mut self, bytes: &[u8]) {
        let place = self.take(bytes.len() + 1);
        place[..bytes.len()].copy_from_slice(bytes);
        place[bytes.len()] = b',';
    }

    /// A number, and a byte behind it.
    fn digits(&mut self, mut number: u64, behind: u8) {
        let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
        let place = self.take(digits + 1);
        place[digits] = behind;
        let mut end = digits;
        while number >= 10 {
            place[end - 2..end].copy_from_slice(&PAIRS[(number % 100) as usize]);
            number /= 100;
            end -= 2;
        }
        if end > 0 {
            place[0] = b'0' + number as u8;
        }
    }

    fn number(&mut self, number: u64) {
        self.digits(number, b',');
    }

    fn instant(&mut self, time: Option<SimTime>) {
        match time {
            Some(time) => self.seconds(time - SimTime::ZERO),
            None => self.bytes(b","),
        }
    }

    /// Seconds, as an integer when whole.
    fn seconds(&mut self, span: Span) {
        let ms = span.ms().unsigned_abs();
        let (whole, rest) = (ms / 1000, ms % 1000);
        if rest == 0 {
            return self.number(whole);
        }
        self.digits(whole, b'.');
        let [tens, ones] = PAIRS[(rest % 100) as usize];
        let digits = [b'0' + (rest / 100) as u8, tens, ones, b','];
        let length = if ones != b'0' {
            3
        } else if tens != b'0' {
            2
        } else {
            1
        };
        let place = self.take(length + 1);
        place.copy_from_slice(&digits[..=length]);
        place[length] = b',';
    }

    /// The last cell has no comma behind it.
    fn end(&mut self) {
        self.text[self.end - 1] = b'\n';
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.text[..self.end])?;
        self.end = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(write: impl FnOnce(&mut Lines)) -> String {
        let mut lines = Lines::new();
        write(&mut lines);
        String::from_utf8_lossy(&lines.text[..lines.end]).into_owned()
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for number in [0, 9, 10, 99, 100, 101, 999, 1000, 12_345, 100_000, u64::MAX] {
            assert_eq!(cells(|lines| lines.number(number)), format!("{number},"));
        }
    }

    #[test]
    fn seconds_end_with_the_last_digit_that_is_not_zero() {
        let seconds = |ms| cells(|lines| lines.seconds(Span::from_ms(ms)));
        assert_eq!(
            [0, 1, 10, 100, 120, 1000, 7_023, 60_500].map(seconds),
            ["0,", "0.001,", "0.01,", "0.1,", "0.12,", "1,", "7.023,", "60.5,"]
        );
    }

    #[test]
    fn a_long_name_finds_room() {
        let name = "x".repeat(3 * BLOCK);
        assert_eq!(cells(|lines| lines.cell(name.as_bytes())).len(), name.len() + 1);
    }

    proptest! {
        #[test]
        fn any_number_and_any_time(number: u64, ms in 0..i64::MAX) {
            prop_assert_eq!(cells(|lines| lines.number(number)), format!("{number},"));
            let text = cells(|lines| lines.seconds(Span::from_ms(ms)));
            let (whole, rest) = text.trim_end_matches(',').split_once('.').unwrap_or((text.trim_end_matches(','), ""));
            prop_assert_eq!(format!("{whole}{rest:0<3}").parse(), Ok(ms));
            prop_assert!(!rest.ends_with('0'));
        }
    }
}
