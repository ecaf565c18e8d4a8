//! Named secrets, sealed. There is no unencrypted mode, not even in development.
//!
//! A value is sealed with the master key and its own name as associated data, so that a sealed
//! value moved under another name does not open. Values leave only as [`SecretString`], which
//! prints as nothing and is wiped when dropped.

mod cipher;
mod keyring;

pub use keyring::{KeyError, MasterKey};

use crate::audit::ChainKey;
use crate::store::secrets::SealedRow;
use crate::store::{Db, StoreError, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// The Dynamics 365 connection.
pub const D365: &str = "d365.credentials";
/// The FedEx connection.
pub const FEDEX: &str = "fedex.credentials";
/// Key of the audit chain.
const AUDIT_KEY: &str = "audit.key";

/// What the vault could not do.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The value does not open: another key sealed it, or it was changed or moved.
    #[error("the sealed value {0} does not open with this master key")]
    DoesNotOpen(String),
    /// The database failed.
    #[error("sealed values could not be read or written")]
    Store(#[source] StoreError),
}

impl From<StoreError> for VaultError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Seals and opens.
#[derive(Clone)]
pub struct Vault {
    db: Db,
    key: MasterKey,
}

/// An opened value with its history.
pub struct Opened {
    /// The value.
    pub value: SecretString,
    /// Sealed when.
    pub updated_ms: i64,
    /// By whom.
    pub updated_by: String,
}

impl Vault {
    /// The vault of a database. Fails when the database was sealed with another key: better at
    /// the start than at the first order.
    pub async fn open(db: Db, key: MasterKey, now_ms: i64) -> Result<(Self, ChainKey), VaultError> {
        let vault = Self { db, key };
        let chain = vault.chain_key(now_ms).await?;
        Ok((vault, chain))
    }

    /// The key of the audit chain, made once.
    async fn chain_key(&self, now_ms: i64) -> Result<ChainKey, VaultError> {
        let broken = || VaultError::DoesNotOpen(AUDIT_KEY.to_owned());
        let fresh = STANDARD.encode(cipher::random_key()).into();
        let key = self.once(AUDIT_KEY, &fresh, now_ms).await?;
        let bytes = STANDARD.decode(key.expose_secret()).map_err(|_| broken())?;
        Ok(ChainKey(bytes.try_into().map_err(|_| broken())?))
    }

    /// The value of a name; `fresh` becomes it if there is none yet.
    pub async fn once(&self, name: &str, fresh: &SecretString, now_ms: i64) -> Result<SecretString, VaultError> {
        if self.db.secret(name).await?.is_none() {
            let row = self.seal(name, fresh, now_ms, "engine");
            let mut tx = self.db.begin().await?;
            // Two nodes may start at once: the first one's value counts.
            tx.put_secret_once(&row).await?;
            tx.commit().await?;
        }
        let opened = self.get(name).await?;
        opened.map(|opened| opened.value).ok_or_else(|| VaultError::DoesNotOpen(name.to_owned()))
    }

    /// Seals a value under a name, in a transaction of the caller.
    pub async fn put(
        &self,
        tx: &mut Tx,
        name: &str,
        value: &SecretString,
        now_ms: i64,
        by: &str,
    ) -> Result<(), VaultError> {
        Ok(tx.put_secret(&self.seal(name, value, now_ms, by)).await?)
    }

    /// Opens a value.
    pub async fn get(&self, name: &str) -> Result<Option<Opened>, VaultError> {
        let Some(row) = self.db.secret(name).await? else { return Ok(None) };
        let does_not_open = || VaultError::DoesNotOpen(name.to_owned());
        if row.key_id != self.key.id() {
            return Err(does_not_open());
        }
        let value = cipher::open(&self.key, name, &row.nonce, &row.sealed).ok_or_else(does_not_open)?;
        Ok(Some(Opened { value, updated_ms: row.updated_ms, updated_by: row.updated_by }))
    }

    fn seal(&self, name: &str, value: &SecretString, now_ms: i64, by: &str) -> SealedRow {
        let (nonce, sealed) = cipher::seal(&self.key, name, value);
        SealedRow {
            name: name.to_owned(),
            key_id: self.key.id(),
            nonce,
            sealed,
            updated_ms: now_ms,
            updated_by: by.to_owned(),
        }
    }
}
