//! Mails that follow from what happened: a certificate was replaced, somebody has lost the link. Each step can be done
//! again after a crash and changes nothing the second time.

use jiff::SignedDuration;
use store::{MailKind, Result};

use crate::{App, bounds};

/// Whoever asks again sooner gets no further mail: nobody's mailbox is filled by strangers.
const BETWEEN_LINKS: SignedDuration = SignedDuration::from_mins(10);

/// How many typed addresses are looked at in a round.
const ASKED_AT_ONCE: u32 = 50;

/// Queues them.
pub(crate) async fn queue(app: &App) -> Result<()> {
    let now = app.now();
    app.store().queue_corrected(now).await?;
    app.store().close_corrections(now).await?;
    for (serial, address) in app.store().asked_links(ASKED_AT_ONCE).await? {
        for certificate in app.store().certificates_of_address(&address, bounds::LINKS_OF_ADDRESS).await? {
            app.store().queue_mail(certificate.id, MailKind::Link, now, Some(now - BETWEEN_LINKS)).await?;
        }
        app.store().forget_asked_link(serial).await?;
    }
    Ok(())
}
