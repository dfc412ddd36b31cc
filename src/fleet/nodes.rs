//! Nodes of any shape: CPU, memory, and GPUs that tasks can share.

use smallvec::SmallVec;

/// A whole GPU [thousandths of a GPU].
pub const WHOLE: u32 = 1000;
/// Maximum number of GPUs of a node, because held GPUs are a set of bits.
pub const MOST_GPUS: u32 = 64;

/// A set of GPU types, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GpuTypes(pub u64);

impl GpuTypes {
    /// Any type.
    pub const ANY: Self = Self(u64::MAX);
    /// No type: that of a node without GPUs.
    pub const NONE: Self = Self(0);

    /// Whether a node with GPUs of the type `node` is acceptable; `ANY` accepts nodes without GPUs too.
    #[must_use]
    pub fn allow(self, node: Self) -> bool {
        self == Self::ANY || self.0 & node.0 != 0
    }
}

/// The resources that a task requests on one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// CPU [thousandths of a core].
    pub cpu_milli: u32,
    /// Memory [MiB].
    pub memory_mib: u32,
    /// GPUs; none for CPU work.
    pub gpus: u32,
    /// Of each of them [thousandths of a GPU].
    pub gpu_milli: u32,
    /// Acceptable GPU types.
    pub types: GpuTypes,
}

impl Ask {
    /// Requested of all GPUs together [thousandths of a GPU].
    #[must_use]
    pub const fn milli(&self) -> u64 {
        self.gpus as u64 * self.gpu_milli as u64
    }

    /// Whether it is a share of one GPU.
    #[must_use]
    pub const fn is_share(&self) -> bool {
        self.gpus > 0 && self.gpu_milli < WHOLE
    }

    /// The kind of task for placements that separate kinds: 0 for shares of a GPU, otherwise the number of GPUs.
    #[must_use]
    pub const fn kind(&self) -> u32 {
        if self.is_share() { 0 } else { self.gpus }
    }
}

/// A node: its resources, the free part of them, and the tasks there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Free CPU [thousandths of a core].
    pub cpu_free: u32,
    /// Free memory [MiB].
    pub memory_free: u32,
    /// The type of its GPUs.
    pub gpu_type: GpuTypes,
    /// Free part of each GPU [thousandths of a GPU].
    pub gpus: SmallVec<[u16; 8]>,
    /// Tasks that hold GPUs, by [`Ask::kind`], in ascending order; kinds without tasks are left out.
    pub kinds: SmallVec<[(u32, u32); 2]>,
}

/// The resources that a task holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The node's place in its list.
    pub node: u32,
    /// Its GPUs, one bit each.
    pub gpus: u64,
}

impl Node {
    /// An empty node. It has at most [`MOST_GPUS`] GPUs.
    #[must_use]
    pub fn new(cpu_milli: u32, memory_mib: u32, gpus: u32, gpu_type: GpuTypes) -> Self {
        Self {
            cpu_free: cpu_milli,
            memory_free: memory_mib,
            gpu_type,
            gpus: SmallVec::from_elem(WHOLE as u16, gpus.min(MOST_GPUS) as usize),
            kinds: SmallVec::new(),
        }
    }

    /// Free of all GPUs together [thousandths of a GPU]. O(GPUs).
    #[must_use]
    pub fn milli_free(&self) -> u32 {
        self.gpus.iter().map(|&free| u32::from(free)).sum()
    }

    /// GPUs that are wholly free. O(GPUs).
    #[must_use]
    pub fn whole_free(&self) -> u32 {
        self.gpus.iter().map(|&free| u32::from(u32::from(free) == WHOLE)).sum()
    }

    /// Whether a request fits. O(GPUs).
    #[must_use]
    pub fn fits(&self, ask: &Ask) -> bool {
        if ask.cpu_milli > self.cpu_free || ask.memory_mib > self.memory_free {
            return false;
        }
        if ask.gpus == 0 {
            return true;
        }
        let room = self.gpus.iter().filter(|&&free| u32::from(free) >= ask.gpu_milli).count();
        room >= ask.gpus as usize && ask.types.allow(self.gpu_type)
    }

