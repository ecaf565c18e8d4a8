//! What is pasted about Dynamics 365: the environment's address from a browser, an Entra
//! application's overview or secret as text, `az` or contract JSON, settings, a token request.

use super::{Names, Understood, addresses, is_guid, named};
use crate::clock;
use crate::d365::environment::{EnvironmentKind, kind};
use serde_json::{Map, Value};
use url::Url;

const NAMES: &Names = &[
    ("environmenturl", "base_url"),
    ("environmentaddress", "base_url"),
    ("environment", "base_url"),
    ("baseurl", "base_url"),
    ("url", "base_url"),
    ("host", "base_url"),
    ("hostname", "base_url"),
    ("instanceurl", "base_url"),
    ("resource", "base_url"),
    ("resourceurl", "base_url"),
    ("financeandoperationsurl", "base_url"),
    ("financeoperationsurl", "base_url"),
    ("activedirectoryresource", "base_url"),
    ("tenant", "tenant_id"),
    ("tenantid", "tenant_id"),
    ("directoryid", "tenant_id"),
    ("directorytenantid", "tenant_id"),
    ("primarydomain", "tenant_id"),
    ("activedirectorytenant", "tenant_id"),
    ("clientid", "client_id"),
    ("appid", "client_id"),
    ("applicationid", "client_id"),
    ("applicationclientid", "client_id"),
    ("clientappid", "client_id"),
    ("activedirectoryclientappid", "client_id"),
    ("clientsecret", "client_secret"),
    ("clientsecretvalue", "client_secret"),
    ("secret", "client_secret"),
    ("secretvalue", "client_secret"),
    ("value", "client_secret"),
    ("password", "client_secret"),
    ("appsecret", "client_secret"),
    ("applicationsecret", "client_secret"),
    ("activedirectoryclientappsecret", "client_secret"),
    ("expires", "secret_expires"),
    ("expireson", "secret_expires"),
    ("secretexpires", "secret_expires"),
    ("enddate", "secret_expires"),
    ("authority", "authority"),
    ("authorityurl", "authority"),
    ("legalentity", "legal_entities"),
    ("legalentities", "legal_entities"),
    ("company", "legal_entities"),
    ("companies", "legal_entities"),
    ("dataareaid", "legal_entities"),
    ("secretid", "secret_id"),
    ("keyid", "secret_id"),
    // Known, and of no use: their values are not somebody else's.
    ("tokenurl", ""),
    ("tokenendpoint", ""),
    ("scope", ""),
    ("granttype", ""),
    ("displayname", ""),
    ("description", ""),
    ("objectid", ""),
    ("applicationiduri", ""),
    ("managedapplicationinlocaldirectory", ""),
    ("supportedaccounttypes", ""),
    ("clientcredentials", ""),
    ("redirecturis", ""),
    ("state", ""),
    ("subscriptionid", ""),
    ("id", ""),
];

