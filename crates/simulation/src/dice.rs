//! Chance, all of it from one seed.

/// A generator whose whole future follows from its seed.
#[derive(Debug)]
pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    /// The dice of one world; neighbouring seeds and worlds have nothing in common.
    pub(crate) fn of(seed: u64, world: u64) -> Self {
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9)
            .wrapping_add(world.wrapping_mul(0x94d0_49bb_1331_11eb));
        Self(fastrand::Rng::with_seed(mixed ^ (mixed >> 31)))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0.u32(..end.max(1))
    }

    /// True `times` in a thousand.
    pub(crate) fn per_mille(&mut self, times: u32) -> bool {
        self.below(1000) < times
    }

    /// One of the list, each as likely.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(u32::try_from(from.len()).unwrap_or(1)) as usize]
    }

    /// One of the list, as likely as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, from: &[(u32, T)]) -> T {
        let sum = from.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(sum);
        for (weight, what) in from {
            if left < *weight {
                return *what;
            }
            left -= weight;
        }
        from[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throw = |seed, world| {
            let mut dice = Dice::of(seed, world);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(1, 2), throw(1, 2));
        assert_ne!(throw(1, 2), throw(1, 3));
        assert_ne!(throw(1, 2), throw(2, 2));
    }

    #[test]
    fn weights_count() {
        let mut dice = Dice::of(1, 1);
        let heads = (0..1000)
            .filter(|_| dice.weighted(&[(9, true), (1, false)]))
            .count();
        assert!((850..950).contains(&heads), "{heads}");
        assert!((0..100).all(|_| dice.weighted(&[(0, false), (1, true)])));
    }
}
