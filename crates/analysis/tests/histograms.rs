//! The histogram's promises: fine enough buckets, honest quantiles, sums and differences that undo each other.

use proptest::prelude::*;
use raally_analysis::{BUCKETS, CountsError, GROWTH, Histogram, bucket_of, bucket_start};

fn histogram(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    histogram
}

#[test]
fn buckets_grow_by_at_most_the_stated_ratio() {
    for bucket in 8..BUCKETS {
        let ratio = bucket_start(bucket + 1) as f64 / bucket_start(bucket) as f64;
        assert!(ratio <= GROWTH && ratio > 1.0, "bucket {bucket}: {ratio}");
    }
}

#[test]
fn every_bucket_begins_where_it_counts() {
    for bucket in 0..BUCKETS {
        assert_eq!(bucket_of(bucket_start(bucket)), bucket);
        assert_eq!(bucket_of(bucket_start(bucket + 1) - 1), bucket);
    }
    assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
}

#[test]
fn json_holds_only_buckets_with_counts() {
    let text = serde_json::to_string(&histogram(&[1_000, 1_000, 70_000])).expect("data");
    assert!(text.len() < 60, "{text}");
    assert!(serde_json::from_str::<Histogram>(r#"{"sum_us":0,"counts":[[100000,1]]}"#).is_err());
}

#[test]
fn counter_that_went_back_is_an_error() {
    let went_back = histogram(&[1]).since(&histogram(&[1, 1]));
    assert!(matches!(went_back, Err(CountsError::WentBack { .. })));
}

proptest! {
    #[test]
    fn quantile_holds_the_true_value_within_the_stated_error(
        mut values in prop::collection::vec(0_u64..4_000_000_000, 1..200), q in 0.0_f64..=1.0,
    ) {
        let quantile = histogram(&values).quantile(q).expect("there are values");
        values.sort_unstable();
        let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let truth = values[rank - 1];
        prop_assert!(quantile.low_us <= truth && truth < quantile.high_us);
        if truth >= 8 {
            prop_assert!((quantile.estimate_us() / truth as f64 - 1.0).abs() <= 0.0625);
        }
    }

    #[test]
    fn merging_is_counting_together_and_differences_undo_it(
        first in prop::collection::vec(any::<u64>(), 0..50), second in prop::collection::vec(0_u64..1_000_000_000, 0..50),
    ) {
        let first: Vec<u64> = first.into_iter().map(|value| value >> 12).collect();
        let (a, b) = (histogram(&first), histogram(&second));
        let mut merged = a.clone();
        merged.merge(&b);
        let mut other_way = b.clone();
        other_way.merge(&a);
        prop_assert_eq!(&merged, &other_way);
        prop_assert_eq!(&merged, &histogram(&[first, second].concat()));
        prop_assert_eq!(merged.since(&a).expect("it only grew"), b);
    }

    #[test]
    fn what_was_written_is_read_back(values in prop::collection::vec(any::<u64>(), 0..50)) {
        let written = histogram(&values);
        let text = serde_json::to_string(&written).expect("data");
        prop_assert_eq!(serde_json::from_str::<Histogram>(&text).expect("readable"), written);
    }

    #[test]
    fn merging_never_overflows(values in prop::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
        let mut all = Histogram::default();
        for (micros, times) in values {
            all.record_many(micros, times);
            let copy = all.clone();
            all.merge(&copy);
        }
        prop_assert!(all.quantile(0.5).is_some() == (all.count() > 0));
    }
}