/// Keys that only our own document has.
const OWN_KEYS: [&str; 5] = ["base_url", "legal_entities", "write_back", "orders", "token_version"];
/// Endings of environments' names.
const ENDINGS: [&str; 3] = [".dynamics.com", ".dynamics.cn", ".dynamics.us"];
/// Hosts that sign in.
const AUTHORITIES: [&str; 4] =
    ["login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
/// Addresses of portals, which are no environments.
const PORTALS: [&str; 5] = ["microsoft.com", "azure.com", "azure.cn", "azure.us", "windows.net"];
/// First parts of a token address that name no tenant.
const NO_TENANT: [&str; 4] = ["common", "organizations", "consumers", ""];

/// Reads what was pasted.
pub fn read(text: &str) -> Understood {
    if let Some(document) = own_document(text) {
        return Understood { document, remarks: Vec::new() };
    }
    let mut understood = Understood::default();
    let (mut secret_id, mut named_address) = (false, None);
    for found in named(text, NAMES) {
        match found.field {
            "secret_id" => secret_id = true,
            "base_url" => named_address = named_address.or_else(|| addresses(&found.value, &ENDINGS).pop()),
            "authority" => {
                if let Some(url) = addresses(&found.value, &[]).first() {
                    understood.set("authority", &origin(url));
                }
            }
            "legal_entities" => companies(&mut understood, &found.value),
            "secret_expires" => expires(&mut understood, &found.value),
            field if understood.has(field) => {}
            field => understood.set(field, &found.value),
        }
    }
    web(&mut understood, text, named_address);
    secret(&mut understood, text, secret_id);
    if understood == Understood::default() && text.split_whitespace().any(is_guid) {
        let remark = "An id without its name was left out; paste it together with the line above it.";
        understood.remarks.push(remark.to_owned());
    }
    understood
}

/// Our own JSON, as the twin or the Connections page shows it.
fn own_document(text: &str) -> Option<Map<String, Value>> {
    let Value::Object(fields) = serde_json::from_str(text.trim()).ok()? else { return None };
    OWN_KEYS.iter().any(|key| fields.contains_key(*key)).then_some(fields)
}

fn companies(understood: &mut Understood, text: &str) {
    let names = text.split([',', ';', ' ']).map(str::trim).filter(|name| !name.is_empty());
    let mut companies: Vec<Value> =
        understood.document.get("legal_entities").and_then(Value::as_array).cloned().unwrap_or_default();
    for name in names.map(|name| Value::from(name.to_lowercase())) {
        if !companies.contains(&name) {
            companies.push(name);
        }
    }
    if !companies.is_empty() {
        understood.document.insert("legal_entities".to_owned(), companies.into());
    }
}

/// Only a day that can be read in one way: `2/3/2027` is two.
fn expires(understood: &mut Understood, text: &str) {
    let day = text.get(..10).unwrap_or(text);
    if clock::day_ms(day).is_some() {
        understood.set("secret_expires", day);
    }
}

/// The environment, the tenant and a legal entity from addresses.
fn web(understood: &mut Understood, text: &str, named_address: Option<Url>) {
    let authority = understood.document.get("authority").and_then(Value::as_str).map(str::to_owned);
    let mut environments = Vec::new();
    for url in addresses(text, &ENDINGS) {
        let host = url.host_str().unwrap_or_default().to_owned();
        if AUTHORITIES.contains(&host.as_str()) || is_token_address(&url) {
            sign_in(understood, &url);
        } else if !PORTALS.iter().any(|portal| host == *portal || host.ends_with(&format!(".{portal}"))) {
            environments.push(url);
        }
    }
    // Of several addresses the one that has a form of Microsoft's.
    environments.sort_by_key(|url| kind(url) == EnvironmentKind::Custom);
    // The named authority stands among them once; a twin is both.
    let is_authority = |url: &Url| authority.as_deref() == Some(origin(url).as_str()) && url.query().is_none();
    if let Some(at) = environments.iter().position(is_authority) {
        environments.remove(at);
    }
    let Some(url) = named_address.or_else(|| environments.into_iter().next()) else { return };
    understood.set("base_url", &address(&url));
    if let Some((_, company)) = url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case("cmp"))
        && !understood.has("legal_entities")
    {
        companies(understood, &company);
    }
}

fn is_token_address(url: &Url) -> bool {
    url.path().contains("/oauth2/")
}

fn sign_in(understood: &mut Understood, url: &Url) {
    let tenant = url.path_segments().and_then(|mut parts| parts.next()).unwrap_or_default();
    if !NO_TENANT.contains(&tenant) && !understood.has("tenant_id") {
        understood.set("tenant_id", tenant);
    }
    understood.set("authority", &origin(url));
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The environment without what a browser adds; a trial keeps its path.
fn address(url: &Url) -> String {
    let namespaced = url.path().strip_prefix("/namespaces/").and_then(|rest| rest.split('/').next());
    let path = namespaced.map_or_else(String::new, |id| format!("/namespaces/{id}"));
    format!("{}{path}", origin(url))
}

/// A secret by its name or by Entra's form of one; never the secret's id.
fn secret(understood: &mut Understood, text: &str, secret_id: bool) {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | ':' | '&');
    if !understood.has("client_secret")
        && let Some(secret) = text.split(around).find(|word| has_the_form_of_a_secret(word))
    {
        understood.set("client_secret", secret);
    }
    let given = understood.document.get("client_secret").and_then(Value::as_str).map(str::to_owned);
    let is_id = given.as_deref().is_some_and(is_guid);
    if is_id {
        understood.document.remove("client_secret");
    }
    if is_id || given.is_none() && secret_id {
        let remark = "That is the secret's id; what signs in is its value, which Entra shows once, when it is made.";
        understood.remarks.push(remark.to_owned());
    }
}

