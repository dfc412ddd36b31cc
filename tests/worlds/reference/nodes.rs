//! GPUs of a cluster, node by node.

/// Nodes in the order in which they came. A gang takes as many whole free nodes as it fills, and its rest on one node more.
pub(super) struct Nodes {
    size: u64,
    placement: &'static str,
    /// What jobs hold on each node.
    held: Vec<Vec<(usize, u64)>>,
    /// Whether a choice was made that the rules leave open.
    open_choice: bool,
}

impl Nodes {
    pub(super) fn new(size: u64, placement: &'static str) -> Self {
        Self { size, placement, held: Vec::new(), open_choice: false }
    }

    pub(super) fn grow(&mut self, gpus: u64) {
        let nodes = self.held.len() as u64 + gpus / self.size;
        self.held.resize(nodes as usize, Vec::new());
    }

    pub(super) fn installed(&self) -> u64 {
        self.held.len() as u64 * self.size
    }

    fn room(&self, node: usize) -> u64 {
        self.size - self.held[node].iter().map(|(_, gpus)| gpus).sum::<u64>()
    }

    pub(super) fn free(&self) -> u64 {
        (0..self.held.len()).map(|node| self.room(node)).sum()
    }

    pub(super) fn fits(&self, gpus: u64) -> bool {
        self.choose(gpus).is_some()
    }

    pub(super) fn take(&mut self, job: usize, gpus: u64) {
        let places = self.choose(gpus).expect("it fits");
        // With best fit, nodes of equal room are told apart by nothing but who will leave them when.
        let rest = gpus % self.size;
        if let Some((last, _)) = places.last().filter(|_| rest > 0 && self.placement == "best_fit") {
            let same_room = |node: &usize| *node != *last && self.room(*node) == self.room(*last);
            let equals = (0..self.held.len()).filter(same_room);
            self.open_choice |= equals.filter(|node| self.held[*node] != self.held[*last]).count() > 0;
        }
        for (node, gpus) in places {
            self.held[node].push((job, gpus));
        }
    }

    pub(super) fn give(&mut self, job: usize) {
        for node in &mut self.held {
            node.retain(|(holder, _)| *holder != job);
        }
    }

    pub(super) fn open_choice(&self) -> bool {
        self.open_choice
    }

    /// Which GPUs a gang would get; none where it does not fit.
    fn choose(&self, gpus: u64) -> Option<Vec<(usize, u64)>> {
        let (whole, rest) = ((gpus / self.size) as usize, gpus % self.size);
        let free: Vec<usize> = (0..self.held.len()).filter(|node| self.held[*node].is_empty()).collect();
        if free.len() < whole {
            return None;
        }
        let mut places: Vec<(usize, u64)> = free[..whole].iter().map(|node| (*node, self.size)).collect();
        if rest == 0 {
            return Some(places);
        }
        let others = (0..self.held.len()).filter(|node| !free[..whole].contains(node) && self.room(*node) >= rest);
        let last = if self.placement == "consolidate" && whole > 0 {
            // The next node in order of descending room.
            others.min_by_key(|node| (self.size - self.room(*node), *node))?
        } else {
            others.min_by_key(|node| (self.room(*node), *node))?
        };
        places.push((last, rest));
        Some(places)
    }
}
