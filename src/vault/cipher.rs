//! XChaCha20-Poly1305 with the secret's name as associated data. Its 24-byte nonces may be random.

use crate::vault::MasterKey;
use chacha20poly1305::aead::rand_core::RngCore;
use chacha20poly1305::aead::{Aead, OsRng, Payload};
use chacha20poly1305::{AeadCore, KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};

/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;

/// Seals a value: nonce and noise.
pub fn seal(key: &MasterKey, name: &str, value: &SecretString) -> (Vec<u8>, Vec<u8>) {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: value.expose_secret().as_bytes(), aad: name.as_bytes() };
    let sealed = cipher(key).encrypt(&nonce, payload).expect("a value fits into memory, so it can be sealed");
    (nonce.to_vec(), sealed)
}

/// Opens a value; `None` when key, name or bytes are not the ones it was sealed with.
pub fn open(key: &MasterKey, name: &str, nonce: &[u8], sealed: &[u8]) -> Option<SecretString> {
    if nonce.len() != NONCE_BYTES {
        return None;
    }
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    let bytes = cipher(key).decrypt(XNonce::from_slice(nonce), payload).ok()?;
    String::from_utf8(bytes).ok().map(SecretString::from)
}

/// Thirty-two bytes from the system's generator.
pub fn random_key() -> [u8; 32] {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

fn cipher(key: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_with_its_key_its_name_and_its_bytes() {
        let key = MasterKey::from_bytes([1; 32]);
        let (nonce, mut sealed) = seal(&key, "fedex.credentials", &"s3cret".into());
        assert!(!sealed.windows(6).any(|window| window == b"s3cret"));
        let opened = open(&key, "fedex.credentials", &nonce, &sealed).expect("opens");
        assert_eq!(opened.expose_secret(), "s3cret");
        assert!(open(&key, "d365.credentials", &nonce, &sealed).is_none());
        assert!(open(&MasterKey::from_bytes([2; 32]), "fedex.credentials", &nonce, &sealed).is_none());
        sealed[0] ^= 1;
        assert!(open(&key, "fedex.credentials", &nonce, &sealed).is_none());
        assert!(open(&key, "fedex.credentials", b"short", &sealed).is_none());
    }
}