    /// The GPU with the least room that suffices, the first of equals.
    #[must_use]
    pub fn tightest(&self, milli: u32) -> Option<usize> {
        let room = self.gpus.iter().enumerate().filter(|&(_, &free)| u32::from(free) >= milli);
        room.min_by_key(|&(place, &free)| (free, place)).map(|(place, _)| place)
    }

    /// The GPU with the most room, if that suffices; the first of equals.
    #[must_use]
    pub fn loosest(&self, milli: u32) -> Option<usize> {
        let room = self.gpus.iter().enumerate().filter(|&(_, &free)| u32::from(free) >= milli);
        room.max_by_key(|&(place, &free)| (free, std::cmp::Reverse(place))).map(|(place, _)| place)
    }

    /// Takes what is asked for, which must fit: a share of that GPU, or the first of those with the least room that suffices. Returns the GPUs.
    fn take(&mut self, ask: &Ask, gpu: Option<usize>) -> u64 {
        self.cpu_free -= ask.cpu_milli;
        self.memory_free -= ask.memory_mib;
        let mut held = 0_u64;
        for _ in 0..ask.gpus {
            let open = |place: usize| held >> place & 1 == 0;
            let given = gpu.filter(|&place| open(place) && u32::from(self.gpus[place]) >= ask.gpu_milli);
            let room = self.gpus.iter().enumerate().filter(|&(place, &free)| open(place) && u32::from(free) >= ask.gpu_milli);
            let found = given.or_else(|| room.min_by_key(|&(place, &free)| (free, place)).map(|(place, _)| place));
            let Some(place) = found else { break };
            self.gpus[place] -= ask.gpu_milli as u16;
            held |= 1 << place;
        }
        if ask.gpus > 0 {
            match self.kinds.binary_search_by_key(&ask.kind(), |&(kind, _)| kind) {
                Ok(place) => self.kinds[place].1 += 1,
                Err(place) => self.kinds.insert(place, (ask.kind(), 1)),
            }
        }
        held
    }

    fn give_back(&mut self, ask: &Ask, gpus: u64) {
        self.cpu_free += ask.cpu_milli;
        self.memory_free += ask.memory_mib;
        for (place, free) in self.gpus.iter_mut().enumerate() {
            *free += if gpus >> place & 1 == 1 { ask.gpu_milli as u16 } else { 0 };
        }
        if ask.gpus > 0
            && let Ok(place) = self.kinds.binary_search_by_key(&ask.kind(), |&(kind, _)| kind)
        {
            self.kinds[place].1 -= 1;
            if self.kinds[place].1 == 0 {
                self.kinds.remove(place);
            }
        }
    }
}

/// A list of nodes with a change log, so that only the scores of changed nodes need recomputing.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    list: Vec<Node>,
    /// Nodes in the order in which they changed, since `forgotten` changes ago.
    changed: Vec<u32>,
    forgotten: u64,
    milli: u64,
    milli_free: u64,
}

impl Nodes {
    /// Empty nodes.
    #[must_use]
    pub fn new(nodes: Vec<Node>) -> Self {
        let milli = nodes.iter().map(|node| u64::from(node.milli_free())).sum();
        Self { list: nodes, changed: Vec::new(), forgotten: 0, milli, milli_free: milli }
    }

    /// The nodes, in order.
    #[must_use]
    pub fn list(&self) -> &[Node] {
        &self.list
    }

    /// All GPUs [thousandths of a GPU].
    #[must_use]
    pub const fn milli(&self) -> u64 {
        self.milli
    }

    /// Free GPUs [thousandths of a GPU].
    #[must_use]
    pub const fn milli_free(&self) -> u64 {
        self.milli_free
    }

