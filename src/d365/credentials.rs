//! The Dynamics 365 connection as an operator gives it: sign-in, environment, orders, write-back.
//!
//! Parsed once, from the JSON of the contract. Unknown keys are errors, because a misspelt key is
//! a setting that silently does nothing. Names that go into addresses are checked here, so that
//! no setting can bend a request. An error names the field and never repeats a value.

use crate::clock;
use crate::d365::assertion::Certificate;
use crate::d365::business_event::Listed;
use crate::d365::expiry::Expiry;
use crate::d365::pace::Limits;
use crate::d365::targets::{Target, WireTarget, name};
pub use crate::transport::credential::CredentialError;
use crate::transport::credential::{HIDDEN, digest, filled, secret, unreadable, web_address};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

/// Microsoft's public cloud.
const PUBLIC_CLOUD: &str = "https://login.microsoftonline.com";
/// What an environment's address looks like.
const EXAMPLE: &str = "https://contoso.operations.dynamics.com";
/// Present in every tenant seen.
const USUAL_ORDERS: &str = "SalesOrderHeadersV2";
/// Orders in one request, unless set otherwise. 200 orders with lines are about a megabyte and
/// answered in a second or two.
const USUAL_PAGE: usize = 200;
/// Most orders in one request: more is tens of megabytes in memory at once. The server's own limit
/// is 10,000.
const LARGEST_PAGE: usize = 1_000;
/// Which token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenVersion {
    /// With `resource`; answers numbers as text.
    V1,
    /// With `scope`.
    #[default]
    V2,
}

/// Which orders are ours to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Orders {
    /// Entity set of the headers.
    pub entity_set: String,
    /// Processing statuses that mean "ready to ship".
    pub processing_statuses: Vec<String>,
    /// Delivery modes; empty: those that have a service.
    pub delivery_modes: Vec<String>,
    /// Orders in one request.
    pub page_size: usize,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            entity_set: USUAL_ORDERS.to_owned(),
            processing_statuses: vec!["Confirmed".to_owned()],
            delivery_modes: Vec::new(),
            page_size: USUAL_PAGE,
        }
    }
}

/// What signs us in at Microsoft Entra.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// A secret, and the day it ends when somebody entered it.
    Secret(SecretString, Option<i64>),
    /// A certificate with its key.
    Certificate(Box<Certificate>),
}

/// The Dynamics 365 connection.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// What people call it.
    pub name: Option<String>,
    /// Microsoft Entra.
    pub authority: Url,
    /// Tenant.
    pub tenant_id: String,
    /// The environment.
    pub base_url: Url,
    /// Scope, when it is not the environment's own.
    pub scope: Option<String>,
    /// Application.
    pub client_id: String,
    /// Its secret or certificate.
    pub sign_in: SignIn,
    /// Legal entities, lower case.
    pub legal_entities: Vec<String>,
    /// Which token endpoint.
    pub token_version: TokenVersion,
    /// Which orders.
    pub orders: Orders,
    /// Where to write.
    pub write_back: Vec<Target>,
    /// How fast the environment is asked.
    pub limits: Limits,
    /// Business events that are hints.
    pub events: Vec<Listed>,
}

/// The contract's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    authority: Option<String>,
    tenant_id: String,
    base_url: String,
    #[serde(default)]
    scope: Option<String>,
    client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
    legal_entities: Vec<String>,
    #[serde(default)]
    token_version: Option<TokenVersion>,
    #[serde(default)]
    orders: Option<Orders>,
    #[serde(default)]
    write_back: Option<Vec<WireTarget>>,
    #[serde(default)]
    limits: Option<Limits>,
    #[serde(default)]
    events: Option<Vec<Listed>>,
}

