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

/// How many uploads are in memory at once: 8 x 20 MB.
pub(crate) const UPLOADS: usize = 8;

/// How many rounds of needs a credential may ask for: its issuer, its lists, the lists' issuers, its record.
pub(crate) const ROUNDS: usize = 6;

/// How many things a credential may ask for in all.
pub(crate) const NEEDS: usize = 24;

/// How long a typed code or path segment is looked at.
pub(crate) const TYPED_CHARS: usize = 64;

/// How long shutting down waits for requests under way.
pub(crate) const SHUTDOWN_TIME: Duration = Duration::from_secs(20);
