//! What was approved is issued, by the service itself: whoever closed the browser, and whenever the process died.

use std::sync::Arc;
use std::time::Duration;

use issuer::IssueError;
use issuer::batch::{self, Intake};
use issuer::lease::Lease;
use rand::SeedableRng;
use store::{ArtifactHash, Batch, Draft, DraftChange, DraftId, DraftState, StoreError};
use tokio::sync::watch;
use vc::Lang;

use super::sheet;
use crate::App;

/// How often the store is asked whether something was approved (another replica's desk, an earlier process).
const EVERY: Duration = Duration::from_secs(5);

/// Issues until the service stops.
pub(crate) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    loop {
        issue_approved(&app).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.approved.notified() => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Issues everything that is approved, one after the other.
pub(crate) async fn issue_approved(app: &App) {
    let drafts = match app.store().drafts_to_issue().await {
        Ok(drafts) => drafts,
        Err(error) => return tracing::error!(%error, "cannot ask what is approved"),
    };
    for draft in drafts {
        let id = draft.id;
        let lease = match Lease::take(&app.office.store, format!("draft:{id}"), app.now()).await {
            Ok(Some(lease)) => lease,
            // Another replica is at it.
            Ok(None) => continue,
            Err(error) => return tracing::error!(draft = %id, %error, "cannot begin to issue"),
        };
        match lease.during(issue(app, id)).await {
            Ok(()) => tracing::info!(draft = %id, "issued"),
            Err(error) => tracing::error!(draft = %id, %error, "issuing did not come to its end"),
        }
    }
}

async fn issue(app: &App, id: DraftId) -> Result<(), StoreError> {
    // Another replica may have issued it since the list was read.
    let draft = app.store().draft(id).await?.ok_or(StoreError::UnknownDraft { id })?;
    if draft.state != DraftState::Approved || draft.stopped.is_some() {
        return Ok(());
    }
    let change = match attempt(app, &draft).await {
        Ok(()) => DraftChange::Finish,
        Err(Stopped::Later(error)) => return Err(error),
        Err(Stopped::Needs(why)) => DraftChange::Stop(why),
    };
    let mut version = draft.version;
    if change == DraftChange::Finish
        && let Some(batch) = batch_of(app, &draft).await?
    {
        let begun = DraftChange::Begin(batch.new.id);
        version = app.store().change_draft(draft.id, version, &begun, app.now(), None).await?.version;
        // While the draft is not finished, this is done again, and changes nothing the second time.
        if app.config.mail.is_on() {
            let mails = app.store().queue_batch(batch.new.id, app.now()).await?;
            tracing::info!(draft = %draft.id, mails, "mails queued");
            app.mail.ring();
        }
    }
    app.store().change_draft(draft.id, version, &change, app.now(), None).await?;
    Ok(())
}

/// Why issuing did not come to its end.
enum Stopped {
    /// It goes on by itself: the next round tries again.
    Later(StoreError),
    /// Somebody has to do something: what is wrong and what to do.
    Needs(store::Stopped),
}

impl Stopped {
    /// What is wrong and what to do, in both languages.
    fn needs(words: impl Fn(Lang) -> (String, String)) -> Self {
        let said = |lang| {
            let (what, next) = words(lang);
            let end = if what.ends_with('.') { "" } else { "." };
            format!("{what}{end} {next}")
        };
        Self::Needs(store::Stopped { id: said(Lang::Id), en: Some(said(Lang::En)) })
    }

    /// The sheet is not there any more.
    fn without_sheet() -> Self {
        Self::needs(|lang| match lang {
            Lang::Id => ("Data peserta tidak ada lagi.".into(), "Kembalikan angkatan ini ke penyusun.".into()),
            Lang::En => ("The list of participants is gone.".into(), "Return this cohort to the operator.".into()),
        })
    }
}

async fn attempt(app: &App, draft: &Draft) -> Result<(), Stopped> {
    let looked = match sheet::look(app, draft).await {
        Ok(Some(looked)) => looked,
        Ok(None) => return Err(Stopped::without_sheet()),
        Err(sheet::Unread::Store(error) | sheet::Unread::Issue(IssueError::Store(error))) => {
            return Err(Stopped::Later(error));
        }
        Err(error) => return Err(Stopped::needs(|lang| error.words(lang))),
    };
    let kept = app.store().draft_sheet(draft.id).await.map_err(Stopped::Later)?;
    let Some(kept) = kept else { return Err(Stopped::without_sheet()) };
    let actor = draft.decided.map_or_else(|| app.office.actor.clone(), |(user, _)| user.actor());
    let office = issuer::Office { actor, ..app.office.clone() };
    let intake = Intake {
        programme: &looked.read.programme,
        programme_text: &draft.programme_text,
        roster: looked.roster(),
        sheet: &kept.sheet,
        decisions: &looked.decisions,
    };
    let mut rng = rand::rngs::StdRng::from_rng(&mut rand::rng());
    let issued = batch::issue(&office, &app.signers.certificates, intake, &mut rng, app.now(), &|_| {}).await;
    let proven = match issued {
        Ok(issued) => {
            let read = |pdf: &[u8]| extract::printed_codes(pdf).unwrap_or_default();
            issuer::deliver::prove(&app.deliverer, &issued.in_force, Arc::new(read)).await
        }
        Err(error) => Err(error),
    };
    match proven {
        Ok(_) => Ok(()),
        Err(IssueError::Store(
            error @ (StoreError::Busy | StoreError::Full | StoreError::PersonTaken | StoreError::Unreachable { .. }),
        )) => Err(Stopped::Later(error)),
        // Rows have changed since somebody decided about them: the command line's next step is none here.
        Err(error @ IssueError::Conflicts(_)) => Err(Stopped::needs(|lang| {
            let next = match lang {
                Lang::Id => "Kembalikan angkatan ini ke penyusun untuk diputuskan lagi.",
                Lang::En => "Return this cohort to the operator, who decides again.",
            };
            (error.words(lang).0, next.to_owned())
        })),
        Err(error) => Err(Stopped::needs(|lang| error.words(lang))),
    }
}

/// The batch that was made from a draft: while it is being issued, found by what it is made of, so that nothing has to be
/// remembered in between.
pub(super) async fn batch_of(app: &App, draft: &Draft) -> store::Result<Option<Batch>> {
    if let Some(id) = draft.batch {
        return app.store().batch(id).await;
    }
    let Some((_, approved)) = draft.decided else { return Ok(None) };
    let programme = ArtifactHash::of(draft.programme_text.as_bytes());
    app.store().batch_made_of(&draft.sheet_hash, &programme, approved).await
}
