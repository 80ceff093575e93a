//! What was fetched a moment ago: a status list serves a whole folder of certificates.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::{FetchError, Fetched};

/// Without a word from the server.
const DEFAULT_TTL: Duration = Duration::from_secs(60);
/// Whatever the server says: a revocation must be seen within the `ttl` of our own lists.
const MAX_TTL: Duration = Duration::from_secs(300);
/// A server that is down is not asked again for every certificate of a folder.
const FAILURE_TTL: Duration = Duration::from_secs(10);
/// Answers kept.
const MAX_ENTRIES: usize = 128;
/// Bodies kept, in bytes, all together.
const MAX_BYTES: usize = 32_000_000;

struct Entry {
    answer: Result<Fetched, FetchError>,
    expires: Instant,
}

/// Answers by address. Time is the runtime's monotonic clock, never the wall clock.
#[derive(Default)]
pub(crate) struct Cache {
    entries: HashMap<String, Entry>,
    bytes: usize,
}

impl Cache {
    pub(crate) fn get(&self, url: &str) -> Option<Result<Fetched, FetchError>> {
        let entry = self.entries.get(url)?;
        (entry.expires > Instant::now()).then(|| entry.answer.clone())
    }

    pub(crate) fn put(&mut self, url: &str, answer: &Result<Fetched, FetchError>, cache_control: Option<&str>) {
        let ttl = match answer {
            Ok(fetched) => max_age(cache_control).min(list_ttl(&fetched.bytes).unwrap_or(MAX_TTL)),
            Err(_) => FAILURE_TTL,
        };
        let size = size(answer);
        if ttl.is_zero() || size > MAX_BYTES / 4 {
            return;
        }
        if self.entries.len() >= MAX_ENTRIES || self.bytes + size > MAX_BYTES {
            self.make_room();
        }
        let entry = Entry { answer: answer.clone(), expires: Instant::now() + ttl };
        let replaced = self.entries.insert(url.to_owned(), entry);
        self.bytes = self.bytes + size - replaced.map_or(0, |old| self::size(&old.answer));
    }

    /// Lets go of what has expired; of everything when that is not enough.
    fn make_room(&mut self) {
        let now = Instant::now();
        self.entries.retain(|_, entry| entry.expires > now);
        if self.entries.len() >= MAX_ENTRIES / 2 {
            self.entries.clear();
        }
        self.bytes = self.entries.values().map(|entry| size(&entry.answer)).sum();
        if self.bytes > MAX_BYTES / 2 {
            self.entries.clear();
            self.bytes = 0;
        }
    }
}

fn size(answer: &Result<Fetched, FetchError>) -> usize {
    answer.as_ref().map_or(0, |fetched| fetched.bytes.len())
}

/// How long a status list may be kept by its own word, in milliseconds (Bitstring Status List 1.0, 2.2, `ttl`); a word that is
/// no number keeps nothing. `None` for what is no list, or has no such word.
fn list_ttl(body: &[u8]) -> Option<Duration> {
    let document = vc::core::parse(body).ok()?;
    let ttl = document.get("credentialSubject")?.get("ttl")?;
    Some(Duration::from_millis(ttl.as_u64().unwrap_or(0)))
}

/// `Cache-Control` (RFC 9111, 5.2.2), as far as it says how long an answer may be used.
fn max_age(cache_control: Option<&str>) -> Duration {
    let Some(header) = cache_control else {
        return DEFAULT_TTL;
    };
    let mut ttl = DEFAULT_TTL;
    for directive in header.split(',').map(|directive| directive.trim().to_ascii_lowercase()) {
        if directive == "no-store" || directive == "no-cache" {
            return Duration::ZERO;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            ttl = seconds.trim_matches('"').parse().map_or(Duration::ZERO, Duration::from_secs);
        }
    }
    ttl.min(MAX_TTL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_may_shorten_but_not_lengthen_beyond_five_minutes() {
        assert_eq!(max_age(None), DEFAULT_TTL);
        assert_eq!(max_age(Some("public, max-age=30")), Duration::from_secs(30));
        assert_eq!(max_age(Some("max-age=31536000, immutable")), MAX_TTL);
        assert_eq!(max_age(Some("max-age=300, No-Store")), Duration::ZERO);
        assert_eq!(max_age(Some("max-age=-1")), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_is_kept_no_longer_than_it_says() {
        let mut cache = Cache::default();
        let list = |ttl: &str| {
            let text = format!("{{\"credentialSubject\": {{\"type\": \"BitstringStatusList\", \"ttl\": {ttl}}}}}");
            Ok(Fetched { bytes: text.into_bytes(), content_type: None })
        };
        for (ttl, is_kept) in [("5000", true), ("1000", false), ("0", false), ("-1", false), ("\"9000\"", false)] {
            cache = Cache::default();
            cache.put("https://a.example/", &list(ttl), Some("max-age=300"));
            tokio::time::advance(Duration::from_secs(2)).await;
            assert_eq!(cache.get("https://a.example/").is_some(), is_kept, "{ttl}");
        }
        cache.put("https://a.example/", &list("86400000"), Some("max-age=1"));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(cache.get("https://a.example/"), None, "the server's word counts too");
    }

    #[tokio::test(start_paused = true)]
    async fn answers_expire_and_the_cache_stays_small() {
        let mut cache = Cache::default();
        let body = |size| Ok(Fetched { bytes: vec![0; size], content_type: None });
        cache.put("https://a.example/", &body(3), Some("max-age=5"));
        assert_eq!(cache.get("https://a.example/"), Some(body(3)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(cache.get("https://a.example/"), None);
        for n in 0..1_000 {
            cache.put(&format!("https://{n}.example/"), &body(1_000_000), None);
            assert!(cache.entries.len() <= MAX_ENTRIES && cache.bytes <= MAX_BYTES);
            assert_eq!(cache.bytes, cache.entries.values().map(|entry| size(&entry.answer)).sum::<usize>());
        }
        cache.put("https://down.example/", &Err(FetchError::TimedOut { seconds: 10 }), None);
        assert!(cache.get("https://down.example/").is_some());
    }
}
