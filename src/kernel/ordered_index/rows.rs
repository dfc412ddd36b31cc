//! Short sorted arrays in an arena.

/// How many entries a row can hold. Twice as many make a search within a row more expensive, half as many make the trees deeper.
pub(super) const ROW: usize = 32;

/// Rows of at most `ROW` entries, each row's keys side by side and its values side by side. Rows that are discarded are used again.
#[derive(Clone, Debug)]
pub(super) struct Rows<K, V> {
    /// `ROW` places a row; the last row has places only as far as it was ever filled, so that a single row takes little.
    keys: Vec<K>,
    values: Vec<V>,
    lens: Vec<u8>,
    unused: Vec<u32>,
}

impl<K: Copy, V: Copy> Rows<K, V> {
    /// None yet; allocates nothing.
    pub const fn new() -> Self {
        Self { keys: Vec::new(), values: Vec::new(), lens: Vec::new(), unused: Vec::new() }
    }

    /// A new row of one entry.
    pub fn add(&mut self, key: K, value: V) -> u32 {
        let row = self.unused.pop().unwrap_or(self.lens.len() as u32);
        // The row before may have been the last one, and short of places.
        let start = start(row);
        if self.keys.len() < start {
            self.keys.resize(start, key);
            self.values.resize(start, value);
        }
        self.insert(row, 0, key, value);
        row
    }

    /// Frees a row.
    pub fn discard(&mut self, row: u32) {
        self.lens[row as usize] = 0;
        self.unused.push(row);
    }

    /// How many entries a row has; none where the row has never been.
    pub fn len(&self, row: u32) -> usize {
        self.lens.get(row as usize).map_or(0, |&len| usize::from(len))
    }

    pub fn keys(&self, row: u32) -> &[K] {
        &self.keys[start(row)..][..self.len(row)]
    }

    pub fn values(&self, row: u32) -> &[V] {
        &self.values[start(row)..][..self.len(row)]
    }

    pub fn key_mut(&mut self, row: u32, at: usize) -> &mut K {
        &mut self.keys[start(row) + at]
    }

    pub fn value_mut(&mut self, row: u32, at: usize) -> &mut V {
        &mut self.values[start(row) + at]
    }

    /// Puts an entry at a place of a row that is not full. The row after the last one counts as an empty row.
    pub fn insert(&mut self, row: u32, at: usize, key: K, value: V) {
        let (start, len) = (start(row), self.len(row));
        debug_assert!(at <= len && len < ROW);
        let (from, end) = (start + at, start + len);
        if end == self.keys.len() {
            self.keys.push(key);
            self.values.push(value);
            if self.lens.len() == row as usize {
                self.lens.push(0);
            }
        }
        if from < end {
            self.keys.copy_within(from..end, from + 1);
            self.values.copy_within(from..end, from + 1);
        }
        self.keys[from] = key;
        self.values[from] = value;
        self.lens[row as usize] += 1;
    }

    /// Puts an entry at a place of a row. A full row is split first, in halves; only where the entry comes at the end of everything
    /// (`is_last`), the row is left full and the entry begins a new one. Returns the new row, which comes after the old one.
    pub fn insert_or_split(&mut self, row: u32, at: usize, is_last: bool, key: K, value: V) -> Option<u32> {
        if self.len(row) < ROW {
            self.insert(row, at, key, value);
            return None;
        }
        if is_last && at == ROW {
            return Some(self.add(key, value));
        }
        let half = ROW / 2;
        let from = start(row) + half;
        let new = self.add(self.keys[from], self.values[from]);
        self.move_to(row, half, new, 0);
        if at <= half {
            self.insert(row, at, key, value);
        } else {
            self.insert(new, at - half, key, value);
        }
        Some(new)
    }

    /// Takes an entry out of a row.
    pub fn remove(&mut self, row: u32, at: usize) -> V {
        let (from, end) = (start(row) + at, start(row) + self.len(row));
        let value = self.values[from];
        if from + 1 < end {
            self.keys.copy_within(from + 1..end, from);
            self.values.copy_within(from + 1..end, from);
        }
        self.lens[row as usize] -= 1;
        value
    }

    /// Adds the entries of a row to the one before it, which has room for them, and discards it.
    pub fn join(&mut self, row: u32, next: u32) {
        self.move_to(next, 0, row, self.len(row));
        self.discard(next);
    }

    /// Moves the entries of a row from a place on to another row, over whatever there is from a place on there.
    fn move_to(&mut self, row: u32, from: usize, other: u32, to: usize) {
        let count = self.len(row) - from;
        let places = start(row) + from..start(row) + from + count;
        let end = start(other) + to + count;
        if self.keys.len() < end {
            self.keys.resize(end, self.keys[places.start]);
            self.values.resize(end, self.values[places.start]);
        }
        self.keys.copy_within(places.clone(), start(other) + to);
        self.values.copy_within(places, start(other) + to);
        self.lens[row as usize] = from as u8;
        self.lens[other as usize] = (to + count) as u8;
    }

    /// How many rows are in use.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.lens.len() - self.unused.len()
    }
}

/// The first place of a row.
const fn start(row: u32) -> usize {
    row as usize * ROW
}
