//! What can be wrong with a credential: one kind per rule, each with the place it was found, both
//! sides of the comparison, words for people and the next step.

use crate::wording::Lang;
use std::fmt;

/// One thing that is wrong, or that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule that does not hold.
    pub kind: ProblemKind,
    /// The member it was found in, as a JSON pointer or a member name; empty for the whole document.
    pub at: String,
    /// What was found and what was expected, in English, for logs and API answers.
    pub detail: String,
}

impl Problem {
    /// A problem of `kind` in the member `at`.
    pub fn new(kind: ProblemKind, at: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, at: at.into(), detail: detail.into() }
    }

    /// The problem in one sentence, for people.
    pub fn what(&self, lang: Lang) -> &'static str {
        self.kind.words(lang).0
    }

    /// What to do next, in one sentence.
    pub fn next(&self, lang: Lang) -> &'static str {
        self.kind.words(lang).1
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.is_empty() {
            true => write!(f, "{}: {}", self.kind.code(), self.detail),
            false => write!(f, "{}: {}: {}", self.kind.code(), self.at, self.detail),
        }
    }
}

impl std::error::Error for Problem {}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $rule:literal
        { $id:literal / $id_next:literal } { $en:literal / $en_next:literal })*) => {
        /// The rules a credential can break. The code is stable and meant for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// Every kind, for tests that walk them.
            pub const ALL: &'static [ProblemKind] = &[$(Self::$name,)*];

            /// The stable code, for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The section of the standard that the rule comes from.
            pub fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }

            fn words(self, lang: Lang) -> (&'static str, &'static str) {
                match (self, lang) {
                    $((Self::$name, Lang::Id) => ($id, $id_next), (Self::$name, Lang::En) => ($en, $en_next),)*
                }
            }
        }
    };
}

