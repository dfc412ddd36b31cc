//! Policies of one's own for a study.

use crate::model::Model;
use crate::policy::Policy;
use crate::sim::{PolicyFault, guarded};
use std::fmt;
use std::sync::Arc;

/// Makes a policy of one's own: a new one for every replication, so that none remembers another's future.
///
/// ```
/// use skyberth::policy::Plan;
/// use skyberth::study::Make;
///
/// let nobody = Make::new("nobody", |_| Box::new(|_: &mut Plan<'_>| {}));
/// assert_eq!(nobody.name(), "nobody");
/// ```
#[derive(Clone)]
pub struct Make {
    name: String,
    make: Arc<Maker>,
}

type Maker = dyn Fn(&Model) -> Box<dyn Policy> + Send + Sync;

impl Make {
    /// Policies that messages call `name`, made by `make` for a model.
    pub fn new(name: impl Into<String>, make: impl Fn(&Model) -> Box<dyn Policy> + Send + Sync + 'static) -> Self {
        Self { name: name.into(), make: Arc::new(make) }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A new policy.
    ///
    /// # Errors
    ///
    /// When making it panics.
    pub fn policy(&self, model: &Model) -> Result<Box<dyn Policy>, PolicyFault> {
        guarded(|| (self.make)(model)).map_err(|panic| PolicyFault::unmade(model, &self.name, &panic))
    }
}

impl fmt::Debug for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Make").field("name", &self.name).finish_non_exhaustive()
    }
}
