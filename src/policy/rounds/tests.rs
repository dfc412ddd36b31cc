use super::*;
use proptest::prelude::*;

fn kinds(gpus: &[u32]) -> Vec<GpuType> {
    gpus.iter()
        .enumerate()
        .map(|(at, &gpus)| GpuType { name: format!("type{at}"), gpus: f64::from(gpus), price: at as f64 + 1.0 })
        .collect()
}

fn sharer(id: u64, gang: u32, speeds: &[f64]) -> Sharer {
    Sharer { id, gang: f64::from(gang), weight: 1.0, claim: 1.0, left: 1000.0, age: 0.0, speeds: speeds.to_vec() }
}

fn speed(shares: &Shares, problem: &Problem, job: usize) -> f64 {
    Shares::worth(&shares.0[job], &problem.jobs[job].speeds)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-4 * (1.0 + b.abs())
}

/// One GPU of each of two types; the first job is four times as fast on the first, the second a quarter faster.
fn two() -> Problem {
    Problem { types: kinds(&[1, 1]), jobs: vec![sharer(0, 1, &[4.0, 1.0]), sharer(1, 1, &[1.25, 1.0])] }
}

#[test]
fn maxmin_equalises_normalised_speeds() {
    // Proportional speeds are 2.5 and 1.125. With b of the first type for the second job, 1.6 - 1.2 b = (1 + 0.25 b) / 1.125.
    let problem = two();
    let shares = allocator("maxmin").expect("known").shares(&problem);
    assert!(close(speed(&shares, &problem, 0) / 2.5, 1.0) && close(speed(&shares, &problem, 1) / 1.125, 1.0), "{shares:?}");
}

#[test]
fn weights_count() {
    let mut problem = Problem { types: kinds(&[1]), jobs: vec![sharer(0, 1, &[1.0]), sharer(1, 1, &[1.0])] };
    problem.jobs[1].weight = 3.0;
    for name in ["maxmin", "maxmin:blind", "water-filling"] {
        let shares = allocator(name).expect("known").shares(&problem);
        assert!(close(shares.0[0][0], 0.25) && close(shares.0[1][0], 0.75), "{name}: {shares:?}");
    }
}

#[test]
fn weights_count_under_finish_time_fairness() {
    // Alone, the second has three quarters of the GPU for itself; with those both have the ratio 1.
    let mut problem = Problem { types: kinds(&[1]), jobs: vec![sharer(0, 1, &[1.0]), sharer(1, 1, &[1.0])] };
    problem.jobs[1].weight = 3.0;
    let shares = allocator("ftf").expect("known").shares(&problem);
    assert!(close(shares.0[0][0], 0.25) && close(shares.0[1][0], 0.75), "{shares:?}");
}

#[test]
fn what_no_job_is_due_goes_by_claims() {
    // The third job has the second type for itself and sets the time. The first two need next to nothing of the first type to be done by then,
    // and what is left of it goes half and half, unless one of them counts for more.
    let mut problem = Problem {
        types: kinds(&[1, 1]),
        jobs: vec![sharer(0, 1, &[1.0, 0.0]), sharer(1, 1, &[1.0, 0.0]), sharer(2, 1, &[0.0, 1.0])],
    };
    problem.jobs[2].left = 1e9;
    let shares = |problem: &Problem| {
        let shares = allocator("makespan").expect("known").shares(problem);
        (shares.0[0][0], shares.0[1][0])
    };
    let (even, other) = shares(&problem);
    assert!(close(even, other), "{even} and {other}");
    problem.jobs[0].claim = 3.0;
    let (more, less) = shares(&problem);
    assert!(more > 1.3 * even && less < 0.85 * even, "{more} and {less}, without a claim {even}");
}

#[test]
fn water_filling_goes_on_where_maxmin_stops() {
    // Two jobs that run on the first type alone share it; the third has the second type alone and need not wait for them.
    let problem = Problem {
        types: kinds(&[1, 1]),
        jobs: vec![sharer(0, 1, &[1.0, 0.0]), sharer(1, 1, &[1.0, 0.0]), sharer(2, 1, &[1.0, 1.0])],
    };
    let shares = allocator("water-filling").expect("known").shares(&problem);
    assert!(close(shares.0[0][0], 0.5) && close(shares.0[1][0], 0.5) && close(shares.0[2][1], 1.0), "{shares:?}");
}

#[test]
fn makespan_is_within_its_search() {
    let problem = two();
    let shares = allocator("makespan").expect("known").shares(&problem);
    for job in 0..2 {
        let time = problem.jobs[job].left / speed(&shares, &problem, job);
        // The best is 1000 / 1 s for the second on the slow type, or less with some of the fast one: 4 (1 - b) = 1 + 0.25 b.
        assert!(time < 850.0 * 1.1, "{time}");
    }
}

