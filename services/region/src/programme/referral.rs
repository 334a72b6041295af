//! The way in: channels, reasons of referral, and how the inflow is divided.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{PartnerCode, ReferralReasonCode};

closed_set! {
    /// How somebody comes to the partnership.
    pub enum ChannelKind is "referral channel" {
        /// A partner or another service refers.
        Partner = "partner",
        /// Somebody of the outreach network meets the person where the person is.
        Outreach = "outreach",
        /// A participant brings somebody.
        Peer = "peer",
        /// A worker meets the person in a place that the person visits anyway.
        Inreach = "inreach",
        /// The person comes without anybody's help.
        Myself = "self",
    }
}

/// A way in that the programme has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Which way.
    pub kind: ChannelKind,
    /// What the form calls it.
    pub label: String,
    /// One sentence that helps to choose.
    pub help: Option<String>,
}

impl Channel {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let kind: Option<ChannelKind> = section.word("kind");
        if let Some(kind) = kind
            && !section.file.names.borrow_mut().declare(Namespace::Channel, kind.as_str())
        {
            section.complain(
                "kind",
                MistakeKind::Duplicate,
                format!("there already is a channel `{kind}`"),
                "remove one of the two",
            );
        }
        let label = section.text("label");
        let help = section.optional_text("help");
        Some(Self { kind: kind?, label: label?, help })
    }
}

/// Why somebody is referred: what the referrer ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReferralReason {
    /// Its code.
    pub code: ReferralReasonCode,
    /// What the form calls it, in plain language.
    pub label: String,
}

impl ReferralReason {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::ReferralReason, "searching-work");
        let label = section.text("label");
        Some(Self { code: code?, label: label? })
    }
}

/// The part of the inflow that is meant for one referring partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InflowShare {
    /// Who refers.
    pub partner: PartnerCode,
    /// In percent of all admissions.
    pub percent: Decimal,
}

impl InflowShare {
    /// Reads all shares; when there are any, they add up to at most 100 (the rest is free).
    pub(crate) fn read_all(section: &mut Section<'_, '_>) -> Option<Vec<Self>> {
        let shares = section.tables("inflow_share", 0, |section| {
            let partner = section.reference("partner", Namespace::Partner);
            let percent = section.decimal("percent", 0..=100);
            Some(Self { partner: partner?, percent: percent? })
        })?;
        let sum: Decimal = shares.iter().map(|share| share.percent).sum();
        if sum > Decimal::ONE_HUNDRED {
            section.complain(
                "inflow_share",
                MistakeKind::WrongSum,
                format!("the shares of the inflow add up to {sum} %"),
                "let them add up to 100 % or less; what is left is free for every referrer",
            );
        }
        Some(shares)
    }
}
