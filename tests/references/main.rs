//! Published schedules, job by job, and closed forms. The traces and schedules lie beside the project; where they do not, their tests say so
//! and pass. The same comparisons make docs/validation.md.

#[allow(dead_code, reason = "the page prints more than is compared here")]
#[path = "../../examples/validation/agreement.rs"]
mod agreement;
#[allow(dead_code, reason = "the page prints more than is compared here")]
#[path = "../../examples/validation/closed_forms.rs"]
mod closed_forms;
#[allow(dead_code, reason = "the page prints more than is compared here")]
#[path = "../../examples/validation/heterogeneous.rs"]
mod heterogeneous;
#[path = "../../examples/validation/packing.rs"]
mod packing;
#[path = "../../examples/validation/schedules.rs"]
mod schedules;

use agreement::Agreement;
use std::path::PathBuf;

/// The folder with the traces and schedules, if it is there.
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let is_there = folder.join("traces").is_dir() && folder.join("reference").is_dir();
    if !is_there {
        eprintln!("skipped: ../shared with traces/ and reference/ is not beside this checkout");
    }
    is_there.then_some(folder)
}

#[track_caller]
fn exact(agreements: &[Agreement]) {
    for agreement in agreements {
        assert!(agreement.is_exact(), "{agreement:#?}");
    }
}

#[test]
fn tiresias_schedules_are_the_same() {
    let Some(shared) = shared() else { return };
    let agreements = schedules::tiresias(&shared);
    let (gittins, others): (Vec<_>, Vec<_>) = agreements.into_iter().partition(|one| one.setting.preset.starts_with("gittins"));
    assert_eq!(others.iter().map(|one| one.jobs).sum::<usize>(), 6 * 60 + 6 * 1408);
    exact(&others);
    // Its law of service is not published; all jobs start as published, and 36 of 60 finish so.
    let [gittins] = &gittins[..] else { panic!("one schedule") };
    assert_eq!((gittins.starts, gittins.finishes), (0, Some(24)));
}

#[test]
fn helios_schedules_are_the_same() {
    let Some(shared) = shared() else { return };
    let agreements = schedules::helios(&shared);
    assert_eq!(agreements.iter().map(|one| one.jobs).sum::<usize>(), 2 * (318 + 264));
    exact(&agreements);
}

#[test]
fn batch_schedules_are_the_same() {
    let Some(shared) = shared() else { return };
    let agreements = schedules::batch(&shared);
    assert_eq!(agreements.len(), 28);
    exact(&agreements);
}

#[test]
fn placements_pack_as_published() {
    let Some(shared) = shared() else { return };
    let compared = packing::fgd(&shared);
    let published: Vec<_> = compared.iter().filter_map(|one| Some((&one.row, one.published?))).collect();
    assert_eq!(published.len(), 6);
    for (row, (_, least, most)) in &published {
        assert!((*least..=*most).contains(&(row.allocation_share_mean * 100.0)), "{row:?} is not within {least} to {most}");
        assert!((1.299..=1.3).contains(&row.demand_mean), "{row:?}");
    }
    let best = compared.iter().max_by(|a, b| a.row.allocation_share_mean.total_cmp(&b.row.allocation_share_mean));
    assert_eq!(best.map(|one| one.row.placement.as_str()), Some("fgd"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn gavel_results_are_the_same_or_close() {
    let Some(shared) = shared() else { return };
    let agreements = heterogeneous::gavel(&shared);
    assert_eq!(agreements.len(), 3 * heterogeneous::POLICIES.len());
    for agreement in &agreements {
        match (agreement.policy, agreement.trace) {
            ("fifo:gavel" | "fifo-fastest", _) => assert_eq!(agreement.others, 0, "{agreement:?}"),
            // Four rounds, and ties that go another way.
            ("ftf" | "throughput", "small_test") => {}
            _ => assert!(agreement.is_close(), "{agreement:?}"),
        }
    }
    let ties = heterogeneous::ties(&shared, &agreements);
    assert!(ties.len() <= 2);
    for ties in ties {
        assert!(ties.hold_the_reference(), "{ties:?}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn queues_behave_as_theory_says() {
    for queue in closed_forms::queues(0.5) {
        for figure in queue.measure(200) {
            assert!(figure.deviation().abs() <= 3.0, "{}: {figure:?}", queue.name);
        }
    }
}

#[test]
fn erlang_formulas_have_their_published_values() {
    for (value, known) in [
        (closed_forms::erlang_b(8, 7.2), 0.190_313_168_664),
        (closed_forms::erlang_b(64, 57.6), 0.043_123_544_739_9),
        (closed_forms::erlang_c(8, 7.2), 0.701_532_990_146),
        (closed_forms::erlang_c(64, 57.6), 0.310_663_316_533),
    ] {
        assert!((value - known).abs() < 1e-11, "{value} is not {known}");
    }
}