impl Credentials {
    /// Reads the contract's JSON.
    pub fn parse(json: &str) -> Result<Self, CredentialError> {
        let wire: Wire = serde_json::from_str(json).map_err(|error| unreadable(json, &error))?;
        let sign_in = sign_in(&wire)?;
        let authority = wire.authority.filter(|text| !text.trim().is_empty());
        let authority = web_address("authority", authority.as_deref().unwrap_or(PUBLIC_CLOUD), PUBLIC_CLOUD)?;
        let legal_entities = legal_entities(&wire.legal_entities)?;
        let write_back = match wire.write_back {
            None => vec![Target::usual()],
            Some(targets) => targets
                .into_iter()
                .enumerate()
                .map(|(index, target)| Target::parse(&format!("write_back.{index}"), target, &legal_entities))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            name: wire.name.filter(|name| !name.trim().is_empty()),
            authority,
            tenant_id: filled("tenant_id", &wire.tenant_id)?,
            base_url: environment(&wire.base_url)?,
            scope: wire.scope.map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()),
            client_id: filled("client_id", &wire.client_id)?,
            sign_in,
            legal_entities,
            token_version: wire.token_version.unwrap_or_default(),
            orders: orders(wire.orders.unwrap_or_default())?,
            write_back,
            limits: wire.limits.unwrap_or_default().checked()?,
            events: Listed::checked(wire.events.unwrap_or_default())?,
        })
    }

    /// The contract's JSON with its secret, for sealing.
    pub fn to_json(&self) -> String {
        self.write(ExposeSecret::expose_secret)
    }

    /// The contract's JSON with `***` for the secret, for showing.
    pub fn to_json_without_secrets(&self) -> String {
        self.write(|_| HIDDEN)
    }

    fn write(&self, shown: impl Fn(&SecretString) -> &str) -> String {
        let (secret, expires, certificate) = match &self.sign_in {
            SignIn::Secret(secret, expires) => (Some(shown(secret).to_owned()), *expires, None),
            SignIn::Certificate(certificate) => (None, None, Some(certificate)),
        };
        let wire = Wire {
            name: self.name.clone(),
            authority: Some(self.authority.as_str().trim_end_matches('/').to_owned()),
            tenant_id: self.tenant_id.clone(),
            base_url: self.base_url.as_str().trim_end_matches('/').to_owned(),
            scope: self.scope.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret,
            secret_expires: expires.map(clock::date),
            certificate: certificate.map(|certificate| certificate.pem().to_owned()),
            private_key: certificate.map(|certificate| shown(certificate.key()).to_owned()),
            legal_entities: self.legal_entities.clone(),
            token_version: Some(self.token_version),
            orders: Some(self.orders.clone()),
            write_back: Some(self.write_back.iter().map(Target::wire).collect()),
            limits: Some(self.limits),
            events: Some(self.events.clone()),
        };
        serde_json::to_string(&wire).expect("credentials are plain data")
    }

    /// Changes when anything in the connection changes. Tells nothing of its secret.
    pub fn fingerprint(&self) -> String {
        digest(&[&self.to_json()])
    }

    /// Changes when a token would be another one.
    pub(super) fn token_fingerprint(&self) -> String {
        let version = if self.token_version == TokenVersion::V1 { "v1" } else { "v2" };
        let key = match &self.sign_in {
            SignIn::Secret(secret, _) => secret.expose_secret(),
            SignIn::Certificate(certificate) => certificate.thumbprint(),
        };
        digest(&[self.authority.as_str(), &self.tenant_id, &self.scope_in_force(), &self.client_id, key, version])
    }

    /// When what signs us in ends, as far as that is known.
    pub fn expiry(&self) -> Option<Expiry> {
        match &self.sign_in {
            SignIn::Secret(_, expires) => expires.map(Expiry::of_secret),
            SignIn::Certificate(certificate) => Some(Expiry::of_certificate(certificate.expires_ms())),
        }
    }

    /// Host of the environment, lower case: part of every order's key.
    pub fn host(&self) -> &str {
        self.base_url.host_str().unwrap_or_default()
    }

    /// The scope to ask for: the environment's own unless another is set.
    pub(super) fn scope_in_force(&self) -> String {
        let own = || format!("{}/.default", self.base_url.origin().ascii_serialization());
        self.scope.clone().unwrap_or_else(own)
    }
}

