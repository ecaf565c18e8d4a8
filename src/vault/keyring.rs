//! The master key: from the environment, from a file, or made once in the data directory.

use crate::vault::cipher::random_key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The key's file in the data directory.
pub const KEY_FILE: &str = "master.key";

/// The key everything is sealed with.
#[derive(Clone)]
pub struct MasterKey(Arc<SecretBox<[u8; 32]>>);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes in base64.
    #[error("the master key in {0} is not 32 bytes in base64; make one with: openssl rand -base64 32")]
    Malformed(String),
    /// Others can read the file.
    #[error("the master key file {file} can be read by others; run: chmod 600 {file}", file = .0.display())]
    Exposed(PathBuf),
    /// The file cannot be read or written.
    #[error("the master key file {} cannot be used; check that it exists and belongs to this user", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl MasterKey {
    /// A key from its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    /// A key from base64, as in `ML_MASTER_KEY`.
    pub fn from_text(text: &SecretString, place: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed(place.to_owned());
        let bytes = STANDARD.decode(text.expose_secret().trim()).map_err(|_| malformed())?;
        Ok(Self::from_bytes(bytes.try_into().map_err(|_| malformed())?))
    }

    /// A key from a file that only its owner can read.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
        let text: SecretString = std::fs::read_to_string(path).map_err(failed)?.into();
        Self::from_text(&text, &path.display().to_string())
    }

    /// The key of a data directory, made with mode 0600 when there is none.
    pub fn from_directory(directory: &Path) -> Result<Self, KeyError> {
        let path = directory.join(KEY_FILE);
        let mut options = std::fs::OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let failed = |source| KeyError::File { path: path.clone(), source };
                writeln!(file, "{}", STANDARD.encode(random_key())).map_err(failed)?;
                file.sync_all().map_err(failed)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(KeyError::File { path, source }),
        }
        Self::from_file(&path)
    }

    /// Names the key without telling it.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(b"ml-connector key id").chain_update(self.bytes()).finalize();
        hex::encode(&digest[..8])
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_is_made_once_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let first = MasterKey::from_directory(directory.path()).unwrap();
        let second = MasterKey::from_directory(directory.path()).unwrap();
        assert_eq!(first.id(), second.id());
        let path = directory.path().join(KEY_FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(MasterKey::from_directory(directory.path()), Err(KeyError::Exposed(_))));
    }

    #[test]
    fn a_malformed_key_names_its_place_and_not_its_value() {
        let error = MasterKey::from_text(&"hunter2".into(), "ML_MASTER_KEY").err().unwrap().to_string();
        assert!(error.contains("ML_MASTER_KEY") && !error.contains("hunter2"));
    }
}
