//! The quarter's intake figures, from two sources that know nothing of each other: the report, and an SQL count.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr as _;

use jiff::civil::Date;
use local::region_run::RegionState;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::trouble::Trouble;

/// Counts by code.
type Counts = BTreeMap<String, i64>;

/// The figures of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Referrals received.
    pub referrals: i64,
    /// By channel.
    pub by_channel: Counts,
    /// By state.
    pub by_state: Counts,
    /// By municipality.
    pub by_municipality: Counts,
    /// By referral reason.
    pub by_reason: Counts,
    /// Refused, by reason.
    pub by_refusal_reason: Counts,
    /// Withdrawn, by reason.
    pub by_withdrawal_reason: Counts,
}

impl Figures {
    /// Reads the report as the gateway gives it: canonical JSON, in which 64-bit numbers are texts.
    pub fn of_report(report: &Value) -> Self {
        let counts = |name: &str| -> Counts {
            let lines = report.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            lines
                .iter()
                .filter_map(|line| {
                    Some((line.get("code")?.as_str()?.to_owned(), number(line.get("count")?)?))
                })
                .filter(|(_, count)| *count > 0)
                .collect()
        };
        Self {
            referrals: report.get("referrals").and_then(number).unwrap_or_default(),
            by_channel: counts("byChannel"),
            by_state: counts("byState"),
            by_municipality: counts("byMunicipality"),
            by_reason: counts("byReason"),
            by_refusal_reason: counts("byRefusalReason"),
            by_withdrawal_reason: counts("byWithdrawalReason"),
        }
    }

    /// Counts in the database of intake, as a superuser and past every line of our code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of_intake(
        superuser_url: &str,
        database: &str,
        programme: &str,
        zone: &str,
        from: Date,
        to: Date,
    ) -> Result<Self, Trouble> {
        let options = PgConnectOptions::from_str(superuser_url).map_err(Trouble::of)?.database(database);
        let mut connection = options.disable_statement_logging().connect().await.map_err(Trouble::of)?;
        let mut figures = Self::default();
        let targets: [(&mut Counts, &'static str); 6] = [
            (&mut figures.by_channel, BY_CHANNEL),
            (&mut figures.by_state, BY_STATE),
            (&mut figures.by_municipality, BY_MUNICIPALITY),
            (&mut figures.by_reason, BY_REASON),
            (&mut figures.by_refusal_reason, BY_REFUSAL_REASON),
            (&mut figures.by_withdrawal_reason, BY_WITHDRAWAL_REASON),
        ];
        for (target, question) in targets {
            *target = counted(&mut connection, question, programme, zone, from, to).await?;
        }
        figures.referrals = figures.by_channel.values().sum();
        connection.close().await.map_err(Trouble::of)?;
        Ok(figures)
    }
}

const BY_CHANNEL: &str = r"
    select channel, count(*)
    from referrals
    where programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by channel";
const BY_STATE: &str = r"
    select state, count(*)
    from referrals
    where programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by state";
const BY_MUNICIPALITY: &str = r"
    select municipality_nis, count(*)
    from referrals
    where programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by municipality_nis";
const BY_REASON: &str = r"
    select reason, count(*)
    from referrals
    cross join unnest(reasons) as reason
    where programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by reason";
const BY_REFUSAL_REASON: &str = r"
    select decisions.reason, count(*)
    from decisions
    join referrals using (referral_id)
    where decisions.kind = 'refused'
      and programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by decisions.reason";
const BY_WITHDRAWAL_REASON: &str = r"
    select decisions.reason, count(*)
    from decisions
    join referrals using (referral_id)
    where decisions.kind = 'withdrawn'
      and programme = $1
      and (submitted_at at time zone $2)::date between $3::date and $4::date
    group by decisions.reason";

async fn counted(
    connection: &mut PgConnection,
    question: &'static str,
    programme: &str,
    zone: &str,
    from: Date,
    to: Date,
) -> Result<Counts, Trouble> {
    let rows: Vec<(String, i64)> = sqlx::query_as(question)
        .bind(programme)
        .bind(zone)
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(connection)
        .await
        .map_err(Trouble::of)?;
    Ok(rows.into_iter().collect())
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} referrals", self.referrals)?;
        let rooms = [
            ("channel", &self.by_channel),
            ("state", &self.by_state),
            ("municipality", &self.by_municipality),
            ("reason", &self.by_reason),
            ("refused for", &self.by_refusal_reason),
            ("withdrawn for", &self.by_withdrawal_reason),
        ];
        for (name, counts) in rooms {
            let parts: Vec<String> = counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
            write!(formatter, "; {name}: {}", parts.join(", "))?;
        }
        Ok(())
    }
}

/// Name of a service's database, from its address.
pub(super) fn database(state: &RegionState, service: &str) -> Result<String, Trouble> {
    let url = state.services.get(service).and_then(|service| service.database_url.as_deref());
    let name = url.and_then(|url| url.rsplit('/').next()).and_then(|name| name.split('?').next());
    name.map(str::to_owned).ok_or_else(|| Trouble::new(format!("{service} has no database")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_of_the_report_are_texts_and_zeros_do_not_count() {
        let report = json!({
            "referrals": "3",
            "byChannel": [{"code": "partner", "count": "2"}, {"code": "peer", "count": "1"}],
            "byState": [{"code": "admitted", "count": "1"}, {"code": "submitted", "count": "0"}],
        });

        let figures = Figures::of_report(&report);

        assert_eq!(figures.referrals, 3);
        assert_eq!(figures.by_channel, BTreeMap::from([("partner".to_owned(), 2), ("peer".to_owned(), 1)]));
        assert_eq!(figures.by_state, BTreeMap::from([("admitted".to_owned(), 1)]));
    }

    #[test]
    fn other_figures_are_not_equal() {
        let one = Figures { referrals: 1, ..Figures::default() };

        assert_ne!(one, Figures::default());
        assert!(one.to_string().starts_with("1 referrals; channel: ;"));
    }
}
