//! Rows, first and last ones, and what is left out.

use super::published::{read, shared};
use skyberth::model::job::Outcome;
use skyberth::units::{Gpus, SimTime, Span};
use skyberth::workload::trace::{
    self, Format, JobKind, Options, Pod, Reason, Shares, ThroughputTable, Trace, TraceError, read_nodes, read_pods, read_requests,
};
use std::sync::Arc;

/// A job in seconds: id, submission, run time, GPUs, group.
fn row(trace: &Trace, index: usize) -> (String, f64, f64, u64, &str) {
    let job = &trace.jobs[index];
    let group = trace.groups[job.group as usize].as_str();
    (trace.ids.text(job.id).into_owned(), job.submit.seconds(), job.run.seconds(), job.gpus, group)
}

#[test]
fn philly() {
    let Some(trace) = read("traces/philly/philly.csv.gz", Format::Philly, &Options::default()) else { return };
    assert_eq!((trace.jobs.len(), trace.groups.len(), trace.dropped.count()), (82_247, 15, 0));
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2017-09-04T10:30:41"));
    assert_eq!(trace.jobs[0].submit, SimTime::ZERO);
    let last = trace.jobs[82_246].submit.ms();
    assert_eq!(last, (((108 * 24 + 21) * 60 + 31) * 60 + 30) * 1000, "2017-12-22 08:02:11");
    let gpu_seconds: u128 = trace.jobs.iter().map(|job| u128::from(job.gpus) * job.run.ms() as u128 / 1000).sum();
    assert_eq!(trace.demands().gpu_time.milli_gpu_ms(), gpu_seconds * 1_000_000);
    assert_eq!(trace.demands().largest_gpus, 128);
}

#[test]
fn philly_jobs_are_those_of_the_published_schedules() {
    for group in ["2869ce", "e13805"] {
        let Some(file) = shared(&format!("reference/helios/helios_fifo_consolidate_{group}_log.csv")) else { return };
        let Some(mut trace) = read("traces/philly/philly.csv.gz", Format::Philly, &Options::default()) else { return };
        trace.keep_group(&[group]).expect("a group");
        let (from, to) = ("2017-10-01".parse().expect("a date"), "2017-12-31".parse().expect("a date"));
        trace.between(from, to).expect("it has dates");
        trace.rebase();
        // Those schedules reach 61 days from the first job of their virtual cluster, not to the end of November.
        trace.within(Span::from_ms(61 * Span::DAY.ms()));
        let expected = std::fs::read_to_string(file).expect("text");
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        let mut known: Vec<_> = (expected.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()))
            .map(|cells| (cells[0].to_owned(), number(cells[2]), number(cells[3]), number(cells[1]) as u64, group))
            .collect();
        let mut rows: Vec<_> = (0..trace.jobs.len()).map(|index| row(&trace, index)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        known.sort_by(|a, b| a.0.cmp(&b.0));
        let differs = rows.iter().zip(&known).find(|(row, known)| row != known);
        assert_eq!((differs, rows.len()), (None, known.len()));
    }
}

#[test]
fn tiresias() {
    let Some(trace) = read("traces/tiresias/60_job.csv", Format::Tiresias, &Options::default()) else { return };
    assert_eq!(trace.jobs.len(), 60);
    assert_eq!(row(&trace, 0), ("0".to_owned(), 0.0, 164.0, 1, "vgg19"));
    assert_eq!(row(&trace, 59), ("59".to_owned(), 1779.0, 122.0, 1, "inception3"));
    let demands = trace.demands();
    assert_eq!((demands.gpu_time.milli_gpu_ms(), demands.largest_gpus), (26_624_000_000, 8));
    let Some(trace) = read("traces/tiresias/philly_0e4a51.csv", Format::Tiresias, &Options::default()) else { return };
    assert_eq!((trace.jobs.len(), trace.dropped.count()), (1_408, 0));
    assert_eq!(row(&trace, 1407), ("1407".to_owned(), 6_553_261.0, 98_043.0, 1, "vgg16"));
}

#[test]
fn gavel() {
    let Some(file) = shared("traces/gavel/simulation_throughputs.json.gz") else { return };
    let table = ThroughputTable::read(&file).unwrap_or_else(|error| panic!("{error}"));
    let workers: Vec<&str> = table.worker_types().collect();
    assert_eq!(workers, ["k80", "k80_unconsolidated", "p100", "p100_unconsolidated", "v100", "v100_unconsolidated"]);
    let kind = |batch: u32| JobKind { job_type: format!("ResNet-18 (batch size {batch})"), scale_factor: 1 };
    let alone = table.alone("k80", &kind(16)).expect("measured");
    let packed = table.packed("k80", &kind(16), &kind(32)).expect("measured");
    assert!(packed.0 < alone && table.packed("k80", &kind(32), &kind(16)) == Some((packed.1, packed.0)));
    let mut options = Options::default();
    let trace = trace::read(&shared("traces/gavel/small_test.trace").expect("there"), None, &options);
    assert!(matches!(trace, Err(TraceError::NeedsTable { .. })));
    options.gavel.table = Some(Arc::new(table));
    for (file, jobs, largest, last_s) in
        [("small_test", 20, 2, 0.0), ("static_multi_100", 100, 4, 0.0), ("cont_single_100", 100, 1, 60_333.0)]
    {
        let trace = read(&format!("traces/gavel/{file}.trace"), Format::Gavel, &options).expect("there");
        assert_eq!((trace.jobs.len(), trace.demands().largest_gpus), (jobs, largest), "{file}");
        assert_eq!((trace.demands().last.seconds(), trace.dropped.count()), (last_s, 0), "{file}");
        assert!(trace.jobs.iter().all(|job| job.priority == 1 && job.deadline.is_none()));
    }
    // The generator drew durations from ten equally spaced values of 0.2 to 5 hours and took whole steps.
    let trace = read("traces/gavel/cont_single_100.trace", Format::Gavel, &options).expect("there");
    for job in &trace.jobs {
        let place = (job.run.hours() - 0.2) / (4.8 / 9.0);
        assert!((place - place.round()).abs() < 0.01, "{}", job.run.hours());
    }
}

