//! Writes down what a slice did.

use super::{Failed, Report, Slice};
use crate::database::{DatabaseError, Work};
use crate::events::history::{History, Key};
use crate::events::pending::{self, Waiting};
use crate::events::{consumed, inbox, parked};

impl Slice<'_> {
    /// Writes everything. The caller commits.
    pub(in crate::events) async fn write(mut self) -> Result<(Work, Report), Failed> {
        self.handle_groups().await?;
        let written = self.write_all().await;
        self.own(written)?;
        self.report.held_changed = self.report.waiting > 0
            || self.report.parked > 0
            || !self.gone.is_empty()
            || !self.unparked.is_empty()
            || !self.released.is_empty();
        Ok((self.work, self.report))
    }

    async fn write_all(&mut self) -> Result<(), DatabaseError> {
        let connection = self.work.connection();
        for (parked_id, message) in &self.unreadable {
            tracing::error!(
                park.reason = message.reason,
                park.error = message.error,
                "a message is no event; it is parked"
            );
            parked::store_unreadable(connection, *parked_id, message).await?;
        }
        for parking in &self.parkings {
            let parked_id = parked::store(connection, parking).await?;
            let key = Key::of(&parking.received.envelope);
            if let Some(hold) = self.histories.get_mut(&key).and_then(|history| history.hold.as_mut())
                && hold.parked_id == parking.parked_id
            {
                hold.parked_id = parked_id;
            }
            pending::set_deadline(connection, &key, None).await?;
        }
        if !self.applied.is_empty() {
            // Fails when an id of the slice is that of another event; one by one finds out which.
            inbox::insert(connection, &self.applied).await?;
        }
        if !self.unparked.is_empty() {
            parked::mark_redriven(connection, &self.unparked).await?;
        }
        if !self.gone.is_empty() {
            pending::delete(connection, &self.gone).await?;
        }
        let histories = &self.histories;
        let is_held = |key: &Key| histories.get(key).is_some_and(|history| history.hold.is_some());
        for key in self.released.iter().filter(|key| !is_held(key)) {
            pending::set_deadline(connection, key, Some(self.deadline)).await?;
        }
        for waiting in &mut self.waiting {
            if is_held(&Key::of(waiting.envelope())) {
                waiting.deadline = None;
            }
        }
        let rewritten: Vec<&Waiting> = self
            .waiting
            .iter()
            .filter(|waiting| self.rewritten.contains(&waiting.envelope().event_id))
            .collect();
        if !rewritten.is_empty() {
            pending::store(connection, &rewritten).await?;
        }
        let changed: Vec<(&Key, &History)> =
            self.histories.iter().filter(|(_, history)| history.changed).collect();
        if !changed.is_empty() {
            consumed::store(connection, &changed).await?;
        }
        Ok(())
    }
}
