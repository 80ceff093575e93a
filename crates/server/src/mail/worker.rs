//! The worker: claims mails and sends them, one after the other over one connection.
//!
//! Never twice, whatever dies: `Outbox::hand_over` is committed before the first byte of a message leaves. What a killed
//! process leaves behind before that is sent by the next one; what it leaves after that is shown at the desk as *may have
//! arrived*, for a person to decide. The wait between the server's 250 and our own commit is the only moment that nobody can
//! tell apart, and in it nothing is sent again.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::Address;
use lettre::message::Mailbox;
use rand::RngExt;
use store::{Mail, MailKind, NewLink, Settled, State, StoreError};
use tokio::sync::watch;

use super::letter::{Told, message};
use super::post::{Post, Refused};
use crate::App;
use crate::holder::link;

/// How often the store is asked what is due, when nobody rings.
const EVERY: Duration = Duration::from_secs(5);

/// How many mails are claimed at once.
const AT_ONCE: u32 = 20;

/// How long a claim holds without being renewed: after a crash, mails wait so long for the next process.
const CLAIM: SignedDuration = SignedDuration::from_secs(20);

/// How often a worker that waits for the server renews its claim.
const RENEW: Duration = Duration::from_secs(5);

/// The first wait after the mail server could not be used, doubled up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(300);

/// The first wait of a mail that was refused for now, doubled up to the last.
const FIRST_RETRY: SignedDuration = SignedDuration::from_mins(1);
const LAST_RETRY: SignedDuration = SignedDuration::from_hours(4);

/// A mail that was refused for now for so long has failed.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(72);

/// Why a mail was not even tried: codes, which the desk puts into words.
pub(crate) const NO_ADDRESS: &str = "no-address";
pub(crate) const BAD_ADDRESS: &str = "address";
pub(crate) const NOT_IN_FORCE: &str = "not-in-force";
pub(crate) const UNWRITTEN: &str = "template";

/// Sends until the service stops.
pub(crate) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    if !app.config.mail.is_on() {
        return;
    }
    let mut worker = Worker::new(&app);
    let mut pause = FIRST_PAUSE;
    loop {
        let round = tokio::select! {
            round = worker.round(&stopped) => round,
            // A dialogue that hangs does not hold up the end: what was handed over is settled by its claim's end.
            () = ended(&stopped) => break,
        };
        let wait = match round {
            Ok(0) => EVERY,
            Ok(_) => Duration::ZERO,
            Err(Trouble) => pause,
        };
        pause = if round.is_err() { (pause * 2).min(LAST_PAUSE) } else { FIRST_PAUSE };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.mail.rung(), if round.is_ok() => {}
            _ = stopped.changed() => break,
        }
        if *stopped.borrow() {
            break;
        }
    }
    worker.end().await;
}

/// So long after the service was asked to stop, a dialogue is cut off.
const LAST_WORDS: Duration = Duration::from_secs(10);

async fn ended(stopped: &watch::Receiver<bool>) {
    let mut stopped = stopped.clone();
    let _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(LAST_WORDS).await;
}

/// Sends everything that is due now: what the running service does by itself. How many mails were settled.
pub async fn send_due(app: &App) -> usize {
    let (_never, stopped) = watch::channel(false);
    let mut worker = Worker::new(app);
    let mut sent = 0;
    while let Ok(more @ 1..) = worker.round(&stopped).await {
        sent += more;
    }
    worker.end().await;
    sent
}

/// The mail server cannot be used, or the store cannot: nothing more in this round.
#[derive(Debug, Clone, Copy)]
struct Trouble;

struct Worker<'a> {
    app: &'a App,
    /// Names it in claims.
    name: String,
    post: Option<Post>,
    from: Option<Mailbox>,
}

impl<'a> Worker<'a> {
    fn new(app: &'a App) -> Self {
        let name = format!("{:032x}", rand::random::<u128>());
        Self { app, name, post: None, from: app.config.mail.mailbox() }
    }