/// A secret, or a certificate with its key; not both, because nobody could tell which one counts.
fn sign_in(wire: &Wire) -> Result<SignIn, CredentialError> {
    let given = |value: &Option<String>| value.clone().filter(|text| !text.trim().is_empty());
    let expires = given(&wire.secret_expires);
    match (given(&wire.client_secret), given(&wire.certificate), given(&wire.private_key)) {
        (Some(client_secret), None, None) => {
            let wrong = || CredentialError::new("secret_expires", "It is not a day.", "Write it like 2027-01-31.");
            let expires = expires.map(|day| clock::day_ms(&day).ok_or_else(wrong)).transpose()?;
            Ok(SignIn::Secret(secret("client_secret", &client_secret)?, expires))
        }
        (None, Some(certificate), Some(private_key)) => {
            if expires.is_some() {
                let next = "Remove it; the certificate says itself when it ends.";
                return Err(CredentialError::new("secret_expires", "There is no secret.", next));
            }
            Ok(SignIn::Certificate(Box::new(Certificate::parse(&certificate, &private_key)?)))
        }
        (None, None, None) => {
            let next = "Enter the client secret, or a certificate with its private key.";
            Err(CredentialError::new("client_secret", "It is missing.", next))
        }
        (None, Some(_), None) => {
            Err(CredentialError::new("private_key", "It is missing.", "Enter the key of the certificate."))
        }
        (None, None, Some(_)) => {
            Err(CredentialError::new("certificate", "It is missing.", "Enter the certificate of the private key."))
        }
        (Some(_), ..) => {
            let next = "Enter one of them and remove the other.";
            Err(CredentialError::new("client_secret", "There is a secret and a certificate.", next))
        }
    }
}

fn legal_entities(given: &[String]) -> Result<Vec<String>, CredentialError> {
    let mut companies: Vec<String> = Vec::new();
    for company in given {
        let company = company.trim().to_lowercase();
        if !company.is_empty() && !companies.contains(&company) {
            companies.push(company);
        }
    }
    if companies.is_empty() {
        let next = "Enter the companies whose orders are shipped, such as usmf.";
        return Err(CredentialError::new("legal_entities", "It names no legal entity.", next));
    }
    Ok(companies)
}

fn orders(orders: Orders) -> Result<Orders, CredentialError> {
    name("orders.entity_set", &orders.entity_set)?;
    if !(1..=LARGEST_PAGE).contains(&orders.page_size) {
        let next = format!("Enter a number from 1 to {LARGEST_PAGE}; {USUAL_PAGE} suits most environments.");
        return Err(CredentialError::new("orders.page_size", "It is not a size of pages.", &next));
    }
    if orders.processing_statuses.is_empty() {
        let next = "Enter at least one, usually Confirmed.";
        return Err(CredentialError::new("orders.processing_statuses", "It names no status.", next));
    }
    for status in &orders.processing_statuses {
        name("orders.processing_statuses", status)?;
    }
    let delivery_modes = orders.delivery_modes.into_iter().filter(|mode| !mode.trim().is_empty()).collect();
    Ok(Orders { delivery_modes, ..orders })
}

