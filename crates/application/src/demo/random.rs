//! Chance that comes out the same each time.

/// A small generator of numbers. Source: xorshift64*, Vigna 2016.
pub struct Chance(u64);

impl Chance {
    /// From a seed; 0 is taken as 1.
    pub const fn new(seed: u64) -> Self {
        Self(if seed == 0 { 1 } else { seed })
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let random = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        i64::try_from(random).unwrap_or(0) % end.max(1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, of_hundred: i64) -> bool {
        self.below(100) < of_hundred
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let index = self.below(i64::try_from(all.len()).unwrap_or(0));
        all.get(usize::try_from(index).unwrap_or(0)).copied()
    }
}