    /// Takes what is asked for on a node on which it fits: a share of that GPU, or the GPUs with the least room that suffices.
    pub fn take(&mut self, node: usize, ask: &Ask, gpu: Option<usize>) -> Held {
        let gpus = self.list[node].take(ask, gpu);
        self.milli_free -= ask.milli();
        self.note(node);
        Held { node: node as u32, gpus }
    }

    /// Releases what a task holds.
    pub fn give_back(&mut self, ask: &Ask, held: Held) {
        self.list[held.node as usize].give_back(ask, held.gpus);
        self.milli_free += ask.milli();
        self.note(held.node as usize);
    }

    fn note(&mut self, node: usize) {
        if self.changed.len() >= 8 * self.list.len().max(64) {
            let old = self.changed.len() / 2;
            self.changed.drain(..old);
            self.forgotten += old as u64;
        }
        self.changed.push(node as u32);
    }

    /// Number of changes so far.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.forgotten + self.changed.len() as u64
    }

    /// Nodes that changed after the given number of changes, with repetitions; none if the log no longer reaches back, so that all may have
    /// changed.
    #[must_use]
    pub fn changed_since(&self, changes: u64) -> Option<&[u32]> {
        let from = changes.checked_sub(self.forgotten)?;
        self.changed.get(from as usize..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(gpus: u32, gpu_milli: u32) -> Ask {
        Ask { cpu_milli: 1000, memory_mib: 10, gpus, gpu_milli, types: GpuTypes::ANY }
    }

    #[test]
    fn shares_fill_gpus_and_come_back() {
        let mut nodes = Nodes::new(vec![Node::new(8000, 100, 2, GpuTypes(1)), Node::new(8000, 100, 0, GpuTypes::NONE)]);
        assert_eq!(nodes.milli(), 2000);
        let first = nodes.take(0, &ask(1, 600), Some(1));
        assert_eq!((first.gpus, nodes.list()[0].tightest(400), nodes.list()[0].loosest(400)), (2, Some(1), Some(0)));
        assert!(nodes.list()[0].fits(&ask(1, 1000)) && !nodes.list()[0].fits(&ask(2, 1000)));
        let whole = nodes.take(0, &ask(1, 1000), None);
        assert_eq!(whole.gpus, 1);
        assert_eq!(&nodes.list()[0].kinds[..], [(0, 1), (1, 1)]);
        assert_eq!((nodes.milli_free(), nodes.list()[0].cpu_free), (400, 6000));
        assert!(!nodes.list()[0].fits(&ask(1, 401)) && nodes.list()[0].fits(&ask(1, 400)));
        nodes.give_back(&ask(1, 600), first);
        nodes.give_back(&ask(1, 1000), whole);
        assert_eq!(nodes.list()[0], Node::new(8000, 100, 2, GpuTypes(1)));
        assert_eq!((nodes.milli_free(), nodes.changes()), (2000, 4));
    }

    #[test]
    fn types_and_nodes_without_gpus_are_told_apart() {
        let (node, cpu) = (Node::new(8000, 100, 2, GpuTypes(2)), Node::new(8000, 100, 0, GpuTypes::NONE));
        let typed = |types| Ask { types, ..ask(1, 500) };
        assert!(node.fits(&typed(GpuTypes(6))) && !node.fits(&typed(GpuTypes(5))) && !node.fits(&typed(GpuTypes::NONE)));
        assert!(cpu.fits(&ask(0, 0)) && !cpu.fits(&ask(1, 1)));
    }

    #[test]
    fn old_changes_are_forgotten() {
        let mut nodes = Nodes::new(vec![Node::new(8000, 100, 2, GpuTypes(1))]);
        assert_eq!(nodes.changed_since(0), Some(&[][..]));
        for _ in 0..1000 {
            let held = nodes.take(0, &ask(1, 1000), None);
            nodes.give_back(&ask(1, 1000), held);
        }
        assert_eq!(nodes.changes(), 2000);
        assert_eq!(nodes.changed_since(0), None);
        assert_eq!(nodes.changed_since(1999), Some(&[0][..]));
    }
}
