//! What is pasted about FedEx: a project's page of the developer portal as text, contract JSON,
//! settings, a token request.

use super::{Named, Names, Understood, addresses, named, squeezed};
use crate::transport::credential::is_loopback;
use serde_json::{Map, Value};

const NAMES: &Names = &[
    ("apikey", "api_key"),
    ("key", "api_key"),
    ("clientid", "api_key"),
    ("customerkey", "api_key"),
    ("secretkey", "secret_key"),
    ("secret", "secret_key"),
    ("clientsecret", "secret_key"),
    ("apisecret", "secret_key"),
    ("apisecretkey", "secret_key"),
    ("account", "account_number"),
    ("accountnumber", "account_number"),
    ("accountno", "account_number"),
    ("shippingaccount", "account_number"),
    ("shippingaccountnumber", "account_number"),
    ("environment", "environment"),
    ("env", "environment"),
    ("trackapikey", "track_api_key"),
    ("tracksecretkey", "track_secret_key"),
    // Known, and of no use: their values are not somebody else's.
    ("projectname", ""),
    ("project", ""),
    ("projectdescription", ""),
    ("organization", ""),
    ("organizationname", ""),
    ("apis", ""),
    ("granttype", ""),
    ("created", ""),
    ("createddate", ""),
    ("status", ""),
    ("url", ""),
    ("baseurl", ""),
];

/// Keys that only our own document has.
const OWN_KEYS: [&str; 5] = ["ship_from", "services", "label", "webhook_tokens", "default_weight_lb"];
const SANDBOX: &str = "apis-sandbox.fedex.com";
const PRODUCTION: &str = "apis.fedex.com";
/// Digits of an account.
const ACCOUNT_DIGITS: usize = 9;
/// Characters of an API key from the portal, which begins with `l7`.
const KEY_LEAST: usize = 30;
/// Characters of a secret key from the portal: hexadecimal digits.
const SECRET_CHARACTERS: usize = 32;

/// Reads what was pasted.
pub fn read(text: &str) -> Understood {
    if let Some(document) = own_document(text) {
        return Understood { document, remarks: Vec::new() };
    }
    let mut understood = Understood::default();
    let found = sections(text);
    let has = |side: Side| found.iter().any(|(of, named)| *of == Some(side) && named.field == "api_key");
    let side = match (has(Side::Test), has(Side::Production)) {
        (true, both) => {
            if both {
                let remark = "There are production keys too; these are the test keys, which cost nothing.";
                understood.remarks.push(remark.to_owned());
            }
            Some(Side::Test)
        }
        (false, true) => Some(Side::Production),
        (false, false) => None,
    };
    for (of, named) in &found {
        let fits = of.is_none() || side.is_none() || *of == side;
        if fits && !understood.has(named.field) {
            put(&mut understood, named);
        }
    }
    by_form(&mut understood, text);
    environment(&mut understood, text, side);
    understood
}

/// Our own JSON, as the twin or the Connections page shows it.
fn own_document(text: &str) -> Option<Map<String, Value>> {
    let Value::Object(fields) = serde_json::from_str(text.trim()).ok()? else { return None };
    OWN_KEYS.iter().any(|key| fields.contains_key(*key)).then_some(fields)
}

/// Whose keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Test,
    Production,
}

fn side_of(name: &str) -> Option<Side> {
    match () {
        () if name.contains("test") || name.contains("sandbox") => Some(Side::Test),
        () if name.contains("prod") => Some(Side::Production),
        () => None,
    }
}

/// Every named value with the side it is on: its own name says so, or the heading above it.
fn sections(text: &str) -> Vec<(Option<Side>, Named)> {
    let whole = |text: &str, heading: Option<Side>| -> Vec<(Option<Side>, Named)> {
        named(text, NAMES).into_iter().map(|named| (side_of(&named.name).or(heading), named)).collect()
    };
    if serde_json::from_str::<Value>(text.trim()).is_ok() {
        return whole(text, None);
    }
    let mut found = Vec::new();
    let (mut heading, mut part) = (None, String::new());
    for line in text.lines() {
        let name = squeezed(line);
        let is_heading = side_of(&name).is_some()
            && [
                "testkey",
                "testkeys",
                "test",
                "sandbox",
                "productionkey",
                "productionkeys",
                "production",
                "testproject",
            ]
            .contains(&name.as_str());
        if is_heading {
            found.extend(whole(&part, heading));
            (heading, part) = (side_of(&name), String::new());
        } else {
            part.push_str(line);
            part.push('\n');
        }
    }
    found.extend(whole(&part, heading));
    found
}

fn put(understood: &mut Understood, named: &Named) {
    match named.field {
        "account_number" => {
            let digits: String = named.value.chars().filter(char::is_ascii_digit).collect();
            understood.set("account_number", &digits);
        }
        "environment" => match side_of(&squeezed(&named.value)) {
            Some(Side::Test) => understood.set("environment", "sandbox"),
            Some(Side::Production) => understood.set("environment", "production"),
            None => {}
        },
        field => understood.set(field, &named.value),
    }
}