/// Entra's secrets have a digit, `Q` and `~` after three characters, and forty in all.
fn has_the_form_of_a_secret(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.~-".contains(&byte);
    (37..=44).contains(&word.len())
        && word.bytes().all(is_part)
        && word.as_bytes()[3].is_ascii_digit()
        && &word.as_bytes()[4..6] == b"Q~"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const CLIENT: &str = "1b0b2f0a-51c1-4c55-9b1a-2f6d1d6b4a10";
    const OBJECT: &str = "9c4e9ad0-0d2c-4a0e-8a4e-3f2f0f1b7c11";
    const SECRET: &str = "Abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789_x";

    fn text(understood: &Understood, field: &str) -> String {
        understood.document.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    #[test]
    fn an_address_from_the_browser_gives_environment_and_legal_entity() {
        for pasted in [
            "https://contoso-uat.sandbox.operations.dynamics.com/?cmp=USMF&mi=SalesTableListPage",
            "HTTPS://CONTOSO-UAT.sandbox.operations.dynamics.com/?cmp=usmf&mi=DefaultDashboard#x",
            "Our UAT: <https://contoso-uat.sandbox.operations.dynamics.com/?mi=x&cmp=USMF>",
        ] {
            let understood = read(&pasted.replace("HTTPS", "https"));
            assert_eq!(
                text(&understood, "base_url"),
                "https://contoso-uat.sandbox.operations.dynamics.com",
                "{pasted}"
            );
            assert_eq!(understood.document["legal_entities"], json!(["usmf"]), "{pasted}");
            assert!(understood.remarks.is_empty());
        }
        assert_eq!(
            text(&read("contoso.operations.eu.dynamics.com/data"), "base_url"),
            "https://contoso.operations.eu.dynamics.com"
        );
        assert_eq!(
            text(&read("https://contoso.trial.operations.dynamics.com/namespaces/ab-1/data"), "base_url"),
            "https://contoso.trial.operations.dynamics.com/namespaces/ab-1"
        );
    }

    #[test]
    fn an_entra_overview_copied_as_text_is_read_whatever_is_between_its_lines() {
        for pasted in [
            format!(
                "Essentials\nDisplay name\nml-connector\nApplication (client) ID\n{CLIENT}\nObject ID\n{OBJECT}\n\
                 Directory (tenant) ID\n{TENANT}\nSupported account types\nMy organization only"
            ),
            format!(
                "Display name\n:\nml-connector\nApplication (client) ID\n:\n{CLIENT}\nCopy to clipboard\n\
                 Object ID\n:\n{OBJECT}\nDirectory (tenant) ID\n:\n{TENANT}\n"
            ),
            format!(
                "Application (client) ID : {CLIENT}\r\nObject ID : {OBJECT}\r\nDirectory (tenant) ID : {TENANT}\r\n"
            ),
            format!("Application (client) ID\t{CLIENT}\nObject ID\t{OBJECT}\nDirectory (tenant) ID\t{TENANT}"),
            format!("Application (client) ID {CLIENT}\nObject ID {OBJECT}\nDirectory (tenant) ID {TENANT}"),
        ] {
            let understood = read(&pasted);
            assert_eq!(text(&understood, "client_id"), CLIENT, "{pasted}");
            assert_eq!(text(&understood, "tenant_id"), TENANT, "{pasted}");
            assert!(!understood.has("client_secret") && !understood.has("base_url"), "{pasted}");
        }
    }

    #[test]
    fn a_secrets_value_is_taken_and_its_id_is_not() {
        let table = format!("Description\tExpires\tValue\tSecret ID\nconnector\t2027-01-31\t{SECRET}\t{OBJECT}");
        let understood = read(&table);
        assert_eq!(text(&understood, "client_secret"), SECRET);
        assert_eq!(text(&understood, "secret_expires"), "2027-01-31");
        assert!(understood.remarks.is_empty(), "{:?}", understood.remarks);

        let hidden =
            format!("Description\tExpires\tValue\tSecret ID\nconnector\t1/31/2027\tAbc******************\t{OBJECT}");
        assert!(!read(&hidden).has("client_secret"));
        assert!(!read(&hidden).has("secret_expires"), "a day that may be two is none");

        for id in [format!("client_secret={OBJECT}"), format!("Secret ID: {OBJECT}")] {
            let understood = read(&id);
            assert!(!understood.has("client_secret"), "{id}");
            assert!(understood.remarks[0].contains("secret's id"), "{id}");
        }
        assert_eq!(text(&read(&format!("here it is: {SECRET} bye")), "client_secret"), SECRET, "by its form");
    }

    #[test]
    fn settings_of_other_programs_are_read() {
        let expected = |understood: &Understood, pasted: &str| {
            assert_eq!(text(understood, "client_id"), CLIENT, "{pasted}");
            assert_eq!(text(understood, "tenant_id"), TENANT, "{pasted}");
            assert_eq!(text(understood, "client_secret"), "p=a:s&s", "{pasted}");
        };
        for pasted in [
            format!("client_id={CLIENT}\ntenant_id={TENANT}\nclient_secret=p=a:s&s"),
            format!(
                "export AZURE_CLIENT_ID=\"{CLIENT}\"\nexport AZURE_TENANT_ID='{TENANT}'\nAZURE_CLIENT_SECRET=\"p=a:s&s\""
            ),
            format!(
                "$env:AZURE_CLIENT_ID = \"{CLIENT}\"\n$env:AZURE_TENANT_ID = \"{TENANT}\"\n$env:AZURE_CLIENT_SECRET = \"p=a:s&s\""
            ),
            format!("Client id: {CLIENT}\nTenant: {TENANT}\nClient secret:\np=a:s&s"),
            json!({"appId": CLIENT, "displayName": "ml-connector", "password": "p=a:s&s", "tenant": TENANT})
                .to_string(),
            json!({"clientId": CLIENT, "clientSecret": "p=a:s&s", "tenantId": TENANT, "subscriptionId": OBJECT})
                .to_string(),
            json!({"name": "UAT", "values": [
                {"key": "client_id", "value": CLIENT, "enabled": true},
                {"key": "client_secret", "value": "p=a:s&s", "type": "secret"},
                {"key": "tenant_id", "value": TENANT},
            ]})
            .to_string(),
            format!("\"client_id\": \"{CLIENT}\",\n\"tenant_id\": \"{TENANT}\",\n\"client_secret\": \"p=a:s&s\""),
        ] {
            expected(&read(&pasted), &pasted);
        }
    }

    #[test]
    fn a_token_request_gives_everything_at_once() {
        let curl = format!(
            "curl -X POST https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token \\\n\
             \x20 -d 'grant_type=client_credentials&client_id={CLIENT}&client_secret=a%2Bb%2Fc%3D&scope=https%3A%2F%2Fcontoso.operations.dynamics.com%2F.default'"
        );
        let lines = format!(
            "curl --location 'https://login.microsoftonline.com/{TENANT}/oauth2/token' \\\n\
             --data-urlencode 'client_id={CLIENT}' \\\n--data-urlencode 'client_secret=a+b/c=' \\\n\
             --data-urlencode 'resource=https://contoso.operations.dynamics.com'"
        );
        for pasted in [curl, lines] {
            let understood = read(&pasted);
            assert_eq!(text(&understood, "tenant_id"), TENANT, "{pasted}");
            assert_eq!(text(&understood, "client_id"), CLIENT, "{pasted}");
            assert_eq!(text(&understood, "client_secret").trim_end_matches('='), "a+b/c", "{pasted}");
            assert_eq!(text(&understood, "base_url"), "https://contoso.operations.dynamics.com", "{pasted}");
            assert_eq!(text(&understood, "authority"), "https://login.microsoftonline.com", "{pasted}");
        }
    }

    #[test]
    fn a_named_authority_is_not_taken_for_the_environment() {
        let understood = read(&format!("authority: http://127.0.0.1:4020\nApplication (client) ID\n{CLIENT}"));
        assert_eq!(
            (text(&understood, "authority"), understood.has("base_url")),
            ("http://127.0.0.1:4020".into(), false)
        );
        for both in ["url=http://127.0.0.1:4020/data", "http://127.0.0.1:4020/?mi=x", "http://127.0.0.1:4020/data"] {
            let understood = read(&format!("{both}\nauthority=http://127.0.0.1:4020"));
            assert_eq!(text(&understood, "base_url"), "http://127.0.0.1:4020", "{both}");
        }
    }

    #[test]
    fn our_own_json_is_taken_as_it_is() {
        let own = json!({"base_url": "http://127.0.0.1:4020", "authority": "http://127.0.0.1:4020", "tenant_id": "t",
            "client_id": "c", "client_secret": "s", "legal_entities": ["usmf"], "limits": {"per_second": 5}});
        assert_eq!(Value::Object(read(&own.to_string()).document), own);
    }

    #[test]
    fn what_cannot_be_told_is_left_out_and_said() {
        let understood = read(CLIENT);
        assert!(understood.document.is_empty());
        assert!(understood.remarks[0].contains("without its name"));
        for nothing in
            ["", "   \n", "hello world", "https://portal.azure.com/#view/apps", "client_id=\n", "{}", "[1,2]"]
        {
            assert!(read(nothing).document.is_empty(), "{nothing}: {:?}", read(nothing).document);
        }
    }
}
