//! The Mersenne Twister as Python's `random` seeds and reads it: for comparison with programs that drew from it, and for nothing else.
//!
//! Source: M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number generator",
//! ACM TOMACS 8 (1998), with the seeding by an array of 2002.

const WORDS: usize = 624;
const SHIFT: usize = 397;

/// A sequence of draws. It is shared state, unlike the addressed draws of [`crate::kernel::random`]: one more caller shifts all later draws.
#[derive(Clone, Debug)]
pub struct Mersenne {
    words: [u32; WORDS],
    next: usize,
}

impl Mersenne {
    /// The sequence that `random.Random(seed)` gives.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut words = [0_u32; WORDS];
        words[0] = 19_650_218;
        for at in 1..WORDS {
            let before = words[at - 1];
            words[at] = 1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(at as u32);
        }
        let mut at = 1;
        for _ in 0..WORDS {
            let before = words[at - 1];
            words[at] = (words[at] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525)).wrapping_add(seed);
            at = Self::after(&mut words, at);
        }
        for _ in 1..WORDS {
            let before = words[at - 1];
            words[at] = (words[at] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(at as u32);
            at = Self::after(&mut words, at);
        }
        words[0] = 0x8000_0000;
        Self { words, next: WORDS }
    }

    /// The next place while seeding; the first word is the last one's follower.
    fn after(words: &mut [u32; WORDS], at: usize) -> usize {
        if at + 1 < WORDS {
            return at + 1;
        }
        words[0] = words[WORDS - 1];
        1
    }

    fn word(&mut self) -> u32 {
        if self.next == WORDS {
            for at in 0..WORDS {
                let both = (self.words[at] & 0x8000_0000) | (self.words[(at + 1) % WORDS] & 0x7fff_ffff);
                let twisted = if both & 1 == 1 { 0x9908_b0df } else { 0 };
                self.words[at] = self.words[(at + SHIFT) % WORDS] ^ (both >> 1) ^ twisted;
            }
            self.next = 0;
        }
        let mut word = self.words[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// A number below `bound`, which is 1 or more: `randrange(bound)`.
    pub fn below(&mut self, bound: u32) -> u32 {
        let bits = 32 - bound.max(1).leading_zeros();
        loop {
            let drawn = self.word() >> (32 - bits);
            if drawn < bound.max(1) {
                return drawn;
            }
        }
    }

    /// `shuffle`.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            list.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_python() {
        // random.Random(0).randrange(1000), five times, and random.Random(5).shuffle([0, 1, 2]), three times.
        let mut draws = Mersenne::new(0);
        assert_eq!([(); 5].map(|()| draws.below(1000)), DRAWS);
        let mut draws = Mersenne::new(5);
        let mut list = [0, 1, 2];
        let lists = [(); 3].map(|()| {
            draws.shuffle(&mut list);
            list
        });
        assert_eq!(lists, LISTS);
    }

    const DRAWS: [u32; 5] = [864, 394, 776, 911, 430];
    const LISTS: [[u32; 3]; 3] = [[0, 1, 2], [0, 1, 2], [1, 0, 2]];
}