/// Values that stand alone and have a form of their own.
fn by_form(understood: &mut Understood, text: &str) {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | ':' | '&');
    let words = || text.split(around).filter(|word| word.is_ascii());
    let is_key = |word: &&str| {
        word.len() >= KEY_LEAST && word.starts_with("l7") && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_secret = |word: &&str| word.len() == SECRET_CHARACTERS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_account = |word: &&str| word.len() == ACCOUNT_DIGITS && word.bytes().all(|byte| byte.is_ascii_digit());
    let alone = |is: &dyn Fn(&&str) -> bool| {
        let mut found = words().filter(is);
        let first = found.next();
        first.filter(|_| found.next().is_none()).map(str::to_owned)
    };
    for (field, found) in
        [("api_key", alone(&is_key)), ("secret_key", alone(&is_secret)), ("account_number", alone(&is_account))]
    {
        if let (false, Some(value)) = (understood.has(field), found) {
            understood.set(field, &value);
        }
    }
}

fn environment(understood: &mut Understood, text: &str, side: Option<Side>) {
    for url in addresses(text, &[SANDBOX, PRODUCTION]) {
        match url.host_str().unwrap_or_default() {
            SANDBOX => understood.set("environment", "sandbox"),
            PRODUCTION => understood.set("environment", "production"),
            _ if is_loopback(&url) => {
                understood.set("environment", "custom");
                understood.set("base_url", &url.origin().ascii_serialization());
            }
            _ => {}
        }
    }
    if let (false, Some(side)) = (understood.has("environment"), side) {
        understood.set("environment", if side == Side::Test { "sandbox" } else { "production" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = "l7a1b2c3d4e5f60718293a4b5c6d7e8f90";
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const OTHER_KEY: &str = "l7ffffffffffffffffffffffffffffffff";
    const OTHER_SECRET: &str = "ffffffffffffffffffffffffffffffff";

    fn assert_read(pasted: &str, environment: &str) {
        let understood = read(pasted);
        let text = |field: &str| understood.document.get(field).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(text("api_key"), KEY, "{pasted}");
        assert_eq!(text("secret_key"), SECRET, "{pasted}");
        assert_eq!(text("account_number"), "740561073", "{pasted}");
        assert_eq!(text("environment"), environment, "{pasted}");
    }

    #[test]
    fn a_projects_page_copied_as_text_is_read() {
        assert_read(
            &format!(
                "Project overview\nProject name\nml-connector\nTest Key\nAPI Key\n{KEY}\nSecret Key\n{SECRET}\nShow\nShipping account number\n740561073\n"
            ),
            "sandbox",
        );
        assert_read(&format!("API Key: {KEY}\nSecret Key: {SECRET}\nAccount number: 7405-6107-3"), "");
        assert_read(&format!("API Key\t{KEY}\nSecret Key\t{SECRET}\nShipping Account\t740561073"), "");
        assert_read(
            &format!("Production Key\nAPI Key\n{KEY}\nSecret Key\n{SECRET}\nAccount\n740 561 073"),
            "production",
        );
    }

    #[test]
    fn of_both_pairs_of_keys_the_test_keys_are_taken_and_it_is_said() {
        let pasted = format!(
            "Production API Key: {OTHER_KEY}\nProduction Secret Key: {OTHER_SECRET}\nTest API Key: {KEY}\n\
             Test Secret Key: {SECRET}\nAccount: 740561073"
        );
        assert_read(&pasted, "sandbox");
        assert!(read(&pasted).remarks[0].contains("production keys too"));
        let headed = format!(
            "Test keys\nAPI Key\n{KEY}\nSecret Key\n{SECRET}\nProduction keys\nAPI Key\n{OTHER_KEY}\nSecret Key\n{OTHER_SECRET}\nAccount 740561073"
        );
        assert_eq!(read(&headed).document["secret_key"], SECRET);
    }

    #[test]
    fn settings_and_token_requests_are_read() {
        assert_read(
            &format!(
                "FEDEX_API_KEY={KEY}\nFEDEX_SECRET_KEY={SECRET}\nFEDEX_ACCOUNT_NUMBER=740561073\nFEDEX_ENV=sandbox"
            ),
            "sandbox",
        );
        assert_read(
            &json!({"clientId": KEY, "clientSecret": SECRET, "accountNumber": 740_561_073, "environment": "production"})
                .to_string(),
            "production",
        );
        assert_read(
            &format!(
                "curl https://apis-sandbox.fedex.com/oauth/token -d 'x'\ngrant_type=client_credentials&client_id={KEY}&client_secret={SECRET}\nacct 740561073"
            ),
            "sandbox",
        );
        assert_read(&format!("{KEY} {SECRET} 740561073"), "");
        let twin = read(&format!("url=http://127.0.0.1:4010\napi_key={KEY}"));
        assert_eq!(
            (&twin.document["environment"], &twin.document["base_url"]),
            (&json!("custom"), &json!("http://127.0.0.1:4010"))
        );
    }

    #[test]
    fn our_own_json_is_taken_as_it_is_and_nonsense_is_nothing() {
        let own = json!({"environment": "custom", "base_url": "http://127.0.0.1:1", "api_key": "k", "services": {}});
        assert_eq!(Value::Object(read(&own.to_string()).document), own);
        for nothing in ["", "hello", "API Key\n", "Secret Key: ********", "https://developer.fedex.com/api"] {
            assert!(read(nothing).document.is_empty(), "{nothing}: {:?}", read(nothing).document);
        }
    }
}