    /// Queues what follows from what happened, then sends what is due. How many mails were settled.
    async fn round(&mut self, stopped: &watch::Receiver<bool>) -> Result<usize, Trouble> {
        super::follow::queue(self.app).await.map_err(unkept)?;
        let now = self.app.now();
        let mails = self.app.store().claim_mails(&self.name, now, now + CLAIM, AT_ONCE).await.map_err(unkept)?;
        if mails.is_empty() {
            self.hang_up().await;
        }
        let count = mails.len();
        for mail in mails {
            if *stopped.borrow() {
                break;
            }
            if let Err(trouble) = self.deliver(mail).await {
                self.hang_up().await;
                self.app.store().release_mails(&self.name).await.map_err(unkept)?;
                return Err(trouble);
            }
        }
        Ok(count)
    }

    async fn deliver(&mut self, mail: Mail) -> Result<(), Trouble> {
        let settled = match self.addressed(&mail) {
            Ok((from, to)) => match self.send(&mail, &from, &to).await {
                Ok(Some(settled)) => settled,
                // Another worker has it by now.
                Ok(None) => return Ok(()),
                Err(trouble) => return Err(trouble),
            },
            Err(code) => Settled::Failed(code.to_owned()),
        };
        match &settled {
            Settled::Sent => tracing::debug!(mail = mail.serial, "mail sent"),
            Settled::Later(until, reason) => tracing::info!(mail = mail.serial, %until, reason, "mail put off"),
            Settled::Failed(reason) => tracing::warn!(mail = mail.serial, reason, "mail failed"),
            Settled::Unsure(reason) => tracing::warn!(mail = mail.serial, reason, "mail may not have arrived"),
        }
        self.app.mail.is_well();
        self.app.store().settle_mail(mail.serial, &self.name, &settled, self.app.now()).await.map_err(unkept)?;
        Ok(())
    }

