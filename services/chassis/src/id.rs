//! Ids are newtypes over `UUIDv7`. A person in events and logs is an id, nothing else.

use uuid::Uuid;

/// Where ids come from.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdGenerator;

impl IdGenerator {
    /// A new `UUIDv7`: sorts by time, so that indexes stay warm.
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    pub fn uuid(self) -> Uuid {
        Uuid::now_v7()
    }

    /// A number of 128 random bits, for what must not be guessed or ordered.
    pub fn random(self) -> u128 {
        rand::random()
    }
}

/// A text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id; ids look like 0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b")]
pub struct IdError;

/// Defines an id type: a private `Uuid`, made by [`IdGenerator`], parsed at the edge.
///
/// ```ignore
/// chassis::define_id!(/// A referral.
///     ReferralId);
/// ```
#[macro_export]
macro_rules! define_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// A new id.
            pub fn generate(ids: $crate::id::IdGenerator) -> Self {
                Self(ids.uuid())
            }

            /// An id that a trusted store or token gave.
            pub const fn from_uuid(id: ::uuid::Uuid) -> Self {
                Self(id)
            }

            /// The bare value, for SQL and events.
            pub const fn as_uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::IdError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                ::uuid::Uuid::try_parse(text).map(Self).map_err(|_| $crate::id::IdError)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, formatter)
            }
        }
    };
}

define_id!(
    /// A person who works in a region: coach, coordinator, volunteer ...
    WorkerId
);
define_id!(
    /// An organisation of the partnership.
    OrganisationId
);
define_id!(
    /// What gives a worker a role, dated.
    MandateId
);
