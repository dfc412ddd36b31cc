//! What is printed of heavy values holds what it is of, and what would not hold it is not printed.

#[path = "../../examples/coverage/heavy.rs"]
mod laws;

use laws::{LAWS, Law, SIZES, heavy};

#[test]
fn printed_intervals_of_skewed_metrics_hold_the_median() {
    for law in LAWS {
        for n in SIZES {
            let found = heavy(law, n, 600);
            assert_eq!((found.median.printed, found.skewed_mean.printed), (600, 0), "{law:?}, {n}");
            // 95 % promised, 93 % required; 600 studies scatter by 0.9 points.
            assert!(found.median.share() >= 0.93, "{law:?}, {n}: {:?}", found.median);
        }
    }
}

#[test]
fn means_of_heavy_values_have_no_interval_that_holds() {
    for n in SIZES.into_iter().filter(|&n| n <= 30) {
        for law in [Law::Lognormal(2.0), Law::Overloaded] {
            let found = heavy(law, n, 600);
            assert!(found.by_t.share() < 0.9, "{law:?}, {n}: {:?}", found.by_t);
        }
        assert!(heavy(Law::Lognormal(0.3), n, 600).by_t.share() > 0.92, "{n}");
    }
}
