//! Takes secrets out of what is recorded: known secret values anywhere, and secret fields by name.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// Longest body kept. A page of orders is cut; a shipment with its answer fits many times.
const KEPT_LIMIT: usize = 64 * 1024;
/// Stands where a secret stood.
const HIDDEN: &str = "***";
/// Field names (lower case) whose values are never kept.
const SECRET_FIELDS: [&str; 10] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "secret_key",
    "child_secret",
    "client_assertion",
    "private_key",
    "password",
    "authorization",
];
/// Field names (lower case) whose values are large and kept elsewhere.
const BULK_FIELDS: [&str; 1] = ["encodedlabel"];

/// Knows the secrets of one connection.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Hides these values wherever they appear.
    pub fn new(secrets: Vec<SecretString>) -> Self {
        // An empty "secret" would hide the gaps between all letters.
        Self { secrets: secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect() }
    }

    /// Also hides this value: a token, which is known only while it lives.
    #[must_use]
    pub fn and(&self, secret: &SecretString) -> Self {
        let mut more = self.clone();
        more.secrets.push(secret.clone());
        more
    }

    /// Text without known secrets.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose_secret(), HIDDEN))
    }

    /// An answer without known secrets, for the caller: what a vendor echoes must not come out of an
    /// error, wherever its words are shown. `None`: there was nothing to take out.
    pub fn scrubbed(&self, body: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(body).ok()?;
        let echoed = self.secrets.iter().any(|secret| text.contains(secret.expose_secret()));
        echoed.then(|| self.text(text).into_bytes())
    }

    /// A body without secrets and bulk, cut to a readable length.
    pub fn body(&self, body: &[u8]) -> String {
        let text = match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                hide_fields(&mut value);
                value.to_string()
            }
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        let text = self.text(&text);
        if text.len() <= KEPT_LIMIT {
            return text;
        }
        let end = text.floor_char_boundary(KEPT_LIMIT);
        format!("{}… [{} bytes in all]", &text[..end], text.len())
    }
}

fn hide_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.to_lowercase();
                if SECRET_FIELDS.contains(&name.as_str()) {
                    *value = Value::from(HIDDEN);
                } else if BULK_FIELDS.contains(&name.as_str()) {
                    let length = value.as_str().map_or(0, str::len);
                    *value = Value::from(format!("[{length} characters, kept as the label]"));
                } else {
                    hide_fields(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_fields),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_by_value_and_by_name() {
        let redactor = Redactor::new(vec!["hunter2hunter2".into(), "".into()]);
        let body =
            br#"{"a":"x hunter2hunter2 y","access_token":"abc","deep":[{"Client_Secret":"s"}],"encodedLabel":"QUJD"}"#;
        let kept = redactor.body(body);
        assert!(!kept.contains("hunter2") && !kept.contains("abc") && !kept.contains("QUJD"), "{kept}");
        assert!(kept.contains("kept as the label"));
        assert_eq!(redactor.text("k=hunter2hunter2"), "k=***");
    }

    #[test]
    fn a_long_body_is_cut_at_a_letter() {
        let kept = Redactor::default().body("ü".repeat(KEPT_LIMIT).as_bytes());
        assert!(kept.len() < KEPT_LIMIT + 64);
    }
}
