//! No bytes make a reader panic, and what it gives is within its limits.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use skyberth::units::Span;
use skyberth::workload::trace::{
    Format, Limits, Options, Requests, Shares, ThroughputTable, Trace, read_from, read_nodes_from, read_pods_from,
    read_requests_from,
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
    let longer = "A\tpython3 a.py\tx\t-n\t1\t3921\t1\tstatic\t1\t-1.000000\t720\t0\nA\tx\tx\t-n\t1\t100\t2\tgns\t1\t1.2\t9\t86.5\n";
    let sacct = "JobID|Submit|Start|End|Elapsed|Timelimit|State|Priority|Partition|AllocTRES|ReqGRES|NNodes|\n\
                 1|2025-03-01T08:00:00|2025-03-01T08:00:05|2025-03-01T09:00:05|01:00:00|2-00:00:00|TIMEOUT|7|p|cpu=8,gres/gpu:h100=8||1|\n\
                 1.batch|2025-03-01T08:00:00|2025-03-01T08:00:05|2025-03-01T09:00:05|01:00:00||FAILED|||cpu=8||1|\n\
                 2_3|2025-03-01T08:00:00|Unknown|2025-03-01T09:00:05||UNLIMITED|CANCELLED by 5|7|p||gpu:a100:2(IDX:0-1)|2|\n";
    let ends = "job_id;submit_s;gpus;start_s;end_s;state\na;2025-03-01 08:00:00;1;2025-03-01 08:00:00;2025-03-01 08:00:09;\nb;2025-03-01;2;5;65;done\n";
    let sizes = "name\tcpu_milli\tmemory_mib\tnum_gpu\tgpu_milli\np0\t12000\t16384\t1\t1000\np1\t6000\t12288\t1\t460\n";
    let burst = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,a,472,18,490,x\n45.5,b,1087,230,1317,y\n";
    let requests = "time_ms|input_tokens|output_tokens\n5|472|18\n45.5|1087|230\n";
    let json = "{\"timestamp\": 0, \"input_length\": 655, \"output_length\": 52, \"hash_ids\": [46, 47]}\n\
                {\"timestamp\": 10535, \"input_length\": 672, \"output_length\": 26, \"hash_ids\": [46, 47]}\n";
    let first = [swf, philly, tiresias, gavel, pods, nodes, azure, csv, TABLE, &long];
    let then = [longer, sacct, ends, sizes, burst, requests, json];
    first.into_iter().chain(then).map(str::to_owned).collect()
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

fn check_requests(requests: &Requests) {
    assert!(requests.requests.is_sorted_by_key(|request| request.at) && !requests.requests.is_empty());
    assert_eq!((requests.requests[0].at.ms(), requests.span() >= Span::ZERO), (0, true));
    assert_eq!(requests.dropped.lines, requests.dropped.count() + requests.requests.len() as u64);
    let _ = requests.steps(Span::from_ms(1000));
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
        for format in Format::ALL.iter().copied().map(Some).chain([None]) {
            match read_requests_from(bytes, "fed", format, &options) {
                Ok(requests) => check_requests(&requests),
                Err(error) => assert!(error.to_string().starts_with("fed:"), "{error}"),
            }
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
    fn mutated_files(which in 0..17_usize, changes in prop::collection::vec(change(), 0..5), again in any::<bool>()) {
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
    for index in [6, 14, 15, 16] {
        let requests = read_requests_from(sound()[index].as_bytes(), "sound", None, &options);
        let requests = requests.unwrap_or_else(|error| panic!("{index}: {error}"));
        assert_eq!(requests.requests.len(), 2, "{index}");
        check_requests(&requests);
    }
    for (index, text) in sound().iter().enumerate().filter(|(index, _)| [0, 1, 2, 3, 4, 7, 10, 11].contains(index)) {
        let trace = read_from(text.as_bytes(), "sound", None, &options).unwrap_or_else(|error| panic!("{index}: {error}"));
        assert_eq!(trace.jobs.len(), 2, "{index}");
        check(&trace);
    }
}

/// A byte of every kind of character that readers look at, or any.
const BYTES: &[u8] = b",;|\t\n\r\"'{}[]:=-+.0179eEnNuU/_ \\(\xff\x00\xc3\x1f";

/// Ten thousand files with one to three bytes changed, lost or put in: all are read, or refused with a place, by their own reader.
#[test]
fn ten_thousand_byte_mutants() {
    let table = ThroughputTable::read_from(TABLE.as_bytes(), "t.json").expect("a table");
    let mut options = Options { shares: Shares::RoundUp, ..Options::default() };
    options.gavel.table = Some(Arc::new(table));
    let mut state = 88_172_645_463_325_252_u64;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let files = sound();
    for round in 0..10_000 {
        // The one of 300 lines takes longer and says nothing new.
        let file = &files[(round % files.len()).max(usize::from(round % files.len() == 9) * 10)];
        let mut bytes = file.clone().into_bytes();
        for _ in 0..=draw(3) {
            let at = draw(bytes.len());
            match draw(3) {
                0 => bytes[at] = BYTES[draw(BYTES.len())],
                1 => bytes.insert(at, BYTES[draw(BYTES.len())]),
                _ => drop(bytes.remove(at)),
            }
        }
        match read_from(bytes.as_slice(), "fed", None, &options) {
            Ok(trace) => assert!(trace.jobs.len() <= bytes.len() && trace.notes.len() <= 20, "{round}"),
            Err(error) => assert!(error.to_string().starts_with("fed:"), "{round}: {error}"),
        }
        match read_requests_from(bytes.as_slice(), "fed", None, &options) {
            Ok(requests) => check_requests(&requests),
            Err(error) => assert!(error.to_string().starts_with("fed:"), "{round}: {error}"),
        }
        let _ = (read_pods_from(bytes.as_slice(), "fed", &options), read_nodes_from(bytes.as_slice(), "fed", &options));
    }
}
