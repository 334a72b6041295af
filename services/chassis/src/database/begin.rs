//! Begins transactions, and knows when a connection may have come back inside one.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

/// Whether a `begin` of this process was ever given up before it was answered.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

type Begun = Result<Transaction<'static, Postgres>, sqlx::Error>;

/// A transaction on a connection of the pool; the unit of work begins all of them here.
///
/// sqlx 0.9 hands a connection back inside an open transaction when `begin` is cancelled, and what is then written outside of
/// one would be answered and never committed. Work runs in its own task and cannot be cancelled; should it be after all,
/// [`leave`] rolls back what is open.
pub fn begin(pool: &PgPool) -> impl Future<Output = Begun> + Send {
    Begin { future: Box::pin(pool.begin()), answered: false }
}

struct Begin<F> {
    future: Pin<Box<F>>,
    answered: bool,
}

impl<F: Future<Output = Begun>> Future for Begin<F> {
    type Output = Begun;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Begun> {
        let begun = ready!(self.future.as_mut().poll(context));
        self.answered = true;
        Poll::Ready(begun)
    }
}

impl<F> Drop for Begin<F> {
    /// Comes before the drop of the future, which hands the connection back.
    fn drop(&mut self) {
        if !self.answered {
            GIVEN_UP.store(true, Ordering::SeqCst);
        }
    }
}

/// What a connection goes through before others get it. A round trip only from the first cancelled `begin` on, for from then on
/// none can be told from the others; with a `begin` before it, the rollback makes PostgreSQL log no warning when nothing is open.
pub(super) async fn leave(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    if GIVEN_UP.load(Ordering::SeqCst) {
        sqlx::raw_sql("begin; rollback").execute(connection).await?;
    }
    Ok(true)
}