#[test]
fn cost_counts_prices() {
    // Ten times the price for four times the speed is not worth it; only one of two may have the cheap GPU.
    let mut problem = Problem { types: kinds(&[1, 1]), jobs: vec![sharer(0, 1, &[4.0, 1.0])] };
    problem.types[0].price = 10.0;
    let shares = allocator("cost").expect("known").shares(&problem);
    assert!(close(shares.0[0][1], 1.0), "{shares:?}");
    let shares = allocator("throughput").expect("known").shares(&problem);
    assert!(close(shares.0[0][0], 1.0), "{shares:?}");
}

#[test]
fn who_has_waited_gets_more_under_finish_time_fairness() {
    let mut problem = Problem { types: kinds(&[1]), jobs: vec![sharer(0, 1, &[1.0]), sharer(1, 1, &[1.0])] };
    problem.jobs[1].age = 1000.0;
    let shares = allocator("ftf").expect("known").shares(&problem);
    // (1000 / x) / 2000 = (1000 + 1000 / (1 - x)) / 2000.
    let x = shares.0[0][0];
    assert!(close(1.0 / x, 1.0 + 1.0 / (1.0 - x)), "{shares:?}");
}

fn problems() -> impl Strategy<Value = Problem> {
    let job = (1_u32..5, prop::collection::vec(0_u32..40, 3), 0_u32..5000, 1_u32..100_000);
    (prop::collection::vec(4_u32..12, 3), prop::collection::vec(job, 1..25)).prop_map(|(gpus, jobs)| {
        let jobs = jobs.into_iter().enumerate().map(|(id, (gang, speeds, age, left))| {
            let mut speeds: Vec<f64> = speeds.into_iter().map(|speed| f64::from(speed) / 8.0).collect();
            if speeds.iter().all(|speed| *speed == 0.0) {
                speeds[id % 3] = 1.0;
            }
            Sharer { age: f64::from(age), left: f64::from(left), ..sharer(id as u64, gang, &speeds) }
        });
        Problem { types: kinds(&gpus), jobs: jobs.collect() }
    })
}

proptest! {
    #[test]
    fn shares_fit_and_no_job_is_left_out(problem in problems()) {
        for name in names() {
            let shares = allocator(name).expect("known").shares(&problem);
            prop_assert_eq!(shares.0.len(), problem.jobs.len());
            // The imitation of Gavel's first come, first served gives out more than there is: that is its slip.
            if name == "fifo:gavel" {
                continue;
            }
            for row in &shares.0 {
                prop_assert!(row.iter().all(|share| (0.0..=1.0).contains(share)) && row.iter().sum::<f64>() <= 1.0 + 1e-9);
            }
            for (at, kind) in problem.types.iter().enumerate() {
                let used: f64 = shares.0.iter().zip(&problem.jobs).map(|(row, job)| row[at] * job.gang).sum();
                prop_assert!(used <= kind.gpus * (1.0 + 1e-9), "{}: {}", name, used);
            }
            if ["maxmin", "water-filling", "makespan", "ftf"].contains(&name) {
                for job in 0..problem.jobs.len() {
                    prop_assert!(speed(&shares, &problem, job) > 0.0, "{}: job {} has nothing", name, job);
                }
            }
        }
    }

    #[test]
    fn the_order_of_jobs_does_not_matter(problem in problems()) {
        let mut turned = problem.clone();
        turned.jobs.reverse();
        for name in ["maxmin", "maxmin:blind", "makespan"] {
            let shares = allocator(name).expect("known").shares(&problem);
            let mut other = allocator(name).expect("known").shares(&turned);
            other.0.reverse();
            for job in 0..problem.jobs.len() {
                let (a, b) = (speed(&shares, &problem, job), speed(&other, &problem, job));
                prop_assert!((a - b).abs() <= 0.01 * a.max(b), "{}: {} and {}", name, a, b);
            }
        }
    }

    #[test]
    fn water_filling_leaves_no_job_worse_than_maxmin_leaves_the_worst(problem in problems()) {
        let least = |name: &str| {
            let shares = allocator(name).expect("known").shares(&problem);
            let normal = |job: usize| {
                speed(&shares, &problem, job) * problem.jobs[job].gang / problem.proportional_speed(&problem.jobs[job])
            };
            (0..problem.jobs.len()).map(normal).fold(f64::INFINITY, f64::min)
        };
        let (once, often) = (least("maxmin"), least("water-filling"));
        prop_assert!((once - often).abs() <= 1e-3 * once, "{} and {}", once, often);
    }
}
