//! Where things stand on the axes of a chart. Pure; whole numbers, in units of the drawing.

/// Lines across a chart at most, without the one at nothing: more are read no better.
const LINES: u64 = 4;
/// Names under an axis at most: as many stand side by side without touching.
const NAMES: usize = 10;

/// An axis that begins at nothing and ends at a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// From line to line: 1, 2 or 5 with zeros.
    pub step: u64,
    /// The end: a multiple of the step.
    pub top: u64,
}

impl Scale {
    /// The axis for values up to `most`. Without any it still has an end.
    pub fn up_to(most: u64) -> Self {
        let most = most.max(1);
        let mut zeros: u64 = 1;
        loop {
            for round in [1, 2, 5] {
                let step = zeros.saturating_mul(round);
                let lines = most.div_ceil(step);
                if lines <= LINES {
                    return Self { step, top: step.saturating_mul(lines) };
                }
            }
            zeros = zeros.saturating_mul(10);
        }
    }

    /// The values at the lines, nothing first.
    pub fn lines(self) -> Vec<u64> {
        (0..=self.top / self.step).map(|line| line * self.step).collect()
    }

    /// How far along an axis of this length a value lies.
    pub fn along(self, value: u64, length: u64) -> u64 {
        // Wider than the values, so that no count can overflow.
        let along = u128::from(value.min(self.top)) * u128::from(length) / u128::from(self.top);
        u64::try_from(along).unwrap_or(length)
    }
}

/// Where the parts of a bar begin and end, one on the other: without gaps, and none that is not
/// nothing so thin that it cannot be seen.
pub fn stacked(counts: &[u64], scale: Scale, length: u64) -> Vec<(u64, u64)> {
    const THINNEST: u64 = 2;
    let (mut sum, mut end) = (0_u64, 0);
    let part = |count: &u64| {
        let begin = end;
        sum = sum.saturating_add(*count);
        if *count > 0 {
            end = scale.along(sum, length).max(begin + THINNEST);
        }
        (begin, end)
    };
    counts.iter().map(part).collect()
}

/// Whether the bar at this place gets a name under the axis: every so many, and always the last.
pub fn is_named(at: usize, bars: usize) -> bool {
    let every = bars.div_ceil(NAMES).max(1);
    at < bars && (bars - 1 - at).is_multiple_of(every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_just_above() {
        let of = |most| (Scale::up_to(most).step, Scale::up_to(most).top);
        assert_eq!([of(0), of(1), of(4), of(5), of(12)], [(1, 1), (1, 1), (1, 4), (2, 6), (5, 15)]);
        assert_eq!([of(40), of(41), of(2_345)], [(10, 40), (20, 60), (1_000, 3_000)]);
        assert_eq!(Scale::up_to(5).lines(), [0, 2, 4, 6]);
        assert!(Scale::up_to(u64::MAX).top > 0, "and never runs on for ever");
    }

    #[test]
    fn parts_stand_on_each_other_and_small_ones_are_seen() {
        let scale = Scale { step: 100, top: 400 };
        assert_eq!(stacked(&[200, 0, 100], scale, 100), [(0, 50), (50, 50), (50, 75)]);
        assert_eq!(stacked(&[1, 1], scale, 100), [(0, 2), (2, 4)]);
        assert_eq!(scale.along(u64::MAX, 100), 100);
    }

    #[test]
    fn the_last_bar_is_named_and_names_do_not_touch() {
        for bars in [1, 7, 24, 30] {
            let named = (0..bars).filter(|at| is_named(*at, bars)).count();
            assert!(is_named(bars - 1, bars) && (1..=NAMES).contains(&named), "{named} of {bars}");
        }
    }
}
