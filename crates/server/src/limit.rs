//! How often one client may ask for what is costly: `[limits]` of piagam.toml, generous because offices share an address.
//!
//! An address is kept for as long as its allowance is not whole again, a minute at most, and nowhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::asked::Hl;
use crate::config::{Config, Limits};
use crate::error::{Oops, Problem};
use crate::{App, bounds};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// What is counted. Each has its own allowance.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Costly {
    /// A person's file.
    Upload,
    /// A machine's credential, presentation or DID to be looked at.
    Verify,
    /// A credential to be signed, or one to be revoked.
    Issue,
    /// An attempt to sign in: a password to be hashed.
    SignIn,
    /// A holder's link to be looked at or asked for, a correction.
    Link,
    /// A NIP to be compared.
    Nip,
}

/// The allowances of all clients.
pub(crate) struct Allowances {
    uploads: Allowance,
    verifications: Allowance,
    issuances: Allowance,
    sign_ins: Allowance,
    links: Allowance,
    nip_checks: Allowance,
    proxies: Vec<IpAddr>,
}

/// `None`: no limit.
struct Allowance(Option<DefaultKeyedRateLimiter<IpAddr>>);

impl Allowances {
    /// As the installation is told.
    pub(crate) fn new(config: &Config) -> Self {
        let Limits { uploads, verifications, issuances } = config.limits;
        Self {
            uploads: Allowance::a_minute(uploads),
            verifications: Allowance::a_minute(verifications),
            issuances: Allowance::a_minute(issuances),
            sign_ins: Allowance::a_minute(bounds::SIGN_INS_A_MINUTE),
            links: Allowance::a_minute(bounds::LINKS_A_MINUTE),
            nip_checks: Allowance::a_minute(bounds::NIP_CHECKS_A_MINUTE),
            proxies: config.server.trusted_proxies.iter().map(IpAddr::to_canonical).collect(),
        }
    }

    /// Forgets the clients whose allowance is whole again.
    pub(crate) fn forget(&self) {
        let all = [Costly::Upload, Costly::Verify, Costly::Issue, Costly::SignIn, Costly::Link, Costly::Nip];
        for Allowance(limiter) in all.map(|costly| self.of(costly)) {
            if let Some(limiter) = limiter {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }

    fn of(&self, costly: Costly) -> &Allowance {
        match costly {
            Costly::Upload => &self.uploads,
            Costly::Verify => &self.verifications,
            Costly::Issue => &self.issuances,
            Costly::SignIn => &self.sign_ins,
            Costly::Link => &self.links,
            Costly::Nip => &self.nip_checks,
        }
    }
}

impl Allowance {
    fn a_minute(times: u32) -> Self {
        Self(NonZeroU32::new(times).map(|times| RateLimiter::keyed(Quota::per_minute(times))))
    }

    /// Takes one; `Err`: in how many seconds there is one again.
    fn take(&self, client: IpAddr) -> Result<(), u64> {
        let Self(Some(limiter)) = self else { return Ok(()) };
        // When very many clients are known, new ones are told apart by their larger network only.
        let key = network(client, limiter.len() >= bounds::CLIENTS);
        limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

/// The middleware before a costly handler. Who asks too often is told so before a body is read.
pub(crate) async fn charge(State((app, costly)): State<(Arc<App>, Costly)>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let client = client(peer, request.headers(), &app.allowances.proxies);
    let Err(seconds) = app.allowances.of(costly).take(client) else { return next.run(request).await };
    match costly {
        Costly::Upload => Oops::TooMany(seconds).page(&app, Hl::of(request.uri()).lang()),
        Costly::SignIn | Costly::Link | Costly::Nip => Oops::TooOften(seconds).page(&app, Hl::of(request.uri()).lang()),
        Costly::Verify | Costly::Issue => too_many().retry_after(seconds).into_response(),
    }
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        "Too many requests",
        "this network has asked as often as it may within a minute",
        "Wait as many seconds as the header Retry-After says; the operator sets the limit in [limits] of piagam.toml.",
    )
}

/// Who asks: the peer, or behind proxies that are trusted the last address in `X-Forwarded-For` that is none of theirs.
/// What stands before that one was written by the client itself.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(&peer) {
        return peer;
    }
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut known = peer;
    for entry in lines.iter().flat_map(|line| line.split(',')).rev() {
        let Some(address) = address(entry.trim()) else { break };
        known = address;
        if !proxies.contains(&known) {
            break;
        }
    }
    known
}

/// `192.0.2.7`, `2001:db8::7`; some proxies add a port: `192.0.2.7:4711`, `[2001:db8::7]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    text.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// What one client has for itself: an IPv4 address, a /64 of IPv6. `wide`: a /16, a /32.
fn network(client: IpAddr, wide: bool) -> IpAddr {
    match client {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & if wide { !0 << 16 } else { !0 }).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (!0 << if wide { 96 } else { 64 })).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7 , 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            assert_eq!(client(ip(peer), &headers, &proxies), ip(expected), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn each_client_has_its_own_allowance() {
        let allowance = Allowance::a_minute(2);
        for client in ["192.0.2.1", "2001:db8::1"] {
            assert_eq!((allowance.take(ip(client)), allowance.take(ip(client))), (Ok(()), Ok(())));
        }
        let again = allowance.take(ip("192.0.2.1")).unwrap_err();
        assert!((1..=31).contains(&again), "{again}");
        assert!(allowance.take(ip("2001:db8::2")).is_err(), "the same /64");
        assert!(allowance.take(ip("2001:db8:0:1::1")).is_ok());
        let unlimited = Allowance::a_minute(0);
        assert!((0..10_000).all(|_| unlimited.take(ip("192.0.2.1")).is_ok()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let allowance = Allowance::a_minute(1_000);
        let count = u32::try_from(bounds::CLIENTS).unwrap() + 70_000;
        for n in 0..count {
            let _ = allowance.take(Ipv4Addr::from_bits(n).into());
        }
        assert!(allowance.0.as_ref().unwrap().len() < bounds::CLIENTS + 100);
        assert_eq!(network(ip("192.0.2.1"), true), ip("192.0.0.0"));
        assert_eq!(network(ip("2001:db8:1::1"), true), ip("2001:db8::"));
    }
}
