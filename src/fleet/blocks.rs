//! Leases of many equal replicas at once.

use super::domains::Domains;
use super::lease::Lease;

/// The replicas a service holds on one cluster, each inside one domain: whole domains full of them where that comes out even, single
/// ones beside.
#[derive(Clone, Debug, Default)]
pub struct ReplicaBlocks {
    whole: Vec<(u32, Lease)>,
    singles: Vec<Lease>,
    replicas: u64,
}

impl ReplicaBlocks {
    /// How many replicas are held.
    #[must_use]
    pub const fn replicas(&self) -> u64 {
        self.replicas
    }

    /// All leases, for checks.
    #[cfg(test)]
    pub(super) fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.whole.iter().map(|(_, lease)| lease).chain(&self.singles)
    }

    /// Takes up to `wanted` more replicas of `gpus` GPUs; returns how many there was room for. Whole domains go at once, so the cost
    /// is that of the replicas beyond them.
    pub fn grow(&mut self, domains: &mut Domains, gpus: u32, wanted: u64) -> u64 {
        let mut taken = 0;
        if let Some(per_domain) = per_domain(domains, gpus) {
            let count = (wanted / per_domain).min(u64::from(domains.free_domains())) as u32;
            if count > 0
                && let Some(lease) = domains.take_whole_domains(count)
            {
                self.whole.push((count, lease));
                taken += u64::from(count) * per_domain;
            }
        }
        while taken < wanted {
            let Some(lease) = domains.take(u64::from(gpus), true, super::Fill::WholeFirst) else { break };
            self.singles.push(lease);
            taken += 1;
        }
        self.replicas += taken;
        taken
    }

    /// Gives `count` replicas back (all, where fewer are held): single ones first, then whole domains.
    pub fn shrink(&mut self, domains: &mut Domains, gpus: u32, count: u64) {
        let mut left = count.min(self.replicas);
        self.replicas -= left;
        while left > 0 {
            let Some(lease) = self.singles.pop() else { break };
            domains.release(lease);
            left -= 1;
        }
        let Some(per_domain) = per_domain(domains, gpus) else { return };
        while left > 0 {
            let Some((held, lease)) = self.whole.pop() else { return };
            domains.release(lease);
            let replicas = u64::from(held) * per_domain;
            if replicas > left {
                let keep = replicas - left;
                self.replicas -= keep;
                self.grow(domains, gpus, keep);
                left = 0;
            } else {
                left -= replicas;
            }
        }
    }
}

/// Replicas that fill a domain exactly; none where GPUs would be left over.
fn per_domain(domains: &Domains, gpus: u32) -> Option<u64> {
    domains.domain_gpus().is_multiple_of(gpus).then_some(u64::from(domains.domain_gpus() / gpus))
}
