//! Status lists of what `POST /credentials/issue` signed, apart from the certificates' own: another key signs them.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Result;

/// A place in one of these lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiPlace {
    /// The list's number, in its URL.
    pub list: u32,
    /// The index.
    pub index: u32,
}

/// One of these lists, with the entries whose bit is set, all from one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiStatusList {
    /// Its number, in its URL.
    pub number: u32,
    /// The DID that signs it: the issuer of the credentials in it.
    pub issuer: String,
    /// How many entries it has.
    pub size: u32,
    /// Counts the changes of its bits.
    pub version: i64,
    /// The indexes of what is revoked.
    pub revoked: Vec<u32>,
    /// As last published.
    pub document: Option<ApiStatusDocument>,
}

/// A signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiStatusDocument {
    /// The list's number.
    pub list: u32,
    /// The document as signed.
    pub text: String,
    /// The version of the list that it shows.
    pub version: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The part of [`crate::Store`] that keeps these lists, under the same contract.
#[async_trait]
pub trait ApiLists: Send + Sync {
    /// Reserves a random free index in the newest list of this DID, before anything is signed. A list that is
    /// [`crate::STATUS_LIST_FULL_PERCENT`] full is followed by the next. `draw` draws a number below its argument.
    async fn reserve_api_place(&self, issuer: &str, draw: &mut (dyn FnMut(u32) -> u32 + Send)) -> Result<ApiPlace>;

    /// The numbers of all lists of this DID.
    async fn api_lists(&self, issuer: &str) -> Result<Vec<u32>>;

    /// One list.
    async fn api_list(&self, number: u32) -> Result<Option<ApiStatusList>>;

    /// Revokes what has this place, with its event. `false` when nothing has it; revoking again changes nothing.
    async fn revoke_api_place(&self, place: ApiPlace, actor: &str, at: Timestamp) -> Result<bool>;

    /// Keeps a signed list. A document of an older version than the one kept is passed over (`false`).
    async fn put_api_document(&self, document: &ApiStatusDocument) -> Result<bool>;
}