/// The environment without what a browser's address bar adds: path, query, fragment. The trial
/// form keeps its path, because its data lies under it.
fn environment(text: &str) -> Result<Url, CredentialError> {
    let mut url = web_address("base_url", text, EXAMPLE)?;
    let namespaced = url.path().strip_prefix("/namespaces/").and_then(|rest| rest.split('/').next());
    let path = namespaced.filter(|id| !id.is_empty()).map_or_else(String::new, |id| format!("/namespaces/{id}"));
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::d365::targets::{Condition, Kind, ORDER_KEY, TRACKING_SET};

    const GIVEN: &str = r#"{"name":"UAT","tenant_id":"t","base_url":"https://Contoso.operations.dynamics.com/namespaces/ab/data",
        "client_id":"c","client_secret":"s3cr3t","legal_entities":["USMF","usmf"," dat "],
        "write_back":[{"kind":"patch","entity_set":"SalesOrderHeadersV2","fields":{"status":{"property":"FdxStatus","max_length":20}}}]}"#;

    fn fault(from: &str, to: &str) -> CredentialError {
        assert!(GIVEN.contains(from), "{from}");
        Credentials::parse(&GIVEN.replace(from, to)).expect_err("must be refused")
    }

    #[test]
    fn a_good_connection_is_read_and_written_again() {
        let credentials = Credentials::parse(GIVEN).unwrap();
        assert_eq!(credentials.host(), "contoso.operations.dynamics.com");
        assert_eq!(credentials.base_url.path(), "/namespaces/ab");
        assert_eq!(credentials.legal_entities, ["usmf", "dat"]);
        let target = &credentials.write_back[0];
        assert_eq!((target.condition, target.key.as_str()), (Condition::Always, ORDER_KEY));
        let again = Credentials::parse(&credentials.to_json()).unwrap();
        assert_eq!(again.fingerprint(), credentials.fingerprint());
        assert!(!credentials.to_json_without_secrets().contains("s3cr3t"));
        let dated = GIVEN.replace(r#""s3cr3t""#, r#""s3cr3t","secret_expires":"2027-01-31""#);
        let expiry = Credentials::parse(&Credentials::parse(&dated).unwrap().to_json()).unwrap().expiry();
        assert_eq!(expiry.unwrap().day(), "2027-01-31");
    }

    #[test]
    fn without_write_back_the_packing_slip_takes_the_number() {
        let given = GIVEN.split_once(',').unwrap().0;
        let json = format!(
            r#"{given},"tenant_id":"t","base_url":"https://a.b","client_id":"c","client_secret":"s","legal_entities":["usmf"]}}"#
        );
        let credentials = Credentials::parse(&json).unwrap();
        let target = &credentials.write_back[0];
        assert_eq!(
            (target.kind, target.condition, target.entity_set.as_str()),
            (Kind::Post, Condition::PackingSlip, TRACKING_SET)
        );
        assert_eq!(credentials.orders, Orders::default());
    }

    #[test]
    fn each_fault_names_its_field_and_no_value() {
        assert_eq!(fault(r#""tenant_id""#, r#""tenant""#).field, "tenant");
        assert_eq!(fault(r#"["USMF","usmf"," dat "]"#, "[]").field, "legal_entities");
        assert_eq!(fault("https://Contoso", "http://contoso").field, "base_url");
        assert_eq!(fault("FdxStatus", "Fdx,Status").field, "write_back.0.fields.status.property");
        assert_eq!(fault(r#""status":"#, r#""weight":"#).field, "write_back.0.fields.weight");
        assert_eq!(fault(r#""kind":"patch""#, r#""kind":"post""#).field, "write_back.0.entity_set");
        assert_eq!(fault("SalesOrderHeadersV2", "../x").field, "write_back.0.entity_set");
        assert_eq!(fault(r#""name":"UAT""#, r#""orders":{"entity_set":"Sales,V4"}"#).field, "orders.entity_set");
        for size in ["0", "1001"] {
            let orders = format!(r#""orders":{{"page_size":{size}}}"#);
            assert_eq!(fault(r#""name":"UAT""#, &orders).field, "orders.page_size");
        }
        assert_eq!(fault(r#""s3cr3t""#, r#""***""#).field, "client_secret");
        assert_eq!(fault(r#""client_secret":"s3cr3t""#, r#""private_key":"s3cr3t""#).field, "certificate");
        assert_eq!(fault(r#""client_secret":"s3cr3t""#, r#""certificate":"s3cr3t""#).field, "private_key");
        assert_eq!(fault(r#""s3cr3t""#, r#""s3cr3t","certificate":"c""#).field, "client_secret");
        assert_eq!(fault(r#""s3cr3t""#, r#""s3cr3t","secret_expires":"soon""#).field, "secret_expires");
        assert_eq!(fault(r#""client_secret":"s3cr3t","#, "").field, "client_secret");
        assert_eq!(fault(r#""name":"UAT""#, r#""limits":{"writes":0}"#).field, "limits.writes");
        let typed = fault(r#""s3cr3t""#, r#"{"v":"s3cr3t"}"#);
        assert!(typed.field == "client_secret" && !typed.to_string().contains("s3cr3t"), "{typed:?}");
    }
}
