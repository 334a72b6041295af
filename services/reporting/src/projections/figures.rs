//! The figures about intake.

use jiff::Timestamp;

/// Figures about the referrals of one programme that were received in one period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeFigures {
    /// Referrals received.
    pub referrals: i64,
    /// By channel.
    pub by_channel: Vec<Count>,
    /// By state today.
    pub by_state: Vec<Count>,
    /// By municipality at submission.
    pub by_municipality: Vec<Count>,
    /// By referral reason; a referral with two reasons counts in both.
    pub by_reason: Vec<Count>,
    /// Refused, by reason.
    pub by_refusal_reason: Vec<Count>,
    /// Withdrawn, by reason.
    pub by_withdrawal_reason: Vec<Count>,
    /// From received to admitted or refused.
    pub waiting_to_decision: WaitingTime,
    /// From received until today, for those without decision or withdrawal.
    pub still_waiting: WaitingTime,
    /// When the newest event in these figures happened.
    pub as_of: Option<Timestamp>,
}

/// One line of a table. Lines are ordered by count, largest first, then by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub code: String,
    /// How many.
    pub count: i64,
}

/// Waiting times in whole calendar days of the region: the day it ended minus the day it began, so 0 on the same day.
///
/// The median and the 90th percentile are nearest-rank: of `n` waiting times in order, the one with the number `n / 2`, or
/// `n * 9 / 10`, rounded up. Both are waiting times that really occurred. All are 0 over no referrals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingTime {
    /// Over how many referrals.
    pub count: i64,
    /// Half waited at most this long.
    pub median_days: i64,
    /// Nine in ten waited at most this long.
    pub p90_days: i64,
    /// The longest.
    pub longest_days: i64,
}
