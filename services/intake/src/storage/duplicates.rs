//! `duplicate_keys`: only keyed hashes reach the database.

use chassis::vault::Vault;
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::domain::{DuplicateGround, DuplicateKey, PersonId, ReceiptNumber, ReferralId, ReferralState};
use crate::error::Error;

/// Other referrals of which a coordinator is shown at most so many.
pub const MOST_SHOWN: i64 = 20;

/// Another referral that looks like the same person.
#[derive(Debug, Clone)]
pub struct Duplicate {
    /// The other referral.
    pub referral: ReferralId,
    /// Its receipt number.
    pub receipt_number: ReceiptNumber,
    /// Its state.
    pub state: ReferralState,
    /// When it was received.
    pub submitted_at: Timestamp,
    /// Why it looks the same, strongest first.
    pub grounds: Vec<DuplicateGround>,
}

/// Adds keys of a person.
pub async fn insert(
    connection: &mut PgConnection,
    vault: &Vault,
    person: PersonId,
    keys: &[DuplicateKey],
) -> Result<(), Error> {
    let grounds: Vec<String> = keys.iter().map(|key| key.ground.as_str().to_owned()).collect();
    let hashes: Vec<Vec<u8>> =
        keys.iter().map(|key| vault.blind_index(key.ground.as_str(), &key.normalised)).collect();
    sqlx::query!(
        "insert into duplicate_keys (ground, key, person_id)
         select ground, key, $1 from unnest($2::text[], $3::bytea[]) as given (ground, key)
         on conflict do nothing",
        person.as_uuid(),
        &grounds,
        &hashes,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes the keys of one ground.
pub async fn remove(
    connection: &mut PgConnection,
    person: PersonId,
    ground: DuplicateGround,
) -> Result<(), Error> {
    sqlx::query!(
        "delete from duplicate_keys where person_id = $1 and ground = $2",
        person.as_uuid(),
        ground.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Other referrals that look like the same person, newest first.
pub async fn of(connection: &mut PgConnection, person: PersonId) -> Result<Vec<Duplicate>, Error> {
    let rows = sqlx::query!(
        r#"select referrals.referral_id, receipt_number, state, submitted_at,
                  array_agg(distinct theirs.ground) as "grounds!"
           from duplicate_keys as mine
           join duplicate_keys as theirs
               on theirs.ground = mine.ground and theirs.key = mine.key and theirs.person_id <> mine.person_id
           join referrals on referrals.person_id = theirs.person_id
           where mine.person_id = $1
           group by referrals.referral_id
           order by submitted_at desc, referrals.referral_id desc
           limit $2"#,
        person.as_uuid(),
        MOST_SHOWN,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = |what: &str| {
                Error::inconsistent("referrals", format!("{} has another {what}", row.referral_id))
            };
            let grounds =
                row.grounds.iter().map(|word| DuplicateGround::from_word(word)).collect::<Option<Vec<_>>>();
            let mut grounds = grounds.ok_or_else(|| wrong("ground"))?;
            grounds.sort_unstable();
            Ok(Duplicate {
                referral: ReferralId::from_uuid(row.referral_id),
                receipt_number: row.receipt_number.parse().map_err(|_| wrong("receipt number"))?,
                state: ReferralState::from_word(&row.state).ok_or_else(|| wrong("state"))?,
                submitted_at: row.submitted_at.to_jiff(),
                grounds,
            })
        })
        .collect()
}
