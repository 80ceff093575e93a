//! The contexts that every build carries. None is ever fetched; each is pinned by its SHA-256.

use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// An embedded context: its URL, its text byte for byte as published, the SHA-256 of that text.
pub struct EmbeddedContext {
    /// The URL by which documents refer to it.
    pub url: &'static str,
    /// The text as published.
    pub text: &'static str,
    /// SHA-256 of the text, in lower-case hexadecimal.
    pub sha256: &'static str,
}

macro_rules! contexts {
    ($($url:literal $file:literal $sha256:literal)*) => {
        /// Every embedded context.
        pub const EMBEDDED: &[EmbeddedContext] = &[$(EmbeddedContext {
            url: $url,
            text: include_str!(concat!("../contexts/", $file)),
            sha256: $sha256,
        },)*];
    };
}

contexts! {
    "https://www.w3.org/ns/credentials/v2" "credentials-v2.jsonld"
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    "https://www.w3.org/ns/credentials/examples/v2" "credentials-examples-v2.jsonld"
        "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"
    "https://www.w3.org/2018/credentials/v1" "credentials-v1.jsonld"
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"
    "https://w3id.org/security/data-integrity/v1" "data-integrity-v1.jsonld"
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554"
    "https://w3id.org/security/data-integrity/v2" "data-integrity-v2.jsonld"
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4"
    "https://w3id.org/security/multikey/v1" "multikey-v1.jsonld"
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"
    "https://www.w3.org/ns/did/v1" "did-v1.jsonld"
        "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f"
    "https://w3id.org/security/suites/ed25519-2020/v1" "ed25519-signature-2020-v1.jsonld"
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json" "openbadges-3.0.1.jsonld"
        "d582f3564282fb3b709136d28412e78e70b678b4dbc2f0221f67d84932748355"
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json" "openbadges-3.0.2.jsonld"
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53"
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json" "openbadges-3.0.3.jsonld"
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"
}

/// The base context of VCDM 2.0.
pub(crate) const CREDENTIALS_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The base context of VCDM 1.1.
pub(crate) const CREDENTIALS_V1: &str = "https://www.w3.org/2018/credentials/v1";
/// The Open Badges context of what we issue.
pub(crate) const OPEN_BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
/// Defines the proof terms where the base context does not.
pub(crate) const DATA_INTEGRITY_V2: &str = "https://w3id.org/security/data-integrity/v2";

static PARSED: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    let parse = |text| serde_json::from_str(text).expect("embedded contexts are JSON: a test reads each one");
    EMBEDDED.iter().map(|context| (context.url, parse(context.text))).collect()
});

/// The embedded context document of that URL.
pub fn embedded(url: &str) -> Option<&'static Value> {
    PARSED.get(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn each_context_is_the_published_one() {
        for context in EMBEDDED {
            let digest: String = Sha256::digest(context.text).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, context.sha256, "{}", context.url);
            assert!(embedded(context.url).is_some_and(|document| document["@context"].is_object()), "{}", context.url);
        }
    }
}
