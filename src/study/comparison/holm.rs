//! Several variants against one baseline: which differences stand when all are looked at together.

/// Holm's step-down procedure from intervals alone. `strength[i]` is the largest j such that the interval of comparison i at level alpha / j
/// leaves out no difference at all (0 where even the one at alpha does not); returns which are significant at alpha together. The family may be larger
/// than what could be compared, if it was fixed beforehand.
///
/// The procedure asks of the i-th smallest p-value whether it is at most alpha / (m - i + 1), and stops at the first that is not: so the
/// comparisons only have to be ranked by the levels they reach.
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
pub(in crate::study) fn significant(strength: &[usize], family: usize) -> Vec<bool> {
    let family = family.max(strength.len());
    let mut order: Vec<usize> = (0..strength.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(strength[index]), index));
    let mut found = vec![false; strength.len()];
    for (rank, &index) in order.iter().enumerate() {
        if strength[index] < family - rank {
            break;
        }
        found[index] = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn each_step_asks_for_less() {
        assert_eq!(significant(&[], 0), [false; 0]);
        assert_eq!(significant(&[1], 0), [true]);
        assert_eq!(significant(&[0], 0), [false]);
        // Three comparisons: the best must hold at alpha / 3, the next at alpha / 2, the last at alpha.
        assert_eq!(significant(&[1, 3, 2], 0), [true, true, true]);
        assert_eq!(significant(&[1, 2, 2], 0), [false, false, false]);
        assert_eq!(significant(&[1, 3, 1], 0), [false, true, false]);
        assert_eq!(significant(&[3, 0, 2], 0), [true, false, true]);
        // Of a family of four, one of which could not be compared.
        assert_eq!(significant(&[4, 0, 3], 4), [true, false, true]);
        assert_eq!(significant(&[3, 0, 3], 4), [false, false, false]);
    }
}
