//! Policies of your own for a study.

use crate::model::Model;
use crate::policy::Policy;
use crate::sim::{PolicyFault, guarded};
use std::fmt;
use std::sync::Arc;

/// Builds a policy of your own: a new one for every replication, so that none remembers another's future.
///
/// ```
/// use skyberth::policy::Plan;
/// use skyberth::study::PolicyFactory;
///
/// let idle = PolicyFactory::new("idle", |_| Box::new(|_: &mut Plan<'_>| {}));
/// assert_eq!(idle.name(), "idle");
/// ```
#[derive(Clone)]
pub struct PolicyFactory {
    name: String,
    build: Arc<Build>,
}

type Build = dyn Fn(&Model) -> Box<dyn Policy> + Send + Sync;

impl PolicyFactory {
    /// A factory of policies that messages call `name`; `build` builds one for a model.
    pub fn new(name: impl Into<String>, build: impl Fn(&Model) -> Box<dyn Policy> + Send + Sync + 'static) -> Self {
        Self { name: name.into(), build: Arc::new(build) }
    }

    /// What messages call its policies.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A new policy.
    ///
    /// # Errors
    ///
    /// When building it panics.
    pub fn build(&self, model: &Model) -> Result<Box<dyn Policy>, PolicyFault> {
        guarded(|| (self.build)(model)).map_err(|panic| PolicyFault::unbuilt(model, &self.name, &panic))
    }
}

impl fmt::Debug for PolicyFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyFactory").field("name", &self.name).finish_non_exhaustive()
    }
}
