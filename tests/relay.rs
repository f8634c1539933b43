//! A room over many machines, in networks that fail in every way: see `network`.

mod network;

use proptest::{prelude::*, test_runner::RngSeed};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn what_is_acknowledged_is_delivered_once_and_in_one_order(plan in network::plan(120, false)) {
        if let Err(fail) = network::live(&plan) {
            prop_assert!(false, "{}", fail.0);
        }
    }
}
