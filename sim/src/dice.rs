//! Chance that repeats itself: a seed gives the same run on every machine, for ever.
//!
//! It chooses; it is not meant to be hard to guess.

/// A source of chance (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635_d1f4_9c61)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; zero when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        usize::try_from(self.roll() % end as u64).unwrap_or(0)
    }

    /// Whether something happens that happens `of_thousand` times in a thousand.
    pub fn often(&mut self, of_thousand: u64) -> bool {
        self.roll() % 1000 < of_thousand
    }

    /// One of these, if there are any.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len());
        from.get(at)
    }

    /// One of these; there is at least one.
    pub fn one<T: Copy>(&mut self, from: &[T]) -> T {
        *self.pick(from).expect("there is something to choose from")
    }

    pub fn wide(&mut self) -> u128 {
        (u128::from(self.roll()) << 64) | u128::from(self.roll())
    }
}
