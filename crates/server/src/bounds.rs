//! Every size and time that a stranger controls, in one place.

use std::time::Duration;

/// The largest upload of a person: a certificate PDF has at most 300 KB, a scan of one some MB.
pub(crate) const UPLOAD_BYTES: usize = 20_000_000;

/// What a multipart form adds around its file.
pub(crate) const FORM_OVERHEAD_BYTES: usize = 64 * 1024;

/// The largest body of a machine: a credential is a few kB, one with an embedded picture some hundred.
pub(crate) const API_BODY_BYTES: usize = 2_000_000;

/// All header lines of a request together (hyper reads a little beyond it before it refuses).
pub(crate) const HEADER_BYTES: usize = 32 * 1024;

/// How many header lines a request may have.
pub(crate) const HEADER_LINES: usize = 64;

/// How long a client may take to send its header.
pub(crate) const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a request may take from its header to our answer, the upload included.
pub(crate) const REQUEST_TIME: Duration = Duration::from_secs(60);

/// How many connections are open at once; more wait in the kernel's queue.
pub(crate) const CONNECTIONS: usize = 2_048;

/// How many requests are worked on at once; more wait.
pub(crate) const REQUESTS: usize = 512;

/// How long a person's upload may take to arrive: 20 MB at 4 Mbit a second, a certificate's 300 KB at 60 kbit.
pub(crate) const UPLOAD_TIME: Duration = Duration::from_secs(40);

/// All uploads in memory together: ten of the largest, a thousand of a certificate's size.
pub(crate) const UPLOADS_BYTES: usize = 200_000_000;

/// How many files a client may upload in a minute, unless `[limits]` says otherwise: an office that checks a whole
/// cohort, by hand.
pub(crate) const UPLOADS_A_MINUTE: u32 = 300;

/// How many credentials, presentations or DIDs a client may have looked at in a minute: fifty a second.
pub(crate) const VERIFICATIONS_A_MINUTE: u32 = 3_000;

/// How many credentials a client may have signed or revoked in a minute. It has a token besides.
pub(crate) const ISSUANCES_A_MINUTE: u32 = 3_000;

/// How many attempts to sign in a client may make in a minute: a whole office in the morning.
pub(crate) const SIGN_INS_A_MINUTE: u32 = 60;

/// The largest form of the desk that has no file in it.
pub(crate) const FORM_BYTES: usize = 512 * 1024;

/// How many rows of sheets that were read are kept in memory, all drafts' together: the largest sheet, or forty of 5,000;
/// half a kilobyte each.
pub(crate) const READ_SHEET_ROWS: usize = issuer::roster::MAX_ROWS;

/// The titles of how many programme files are kept in memory.
pub(crate) const PROGRAMME_TITLES: usize = 1_000;

/// How many clients' allowances are told apart at once: 65,536 x 50 bytes.
pub(crate) const CLIENTS: usize = 65_536;

/// How many rounds of needs a credential may ask for: its issuer, its lists, the lists' issuers, its record.
pub(crate) const ROUNDS: usize = 6;

/// How many things a credential may ask for in all.
pub(crate) const NEEDS: usize = 24;

/// How long a typed code or path segment is looked at.
pub(crate) const TYPED_CHARS: usize = 64;

/// How long shutting down waits for requests under way.
pub(crate) const SHUTDOWN_TIME: Duration = Duration::from_secs(20);

/// How long reaching the mail server may take, its greeting and TLS included.
pub(crate) const MAIL_CONNECT_TIME: Duration = Duration::from_secs(60);

/// How long the mail server may take to answer a command (RFC 5321, 4.5.3.2 asks for five minutes).
pub(crate) const MAIL_COMMAND_TIME: Duration = Duration::from_secs(300);

/// How long the mail server may take to answer a whole message (ten minutes).
pub(crate) const MAIL_MESSAGE_TIME: Duration = Duration::from_secs(600);

/// How much is kept of what a mail server says, in characters.
pub(crate) const MAIL_REASON_CHARS: usize = 200;

/// The longest mail address (RFC 5321, 4.5.3.1.3).
pub(crate) const ADDRESS_CHARS: usize = 254;

/// How many addresses of people who lost their link wait at once to be looked at.
pub(crate) const ASKED_LINKS: u32 = 5_000;

/// To how many certificates one address is sent links at once.
pub(crate) const LINKS_OF_ADDRESS: u32 = 10;

/// How often a client may open links, ask for links or ask for corrections within a minute: an office behind one address.
pub(crate) const LINKS_A_MINUTE: u32 = 60;

/// How often a client may compare a NIP within a minute.
pub(crate) const NIP_CHECKS_A_MINUTE: u32 = 10;

/// How often the NIP of one certificate may be compared within an hour, by everybody together: with the birth date known, a
/// NIP has some 24,000 likely values.
pub(crate) const NIP_CHECKS_AN_HOUR: u32 = 10;
