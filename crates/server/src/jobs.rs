//! What runs by itself beside the requests.

use std::sync::Arc;
use std::time::Duration;

use issuer::keyring::Ring;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{App, api};

/// How often the store is asked what is due.
const EVERY: Duration = Duration::from_secs(15);

/// The jobs of one service.
pub(crate) struct Jobs {
    stop: watch::Sender<bool>,
    publishing: JoinHandle<()>,
}

/// Starts them.
pub(crate) fn start(app: &Arc<App>) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let publishing = tokio::spawn(publish(Arc::clone(app), stopped));
    Jobs { stop, publishing }
}

impl Jobs {
    /// Lets the round under way finish, then ends.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.publishing.await;
    }
}

/// Signs again what is due: lists that changed (revoked at the command line, say) or grew old, and the records of
/// certificates whose state changed. Signing needs the key; without it the operator's own commands do it.
async fn publish(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let (certificates, api) = (app.signers.certificates.clone(), app.signers.api.clone());
    if certificates.is_empty() {
        tracing::warn!("no key was opened: status lists are not signed again while the service runs");
    }
    loop {
        app.allowances.forget();
        publish_certificates(&app, &certificates).await;
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

async fn publish_certificates(app: &App, ring: &Ring) {
    match issuer::status::publish_due(&app.office, ring, app.now()).await {
        Ok(done) if done.lists + done.records > 0 => {
            tracing::info!(lists = done.lists, records = done.records, "signed again");
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "not everything could be signed again; what was published before stays"),
    }
}
