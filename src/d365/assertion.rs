//! Signing in with a certificate: a short statement signed with its key, in place of a secret.
//!
//! The key never leaves; what leaves is good for a few minutes and for one address. Entra finds the
//! certificate by its thumbprint. Faults name the field, because both are pasted by hand.

use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::credential::{CredentialError, secret};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest, Sha256};
use x509_cert::der::Decode;

/// How long a statement is good. Microsoft asks for five to ten minutes.
const LIFE_S: i64 = 8 * 60;
/// What Entra still takes of both signatures; the older one is being retired.
const ALGORITHM: Algorithm = Algorithm::PS256;
/// Shortest line of a key that is looked for.
const LEAST_LINE: usize = 32;
/// Name of an RSA key inside a certificate.
const RSA: &str = "1.2.840.113549.1.1.1";
/// What is signed once, to see that key and certificate belong together.
const TRIAL: &[u8] = b"does the key fit the certificate";

/// A certificate with its private key.
#[derive(Clone, Debug)]
pub struct Certificate {
    pem: String,
    key: SecretString,
    thumbprint: String,
    expires_ms: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: &'a str,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl Certificate {
    /// Reads both as pasted, and proves that they belong together.
    pub fn parse(certificate: &str, private_key: &str) -> Result<Self, CredentialError> {
        let (pem, private_key) = (lines(certificate), lines(private_key));
        let at = |sentence: &str, next: &str| CredentialError::new("certificate", sentence, next);
        let no_pem = "Paste it whole, from -----BEGIN CERTIFICATE----- on.";
        let der = block(&pem, "CERTIFICATE").ok_or_else(|| at("It is not in PEM form.", no_pem))?;
        let parsed = x509_cert::Certificate::from_der(&der).map_err(|_| at("It is not a certificate.", no_pem))?;
        let tbs = parsed.tbs_certificate();
        let public = tbs.subject_public_key_info();
        if public.algorithm.oid.to_string() != RSA {
            return Err(at("Its key is not an RSA key.", "Make a certificate with an RSA key of 2048 bits or more."));
        }
        let key = secret("private_key", &private_key)?;
        let at = |sentence: &str, next: &str| CredentialError::new("private_key", sentence, next);
        let fit = fits(&key, public.subject_public_key.raw_bytes()).map_err(|fault| match fault {
            KeyFault::NotPem => at("It is not in PEM form.", "Paste it whole, from -----BEGIN PRIVATE KEY----- on."),
            KeyFault::Encrypted => at(
                "It is protected by a password.",
                "Take the password off (openssl pkey -in key.pem -out plain.pem), and paste the result; it is sealed here.",
            ),
            KeyFault::NotRsa => at("It is not an RSA private key.", "Paste the RSA key that the certificate was made with."),
        })?;
        if !fit {
            return Err(at("It does not fit the certificate.", "Paste the key that the certificate was made with."));
        }
        let expires = tbs.validity().not_after.to_unix_duration();
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&der)),
            expires_ms: i64::try_from(expires.as_millis()).unwrap_or(i64::MAX),
            pem,
            key,
        })
    }

    /// The certificate as pasted; it is no secret.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The private key.
    pub fn key(&self) -> &SecretString {
        &self.key
    }

    /// SHA-256 of the certificate, in base64 for addresses.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Its end.
    pub fn expires_ms(&self) -> i64 {
        self.expires_ms
    }

    /// The lines of the key, each of which must not be seen anywhere. A short last one tells nothing,
    /// and would be found in harmless text.
    pub fn secret_lines(&self) -> Vec<SecretString> {
        let lines = self.key.expose_secret().lines().map(str::trim);
        let lines = lines.filter(|line| !line.starts_with("-----") && line.len() >= LEAST_LINE);
        lines.map(|line| line.to_owned().into()).collect()
    }

    /// The statement for one request. `id` must never have been used before.
    pub fn assertion(&self, client: &str, audience: &str, id: &str, now_ms: i64) -> Result<SecretString, Failure> {
        let from = now_ms.div_euclid(1_000);
        let header = Header { x5t_s256: Some(self.thumbprint.clone()), ..Header::new(ALGORITHM) };
        let claims =
            Claims { aud: audience, iss: client, sub: client, jti: id, nbf: from, iat: from, exp: from + LIFE_S };
        let signed = EncodingKey::from_rsa_pem(self.key.expose_secret().as_bytes())
            .and_then(|key| jsonwebtoken::encode(&header, &claims, &key));
        // The library's words are not quoted: they may be about the key.
        signed.map(SecretString::from).map_err(|_| {
            Failure::NotAllowed(Cause::new("auth.certificate-rejected").detail("the private key cannot sign"))
        })
    }
}

