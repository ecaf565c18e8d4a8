//! The FedEx connection as an operator gives it: keys, account, services, ship-from, label.
//!
//! Parsed once, from the JSON of the contract; who holds [`Credentials`] holds values that FedEx
//! will at least look at. Unknown keys are errors, because a misspelt key is a setting that
//! silently does nothing. An error names the field and never repeats a value.

use crate::order::parcel::{ImageType, Service};
use crate::order::rules::{Label, Rules, ShipFrom, Weights};
pub use crate::transport::credential::CredentialError;
use crate::transport::credential::{HIDDEN, digest, filled, secret, unreadable, web_address};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use url::Url;

/// FedEx: digits of an account number.
const ACCOUNT_DIGITS: usize = 9;
/// FedEx: characters of a webhook's security token.
const TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 26..=100;
/// Tokens that are valid at the same time: the newest, and the one it replaces.
pub const LIVE_TOKENS: usize = 2;
/// FedEx's production host.
const PRODUCTION: &str = "https://apis.fedex.com";
/// FedEx's sandbox host.
const SANDBOX: &str = "https://apis-sandbox.fedex.com";

/// Which FedEx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Real labels, real money.
    Production,
    /// FedEx's virtual answers.
    Sandbox,
    /// Another address: the twin, a gateway.
    Custom,
}

impl Environment {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
            Self::Custom => "custom",
        }
    }
}

/// The FedEx connection.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Which FedEx.
    pub environment: Environment,
    /// Where it is; without a trailing slash's trouble.
    pub base_url: Url,
    /// API key of the project.
    pub api_key: String,
    /// Secret key of the project.
    pub secret_key: SecretString,
    /// Shipping account, digits.
    pub account_number: String,
    /// API key of a separate project for Track.
    pub track_api_key: Option<String>,
    /// Secret key of a separate project for Track.
    pub track_secret_key: Option<SecretString>,
    /// Security tokens of webhooks, the newest first; two while one is being exchanged.
    pub webhook_tokens: Vec<SecretString>,
    /// Delivery mode → service.
    pub services: BTreeMap<String, Service>,
    /// Warehouse, or `default` → address.
    pub ship_from: BTreeMap<String, ShipFrom>,
    /// Label format.
    pub label: Label,
    /// Weight of a parcel whose items have none.
    pub default_weight_lb: Option<Decimal>,
}

/// The contract's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    environment: Environment,
    #[serde(default)]
    base_url: Option<String>,
    api_key: String,
    secret_key: String,
    account_number: String,
    #[serde(default)]
    track_api_key: Option<String>,
    #[serde(default)]
    track_secret_key: Option<String>,
    #[serde(default)]
    webhook_tokens: Option<Vec<String>>,
    #[serde(default)]
    services: Option<BTreeMap<String, Service>>,
    #[serde(default)]
    ship_from: Option<BTreeMap<String, ShipFrom>>,
    #[serde(default)]
    label: Option<WireLabel>,
    // Raw, because a person writes 2.5 and a form writes "2.5".
    #[serde(default)]
    default_weight_lb: Option<Box<RawValue>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLabel {
    #[serde(default)]
    image_type: ImageType,
    #[serde(default)]
    stock: Option<String>,
}

impl Credentials {
    /// Reads the contract's JSON.
    pub fn parse(json: &str) -> Result<Self, CredentialError> {
        let wire: Wire = serde_json::from_str(json).map_err(|error| unreadable(json, &error))?;
        let base_url = base_url(wire.environment, wire.base_url.as_deref())?;
        let (track_api_key, track_secret_key) = track_keys(wire.track_api_key, wire.track_secret_key)?;
        let services = wire.services.unwrap_or_default();
        for (mode, service) in &services {
            filled(&format!("services.{mode}.service"), &service.service)?;
            filled(&format!("services.{mode}.packaging"), &service.packaging)?;
        }
        let default_weight_lb = default_weight(wire.default_weight_lb.as_deref())?;
        let label = wire.label.unwrap_or(WireLabel { image_type: ImageType::default(), stock: None });
        Ok(Self {
            environment: wire.environment,
            base_url,
            api_key: filled("api_key", &wire.api_key)?,
            secret_key: secret("secret_key", &wire.secret_key)?,
            account_number: account_number(&wire.account_number)?,
            track_api_key,
            track_secret_key,
            webhook_tokens: webhook_tokens(&wire.webhook_tokens.unwrap_or_default())?,
            services,
            ship_from: wire.ship_from.unwrap_or_default(),
            label: Label {
                image_type: label.image_type,
                stock: label
                    .stock
                    .filter(|stock| !stock.trim().is_empty())
                    .unwrap_or_else(|| label.image_type.stock_4x6().to_owned()),
            },
            default_weight_lb,
        })
    }

