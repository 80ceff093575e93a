//! The names that members and types have to be written under, because the checks read them by name.

/// Members: the IRI, and the names it may have.
pub(super) const MEMBERS: &[(&str, &[&str])] = &[
    // VCDM 2.0, B.1 Base Context; VCDM 1.1.
    ("https://www.w3.org/2018/credentials#credentialSchema", &["credentialSchema"]),
    ("https://www.w3.org/2018/credentials#credentialStatus", &["credentialStatus"]),
    ("https://www.w3.org/2018/credentials#credentialSubject", &["credentialSubject"]),
    ("https://www.w3.org/2018/credentials#evidence", &["evidence"]),
    ("https://www.w3.org/2018/credentials#expirationDate", &["expirationDate"]),
    ("https://www.w3.org/2018/credentials#holder", &["holder"]),
    ("https://www.w3.org/2018/credentials#issuanceDate", &["issuanceDate"]),
    ("https://www.w3.org/2018/credentials#issuer", &["issuer"]),
    ("https://www.w3.org/2018/credentials#refreshService", &["refreshService"]),
    ("https://www.w3.org/2018/credentials#relatedResource", &["relatedResource"]),
    ("https://www.w3.org/2018/credentials#termsOfUse", &["termsOfUse"]),
    ("https://www.w3.org/2018/credentials#validFrom", &["validFrom"]),
    ("https://www.w3.org/2018/credentials#validUntil", &["validUntil"]),
    ("https://www.w3.org/2018/credentials#verifiableCredential", &["verifiableCredential"]),
    // Bitstring Status List 1.0.
    ("https://www.w3.org/ns/credentials/status#encodedList", &["encodedList"]),
    ("https://www.w3.org/ns/credentials/status#statusListCredential", &["statusListCredential"]),
    ("https://www.w3.org/ns/credentials/status#statusListIndex", &["statusListIndex"]),
    ("https://www.w3.org/ns/credentials/status#statusPurpose", &["statusPurpose"]),
    ("https://www.w3.org/ns/credentials/status#statusSize", &["statusSize"]),
    // VC Data Integrity 1.0.
    ("http://purl.org/dc/terms/created", &["created"]),
    ("https://w3id.org/security#challenge", &["challenge"]),
    ("https://w3id.org/security#cryptosuite", &["cryptosuite"]),
    ("https://w3id.org/security#domain", &["domain"]),
    ("https://w3id.org/security#expiration", &["expires"]),
    ("https://w3id.org/security#previousProof", &["previousProof"]),
    ("https://w3id.org/security#proof", &["proof"]),
    ("https://w3id.org/security#proofPurpose", &["proofPurpose"]),
    ("https://w3id.org/security#verificationMethod", &["verificationMethod"]),
    // Open Badges 3.0: what a person is shown.
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#Criteria", &["criteria"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#achievement", &["achievement"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#activityEndDate", &["activityEndDate"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#activityStartDate", &["activityStartDate"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#creditsEarned", &["creditsEarned"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#hashed", &["hashed"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#identifier", &["identifier"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#identityHash", &["identityHash"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#identityType", &["identityType"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#licenseNumber", &["licenseNumber"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#narrative", &["narrative"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#result", &["result"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#term", &["term"]),
];

/// Types: the IRI, and the names it may have.
pub(super) const TYPES: &[(&str, &[&str])] = &[
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement", &["Achievement"]),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#AchievementSubject", &["AchievementSubject"]),
    (
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
        &["OpenBadgeCredential", "AchievementCredential"],
    ),
    ("https://www.w3.org/ns/credentials/status#BitstringStatusList", &["BitstringStatusList"]),
    ("https://www.w3.org/ns/credentials/status#BitstringStatusListCredential", &["BitstringStatusListCredential"]),
    ("https://www.w3.org/ns/credentials/status#BitstringStatusListEntry", &["BitstringStatusListEntry"]),
    ("https://w3id.org/security#DataIntegrityProof", &["DataIntegrityProof"]),
];