    /// From whom and to whom; or why it is not sent at all.
    fn addressed(&self, mail: &Mail) -> Result<(Address, Address), &'static str> {
        let meant = match mail.kind {
            MailKind::Issued | MailKind::Corrected => mail.certificate.state == State::Issued,
            MailKind::Link | MailKind::Declined => {
                !matches!(mail.certificate.state, State::Reserved | State::Superseded | State::Erased)
            }
        };
        let from = self.from.as_ref().map(|from| from.email.clone()).ok_or(BAD_ADDRESS)?;
        if !meant {
            return Err(NOT_IN_FORCE);
        }
        let to = mail.address.as_deref().ok_or(NO_ADDRESS)?;
        let to: Address = to.trim().parse().map_err(|_| BAD_ADDRESS)?;
        Ok((from, to))
    }

    /// `None`: the claim was lost meanwhile.
    async fn send(&mut self, mail: &Mail, from: &Address, to: &Address) -> Result<Option<Settled>, Trouble> {
        let now = self.app.now();
        let token = link::Token::draw();
        let new = NewLink { hash: token.hash(), created_at: now, expires_at: now + link::VALID };
        let Some(text) = self.written(mail, to, &token, new.expires_at).await? else {
            return Ok(Some(Settled::Failed(UNWRITTEN.to_owned())));
        };
        let mut post = match self.post.take() {
            Some(post) => post,
            None => self.connect().await?,
        };
        if let Err(refused) = self.holding(post.announce(from, to)).await {
            if !matches!(refused, Refused::Server(_)) && post.start_over().await {
                self.post = Some(post);
            }
            return self.refused(mail, refused).map(Some);
        }
        // The intention before the act. Should it not be kept, dropping the connection takes everything back.
        if !self.app.store().hand_over(mail.serial, &self.name, Some(&new)).await.map_err(unkept)? {
            return Ok(None);
        }
        let answer = self.holding(post.hand_over(&text)).await;
        if !matches!(answer, Err(Refused::Server(_) | Refused::Unsure(_))) {
            self.post = Some(post);
        }
        match answer {
            Ok(()) => Ok(Some(Settled::Sent)),
            Err(refused) => self.refused(mail, refused).map(Some),
        }
    }

    /// The message; `None` when its template cannot be rendered.
    async fn written(
        &self,
        mail: &Mail,
        to: &Address,
        token: &link::Token,
        until: Timestamp,
    ) -> Result<Option<String>, Trouble> {
        let Some(from) = &self.from else { return Ok(None) };
        let address = token.address(&self.app.config.base_url);
        let told = Told::of(self.app, mail.kind, &mail.certificate, address, until).await.map_err(unkept)?;
        let written = match self.app.letters.write(self.app, &told) {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(kind = mail.kind.code(), %error, "a mail's template cannot be rendered");
                return Ok(None);
            }
        };
        Ok(message(from, to, &message_id(self.app, mail), mail.queued_at, written))
    }

    async fn connect(&self) -> Result<Post, Trouble> {
        let hello = self.app.config.host().split(':').next().unwrap_or("localhost");
        let opened = self.holding(Post::open(&self.app.config.mail, hello, &self.app.office.dir)).await;
        opened.map_err(|refused| self.trouble(&refused))
    }

    /// What a refusal comes to.
    fn refused(&self, mail: &Mail, refused: Refused) -> Result<Settled, Trouble> {
        let now = self.app.now();
        Ok(match refused {
            Refused::Server(_) => return Err(self.trouble(&refused)),
            Refused::Never(reason) => Settled::Failed(reason),
            Refused::Unsure(reason) => Settled::Unsure(reason),
            Refused::Later(reason) if now.duration_since(mail.queued_at) > GIVE_UP => Settled::Failed(reason),
            Refused::Later(reason) => Settled::Later(now + retry_after(mail.attempts), reason),
        })
    }

    fn trouble(&self, refused: &Refused) -> Trouble {
        if let Refused::Server(reason) = refused
            && self.app.mail.is_in_trouble(self.app.now(), reason)
        {
            tracing::error!(reason, "the mail server cannot be used; mails wait");
        }
        Trouble
    }

    /// Renews the claim while something takes its time.
    async fn holding<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(RENEW) => {
                    let until = self.app.now() + CLAIM;
                    if let Err(error) = self.app.store().hold_mails(&self.name, until).await {
                        tracing::warn!(%error, "a claim on mails could not be renewed");
                    }
                }
            }
        }
    }

    async fn hang_up(&mut self) {
        if let Some(post) = self.post.take() {
            post.close().await;
        }
    }

    async fn end(mut self) {
        self.hang_up().await;
        if let Err(error) = self.app.store().release_mails(&self.name).await {
            tracing::warn!(%error, "claimed mails were not given back; they wait for their claim's end");
        }
    }
}

/// The same for the same mail, however often it is tried: whoever gets it twice after all can tell.
fn message_id(app: &App, mail: &Mail) -> String {
    let host = app.config.host().split(':').next().unwrap_or("localhost");
    let (certificate, kind, at) = (mail.certificate.id, mail.kind.code(), mail.queued_at.as_millisecond());
    format!("<{certificate}.{kind}.{at}@{host}>")
}

/// Twice as long each time, a quarter more or less, so that a thousand that were refused together do not come together.
fn retry_after(attempts: u32) -> SignedDuration {
    let doubled = FIRST_RETRY.as_secs() << attempts.min(10);
    let wait = doubled.min(LAST_RETRY.as_secs());
    SignedDuration::from_secs(rand::rng().random_range(wait * 3 / 4..=wait * 5 / 4))
}

fn unkept(error: StoreError) -> Trouble {
    tracing::error!(%error, "the store could not do it; mails wait");
    Trouble
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_come_later_and_later_and_not_together() {
        let seconds = |attempts| retry_after(attempts).as_secs();
        assert!((45..=75).contains(&seconds(0)));
        assert!((90..=150).contains(&seconds(1)));
        assert!((10_800..=18_000).contains(&seconds(200)), "bounded");
        let many: std::collections::BTreeSet<i64> = (0..50).map(|_| seconds(8)).collect();
        assert!(many.len() > 10);
    }
}
