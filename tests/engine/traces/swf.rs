//! The raw logs give the very rows that the published schedules were made from.

use super::published::{read, shared, text};
use skyberth::units::Span;
use skyberth::workload::trace::{Format, Options, Processors, Trace};

fn options(processors: Processors) -> Options {
    let mut options = Options { least_run: Span::from_ms(1000), strict: true, ..Options::default() };
    options.swf.processors = processors;
    options
}

fn log(raw: &str, normal: &str, processors: Processors) -> Option<Trace> {
    let trace = read(&format!("traces/swf/{raw}"), Format::Swf, &options(processors))?;
    let expected = text(&shared(&format!("traces/swf/{normal}"))?);
    let mut rows = expected.lines();
    assert_eq!(rows.next(), Some("id,submit,procs,run,estimate"));
    let seconds = |ms: i64| {
        assert_eq!(ms % 1000, 0);
        ms / 1000
    };
    for job in &trace.jobs {
        let (submit, run, estimate) = (seconds(job.submit.ms()), seconds(job.run.ms()), seconds(job.estimate.ms()));
        let row = format!("{},{submit},{},{run},{estimate}", trace.ids.text(job.id), job.gpus);
        assert_eq!(Some(row.as_str()), rows.next());
    }
    assert_eq!(rows.next(), None);
    Some(trace)
}

#[test]
fn kth_with_requested_processors() {
    let Some(trace) = log("KTH-SP2-1996-filtered.swf.gz", "kth_sp2.norm.csv.gz", Processors::Requested) else { return };
    assert_eq!((trace.jobs.len(), trace.machine_gpus), (28_481, Some(100)));
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("1996-09-23T12:00:31"));
    let note = "processors allocated and requested differ, requested taken: 219 jobs";
    assert!(trace.notes.iter().any(|told| told == note), "{:?}", trace.notes);
    assert!(trace.notes.iter().any(|told| told == "the header says 28490 jobs; the file has 28481"), "{:?}", trace.notes);
}

#[test]
fn nasa_with_allocated_processors() {
    let Some(trace) = log("NASA-iPSC-1993-3.1-cln.swf.gz", "nasa_ipsc.norm.csv.gz", Processors::Allocated) else { return };
    assert_eq!((trace.jobs.len(), trace.machine_gpus), (18_239, Some(128)));
    assert!(trace.notes.contains(&"run times lifted to 1 s: 173 jobs".to_owned()), "{:?}", trace.notes);
}

#[test]
fn nasa_keeps_its_jobs_of_no_length_unless_asked() {
    let name = "traces/swf/NASA-iPSC-1993-3.1-cln.swf.gz";
    let Some(trace) = read(name, Format::Swf, &Options::default()) else { return };
    assert_eq!(trace.jobs.iter().filter(|job| job.run == Span::ZERO).count(), 173);
}

#[test]
fn lublin_with_allocated_processors() {
    let Some(trace) = log("lublin_256.swf.gz", "lublin_256.norm.csv.gz", Processors::Allocated) else { return };
    assert_eq!((trace.jobs.len(), trace.machine_gpus, trace.epoch), (10_000, Some(256), None));
}
