//! Integer proportions with a stated rounding. No floats, no overflow.

/// `amount × part ÷ whole`, rounded half up. `whole` must be positive, the others not negative.
#[must_use]
#[inline]
pub fn scale_half_up(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    if (0..=1_000_000_000).contains(&amount) && (0..=2_000_000_000).contains(&part) {
        return (2 * amount * part + whole) / whole.saturating_mul(2);
    }
    let exact = 2 * i128::from(amount) * i128::from(part) + i128::from(whole);
    i64::try_from(exact.div_euclid(2 * i128::from(whole))).unwrap_or(i64::MAX)
}

/// `amount × part ÷ whole`, rounded half to even (money). `whole` must be positive.
#[must_use]
pub fn scale_half_even(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (exact, whole) = (i128::from(amount) * i128::from(part), i128::from(whole));
    let (below, rest) = (exact.div_euclid(whole), exact.rem_euclid(whole));
    let up = match (2 * rest).cmp(&whole) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => below.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    i64::try_from(below + up).unwrap_or(i64::MAX)
}

/// `part ÷ whole` in basis points (10,000 = 100 %), rounded half up; `None` when the whole is 0: it shows as "–".
#[must_use]
pub fn basis_points(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| scale_half_up(part, 10_000, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_or_to_even() {
        assert_eq!(scale_half_up(5, 1, 2), 3);
        assert_eq!(scale_half_even(5, 1, 2), 2);
        assert_eq!(scale_half_even(7, 1, 2), 4);
        assert_eq!(scale_half_even(-5, 1, 2), -2);
        assert_eq!(scale_half_up(i64::MAX, 1, 1), i64::MAX);
    }

    #[test]
    fn nothing_of_nothing_is_no_rate() {
        assert_eq!(basis_points(0, 0), None);
        assert_eq!(basis_points(240, 480), Some(5_000));
    }
}