    /// The contract's JSON with its secrets, for sealing.
    pub fn to_json(&self) -> String {
        self.write(|secret| secret.expose_secret().to_owned())
    }

    /// The contract's JSON with `***` for every secret, for showing.
    pub fn to_json_without_secrets(&self) -> String {
        self.write(|_| HIDDEN.to_owned())
    }

    fn write(&self, show: impl Fn(&SecretString) -> String) -> String {
        let wire = Wire {
            environment: self.environment,
            base_url: Some(self.base_url.as_str().trim_end_matches('/').to_owned()),
            api_key: self.api_key.clone(),
            secret_key: show(&self.secret_key),
            account_number: self.account_number.clone(),
            track_api_key: self.track_api_key.clone(),
            track_secret_key: self.track_secret_key.as_ref().map(&show),
            webhook_tokens: Some(self.webhook_tokens.iter().map(&show).collect()),
            services: Some(self.services.clone()),
            ship_from: Some(self.ship_from.clone()),
            label: Some(WireLabel { image_type: self.label.image_type, stock: Some(self.label.stock.clone()) }),
            default_weight_lb: self
                .default_weight_lb
                .map(|weight| serde_json::value::to_raw_value(&weight).expect("a decimal is plain data")),
        };
        serde_json::to_string(&wire).expect("credentials are plain data")
    }

    /// The rules that came with the connection's document.
    pub fn rules(&self) -> Rules {
        Rules {
            services: self.services.clone(),
            ship_from: self.ship_from.clone(),
            label: self.label.clone(),
            weights: Weights { default_parcel_lb: self.default_weight_lb, ..Weights::default() },
            ..Rules::default()
        }
    }

    /// Changes when anything in the connection changes. Tells nothing of its secrets.
    pub fn fingerprint(&self) -> String {
        digest(&[&self.to_json()])
    }

    /// Changes when a token of the ship project would be another one.
    pub(super) fn ship_fingerprint(&self) -> String {
        digest(&[self.base_url.as_str(), &self.api_key, self.secret_key.expose_secret()])
    }

    /// The key pair for Track, when it is a separate one.
    pub(super) fn track_keys(&self) -> Option<(&str, &SecretString)> {
        self.track_api_key.as_deref().zip(self.track_secret_key.as_ref())
    }

    /// Changes when a token of the track project would be another one.
    pub(super) fn track_fingerprint(&self) -> Option<String> {
        let (key, secret) = self.track_keys()?;
        Some(digest(&[self.base_url.as_str(), key, secret.expose_secret()]))
    }

    /// Everything that must not be recorded.
    pub(super) fn secrets(&self) -> Vec<SecretString> {
        let mut secrets = vec![self.secret_key.clone()];
        secrets.extend(self.track_secret_key.clone());
        secrets.extend(self.webhook_tokens.iter().cloned());
        secrets
    }
}

fn default_weight(raw: Option<&RawValue>) -> Result<Option<Decimal>, CredentialError> {
    let text = raw.map_or("", |raw| raw.get().trim_matches('"').trim());
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<Decimal>() {
        Ok(weight) if weight > Decimal::ZERO => Ok(Some(weight)),
        _ => {
            let sentence = "The default weight is not a positive number.";
            Err(CredentialError::new("default_weight_lb", sentence, "Enter pounds, or leave it empty."))
        }
    }
}

