//! Idle GPUs beside services that lack replicas.

use super::limits::Room;
use crate::metrics::IdleCause;
use crate::policy::State;
use crate::sim::services::ServiceState;
use crate::units::SimTime;

/// Brings the causes for which clusters stand idle down to those that services give that lack replicas. O(services x clusters).
pub(super) fn note_lacks(services: &[ServiceState], state: &State, rooms: &[Room], causes: &mut [IdleCause], now: SimTime) {
    for service in services.iter().filter(|service| service.lacks_replicas()) {
        let gpus = service.gpus();
        for (cluster, (room, cause)) in rooms.iter().zip(causes.iter_mut()).enumerate() {
            let fits = state.clusters[cluster].domains.fits(gpus, true);
            let is_closed = service.is_closed(cluster, now);
            let why = match (service.may_use(cluster), fits) {
                (false, true) if !room.barred && !room.banned && !is_closed => IdleCause::Restriction,
                (false, _) => continue,
                (true, true) if is_closed => IdleCause::Exclusivity,
                (true, true) if room.barred || room.banned || service.is_unreachable(cluster) => IdleCause::Outage,
                (true, true) => IdleCause::Autoscaler,
                (true, false) if !is_closed && room.free >= gpus => IdleCause::Fragmentation,
                (true, false) => IdleCause::TooSmall,
            };
            *cause = why.min(*cause);
        }
    }
}