#[test]
fn openb() {
    let (pods_file, nodes_file) = ("traces/openb/openb_pod_list_default.csv", "traces/openb/openb_node_list_gpu_node.csv");
    let Some(file) = shared(pods_file) else { return };
    let pods = read_pods(&file, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((pods.records.len(), pods.dropped.count()), (8_152, 0));
    let asked: Gpus = pods.records.iter().map(Pod::asked).sum();
    assert_eq!(asked.milli() / 100, 60_868, "6,086.8 GPUs");
    assert_eq!(pods.records.iter().filter(|pod| pod.gpus > 0).count(), 7_064);
    assert_eq!(pods.records.iter().filter(|pod| pod.times.is_some_and(|times| times.scheduled.is_none())).count(), 897);

    let nodes = read_nodes(&shared(nodes_file).expect("there"), &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((nodes.records.len(), nodes.records.iter().map(|node| node.gpus).sum()), (1_213, 6_212_u64));
    let of = |gpu_type: &str| nodes.records.iter().filter(|node| node.gpu_type == gpu_type).count();
    assert_eq!((of("G2"), of("T4"), of("A10")), (549, 404, 2));

    let trace = read(pods_file, Format::Openb, &Options::default()).expect("there");
    assert_eq!((trace.dropped.of(Reason::NoGpuAsked), trace.dropped.of(Reason::SharedGpu)), (1_088, 3_078));
    assert_eq!((trace.jobs.len(), trace.dropped.lines, trace.dropped.unusable()), (3_986, 8_152, 0));
    assert_eq!(row(&trace, 0), ("openb-pod-0000".to_owned(), 0.0, 12_537_496.0, 1, "LS"));
    let rounded = read(pods_file, Format::Openb, &Options { shares: Shares::RoundUp, ..Options::default() }).expect("there");
    assert_eq!(rounded.jobs.len(), 7_064);
    let (id, submit, run, gpus, group) = row(&rounded, 7_063);
    assert_eq!((id.as_str(), submit, run, gpus, group), ("openb-pod-8151", 12_901_761.0, 30.0, 1, "BE"));
    assert_eq!(rounded.jobs[7_063].outcome, Outcome::Fails);
    assert!(rounded.notes.contains(&"shares of a GPU rounded up to one GPU: 3078 jobs".to_owned()), "{:?}", rounded.notes);
}

#[test]
fn azure_llm() {
    for (name, count, epoch, first, last) in [
        ("conv", 19_366, "2023-11-16T18:15:46.681", (374, 44), (197, 183)),
        ("code", 8_819, "2023-11-16T18:17:03.98", (4_808, 10), (549, 173)),
    ] {
        let Some(file) = shared(&format!("traces/inference/azure_llm_2023_{name}.csv.gz")) else { return };
        let read = read_requests(&file, None, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        let tokens = |index: usize| (read.requests[index].input_tokens, read.requests[index].output_tokens);
        assert_eq!((read.requests.len(), tokens(0), tokens(count - 1)), (count, first, last));
        assert_eq!(read.epoch.map(|epoch| epoch.to_string()).as_deref(), Some(epoch));
        let steps = read.steps(Span::from_ms(60_000)).expect("few");
        assert!(steps.len() == 58 || steps.len() == 59, "{}", steps.len());
        assert_eq!(steps.iter().map(|step| step.requests).sum::<u64>(), count as u64);
        let inputs: u64 = read.requests.iter().map(|request| u64::from(request.input_tokens)).sum();
        assert_eq!(steps.iter().map(|step| step.input_tokens).sum::<u64>(), inputs);
        assert!(matches!(trace::read(&file, None, &Options::default()), Err(TraceError::WrongContents { .. })));
    }
}

#[test]
fn every_trace_becomes_csv_and_comes_back() {
    for (path, format) in [
        ("traces/philly/philly.csv.gz", Format::Philly),
        ("traces/swf/KTH-SP2-1996-filtered.swf.gz", Format::Swf),
        ("traces/tiresias/60_job.csv", Format::Tiresias),
        ("traces/openb/openb_pod_list_default.csv", Format::Openb),
    ] {
        let Some(trace) = read(path, format, &Options::default()) else { return };
        let mut written = Vec::new();
        trace.write_csv(&mut written).expect("memory");
        let again = trace::read_from(written.as_slice(), "again.csv", None, &Options::default()).expect("it is ours");
        assert_eq!(again.epoch, trace.epoch);
        let same = again.jobs.len() == trace.jobs.len()
            && (0..again.jobs.len()).all(|index| {
                let (one, other) = (again.jobs[index], trace.jobs[index]);
                row(&again, index) == row(&trace, index)
                    && (one.estimate, one.outcome, one.priority, one.deadline)
                        == (other.estimate, other.outcome, other.priority, other.deadline)
            });
        assert!(same, "{path}");
    }
}
