//! Who has received how much of what it should, and whose turn it is.
//!
//! The rules are those of Gavel's scheduler. Every job counts as having run for half a round on every type when the counting begins. Its
//! priority on a type is its share there over its part of all the time that jobs have received there; among equal priorities the larger
//! deficit comes first, then the larger share, then the earlier job. The counting starts over when new shares are worked out, and what was
//! promised and not received until then goes into the deficit. Policies in scenarios go by what is due ([`Accounts::dues`]) instead, so that
//! no job with a share waits for ever.

use super::problem::Shares;
use std::cmp::Ordering;

/// The part of a round that every job counts as having run.
const HEAD_START: f64 = 0.5;
/// The priority of a share for a job whose received part is not known.
const FIRST: f64 = 1e9;

/// The middle of all optima leaves so little where it means nothing: a part of a job's largest share, and a share.
const LEAST_PART: f64 = 1e-3;
const LEAST_SHARE: f64 = 1e-5;

/// Time promised and received on every GPU type.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Half a round [s].
    head_start: f64,
    /// New shares are this far apart at least [s].
    least_apart: f64,
    /// In order of arrival.
    jobs: Vec<Account>,
    /// By type: time that jobs have received since the counting began [s].
    received: Vec<f64>,
    /// When the counting began [s].
    since: f64,
    /// Whether jobs have come or gone since the shares were worked out.
    is_stale: bool,
}

#[derive(Clone, Debug)]
struct Account {
    id: u64,
    /// By type: time received since the counting began [s].
    received: Vec<f64>,
    /// By type: time promised and not received before it began [s].
    deficit: Vec<f64>,
    /// By type: the same as far as more was promised than received, each time that the counting began [s].
    owed: Vec<f64>,
    /// By type.
    priority: Vec<f64>,
    /// None where the job came after the shares were worked out.
    shares: Option<Vec<f64>>,
}

/// A job's turn on a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Its number by submission.
    pub id: u64,
    /// The type.
    pub kind: usize,
    /// Its priority there.
    pub priority: f64,
    /// Whether it has shares at all.
    pub has_shares: bool,
}

impl Accounts {
    /// No job yet, on so many types, for rounds of a length [s].
    #[must_use]
    pub fn new(kinds: usize, round: f64, least_apart: f64) -> Self {
        Self {
            head_start: round * HEAD_START,
            least_apart,
            jobs: Vec::new(),
            received: vec![0.0; kinds],
            since: 0.0,
            is_stale: true,
        }
    }

    /// Who is there, by ascending numbers: all others have gone, and new ones have come. O(n log n).
    pub fn attend(&mut self, ids: &[u64]) {
        let before = self.jobs.len();
        self.jobs.retain(|account| ids.binary_search(&account.id).is_ok());
        self.is_stale |= self.jobs.len() < before;
        for &id in ids {
            if self.jobs.binary_search_by_key(&id, |account| account.id).is_err() {
                self.arrive(id);
            }
        }
    }

    /// A job comes. O(n), but for the largest number so far.
    pub fn arrive(&mut self, id: u64) {
        let kinds = self.received.len();
        let account = Account {
            id,
            received: vec![self.head_start; kinds],
            deficit: vec![0.0; kinds],
            owed: vec![0.0; kinds],
            priority: vec![0.0; kinds],
            shares: None,
        };
        let place = self.jobs.partition_point(|known| known.id < id);
        self.jobs.insert(place, account);
        self.is_stale = true;
    }

    /// A job has gone.
    pub fn leave(&mut self, id: u64) {
        self.jobs.retain(|account| account.id != id);
        self.is_stale = true;
    }

    /// New shares are needed although no job came or went.
    pub fn doubt(&mut self) {
        self.is_stale = true;
    }

    /// A job has run on a type for so long [s].
    pub fn ran(&mut self, id: u64, kind: usize, seconds: f64) {
        if let Ok(at) = self.jobs.binary_search_by_key(&id, |account| account.id) {
            self.jobs[at].received[kind] += seconds;
        }
        self.received[kind] += seconds;
    }

    /// Forgets when the counting began, so that new shares are worked out as soon as they are needed.
    pub fn forget(&mut self) {
        self.since = 0.0;
    }

