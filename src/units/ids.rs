//! Identifiers: positions in the model's lists.

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the model's list.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

identifiers! {
    /// A vendor of the model.
    VendorId,
    /// A cluster of the model.
    ClusterId,
    /// A contract of the model.
    ContractId,
    /// A source of jobs of the model.
    WorkloadId,
    /// A team of the model.
    TeamId,
    /// A common shock of the model.
    ShockId,
}
