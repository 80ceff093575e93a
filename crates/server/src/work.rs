//! Work that keeps a core busy: unpacking what strangers send, judging it, signing it. The one place where it leaves the
//! threads that answer requests.
//!
//! A place belongs to the work, not to the request: when a request gives up (its time is over, its client is gone), the
//! thread goes on, and so does its place. However many requests come, no more runs than there are cores.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Places for work, as many as there are cores.
pub(crate) struct Work {
    /// All work.
    places: Arc<Semaphore>,
    /// Of them for uploaded files, which may take long: half, so that a code is always answered meanwhile.
    unpacking: Arc<Semaphore>,
}

impl Work {
    /// Places for the cores of this machine.
    pub(crate) fn new() -> Self {
        Self::with_places(std::thread::available_parallelism().map_or(1, usize::from))
    }

    fn with_places(cores: usize) -> Self {
        let semaphore = |places: usize| Arc::new(Semaphore::new(places.max(1)));
        Self { places: semaphore(cores), unpacking: semaphore(cores / 2) }
    }

    /// Does it on a thread of its own, once there is a place.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        self.run_holding((), work).await
    }

    /// The same for an uploaded file.
    pub(crate) async fn unpack<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.unpacking).acquire_owned().await;
        self.run_holding(place, work).await
    }

    async fn run_holding<T: Send + 'static>(
        &self,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let working = spawn_blocking(move || {
            let done = work();
            drop((place, held));
            done
        });
        match working.await {
            Ok(done) => done,
            // A panic goes on where the request is answered, as if the work had been done there.
            Err(error) => match error.try_into_panic() {
                Ok(cause) => std::panic::resume_unwind(cause),
                // The service is ending.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    const SOON: Duration = Duration::from_millis(50);
    const AT_LAST: Duration = Duration::from_secs(10);

    #[tokio::test(flavor = "multi_thread")]
    async fn a_place_is_held_until_the_work_is_done_whoever_still_waits_for_it() {
        let work = Arc::new(Work::with_places(1));
        let (go, wait) = mpsc::channel::<()>();
        let slow = tokio::time::timeout(SOON, work.run(move || wait.recv().is_ok())).await;
        assert!(slow.is_err(), "the request has given up");
        assert!(tokio::time::timeout(SOON, work.run(|| ())).await.is_err(), "the work has not");
        go.send(()).unwrap();
        tokio::time::timeout(AT_LAST, work.run(|| ())).await.expect("a place is free again");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn files_never_hold_all_places() {
        let work = Arc::new(Work::with_places(2));
        let (go, wait) = mpsc::channel::<()>();
        let first = tokio::time::timeout(SOON, work.unpack(move || wait.recv().is_ok())).await;
        let second = tokio::time::timeout(SOON, work.unpack(|| ())).await;
        assert!(first.is_err() && second.is_err());
        tokio::time::timeout(AT_LAST, work.run(|| ())).await.expect("a code is answered meanwhile");
        go.send(()).unwrap();
        tokio::time::timeout(AT_LAST, work.unpack(|| ())).await.expect("a file is taken again");
    }

    #[tokio::test]
    #[should_panic(expected = "bad file")]
    async fn a_panic_reaches_the_request() {
        Work::new().run(|| panic!("bad file")).await
    }
}
