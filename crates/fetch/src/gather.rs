//! Everything that a credential's check needs, fetched.

use tokio::task::JoinSet;
use vc::{Evidence, Need};

use crate::{FetchError, Fetcher};

/// An answer can raise new needs: a list's issuer, a record's issuer. Honest chains end after two.
const MAX_ROUNDS: usize = 4;
/// Needs of one credential or presentation; a credential of ours has five.
const MAX_NEEDS: usize = 24;

/// Answers what `vc::needs` still asks for, until it asks for nothing more. What the caller has answered already (from
/// its store, from a trust bundle) is not fetched again.
pub async fn gather(text: &[u8], evidence: &mut Evidence, fetcher: &Fetcher) {
    let known = std::mem::take(evidence);
    let needs = |evidence| std::future::ready((vc::needs(text, &evidence), evidence));
    *evidence = gather_for(needs, known, fetcher).await;
}

/// The same for whatever else has needs, such as a presentation: one bound for everything that is inside it. `needs` is
/// handed the evidence and gives it back with what is missing, so that it may look through it on another thread.
pub async fn gather_for<N>(needs: impl Fn(Evidence) -> N, mut evidence: Evidence, fetcher: &Fetcher) -> Evidence
where
    N: Future<Output = (Vec<Need>, Evidence)>,
{
    let mut left = MAX_NEEDS;
    for _ in 0..MAX_ROUNDS {
        let mut missing;
        (missing, evidence) = needs(evidence).await;
        missing.truncate(left);
        if missing.is_empty() {
            break;
        }
        left -= missing.len();
        answer(missing, &mut evidence, fetcher).await;
    }
    evidence
}

/// All at once: a server that is down costs its ten seconds once.
async fn answer(needs: Vec<Need>, evidence: &mut Evidence, fetcher: &Fetcher) {
    let mut tasks = JoinSet::new();
    for need in needs {
        let fetcher = fetcher.clone();
        tasks.spawn(async move {
            let answer = match need.url() {
                Some(url) => fetcher.get(&url).await,
                None => Err(FetchError::NotAnAddress { url: format!("{need:?}") }),
            };
            (need, answer)
        });
    }
    // A task neither panics nor is aborted; if it were, its need would stay unanswered, which `verify` reports as such.
    while let Some(joined) = tasks.join_next().await {
        if let Ok((need, answer)) = joined {
            evidence.answer(need, answer.map(|fetched| fetched.bytes).map_err(|error| error.why_not()));
        }
    }
}
