//! What runs by itself beside the requests.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use issuer::keyring::Ring;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::desk::issuing;
use crate::export::{self, Export, ExportError, Written};
use crate::{App, api, mail, trust};

/// How often the store is asked what is due.
const EVERY: Duration = Duration::from_secs(15);

/// How often the static copy is compared file by file, though nothing was published.
const COPY_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(60);

/// How often what has ended is forgotten.
const SWEEP_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How long a link that has ended, or a form that was answered, is still told about.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The jobs of one service.
pub(crate) struct Jobs {
    stop: watch::Sender<bool>,
    publishing: JoinHandle<()>,
    issuing: JoinHandle<()>,
    sending: JoinHandle<()>,
}

/// Starts them.
pub(crate) fn start(app: &Arc<App>) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let publishing = tokio::spawn(publish(Arc::clone(app), stopped.clone()));
    let issuing = tokio::spawn(issuing::run(Arc::clone(app), stopped.clone()));
    let sending = tokio::spawn(mail::worker::run(Arc::clone(app), stopped));
    Jobs { stop, publishing, issuing, sending }
}

impl Jobs {
    /// Lets the round under way finish, then ends.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.publishing.await;
        let _ = self.issuing.await;
        let _ = self.sending.await;
    }
}

/// Signs again what is due: lists that changed (revoked at the command line, say) or grew old, and the records of
/// certificates whose state changed. Signing needs the key; without it the operator's own commands do it.
async fn publish(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let (certificates, api) = (app.signers.certificates.clone(), app.signers.api.clone());
    if certificates.is_empty() {
        tracing::warn!("no key was opened: status lists are not signed again while the service runs");
    }
    let mut copy = Copy::default();
    let mut swept = None;
    loop {
        sweep(&app, &mut swept).await;
        app.allowances.forget();
        publish_certificates(&app, &certificates).await;
        copy.refresh(&app).await;
        if let Some(signer) = &api {
            // A failure is in the log already; what was published before stays.
            let _ = api::status::publish_due(&app, signer.as_ref()).await;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Forgets what has ended: sessions, answered forms, links. Once an hour.
async fn sweep(app: &App, swept: &mut Option<Timestamp>) {
    let now = app.now();
    if swept.is_some_and(|at| now.duration_since(at) < SWEEP_AGAIN_AFTER) {
        return;
    }
    let forgotten = async {
        app.store().sweep_desk(now, now - KEPT_AFTER).await?;
        app.store().sweep_links(now - KEPT_AFTER).await
    };
    match forgotten.await {
        Ok(()) => *swept = Some(now),
        Err(error) => tracing::error!(%error, "what has ended could not be forgotten"),
    }
}

async fn publish_certificates(app: &App, ring: &Ring) {
    match issuer::status::publish_due(&app.office, ring, app.now()).await {
        Ok(done) if done.lists + done.records > 0 => {
            tracing::info!(lists = done.lists, records = done.records, "signed again");
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "not everything could be signed again; what was published before stays"),
    }
}

/// The static copy of `[site]`: made again when what is published has changed, and from time to time all the same.
#[derive(Default)]
struct Copy {
    of: Option<(Arc<str>, Timestamp)>,
}

impl Copy {
    async fn refresh(&mut self, app: &App) {
        let Some(folder) = app.config.site.folder(&app.office.dir) else { return };
        let now = app.now();
        let says = match trust::signed(app, app.office.issuer.clone()).await {
            Ok(says) => says.unwrap_or_default(),
            Err(error) => return tracing::error!(%error, "the static copy was not refreshed"),
        };
        let is_lately = |at: &Timestamp| now.duration_since(*at) < COPY_AGAIN_AFTER;
        if self.of.as_ref().is_some_and(|(of, at)| *of == says && is_lately(at)) {
            return;
        }
        match copy(app, folder.clone(), now).await {
            Ok(done) => {
                if done.written + done.removed > 0 {
                    tracing::info!(written = done.written, removed = done.removed, "static copy refreshed");
                }
                self.of = Some((says, now));
            }
            Err(error) => tracing::error!(%error, folder = %folder.display(), "the static copy was not refreshed"),
        }
    }
}

async fn copy(app: &App, folder: PathBuf, now: Timestamp) -> Result<Written, ExportError> {
    let (ring, records) = (&app.signers.certificates, app.config.site.records);
    let export = Export { office: &app.office, config: &app.config, ring, records };
    let files = export::files(&export, &folder, now).await?;
    app.work.run(move || export::write(&folder, &files)).await
}