fn account_number(value: &str) -> Result<String, CredentialError> {
    let digits = filled("account_number", value)?;
    if digits.len() > ACCOUNT_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let next = "Enter the number as on FedEx's invoice, without spaces.";
        return Err(CredentialError::new("account_number", "It is not a number of at most nine digits.", next));
    }
    Ok(digits)
}

fn track_keys(
    key: Option<String>,
    secret_key: Option<String>,
) -> Result<(Option<String>, Option<SecretString>), CredentialError> {
    let some = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    match (some(key), some(secret_key)) {
        (None, None) => Ok((None, None)),
        (Some(key), Some(value)) => Ok((Some(key.trim().to_owned()), Some(secret("track_secret_key", &value)?))),
        (Some(_), None) => Err(CredentialError::new("track_secret_key", "It is missing beside the track key.", TRACK)),
        (None, Some(_)) => Err(CredentialError::new("track_api_key", "It is missing beside the track secret.", TRACK)),
    }
}

const TRACK: &str = "Enter both keys of the Track project, or neither.";

fn webhook_tokens(tokens: &[String]) -> Result<Vec<SecretString>, CredentialError> {
    if tokens.len() > LIVE_TOKENS {
        let next = "Keep the newest first, and the one it replaces.";
        return Err(CredentialError::new("webhook_tokens", "More than two tokens are given.", next));
    }
    let read = |(index, token): (usize, &String)| webhook_token(&format!("webhook_tokens.{index}"), token);
    tokens.iter().enumerate().map(read).collect()
}

/// Checks a security token by FedEx's rules for it.
pub fn webhook_token(field: &str, token: &str) -> Result<SecretString, CredentialError> {
    let sealed = secret(field, token)?;
    let next = "Enter the security token of the webhook as set on FedEx's portal.";
    let token = token.trim();
    if !TOKEN_LENGTH.contains(&token.chars().count()) {
        return Err(CredentialError::new(field, "FedEx's tokens have 26 to 100 characters.", next));
    }
    let has = |is: fn(char) -> bool| token.chars().any(is);
    if !has(|c| c.is_ascii_uppercase()) || !has(|c| c.is_ascii_lowercase()) || !has(|c| c.is_ascii_digit()) {
        let sentence = "FedEx's tokens have an upper-case letter, a lower-case letter and a digit at least.";
        return Err(CredentialError::new(field, sentence, next));
    }
    Ok(sealed)
}