kinds! {
    /// Not JSON, duplicate members, too large or nested too deep.
    Json "json" "RFC 8259"
        { "Berkas ini bukan JSON yang dapat dibaca." / "Minta berkas asli kepada pemegang." }
        { "This is not JSON that can be read." / "Ask the holder for the original file." }
    /// `@context` is missing, out of order, unknown or redefines a protected term.
    Context "context" "VCDM 2.0, 4.3 Contexts"
        { "Konteks kredensial tidak dikenal atau keliru." / "Periksa nilai @context; konteks pertama harus konteks kredensial W3C." }
        { "The credential's context is unknown or wrong." / "Check @context: the first entry has to be the W3C credentials context." }
    /// `type` is missing, no string, or lacks `VerifiableCredential`.
    Type "type" "VCDM 2.0, 4.5 Types"
        { "Jenis kredensial keliru." / "Periksa nilai type; VerifiableCredential harus ada di dalamnya." }
        { "The credential's type is wrong." / "Check type: it has to contain VerifiableCredential." }
    /// An identifier is no URL.
    Id "id" "VCDM 2.0, 4.4 Identifiers"
        { "Pengenal kredensial bukan URL." / "Perbaiki nilai id." }
        { "An identifier is not a URL." / "Correct the id." }
    /// `issuer` is missing or no URL.
    IssuerMember "issuer-member" "VCDM 2.0, 4.7 Issuer"
        { "Penerbit di dalam kredensial tidak terbaca." / "Nilai issuer harus URL atau objek dengan id berupa URL." }
        { "The issuer in the credential cannot be read." / "issuer has to be a URL, or an object whose id is one." }
    /// `credentialSubject` is missing or empty.
    Subject "credential-subject" "VCDM 2.0, 4.8 Credential Subject"
        { "Isi kredensial (credentialSubject) kosong atau keliru." / "Sertakan sekurang-kurangnya satu pernyataan tentang pemegang." }
        { "The credential says nothing about a subject." / "credentialSubject has to be an object with at least one claim." }
    /// A date is not an `xsd:dateTimeStamp`.
    Date "date" "VCDM 2.0, 4.9 Validity Period"
        { "Tanggal di dalam kredensial tidak terbaca." / "Tulis tanggal seperti 2026-08-12T00:00:00+07:00." }
        { "A date in the credential cannot be read." / "Write dates like 2026-08-12T00:00:00+07:00." }
    /// `validUntil` lies before `validFrom`.
    Period "period" "VCDM 2.0, 4.9 Validity Period"
        { "Masa berlaku berakhir sebelum dimulai." / "Perbaiki validFrom atau validUntil." }
        { "The validity period ends before it begins." / "Correct validFrom or validUntil." }
    /// A status, schema, evidence, terms or refresh object without the members it needs.
    Member "member" "VCDM 2.0, 4.10 to 5.6"
        { "Bagian kredensial tidak lengkap." / "Lengkapi type (dan id bila diwajibkan) pada bagian itu." }
        { "A part of the credential is incomplete." / "Give that part its type (and its id where one is required)." }
    /// `name` or `description` is neither a string nor language objects.
    LanguageValue "language-value" "VCDM 2.0, 11.1 Language and Base Direction"
        { "Teks berbahasa ditulis keliru." / "Pakai teks biasa atau objek dengan @value, @language, @direction." }
        { "A language value is malformed." / "Use a string, or objects with @value, @language and @direction only." }
    /// A related resource without id or digest, or with a wrong digest.
    RelatedResource "related-resource" "VCDM 2.0, 5.3 Integrity of Related Resources"
        { "Sumber terkait keliru atau sidiknya tidak cocok." / "Periksa id dan digest sumber terkait." }
        { "A related resource is malformed or its digest does not match." / "Check the resource's id and digest." }
    /// A term or type that no context defines (JSON-LD safe mode).
    Term "term" "JSON-LD 1.1 API, 5.1 Expansion (safe mode)"
        { "Kredensial memuat istilah yang tidak didefinisikan." / "Hapus istilah itu atau tambahkan konteks yang mendefinisikannya." }
        { "The credential uses a term that no context defines." / "Remove the term or add the context that defines it." }
    /// A JSON-LD construct that is not supported, or malformed.
    JsonLd "json-ld" "JSON-LD 1.1"
        { "Susunan JSON-LD tidak didukung." / "Sederhanakan bagian yang disebut." }
        { "A JSON-LD construct is malformed or not supported." / "Simplify the named part." }
    /// Canonicalization would take more work than the limit allows.
    WorkLimit "work-limit" "RDFC-1.0, 7.1 Dataset Poisoning"
        { "Berkas ini terlalu rumit untuk diperiksa." / "Minta berkas asli kepada penerbit." }
        { "This document is too complex to be checked." / "Ask the issuer for the original." }
    /// A number that other implementations would sign differently.
    Number "number" "RFC 8785, 3.2.2.3; JSON-LD 1.1 API, 8.2.2"
        { "Angka tidak dapat ditandatangani secara seragam." / "Tulis angka itu sebagai teks." }
        { "A number that implementations write differently." / "Write the number as a string." }
    /// There is no proof, or a proof lacks a member.
    ProofMember "proof-member" "VC Data Integrity 1.0, 2.1 Proofs"
        { "Bukti tanda tangan tidak ada atau tidak lengkap." / "Minta berkas asli yang ditandatangani." }
        { "The proof is missing or incomplete." / "Ask for the signed original." }
    /// A proof type or cryptosuite that is not supported.
    Cryptosuite "cryptosuite" "VC Data Integrity EdDSA 1.0, 3 Algorithms"
        { "Jenis tanda tangan ini tidak didukung." / "Minta kredensial dengan eddsa-rdfc-2022 atau eddsa-jcs-2022." }
        { "This kind of signature is not supported." / "Ask for one made with eddsa-rdfc-2022 or eddsa-jcs-2022." }
    /// The proof serves another purpose than the one demanded.
    Purpose "proof-purpose" "VC Data Integrity 1.0, 2.3 Proof Purposes"
        { "Tanda tangan dibuat untuk tujuan lain." / "Minta kredensial yang ditandatangani sebagai pernyataan penerbit." }
        { "The signature was made for another purpose." / "Ask for a credential signed for the purpose assertionMethod." }
    /// The proof answers another challenge or was made for another verifier.
    Challenge "challenge" "VC Data Integrity 1.0, 2.1 Proofs (challenge, domain)"
        { "Tanda tangan ini menjawab permintaan lain." / "Minta pemegang menunjukkannya kembali untuk permintaan ini." }
        { "This signature answers another request." / "Ask the holder to present it again for this request." }
    /// The proof's own period is over or lies ahead.
    ProofPeriod "proof-period" "VC Data Integrity 1.0, 2.1 Proofs"
        { "Tanda tangan sudah lewat atau belum masuk masanya." / "Minta kredensial yang ditandatangani kembali." }
        { "The signature's own period is over or has not begun." / "Ask for a credential that is signed anew." }
    /// The signature does not fit the content: one of them was changed.
    Signature "signature" "VC Data Integrity EdDSA 1.0, 3.3.7 Proof Verification"
        { "Isi tidak cocok dengan tanda tangan: salah satunya telah diubah." / "Minta berkas asli kepada pemegang, atau periksa lewat kode verifikasi." }
        { "Content and signature do not match: one of them was changed." / "Ask the holder for the original, or check the verification code." }
    /// A previous proof is missing or does not verify.
    PreviousProof "previous-proof" "VC Data Integrity 1.0, 4.5 Verify Proof Sets and Chains"
        { "Rantai tanda tangan terputus." / "Minta berkas asli dengan semua tanda tangannya." }
        { "The chain of signatures is broken." / "Ask for the original with all its proofs." }
    /// The key is not listed for this purpose by its controller.
    Method "verification-method" "Controlled Identifiers 1.0, 3.3 Retrieve Verification Method"
        { "Kunci penanda tangan tidak diakui oleh penerbit." / "Tanyakan kepada penerbit apakah kunci ini miliknya." }
        { "The issuer does not list the signing key." / "Ask the issuer whether this key is theirs." }
    /// No proof is the issuer's own.
    NotByIssuer "not-by-issuer" "VCDM 2.0, 4.7 Issuer"
        { "Tidak ada tanda tangan milik penerbit yang disebut." / "Minta berkas yang ditandatangani oleh penerbit itu sendiri." }
        { "None of the signatures is the named issuer's." / "Ask for a file that the issuer itself signed." }
    /// The issuer's document could not be obtained or read.
    IssuerDocument "issuer-document" "did:web; Controlled Identifiers 1.0"
        { "Kunci penerbit belum dapat diperoleh." / "Periksa ulang saat daring, atau berikan dokumen penerbit." }
        { "The issuer's keys could not be obtained." / "Check again when online, or give the issuer's document." }
    /// The signature is sound, but nobody vouches for the issuer.
    IssuerUnknown "issuer-unknown" "VCDM 2.0, 4.7 Issuer"
        { "Penerbit berkas ini tidak dikenal." / "Bila Anda mempercayai penerbit ini, sebutkan DID-nya." }
        { "The issuer of this file is unknown." / "If you trust this issuer, name its DID." }
    /// The status list could not be obtained.
    StatusUnobtainable "status-unobtainable" "Bitstring Status List 1.0, 3.2 Validate Algorithm"
        { "Status belum dapat diperiksa." / "Periksa ulang saat daring." }
        { "The status could not be checked." / "Check again when online." }
    /// The status list was obtained and is not acceptable.
    StatusList "status-list" "Bitstring Status List 1.0, 3.2 Validate Algorithm"
        { "Daftar status dari penerbit tidak dapat dipercaya." / "Periksa ulang nanti, atau hubungi penerbit." }
        { "The issuer's status list is not acceptable." / "Check again later, or ask the issuer." }
    /// A kind of status this verifier does not know.
    StatusType "status-type" "VCDM 2.0, 4.10 Status"
        { "Jenis status kredensial ini tidak dikenal." / "Tanyakan statusnya kepada penerbit." }
        { "This kind of credential status is unknown." / "Ask the issuer about the status." }
    /// Revoked by its issuer.
    Revoked "revoked" "Bitstring Status List 1.0, 2.2 (statusPurpose revocation)"
        { "Sertifikat ini telah dicabut oleh penerbit." / "Jangan terima sebagai bukti." }
        { "The issuer has revoked this certificate." / "Do not accept it as evidence." }
    /// Suspended by its issuer, for the time being.
    Suspended "suspended" "Bitstring Status List 1.0, 2.2 (statusPurpose suspension)"
        { "Sertifikat ini ditangguhkan sementara oleh penerbit." / "Jangan gunakan sebagai bukti sampai penerbit memulihkannya." }
        { "The issuer has suspended this certificate." / "Do not use it as evidence until the issuer reinstates it." }
    /// Replaced by a newer one.
    Superseded "superseded" "Bitstring Status List 1.0, 2.2 (statusPurpose refresh)"
        { "Sertifikat ini telah digantikan oleh versi yang lebih baru." / "Minta versi terbaru kepada pemegangnya." }
        { "A newer version has replaced this certificate." / "Ask the holder for the newer version." }
    /// Past its `validUntil`.
    Expired "expired" "VCDM 2.0, 4.9 Validity Period"
        { "Masa berlaku sertifikat ini telah berakhir." / "Minta sertifikat yang masih berlaku." }
        { "This certificate has expired." / "Ask for one that is in force." }
    /// Before its `validFrom`.
    NotYetValid "not-yet-valid" "VCDM 2.0, 4.9 Validity Period"
        { "Sertifikat ini belum mulai berlaku." / "Periksa lagi setelah tanggal mulai berlaku." }
        { "This certificate is not yet in force." / "Check again after its first day." }
    /// It does not follow the schema it names, or the Open Badges rules.
    Schema "schema" "Open Badges 3.0, B.1 Data Models"
        { "Susunan kredensial tidak mengikuti Open Badges 3.0." / "Perbaiki bagian yang disebut." }
        { "The credential does not follow Open Badges 3.0." / "Correct the named part." }
    /// It names a schema that this verifier does not have.
    SchemaUnknown "schema-unknown" "VCDM 2.0, 4.11 Data Schemas"
        { "Skema kredensial ini tidak dapat diperiksa." / "Tanyakan kepada penerbit." }
        { "The credential's schema could not be checked." / "Ask the issuer." }
    /// The page around the credential says something else.
    PageDiffers "page-differs" "Piagam, what the page of a PDF says"
        { "Tulisan di halaman berbeda dari kredensial yang ditandatangani." / "Jangan terima berkas ini; minta berkas asli kepada pemegang." }
        { "What the page says differs from the signed credential." / "Do not accept this file; ask the holder for the original." }
    /// The page around the credential is not one of ours, so there is nothing to compare it with.
    PageForeign "page-foreign" "Piagam, what the page of a PDF says"
        { "Halamannya bukan sertifikat terbitan kami yang dapat dicocokkan; hanya kredensial di dalamnya yang diperiksa." / "Percayai hanya data yang tampil di sini, bukan tulisan di halaman." }
        { "The page is no certificate of ours that can be compared; only the credential inside was checked." / "Rely only on what is shown here, not on the page." }
    /// The page around the credential could not be read.
    PageUnread "page-unread" "Piagam, what the page of a PDF says"
        { "Halamannya tidak dapat dibaca; hanya kredensial di dalamnya yang diperiksa." / "Percayai hanya data yang tampil di sini, atau minta berkas asli kepada pemegang." }
        { "The page could not be read; only the credential inside was checked." / "Rely only on what is shown here, or ask the holder for the original." }
}