    /// Whether new shares are to be worked out now [s]: jobs have come or gone, and the last ones are old enough.
    #[must_use]
    pub fn is_due(&self, now: f64) -> bool {
        self.is_stale && (now - self.since >= self.least_apart || self.since == 0.0)
    }

    /// Starts to count over with new shares, which are in the order of the jobs.
    pub fn begin(&mut self, now: f64, shares: Shares) {
        let elapsed = now - self.since;
        self.received.fill(0.0);
        for account in &mut self.jobs {
            for kind in 0..account.received.len() {
                let promised = account.shares.as_ref().map_or(0.0, |shares| shares[kind] * elapsed);
                let missed = promised - (account.received[kind] - self.head_start);
                account.deficit[kind] += missed;
                account.owed[kind] = (account.owed[kind] + missed).max(0.0);
                account.received[kind] = self.head_start;
                self.received[kind] += self.head_start;
            }
        }
        for (account, row) in self.jobs.iter_mut().zip(shares.0) {
            account.shares = Some(row);
        }
        self.since = now;
        self.is_stale = false;
    }

    /// Whose turn it is where, among all types: the number of the job and the type. The first is who would have received its next half round the
    /// longest ago, had it received exactly its shares, shares that are next to nothing left out: with the least of (time received + half a round - time owed) over the share. Then comes
    /// the larger share, then the earlier job. `runs` tells whether a job can run on a type. O(types x jobs x log).
    ///
    /// That is the order of priorities, but for what is owed from before the shares were worked out: a small share among jobs that
    /// come and go all the time would never have its turn if each new counting forgot the last one. What was received beyond the shares is forgotten.
    pub fn dues(&self, runs: impl Fn(u64, usize) -> bool) -> Vec<(u64, usize)> {
        let mut dues: Vec<(f64, f64, u64, usize)> = Vec::new();
        for account in &self.jobs {
            let Some(shares) = &account.shares else { continue };
            let least = shares.iter().fold(LEAST_SHARE, |least, share| least.max(share * LEAST_PART));
            for (kind, &share) in shares.iter().enumerate() {
                if share > least && runs(account.id, kind) {
                    dues.push(((account.received[kind] - account.owed[kind]) / share, -share, account.id, kind));
                }
            }
        }
        dues.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then((a.2, a.3).cmp(&(b.2, b.3))));
        dues.into_iter().map(|(_, _, id, kind)| (id, kind)).collect()
    }

    /// The turns on all types, type by type in the order given, with priorities as of now. `runs` tells whether a job can run on a type.
    /// O(types x jobs x log jobs).
    pub fn turns(&mut self, kinds: &[usize], runs: impl Fn(u64, usize) -> bool) -> Vec<Turn> {
        let mut turns = Vec::with_capacity(kinds.len() * self.jobs.len());
        for account in &mut self.jobs {
            for kind in 0..self.received.len() {
                account.priority[kind] = account.priority_on(kind, self.received[kind], runs(account.id, kind));
            }
        }
        for &kind in kinds {
            let mut order: Vec<&Account> = self.jobs.iter().collect();
            order.sort_by(|a, b| b.standing(kind).partial_cmp(&a.standing(kind)).unwrap_or(Ordering::Equal));
            turns.extend(order.into_iter().map(|account| Turn {
                id: account.id,
                kind,
                priority: account.priority[kind],
                has_shares: account.shares.is_some(),
            }));
        }
        turns
    }
}

impl Account {
    fn priority_on(&self, kind: usize, all: f64, runs: bool) -> f64 {
        let Some(share) = self.shares.as_ref().map(|shares| shares[kind]) else { return 0.0 };
        if share == 0.0 || !runs {
            return 0.0;
        }
        let part = if all == 0.0 { 0.0 } else { self.received[kind] / all };
        if part > 0.0 { share / part } else { share * FIRST }
    }

    /// Priority, deficit, share: the largest comes first.
    fn standing(&self, kind: usize) -> (f64, f64, f64) {
        (self.priority[kind], self.deficit[kind], self.shares.as_ref().map_or(0.0, |shares| shares[kind]))
    }
}
