//! What a person sends, read into memory: each file bounded in size and time, all of them together in size.

use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bounds;
use crate::error::Oops;

/// The form's field.
const FIELD: &str = "berkas";

/// The memory that uploads share: a permit for each byte. A file pays as it arrives, so that one that is announced and
/// does not come costs nothing.
pub(crate) struct Uploads(Arc<Semaphore>);

/// A file that has arrived. It gives its share back when it is dropped.
#[derive(Debug)]
pub(crate) struct Upload {
    name: String,
    bytes: Vec<u8>,
    share: Option<OwnedSemaphorePermit>,
}

impl Upload {
    /// The file's name, as its sender calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Default for Uploads {
    fn default() -> Self {
        Self::with_bytes(bounds::UPLOADS_BYTES)
    }
}

impl Uploads {
    fn with_bytes(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// The file in the form.
    pub(crate) async fn read(&self, form: Multipart) -> Result<Upload, Oops<'static>> {
        tokio::time::timeout(bounds::UPLOAD_TIME, self.arriving(form)).await.unwrap_or(Err(Oops::TooSlow))
    }

    async fn arriving(&self, mut form: Multipart) -> Result<Upload, Oops<'static>> {
        while let Some(mut field) = form.next_field().await.map_err(|error| cut_off(&error))? {
            if field.name() != Some(FIELD) {
                continue;
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            let mut upload = Upload { name, bytes: Vec::new(), share: None };
            while let Some(chunk) = field.chunk().await.map_err(|error| cut_off(&error))? {
                if upload.bytes.len() + chunk.len() > bounds::UPLOAD_BYTES {
                    return Err(Oops::TooLarge);
                }
                upload.pay(self.share_of(chunk.len())?);
                upload.bytes.extend_from_slice(&chunk);
            }
            return if upload.bytes.is_empty() { Err(Oops::NoFile) } else { Ok(upload) };
        }
        Err(Oops::NoFile)
    }

    fn share_of(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Oops<'static>> {
        let bytes = u32::try_from(bytes).map_err(|_| Oops::TooLarge)?;
        // Waiting would help nobody: all who wait would hold on to what they have.
        Arc::clone(&self.0).try_acquire_many_owned(bytes).map_err(|_| Oops::Busy)
    }
}

impl Upload {
    fn pay(&mut self, share: OwnedSemaphorePermit) {
        match &mut self.share {
            Some(paid) => paid.merge(share),
            none => *none = Some(share),
        }
    }
}

fn cut_off(error: &MultipartError) -> Oops<'static> {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Oops::TooLarge } else { Oops::NoFile }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::{Body, Bytes, HttpBody};
    use axum::extract::FromRequest;
    use axum::http::{Request, header};
    use hyper::body::Frame;

    use super::*;

    const HEAD: &str = "--x\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"a.pdf\"\r\n\r\n";

    /// Sends this, then nothing more.
    struct Stalled(Option<Bytes>);

    impl HttpBody for Stalled {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            self.0.take().map_or(Poll::Pending, |bytes| Poll::Ready(Some(Ok(Frame::data(bytes)))))
        }
    }

    async fn form(body: Body) -> Multipart {
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        Multipart::from_request(request.body(body).unwrap(), &()).await.unwrap()
    }

    fn whole(bytes: usize) -> Body {
        Body::from(format!("{HEAD}{}\r\n--x--\r\n", "a".repeat(bytes)))
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_does_not_come_is_given_up() {
        let stalled = Body::new(Stalled(Some(format!("{HEAD}%PDF-1.7").into())));
        let started = tokio::time::Instant::now();
        let given_up = Uploads::default().read(form(stalled).await).await;
        assert!(matches!(given_up, Err(Oops::TooSlow)));
        assert_eq!(started.elapsed().as_secs(), bounds::UPLOAD_TIME.as_secs());
        assert!(bounds::UPLOAD_TIME < bounds::REQUEST_TIME, "there is time left to answer");
    }

    #[tokio::test]
    async fn all_files_together_are_bounded() {
        let uploads = Uploads::with_bytes(1000);
        let first = uploads.read(form(whole(600)).await).await.unwrap();
        assert_eq!(first.bytes().len(), 600);
        assert!(matches!(uploads.read(form(whole(600)).await).await, Err(Oops::Busy)));
        assert!(uploads.read(form(whole(300)).await).await.is_ok());
        drop(first);
        assert!(uploads.read(form(whole(600)).await).await.is_ok());
    }

    #[tokio::test]
    async fn a_form_without_a_file_is_none() {
        for body in ["--x--\r\n".into(), whole(0), Body::from(HEAD)] {
            assert!(matches!(Uploads::default().read(form(body).await).await, Err(Oops::NoFile)));
        }
    }
}
