//! No bytes make a reader panic, and what it gives is within its limits.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use skyberth::units::Span;
use skyberth::workload::trace::{
    Format, Limits, Options, Shares, ThroughputTable, Trace, read_from, read_nodes_from, read_pods_from, read_requests_from,
};
use std::io::Write;
use std::sync::Arc;

const TABLE: &str = r#"{"v100": {"('A', 1)": {"null": 2.5, "('A', 2)": [1.5, 1]}, "('A', 2)": {"null": 1}}}"#;

/// A sound file of every format, and of those that hold no jobs.
fn sound() -> Vec<String> {
    let swf = "; MaxProcs: 64\n; UnixStartTime: 843480031\n1 0 5 60 4 -1 -1 4 90 -1 1 1 1 -1 1 -1 -1 -1\n2 9 5 0 -1 -1 -1 8 -1 -1 5 1 2 -1 1 -1 -1 -1\n";
    let philly =
        "timestamp,duration,num_gpus,gpu_time,cluster\n2017-10-09 07:01:55,66.0,1,66.0,aa\n2017-10-08 06:13:03,2951.5,8,1,bb\n";
    let tiresias =
        "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,1,0,606,vgg,164,30\n1,8,30,133,vgg,147,23\n";
    let gavel = "A\tpython3 a.py\tx\t-n\t1\t3921\t1\t1\t-1.000000\t0\nA\tpython3 a.py\tx\t-n\t1\t100\t2\t1\t1.2\t86.5\n";
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n\
                p0,12000,16384,1,1000,,LS,Running,0,12537,0\np1,6000,12288,1,460,T4|P100,BE,Pending,42,129,\n";
    let nodes = "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\nn1,64000,262144,8,G2\n";
    let azure =
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n";
    let csv = "job_id,submit_s,gpus,run_s,estimate_s,priority,group,state,deadline_s\na,0,8,60,90,1,\"x, y\",failed,600\nb,5.5,1,0,,,,,\n";
    // Of many lines, some may be lost.
    let long: Vec<String> = (0..300).map(|id| format!("{id},{id}.5,1,60\n")).collect();
    let long = format!("job_id,submit_s,gpus,run_s\n{}", long.concat());
    [swf, philly, tiresias, gavel, pods, nodes, azure, csv, TABLE, &long].map(str::to_owned).to_vec()
}

fn check(trace: &Trace) {
    assert!(trace.jobs.is_sorted_by_key(|job| job.submit) && !trace.jobs.is_empty());
    let longest = Span::from_seconds(200.0 * 365.0 * 86_400.0);
    for job in &trace.jobs {
        assert!((Span::ZERO..=longest).contains(&job.run) && (Span::ZERO..=longest).contains(&job.estimate));
        assert!((0..=longest.ms()).contains(&job.submit.ms()) && (1..1_000_000_000).contains(&job.gpus));
        assert!((job.group as usize) < trace.groups.len() && !trace.ids.text(job.id).is_empty());
    }
    let mut ids: Vec<_> = trace.jobs.iter().map(|job| trace.ids.text(job.id)).collect();
    ids.sort();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(trace.dropped.lines, trace.dropped.count() + trace.jobs.len() as u64);
    let mut written = Vec::new();
    trace.write_csv(&mut written).expect("memory");
    let mut rebased = trace.clone();
    if rebased.epoch.is_some() {
        rebased.rebase();
    }
    let again = read_from(written.as_slice(), "again.csv", Some(Format::Csv), &Options { strict: true, ..Options::default() });
    let again = again.unwrap_or_else(|error| panic!("{error}"));
    let times = |trace: &Trace| trace.jobs.iter().map(|job| (job.submit, job.run, job.gpus, job.priority)).collect::<Vec<_>>();
    assert_eq!(times(&again), times(&rebased));
}

/// Gives the bytes to every reader; what matters is that all of them return.
fn feed(bytes: &[u8]) {
    let table = ThroughputTable::read_from(TABLE.as_bytes(), "t.json").expect("a table");
    let mut options = Options { limits: Limits { bytes: 1 << 20, line_bytes: 300, ..Limits::default() }, ..Options::default() };
    options.gavel.table = Some(Arc::new(table));
    for strict in [false, true] {
        options.strict = strict;
        options.shares = if strict { Shares::RoundUp } else { Shares::Drop };
        for format in Format::ALL.iter().copied().map(Some).chain([None]) {
            match read_from(bytes, "fed", format, &options) {
                Ok(trace) => check(&trace),
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.starts_with("fed:") || said.starts_with("unknown worker type"), "{said}");
                }
            }
        }
        let _ = read_pods_from(bytes, "fed", &options);
        let _ = read_nodes_from(bytes, "fed", &options);
        if let Ok(requests) = read_requests_from(bytes, "fed", &options) {
            let _ = requests.steps(Span::from_ms(1000));
        }
    }
    let _ = ThroughputTable::read_from(bytes, "fed");
}

/// A change to a file: at a place, some bytes go and others come.
fn change() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let pieces = prop::sample::select(vec![
        ",",
        "\n",
        "\"",
        "\t",
        " ",
        ";",
        "-",
        "NaN",
        "inf",
        "1e308",
        "-1",
        "0",
        "999999999999999999999",
        "2169-12-31 23:59:59",
        "\u{feff}",
        "9223372036854775807",
        "'=",
        "é",
        "\r",
    ]);
    let inserted = prop_oneof![pieces.prop_map(|piece| piece.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..4)];
    (any::<usize>(), 0..6_usize, inserted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        feed(&bytes);
        feed(&[&[0x1f, 0x8b, 8, 0], bytes.as_slice()].concat());
    }

    #[test]
    fn mutated_files(which in 0..10_usize, changes in prop::collection::vec(change(), 0..5), again in any::<bool>()) {
        let mut bytes = sound()[which].clone().into_bytes();
        for (at, length, piece) in changes {
            let at = at % (bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        feed(&bytes);
        if again {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&bytes).expect("memory");
            let mut compressed = encoder.finish().expect("memory");
            let place = which * 7 % compressed.len();
            feed(&compressed);
            compressed[place] ^= 0x10;
            feed(&compressed);
        }
    }
}

#[test]
fn sound_files_are_read_by_their_own_readers() {
    let table = ThroughputTable::read_from(TABLE.as_bytes(), "t.json").expect("a table");
    let mut options = Options { strict: true, shares: Shares::RoundUp, ..Options::default() };
    options.gavel.table = Some(Arc::new(table));
    for (index, text) in sound().iter().enumerate().filter(|(index, _)| [0, 1, 2, 3, 4, 7].contains(index)) {
        let trace = read_from(text.as_bytes(), "sound", None, &options).unwrap_or_else(|error| panic!("{index}: {error}"));
        assert_eq!(trace.jobs.len(), 2, "{index}");
        check(&trace);
    }
}
