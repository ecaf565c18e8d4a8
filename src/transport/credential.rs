//! What both vendors' credentials share: the error that never repeats a value, and the checks of
//! text, secrets and addresses.

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use url::{Host, Url};

/// What stands for a secret in text meant for showing; never a secret itself.
pub const HIDDEN: &str = "***";

/// Why credentials are not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence} {next_step}")]
pub struct CredentialError {
    /// The field at fault, dotted; empty when the whole is no JSON object.
    pub field: String,
    /// One sentence.
    pub sentence: String,
    /// The next step.
    pub next_step: String,
}

impl CredentialError {
    /// An error about a field.
    pub fn new(field: &str, sentence: &str, next_step: &str) -> Self {
        let sentence = if field.is_empty() { sentence.to_owned() } else { format!("{field}: {sentence}") };
        Self { field: field.to_owned(), sentence, next_step: next_step.to_owned() }
    }
}

/// Changes when one of the parts changes, and tells nothing of them.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

/// Text that is there, trimmed.
pub fn filled(field: &str, value: &str) -> Result<String, CredentialError> {
    match value.trim() {
        "" => Err(CredentialError::new(field, "It is empty.", "Enter a value.")),
        value => Ok(value.to_owned()),
    }
}

/// A secret that is there and is not the stars it was shown as.
pub fn secret(field: &str, value: &str) -> Result<SecretString, CredentialError> {
    if value.trim() == HIDDEN {
        return Err(CredentialError::new(field, "It holds stars instead of a secret.", "Enter the secret itself."));
    }
    filled(field, value).map(SecretString::from)
}

/// A web address: https, or plain http to this machine itself.
pub fn web_address(field: &str, text: &str, example: &str) -> Result<Url, CredentialError> {
    let wrong = |sentence: &str| CredentialError::new(field, sentence, &format!("Enter an address such as {example}."));
    let mut url = Url::parse(text.trim()).map_err(|_| wrong("It is not an address."))?;
    if url.host().is_none() || !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("It is not a web address."));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(wrong("Without https only this machine itself may be named."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("It holds a user name or a password."));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether an address is this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// serde's words without the value it quotes, and with the field it means.
pub fn unreadable(json: &str, error: &serde_json::Error) -> CredentialError {
    let words = error.to_string();
    let named = |prefix: &str| words.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    if let Some(field) = named("unknown field `") {
        return CredentialError::new(&field, "This key is not known.", "Correct its spelling, or remove it.");
    }
    if let Some(field) = named("missing field `") {
        return CredentialError::new(&field, "It is missing.", "Add it.");
    }
    if error.is_data() {
        let expected = words.split_once(", expected ").map_or("another value", |(_, rest)| rest);
        let expected = expected.split(" at line ").next().unwrap_or(expected);
        let field = key_before(json, error.line(), error.column());
        return CredentialError::new(&field, "The value does not fit.", &format!("It must be {expected}."));
    }
    let sentence = format!("It is not JSON (line {}).", error.line());
    CredentialError::new("", &sentence, "Give the credentials as one JSON object.")
}

/// The last key of an object before a place in the text.
fn key_before(json: &str, line: usize, column: usize) -> String {
    let start: usize = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut end = (start + column).min(json.len());
    while !json.is_char_boundary(end) {
        end -= 1;
    }
    let before = &json[..end];
    let Some(colon) = before.rfind("\":").or_else(|| before.rfind("\" :")) else { return String::new() };
    before[..colon].rsplit('"').next().unwrap_or_default().to_owned()
}
