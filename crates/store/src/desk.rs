//! Who works at the desk: users, their sessions, and forms that are answered once.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{NewEvent, Result};

/// Names a user row. Events name the actor `user:{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

impl UserId {
    /// As events name this user.
    pub fn actor(self) -> String {
        format!("user:{}", self.0)
    }

    /// The user that an event names, if it names one.
    pub fn of_actor(actor: &str) -> Option<Self> {
        actor.strip_prefix("user:")?.parse().ok().map(Self)
    }
}

/// What somebody may do at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Prepares cohorts.
    Operator,
    /// Approves what others prepared; revokes.
    Approver,
    /// Users, keys, settings.
    Admin,
    /// Reads everything, changes nothing.
    Auditor,
}

/// Somebody who is to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// What is typed to sign in: a mail address, usually. Compared without regard to case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they sign in with.
    pub credentials: Credentials,
}

/// What somebody signs in with; never the password itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The password's Argon2id hash, in the PHC form.
    pub password: String,
    /// It was given out by somebody else and has to be changed at the first sign-in.
    pub must_change: bool,
    /// The secret shared with the authenticator, sealed by the desk with a key that is not in here.
    pub totp_secret: Vec<u8>,
    /// SHA-256 of each recovery code, in hexadecimal.
    pub recovery_codes: Vec<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("must_change", &self.must_change).finish_non_exhaustive()
    }
}

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The row.
    pub id: UserId,
    /// What is typed to sign in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password's Argon2id hash, in the PHC form.
    pub password: String,
    /// The password has to be changed at the next sign-in.
    pub must_change: bool,
    /// The secret shared with the authenticator, sealed by the desk; in clear until [`UserChange::Sealed`] where an
    /// earlier version has kept it.
    pub totp_secret: Vec<u8>,
    /// The last time step whose code was used.
    pub totp_step: u64,
    /// Failed attempts since the last good one.
    pub failures: u32,
    /// Nobody gets in before this moment.
    pub locked_until: Option<Timestamp>,
    /// Out of service since.
    pub disabled_at: Option<Timestamp>,
    /// Made when.
    pub created_at: Timestamp,
    /// Signed in last.
    pub seen_at: Option<Timestamp>,
    /// Recovery codes that are left.
    pub recovery_codes_left: u32,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What is changed about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// Another name.
    Name(String),
    /// Another role. Sessions end.
    Role(Role),
    /// A password of their own choice.
    Password(PasswordHash),
    /// Everything they sign in with is new; also unlocks. Sessions end.
    Reset(Credentials),
    /// The secret shared with the authenticator, which was kept in clear, sealed. Nothing of the clear one is left.
    Sealed(Vec<u8>),
    /// Out of service. Sessions end.
    Disable,
    /// In service again.
    Enable,
}

/// An Argon2id hash in the PHC form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// By what a sign-in, or an act that asks for it, was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A code of the authenticator, of this time step.
    Code {
        /// Steps of 30 seconds since 1970.
        step: u64,
    },
    /// A recovery code, by its hash.
    Recovery {
        /// SHA-256, in hexadecimal.
        hash: String,
    },
}

/// A session as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value, in hexadecimal.
    pub key: String,
    /// Whose it is; nobody's before signing in.
    pub user: Option<UserId>,
    /// What it remembers, as JSON.
    pub data: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What claiming a form came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the first time: do it.
    First,
    /// It was answered, with a redirect to this address.
    Answered(String),
    /// It is being answered, or whoever did was killed.
    UnderWay,
}

/// How long a form that is under way belongs to whoever claimed it; later it may be claimed again.
pub const FORM_CLAIM_SECONDS: i64 = 120;

/// The part of [`crate::Store`] that keeps the desk's users, under the same contract.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Adds a user. A login that exists is [`crate::StoreError::Taken`]. `event`'s object becomes `user:{id}`.
    async fn put_user(&self, user: &NewUser, event: &NewEvent) -> Result<User>;

    /// One user.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The user with this login, in any case.
    async fn user_by_login(&self, login: &str) -> Result<Option<User>>;

    /// All users, by login.
    async fn users(&self) -> Result<Vec<User>>;

    /// Changes a user, with its event.
    ///
    /// # Errors
    /// [`crate::StoreError::UnknownUser`].
    async fn change_user(&self, id: UserId, change: &UserChange, event: &NewEvent) -> Result<User>;

    /// Counts a failed attempt, and locks when `lock_until` says so.
    async fn sign_in_failed(&self, id: UserId, lock_until: Option<Timestamp>, event: &NewEvent) -> Result<()>;

    /// Takes a proof, once: a time step at or before the last one used, or a recovery code that is used up or
    /// unknown, is `false` and changes nothing. `true` also forgets failed attempts.
    async fn take_proof(&self, id: UserId, proof: &Proof, event: &NewEvent) -> Result<bool>;

    /// Keeps a session, new or changed.
    async fn put_session(&self, session: &Session) -> Result<()>;

    /// A session that has not ended.
    async fn session(&self, key: &str, now: Timestamp) -> Result<Option<Session>>;

    /// Ends a session.
    async fn drop_session(&self, key: &str) -> Result<()>;

    /// Forgets sessions that ended before `now`, and forms older than `forms_before`.
    async fn sweep_desk(&self, now: Timestamp, forms_before: Timestamp) -> Result<()>;

    /// Claims a form, before what it asks for is done.
    async fn claim_form(&self, token: &str, user: UserId, now: Timestamp) -> Result<Claim>;

    /// Where the answer is. The form is answered from now on.
    async fn answer_form(&self, token: &str, location: &str) -> Result<()>;

    /// What the form asked for was not done: it may be sent again.
    async fn release_form(&self, token: &str) -> Result<()>;
}