fn base_url(environment: Environment, given: Option<&str>) -> Result<Url, CredentialError> {
    let text = match (given.map(str::trim).filter(|text| !text.is_empty()), environment) {
        (Some(text), _) => text,
        (None, Environment::Production) => PRODUCTION,
        (None, Environment::Sandbox) => SANDBOX,
        (None, Environment::Custom) => {
            let sentence = "A custom environment needs an address.";
            return Err(CredentialError::new("base_url", sentence, "Enter the address of the gateway or the twin."));
        }
    };
    web_address("base_url", text, PRODUCTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = r#"{"environment":"sandbox","base_url":null,"api_key":"l7key","secret_key":"s3cr3t",
        "account_number":"740561073","webhook_tokens":["Abcdefghijklmnopqrstuvwxyz1"],
        "services":{"FEDEX-GRD":{"service":"FEDEX_GROUND"}},
        "ship_from":{"default":{"company":"C","phone":"9015550100","street":["1 Way"],"city":"Memphis","region":"TN",
        "postal_code":"38118","country":"US"}},
        "label":{"image_type":"ZPLII"},"default_weight_lb":2.50}"#;

    fn fault(from: &str, to: &str) -> CredentialError {
        assert!(GIVEN.contains(from), "{from}");
        Credentials::parse(&GIVEN.replace(from, to)).expect_err("must be refused")
    }

    #[test]
    fn a_good_connection_is_read_and_written_again() {
        let credentials = Credentials::parse(GIVEN).unwrap();
        assert_eq!(credentials.base_url.as_str(), "https://apis-sandbox.fedex.com/");
        assert_eq!(credentials.label.stock, "STOCK_4X6");
        assert_eq!(credentials.default_weight_lb.unwrap().to_string(), "2.50");
        let again = Credentials::parse(&credentials.to_json()).unwrap();
        assert_eq!(again.fingerprint(), credentials.fingerprint());
        let rules = credentials.rules();
        assert_eq!(rules.services["FEDEX-GRD"].packaging, "YOUR_PACKAGING");
        assert_eq!(rules.ship_from["default"].phone, "9015550100");
    }

    #[test]
    fn nothing_secret_is_shown_and_stars_are_not_taken_back() {
        let shown = Credentials::parse(GIVEN).unwrap().to_json_without_secrets();
        assert!(!shown.contains("s3cr3t") && !shown.contains("Abcdefgh"), "{shown}");
        assert_eq!(Credentials::parse(&shown.replace("webhook_tokens", "x")).unwrap_err().field, "x");
        assert_eq!(Credentials::parse(&GIVEN.replace("s3cr3t", "***")).unwrap_err().field, "secret_key");
    }

    #[test]
    fn each_fault_names_its_field_and_no_value() {
        assert_eq!(fault(r#""api_key""#, r#""api-key""#).field, "api-key");
        assert_eq!(fault(r#""api_key":"l7key","#, "").field, "api_key");
        assert_eq!(fault("740561073", "7405610731").field, "account_number");
        assert_eq!(fault("740561073", "74056107X").field, "account_number");
        assert_eq!(fault(r#""base_url":null"#, r#""base_url":"http://fedex.example""#).field, "base_url");
        assert_eq!(fault(r#""sandbox""#, r#""custom""#).field, "base_url");
        assert_eq!(fault(r#""label""#, r#""track_api_key":"k","label""#).field, "track_secret_key");
        assert_eq!(fault("2.50", r#""heavy""#).field, "default_weight_lb");
        assert_eq!(fault(r#""city":"Memphis","#, "").field, "city");
        let typed = fault(r#""s3cr3t""#, r#"["s3cr3t"]"#);
        assert_eq!(typed.field, "secret_key");
        assert!(!typed.to_string().contains("s3cr3t"), "{typed}");
        let wrong = fault(r#""sandbox""#, r#""s4ndb0x""#);
        assert!(wrong.field == "environment" && !wrong.to_string().contains("s4ndb0x"), "{wrong}");
        assert_eq!(Credentials::parse("not json").unwrap_err().field, "");
    }

    #[test]
    fn a_webhook_token_follows_fedexs_rules() {
        let with = |tokens: &str| Credentials::parse(&GIVEN.replace(r#"["Abcdefghijklmnopqrstuvwxyz1"]"#, tokens));
        let two = r#"["Abcdefghijklmnopqrstuvwxyz1","Abcdefghijklmnopqrstuvwxyz2"]"#;
        assert_eq!(with(two).unwrap().webhook_tokens.len(), 2);
        for wrong in [
            "Abcdefghijklmnopqrstuvwx1",
            "abcdefghijklmnopqrstuvwxyz1",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ1",
            "Abcdefghijklmnopqrstuvwxyz",
        ] {
            let refused = with(&format!(r#"["{wrong}"]"#)).unwrap_err();
            assert_eq!(refused.field, "webhook_tokens.0");
            assert!(!refused.to_string().contains(wrong));
        }
        assert_eq!(with(&two.replace(']', r#","Abcdefghijklmnopqrstuvwxyz3"]"#)).unwrap_err().field, "webhook_tokens");
    }

    #[test]
    fn without_https_only_this_machine_may_be_named() {
        for host in ["127.0.0.1:8801", "127.9.9.9", "[::1]:8801", "localhost:1"] {
            let given = GIVEN.replace(r#""base_url":null"#, &format!(r#""base_url":"http://{host}/""#));
            assert!(Credentials::parse(&given).is_ok(), "{host}");
        }
        for host in ["localhost.evil.com", "128.0.0.1", "user:pw@127.0.0.1"] {
            let given = GIVEN.replace(r#""base_url":null"#, &format!(r#""base_url":"http://{host}/""#));
            assert!(Credentials::parse(&given).is_err(), "{host}");
        }
    }
}