/// Why a private key cannot be used.
enum KeyFault {
    NotPem,
    Encrypted,
    NotRsa,
}

/// Whether the public key proves what the private key signs.
fn fits(key: &SecretString, public: &[u8]) -> Result<bool, KeyFault> {
    let pem = key.expose_secret();
    if !pem.contains("-----BEGIN ") {
        return Err(KeyFault::NotPem);
    }
    if pem.contains("ENCRYPTED") {
        return Err(KeyFault::Encrypted);
    }
    let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyFault::NotRsa)?;
    let signature = crypto::sign(TRIAL, &private, ALGORITHM).map_err(|_| KeyFault::NotRsa)?;
    Ok(crypto::verify(&signature, TRIAL, &DecodingKey::from_rsa_der(public), ALGORITHM).unwrap_or(false))
}

/// One line end for all; a key that came through a settings file has them written out.
fn lines(text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n");
    if text.contains('\n') { text } else { text.replace("\\n", "\n") }
}

/// The first block of this kind, whatever the length of its lines.
fn block(pem: &str, kind: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {kind}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {kind}-----"))?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::Validation;
    use rcgen::{CertificateParams, KeyPair};
    use rsa::pkcs8::{EncodePrivateKey, LineEnding};
    use serde_json::Value;
    use std::sync::LazyLock;

    /// Two RSA keys with a certificate each; made once, because making them is slow.
    static PAIRS: LazyLock<[(String, String); 2]> = LazyLock::new(|| [pair(), pair()]);

    fn pair() -> (String, String) {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).unwrap();
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
        let mut params = CertificateParams::new(vec!["connector.example".into()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2_030, 1, 31);
        let signer = KeyPair::from_pem(&pem).unwrap();
        (params.self_signed(&signer).unwrap().pem(), pem)
    }

    #[test]
    fn a_statement_says_who_to_whom_and_for_how_long() {
        let (certificate, key) = &PAIRS[0];
        let wrapped = format!("Bag Attributes\r\n{}", certificate.replace('\n', "\r\n"));
        let parsed = Certificate::parse(&wrapped, key).unwrap();
        assert_eq!(crate::clock::date(parsed.expires_ms()), "2030-01-31");
        let signed = parsed.assertion("client", "https://login/t/token", "id-1", 1_700_000_000_999).unwrap();
        let header = jsonwebtoken::decode_header(signed.expose_secret()).unwrap();
        assert_eq!((header.alg, header.x5t_s256.as_deref()), (ALGORITHM, Some(parsed.thumbprint())));
        let der = block(certificate, "CERTIFICATE").unwrap();
        let cert = x509_cert::Certificate::from_der(&der).unwrap();
        let public = cert.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes().to_vec();
        let mut validation = Validation::new(ALGORITHM);
        validation.validate_exp = false;
        validation.set_audience(&["https://login/t/token"]);
        let claims: Value =
            jsonwebtoken::decode(signed.expose_secret(), &DecodingKey::from_rsa_der(&public), &validation)
                .unwrap()
                .claims;
        assert_eq!(
            (&claims["iss"], &claims["sub"], &claims["jti"]),
            (&"client".into(), &"client".into(), &"id-1".into())
        );
        let (from, until) = (claims["nbf"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert_eq!(from, 1_700_000_000);
        assert!((300..=600).contains(&(until - from)));
    }

    #[test]
    fn each_fault_names_its_field_and_nothing_of_the_key() {
        let ((certificate, key), (_, other)) = (&PAIRS[0], &PAIRS[1]);
        let elliptic = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["connector.example".into()]).unwrap();
        let elliptic_certificate = params.self_signed(&elliptic).unwrap().pem();
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        for (certificate, key, field, words) in [
            ("hunter2", key.as_str(), "certificate", "not in PEM form"),
            ("-----BEGIN CERTIFICATE-----\naGk=\n-----END CERTIFICATE-----", key, "certificate", "not a certificate"),
            (&elliptic_certificate, key, "certificate", "not an RSA key"),
            (certificate, "hunter2", "private_key", "not in PEM form"),
            (certificate, &elliptic.serialize_pem(), "private_key", "not an RSA private key"),
            (certificate, &encrypted, "private_key", "password"),
            (certificate, other, "private_key", "does not fit"),
            (certificate, "***", "private_key", "stars"),
        ] {
            let fault = Certificate::parse(certificate, key).expect_err(words);
            assert_eq!(fault.field, field, "{fault}");
            assert!(fault.sentence.contains(words) && !fault.to_string().contains("hunter2"), "{fault}");
        }
        let shown = format!("{:?}", Certificate::parse(certificate, key).unwrap());
        assert!(key.lines().filter(|line| line.len() > 30).all(|line| !shown.contains(line)));
    }
}
