//! Which addresses a verifier may talk to: those of the public internet.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{FetchError, FetchPolicy};

/// Looks names up and keeps only the addresses that may be talked to. The check stands here, after the look-up and
/// before the connection, so that a name cannot show one address to a check and another to the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicOnly(pub(crate) FetchPolicy);

/// A name all of whose addresses are refused.
#[derive(Debug, thiserror::Error)]
#[error("{0} is an address inside a private network")]
pub(crate) struct Refused(pub(crate) String);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let loopback = policy.allow_http_localhost && is_localhost(&name);
            let mut none_found = true;
            let mut allowed = Vec::new();
            for address in tokio::net::lookup_host((name.as_str(), 0)).await? {
                none_found = false;
                let ip = address.ip();
                let may = if loopback { ip.is_loopback() } else { is_public(ip) };
                if may {
                    allowed.push(address);
                }
            }
            match (allowed.is_empty(), none_found) {
                (false, _) => Ok(Box::new(allowed.into_iter()) as Addrs),
                (true, true) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
                (true, false) => Err(Refused(name).into()),
            }
        })
    }
}

/// The checks that need no look-up: an absolute https address without credentials, and no literal private address.
pub(crate) fn check(url: &str, policy: FetchPolicy) -> Result<Url, FetchError> {
    let parsed = Url::parse(url).map_err(|_| FetchError::NotAnAddress { url: shown(url) })?;
    let host = parsed.host_str().unwrap_or_default();
    if host.is_empty() || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(FetchError::NotAnAddress { url: shown(url) });
    }
    let local = policy.allow_http_localhost && is_localhost(host);
    if !(parsed.scheme() == "https" || parsed.scheme() == "http" && local) {
        return Err(FetchError::NotHttps { url: shown(url) });
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if let Ok(ip) = literal
        && !is_public(ip)
        && !(local && ip.is_loopback())
    {
        return Err(FetchError::PrivateAddress { host: host.to_owned() });
    }
    Ok(parsed)
}

/// An address as it is repeated to people: not longer than a line.
fn shown(url: &str) -> String {
    url.chars().take(200).filter(|c| !c.is_control()).collect()
}

fn is_localhost(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Is `ip` an address of the public internet? (IANA special-purpose registries; RFC 6890 and its updates.)
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0                                // this network
        || ip.is_private()
        || a == 100 && b & 0xc0 == 64       // shared by carriers (CGNAT), RFC 6598
        || ip.is_loopback()
        || ip.is_link_local()               // and the metadata services of clouds
        || a == 192 && b == 0 && c == 0     // protocol assignments
        || ip.is_documentation()
        || a == 192 && b == 88 && c == 99   // 6to4 relays, deprecated
        || a == 198 && b & 0xfe == 18       // benchmarking, RFC 2544
        || a >= 224) // multicast, reserved, broadcast
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, _, _, _, _, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    // Forms that carry an IPv4 address are as public as that address.
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    if a == 0x64 && b == 0xff9b {
        return ip.segments()[2..6] == [0; 4] && is_public_v4(v4(g, h)); // NAT64, RFC 6052
    }
    // Global unicast is 2000::/3; taken out of it: protocol assignments with Teredo, 6to4, documentation.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: FetchPolicy = FetchPolicy { allow_http_localhost: true, offline: false };

    #[test]
    fn inner_addresses_are_not_public() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::1",
            "3fff::1",
            "100::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in
            ["1.1.1.1", "100.63.0.1", "100.128.0.1", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "64:ff9b::808:808"]
        {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn only_https_to_the_outside() {
        let refused = |url: &str| check(url, FetchPolicy::default()).unwrap_err();
        assert!(matches!(refused("http://contoh.example/"), FetchError::NotHttps { .. }));
        assert!(matches!(refused("file:///etc/passwd"), FetchError::NotAnAddress { .. }));
        assert!(matches!(refused("ftp://contoh.example/"), FetchError::NotHttps { .. }));
        assert!(matches!(refused("relative"), FetchError::NotAnAddress { .. }));
        assert!(matches!(refused("https://user:pw@contoh.example/"), FetchError::NotAnAddress { .. }));
        // Other spellings of 127.0.0.1 are the same address after parsing.
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
        ] {
            assert!(matches!(refused(url), FetchError::PrivateAddress { .. }), "{url}");
        }
        assert!(check("https://contoh.example:8443/a?b#c", FetchPolicy::default()).is_ok());
    }

    #[test]
    fn localhost_is_open_by_name_only_and_only_when_allowed() {
        assert!(check("http://localhost:8080/", LOCAL).is_ok());
        assert!(check("http://127.0.0.1:8080/", LOCAL).is_ok());
        assert!(matches!(check("http://10.0.0.1/", LOCAL), Err(FetchError::NotHttps { .. })));
        assert!(matches!(check("https://10.0.0.1/", LOCAL), Err(FetchError::PrivateAddress { .. })));
        assert!(matches!(check("http://localhost:8080/", FetchPolicy::default()), Err(FetchError::NotHttps { .. })));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_at_the_look_up() {
        let name = || "localhost".parse::<Name>().unwrap();
        let error = PublicOnly(FetchPolicy::default()).resolve(name()).await.err().unwrap();
        assert!(error.downcast_ref::<Refused>().is_some());
        assert!(PublicOnly(LOCAL).resolve(name()).await.is_ok());
    }
}
