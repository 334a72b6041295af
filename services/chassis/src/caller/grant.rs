//! From an access rule and a caller to what the caller may reach.

use jiff::civil;
use proto::AccessRule;
use proto::options::v1::{Principal, Role, Scope};
use uuid::Uuid;

use super::Caller;

/// What an access rule grants a caller; travels into the database as settings for row-level security.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The mandate the access rests on; `None` for public and internal calls.
    pub mandate: Option<Uuid>,
    /// The widest scope among the mandates that count.
    pub scope: Scope,
    /// Programmes within reach.
    pub programmes: Programmes,
    /// What the data are needed for; written into the audit row.
    pub purpose: &'static str,
}

/// Programmes within reach of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Programmes {
    /// Every programme of the region.
    All,
    /// These.
    Only(Vec<String>),
}

impl Programmes {
    /// Whether a programme is within reach.
    pub fn contains(&self, programme: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(codes) => codes.iter().any(|code| code == programme),
        }
    }

    /// For the database setting: `*`, or the codes with commas.
    pub fn to_setting(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Only(codes) => codes.join(","),
        }
    }
}

/// The caller may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody signed in.
    NotSignedIn,
    /// Signed in, without a mandate that is valid today and fits.
    NoMandate,
    /// Not for this kind of caller.
    WrongPrincipal,
}

impl Grant {
    /// Applies an access rule on a day of the region.
    pub fn decide(rule: &AccessRule, caller: &Caller, today: civil::Date) -> Result<Self, Denied> {
        match rule {
            AccessRule::Public => Ok(Self::without_mandate("public")),
            AccessRule::Internal { principals } => {
                if principals.contains(&caller.principal) {
                    Ok(Self {
                        scope: Scope::Region,
                        programmes: Programmes::All,
                        ..Self::without_mandate("internal")
                    })
                } else {
                    Err(Denied::WrongPrincipal)
                }
            }
            AccessRule::Mandate { roles, scope, purpose, .. } => {
                Self::by_mandate(roles, *scope, purpose, caller, today)
            }
        }
    }

    /// What a process of the service itself may reach: everything it stores.
    pub(crate) const fn own_process() -> Self {
        Self { mandate: None, scope: Scope::Region, programmes: Programmes::All, purpose: "process" }
    }

    const fn without_mandate(purpose: &'static str) -> Self {
        Self { mandate: None, scope: Scope::OwnCases, programmes: Programmes::Only(Vec::new()), purpose }
    }

    fn by_mandate(
        roles: &[Role],
        scope: Scope,
        purpose: &'static str,
        caller: &Caller,
        today: civil::Date,
    ) -> Result<Self, Denied> {
        match caller.principal {
            Principal::Worker => {}
            Principal::Anonymous => return Err(Denied::NotSignedIn),
            _ => return Err(Denied::WrongPrincipal),
        }
        // The numbers of the scopes rise with their reach.
        let fitting: Vec<_> = caller
            .mandates
            .iter()
            .filter(|mandate| {
                roles.contains(&mandate.role)
                    && mandate.scope as i32 >= scope as i32
                    && mandate.is_valid_on(today)
            })
            .collect();
        let widest = fitting.iter().max_by_key(|mandate| mandate.scope as i32).ok_or(Denied::NoMandate)?;
        // A mandate for own cases adds no programme to the reach of one for a whole programme: programmes are those in which the
        // widest kind of reach holds. Own cases are found by `case_access` and need no programme.
        let reach = |scope: Scope| (scope as i32).min(Scope::Programme as i32);
        let fitting: Vec<_> =
            fitting.iter().filter(|mandate| reach(mandate.scope) == reach(widest.scope)).collect();
        let programmes = if fitting.iter().any(|mandate| mandate.programme.is_none()) {
            Programmes::All
        } else {
            Programmes::Only(fitting.iter().filter_map(|mandate| mandate.programme.clone()).collect())
        };
        Ok(Self { mandate: Some(widest.id), scope: widest.scope, programmes, purpose })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::caller::Mandate;

    const RULE: AccessRule = AccessRule::Mandate {
        roles: &[Role::Coordinator],
        scope: Scope::Programme,
        purpose: "intake",
        subject: "referral_id",
    };

    fn worker(mandates: Vec<Mandate>) -> Caller {
        Caller {
            principal: Principal::Worker,
            worker: Some(Uuid::from_u128(1)),
            organisation: Some(Uuid::from_u128(2)),
            mandates,
        }
    }

    fn mandate(role: Role, scope: Scope, programme: Option<&str>) -> Mandate {
        Mandate {
            id: Uuid::from_u128(7),
            role,
            programme: programme.map(str::to_owned),
            scope,
            valid_from: date(2024, 1, 1),
            valid_to: Some(date(2024, 12, 31)),
        }
    }

    #[test]
    fn a_mandate_counts_on_its_first_and_last_day_and_not_outside() {
        let caller = worker(vec![mandate(Role::Coordinator, Scope::Programme, Some("w"))]);

        for (day, expected) in [
            (date(2023, 12, 31), false),
            (date(2024, 1, 1), true),
            (date(2024, 12, 31), true),
            (date(2025, 1, 1), false),
        ] {
            assert_eq!(Grant::decide(&RULE, &caller, day).is_ok(), expected, "{day}");
        }
    }

    #[test]
    fn a_narrower_scope_or_another_role_is_denied() {
        let day = date(2024, 5, 1);
        for denied in [
            mandate(Role::Coordinator, Scope::Organisation, Some("w")),
            mandate(Role::Coach, Scope::Region, Some("w")),
        ] {
            assert_eq!(Grant::decide(&RULE, &worker(vec![denied]), day), Err(Denied::NoMandate));
        }
    }

    #[test]
    fn programmes_of_fitting_mandates_are_within_reach_and_no_others() {
        let caller = worker(vec![
            mandate(Role::Coordinator, Scope::Programme, Some("w")),
            mandate(Role::Coach, Scope::Region, Some("other")),
        ]);

        let grant = Grant::decide(&RULE, &caller, date(2024, 5, 1)).unwrap();

        assert!(grant.programmes.contains("w"));
        assert!(!grant.programmes.contains("other"));
    }

    #[test]
    fn a_mandate_for_own_cases_adds_no_programme_to_a_wider_one() {
        let rule = AccessRule::Mandate {
            roles: &[Role::Coordinator, Role::Coach],
            scope: Scope::OwnCases,
            purpose: "names",
            subject: "",
        };
        let caller = worker(vec![
            mandate(Role::Coordinator, Scope::Programme, Some("w")),
            mandate(Role::Coach, Scope::OwnCases, Some("other")),
        ]);

        let grant = Grant::decide(&rule, &caller, date(2024, 5, 1)).unwrap();

        assert_eq!(grant.scope, Scope::Programme);
        assert_eq!(grant.programmes, Programmes::Only(vec!["w".to_owned()]));
    }

    #[test]
    fn nobody_is_asked_to_sign_in_and_a_process_is_not_a_worker() {
        let day = date(2024, 5, 1);
        assert_eq!(Grant::decide(&RULE, &Caller::anonymous(), day), Err(Denied::NotSignedIn));
        assert_eq!(
            Grant::decide(&RULE, &Caller::principal(Principal::Operator), day),
            Err(Denied::WrongPrincipal)
        );
    }
}
