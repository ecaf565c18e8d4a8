//! Saving and showing the two connections. Secrets go in and never come out.
//!
//! A secret belongs to where it is sent: when the environment's address, the authority or the
//! tenant changes, the saved secret is not carried over, so that nobody can have it sent elsewhere.

use crate::audit::{Actor, Subject, System};
use crate::desk::{built_in_twins, problem};
use crate::engine::Engine;
use crate::order::rules::Rules;
use crate::{d365, fedex, vault};
use app::contract::{D365Form, FedexForm, Problem};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

/// Stands for a saved secret in a document without secrets.
const HIDDEN: &str = "***";
/// Secrets of each connection, by field. Of Dynamics 365 there is one of the two.
const D365_SECRETS: &[&str] = &["client_secret"];
/// See [`D365_SECRETS`].
const D365_KEYS: &[&str] = &["private_key"];
/// See [`D365_SECRETS`].
const FEDEX_SECRETS: &[&str] = &["secret_key", "track_secret_key", "webhook_tokens"];
/// Where the secret is sent: with another value here the secret must be entered again.
const D365_BINDING: &[&str] = &["base_url", "authority", "tenant_id", "client_id"];
/// See [`D365_BINDING`].
const FEDEX_BINDING: &[&str] = &["environment", "base_url", "api_key"];

/// What proves who we are; a new one is tried before it replaces the old one.
const D365_SIGN_IN: &[&str] = &["client_secret", "certificate", "private_key"];
/// See [`D365_SIGN_IN`].
const FEDEX_SIGN_IN: &[&str] = &["secret_key", "track_api_key", "track_secret_key"];

/// A saved connection as JSON without secrets.
pub struct Saved {
    /// The document.
    pub document: Value,
    /// When.
    pub updated_ms: i64,
    /// By whom.
    pub updated_by: String,
}

fn vault_name(system: System) -> &'static str {
    if system == System::D365 { vault::D365 } else { vault::FEDEX }
}

/// Checks a document and writes it in its one form: with secrets, and without.
fn canonical(system: System, json: &str) -> Result<(SecretString, String), Problem> {
    let invalid = |sentence: &str, next: &str| Problem::new("connections.invalid", sentence, next);
    if system == System::D365 {
        let parsed = d365::Credentials::parse(json).map_err(|error| invalid(&error.sentence, &error.next_step))?;
        Ok((parsed.to_json().into(), parsed.to_json_without_secrets()))
    } else {
        let parsed = fedex::Credentials::parse(json).map_err(|error| invalid(&error.sentence, &error.next_step))?;
        Ok((parsed.to_json().into(), parsed.to_json_without_secrets()))
    }
}

/// Parts of the FedEx document that are rules: they are kept with the rules and only shown here.
const RULES: [&str; 4] = ["services", "ship_from", "label", "default_weight_lb"];

/// The rules of a FedEx document over those that are saved, and the version they replace.
async fn rules_of(engine: &Engine, document: &Value) -> Result<(Rules, i64), Problem> {
    let given = fedex::Credentials::parse(&document.to_string()).map(|parsed| parsed.rules()).unwrap_or_default();
    let saved = engine.store.db.rules().await.map_err(|error| problem::store(engine, &error))?;
    let (mut rules, version) = saved.map(|saved| (saved.rules, saved.version)).unwrap_or_default();
    let has = |name: &str| document.get(name).is_some();
    if has("services") {
        rules.services = given.services;
    }
    if has("ship_from") {
        rules.ship_from = given.ship_from;
    }
    if has("label") {
        rules.label = given.label;
    }
    if has("default_weight_lb") {
        rules.weights.default_parcel_lb = given.weights.default_parcel_lb;
    }
    Ok((rules, version))
}

/// The sealed document holds keys and account; rules have their own place.
fn without_rules(sealed: &SecretString) -> SecretString {
    let mut document: Value = serde_json::from_str(sealed.expose_secret()).unwrap_or_default();
    if let Some(fields) = document.as_object_mut() {
        fields.retain(|name, _| !RULES.contains(&name.as_str()));
    }
    document.to_string().into()
}

/// Shows the rules in the FedEx document, as the contract has it.
async fn with_rules(engine: &Engine, mut document: Value) -> Result<Value, Problem> {
    let rules = engine.rules().await.map_err(|error| problem::store(engine, &error))?;
    let shown = [
        ("services", serde_json::to_value(&rules.services)),
        ("ship_from", serde_json::to_value(&rules.ship_from)),
        ("label", Ok(json!({"image_type": rules.label.image_type, "stock": rules.label.stock()}))),
        ("default_weight_lb", serde_json::to_value(rules.weights.default_parcel_lb)),
    ];
    for (name, value) in shown {
        document[name] = value.unwrap_or_default();
    }
    Ok(document)
}

/// The saved connection without secrets.
pub async fn saved(engine: &Engine, system: System) -> Result<Option<Saved>, Problem> {
    let opened = engine.vault.get(vault_name(system)).await.map_err(|error| problem::vault(engine, &error))?;
    let Some(opened) = opened else { return Ok(None) };
    let (_, shown) = canonical(system, opened.value.expose_secret())?;
    let mut document = serde_json::from_str(&shown).unwrap_or_default();
    if system == System::Fedex {
        document = with_rules(engine, document).await?;
    }
    Ok(Some(Saved { document, updated_ms: opened.updated_ms, updated_by: opened.updated_by }))
}

/// A checked connection, ready to be written.
pub struct Prepared {
    /// The document, secrets included.
    pub sealed: SecretString,
    /// The same without secrets, for the trail.
    shown: String,
    /// The rules of a FedEx document, and the version they replace.
    rules: Option<(Rules, i64)>,
    /// It would replace a secret that is in force, or send it elsewhere.
    pub replaces_secret: bool,
}

/// Checks a connection. Secrets that are absent, empty or `***` are kept, as long as they would be
/// sent to the same place.
pub async fn prepare(engine: &Engine, system: System, document: Value) -> Result<Prepared, Problem> {
    let old = sealed(engine, system).await?;
    let refused = built_in_twins::keeps_out(engine, old.as_ref(), &document).await;
    match refused.map_err(|error| problem::store(engine, &error))? {
        Some(problem) => Err(problem),
        None => prepare_anywhere(engine, system, document).await,
    }
}

/// The saved connection with its secrets.
pub(super) async fn sealed(engine: &Engine, system: System) -> Result<Option<Value>, Problem> {
    let opened = engine.vault.get(vault_name(system)).await.map_err(|error| problem::vault(engine, &error))?;
    Ok(opened.and_then(|opened| serde_json::from_str(opened.value.expose_secret()).ok()))
}

/// The same whatever address it has.
async fn prepare_anywhere(engine: &Engine, system: System, mut document: Value) -> Result<Prepared, Problem> {
    let old = sealed(engine, system).await?;
    let (secrets, binding) = match system {
        System::D365 => (one_way_to_sign_in(&mut document), D365_BINDING),
        _ => (FEDEX_SECRETS, FEDEX_BINDING),
    };
    keep_secrets(&mut document, old.as_ref(), secrets, binding)?;
    let (mut sealed, shown) = canonical(system, &document.to_string())?;
    if system == System::D365 {
        refuse_expired(old.as_ref(), &sealed, engine.clock.now_ms())?;
    }
    let mut rules = None;
    if system == System::Fedex {
        rules = Some(rules_of(engine, &document).await?);
        sealed = without_rules(&sealed);
    }
    let replaces_secret = old.is_some_and(|old| signs_in_otherwise(system, &old, &sealed));
    Ok(Prepared { sealed, shown, rules, replaces_secret })
}

/// Whether a document signs in with something else than the one in force, or elsewhere.
fn signs_in_otherwise(system: System, old: &Value, sealed: &SecretString) -> bool {
    let new: Value = serde_json::from_str(sealed.expose_secret()).unwrap_or_default();
    let (proofs, binding) = match system {
        System::D365 => (D365_SIGN_IN, D365_BINDING),
        _ => (FEDEX_SIGN_IN, FEDEX_BINDING),
    };
    let value = |of: &Value, name: &str| of.get(name).filter(|value| !value.is_null()).cloned();
    proofs.iter().chain(binding).any(|name| value(old, name) != value(&new, name))
}

/// Writes a checked connection; it is in force at once.
pub async fn write(engine: &Engine, actor: &Actor, system: System, prepared: &Prepared) -> Result<(), Problem> {
    let now = engine.clock.now_ms();
    let summary = format!("The {} connection was saved.", system.title());
    let mut entry = engine.entry(actor, "connections.saved", Subject::default(), summary);
    entry.system = system;
    entry.body = Some(prepared.shown.clone());
    let written = async {
        let mut tx = engine.store.begin().await?;
        engine.vault.put(&mut tx, vault_name(system), &prepared.sealed, now, actor.name()).await?;
        if let Some((rules, version)) = &prepared.rules {
            tx.save_rules(rules, *version, now, actor.name()).await?;
        }
        engine.store.append(&mut tx, &entry).await?;
        tx.commit().await.map_err(vault::VaultError::from)
    };
    written.await.map_err(|error| problem::vault(engine, &error))?;
    engine.keep_refused(system, None);
    engine.forget_connections();
    Ok(())
}

/// Checks and writes, without asking the other side.
pub async fn save(engine: &Engine, actor: &Actor, system: System, document: Value) -> Result<(), Problem> {
    write(engine, actor, system, &prepare(engine, system, document).await?).await
}

/// The same whatever address it has: the built-in twins move.
pub(super) async fn save_anywhere(
    engine: &Engine,
    actor: &Actor,
    system: System,
    document: Value,
) -> Result<(), Problem> {
    write(engine, actor, system, &prepare_anywhere(engine, system, document).await?).await
}

/// A certificate replaces the saved secret, and the other way round. Answers which secret is kept.
fn one_way_to_sign_in(document: &mut Value) -> &'static [&'static str] {
    let Some(fields) = document.as_object_mut() else { return D365_SECRETS };
    let blank = |fields: &Map<String, Value>, name: &str| match fields.get(name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty() || text.trim() == HIDDEN),
    };
    let (kept, others) = if blank(fields, "certificate") {
        (D365_SECRETS, &["certificate", "private_key"][..])
    } else {
        (D365_KEYS, &["client_secret"][..])
    };
    for other in others {
        if blank(fields, other) {
            fields.remove(*other);
        }
    }
    kept
}

/// A certificate that is over is not taken; one that ran out after it was saved stops no other change.
fn refuse_expired(old: Option<&Value>, sealed: &SecretString, now_ms: i64) -> Result<(), Problem> {
    let Ok(parsed) = d365::Credentials::parse(sealed.expose_secret()) else { return Ok(()) };
    let d365::SignIn::Certificate(certificate) = &parsed.sign_in else { return Ok(()) };
    let before = old.and_then(|old| old.get("certificate")).and_then(Value::as_str);
    let over = parsed.expiry().filter(|expiry| expiry.is_over(now_ms) && before != Some(certificate.pem()));
    match over {
        None => Ok(()),
        Some(expiry) => Err(Problem::new(
            "connections.invalid",
            &format!("certificate: It expired on {}.", expiry.day()),
            "Make a new one, upload it in Microsoft Entra, and enter it here with its key.",
        )),
    }
}

fn keep_secrets(document: &mut Value, old: Option<&Value>, secrets: &[&str], binding: &[&str]) -> Result<(), Problem> {
    let Some(fields) = document.as_object_mut() else {
        return Err(Problem::new("connections.invalid", "This is not a JSON object.", "Begin with { and end with }."));
    };
    let blank = |value: Option<&Value>| match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty() || text.trim() == HIDDEN,
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(HIDDEN)),
        Some(_) => false,
    };
    let Some(old) = old else { return Ok(()) };
    let same = |name: &str| {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).unwrap_or_default().trim().trim_end_matches('/').to_lowercase()
        };
        text(fields.get(name)) == text(old.get(name))
    };
    let moved: Vec<&str> = binding.iter().copied().filter(|name| !same(name)).collect();
    for secret in secrets {
        let saved = old.get(*secret).filter(|value| !value.is_null());
        if !blank(fields.get(*secret)) || saved.is_none() {
            continue;
        }
        if !moved.is_empty() {
            return Err(Problem::new(
                "connections.secret-again",
                &format!("{} changed, so the saved secret is not used for it.", moved.join(", ")),
                &format!("Enter {secret} again."),
            ));
        }
        fields.insert((*secret).to_owned(), saved.cloned().unwrap_or_default());
    }
    Ok(())
}

fn list(text: &str) -> Vec<Value> {
    text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
}

fn object(saved: Option<Value>) -> Map<String, Value> {
    saved.and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// The document a Dynamics 365 form makes of the saved one.
pub fn d365_document(saved: Option<Value>, form: &D365Form) -> Value {
    let mut document = object(saved);
    let mut set = |name: &str, value: Value| document.insert(name.to_owned(), value);
    set("base_url", form.base_url.trim().into());
    set("authority", form.authority.trim().into());
    set("tenant_id", form.tenant_id.trim().into());
    set("client_id", form.client_id.trim().into());
    if form.sign_in_with == "certificate" {
        set("certificate", form.certificate.trim().into());
        set("private_key", form.private_key.trim().into());
        set("client_secret", Value::Null);
        set("secret_expires", Value::Null);
    } else {
        set("certificate", Value::Null);
        set("private_key", Value::Null);
        set("client_secret", form.client_secret.trim().into());
        set("secret_expires", form.secret_expires.trim().into());
    }
    set("token_version", if form.token_version == "v1" { "v1".into() } else { "v2".into() });
    set("legal_entities", list(&form.legal_entities).into());
    let mut orders = object(document.get("orders").cloned());
    if !form.processing_statuses.trim().is_empty() {
        orders.insert("processing_statuses".into(), list(&form.processing_statuses).into());
    }
    orders.insert("delivery_modes".into(), list(&form.delivery_modes).into());
    if !form.entity_set.trim().is_empty() {
        orders.insert("entity_set".into(), form.entity_set.trim().into());
    }
    match form.page_size.trim() {
        "" => orders.remove("page_size"),
        // What is no number is refused with the field's name when the document is read.
        text => orders.insert("page_size".into(), text.parse::<u64>().map_or_else(|_| text.into(), Value::from)),
    };
    let set_name = orders.get("entity_set").and_then(Value::as_str).unwrap_or("SalesOrderHeadersV2").to_owned();
    document.insert("orders".into(), orders.into());
    let mut targets = document.get("write_back").and_then(Value::as_array).cloned().unwrap_or_default();
    let target = write_back_target(targets.first(), form, &set_name);
    if targets.is_empty() {
        targets.push(target);
    } else {
        targets[0] = target;
    }
    document.insert("write_back".into(), targets.into());
    document.into()
}

/// The first target as the form has it. What the form does not show of it stays.
fn write_back_target(saved: Option<&Value>, form: &D365Form, orders_set: &str) -> Value {
    let same_kind = saved.filter(|target| target.get("kind").and_then(Value::as_str) == Some(&form.write_back_kind));
    if form.write_back_kind == "post" {
        return same_kind.cloned().unwrap_or_else(|| {
            json!({"kind": "post", "entity_set": d365::targets::TRACKING_SET, "condition": "packing_slip",
                "fields": {"tracking_number": {"property": "TrackingNumber"}}})
        });
    }
    let fresh = || json!({"kind": "patch", "entity_set": orders_set, "condition": "always"});
    let mut target = same_kind.cloned().unwrap_or_else(fresh);
    let mut fields = object(target.get("fields").cloned());
    for (value, property) in [
        ("tracking_number", &form.tracking_property),
        ("status", &form.status_property),
        ("delivered_at", &form.delivered_at_property),
        ("charge_amount", &form.charge_amount_property),
        ("charge_currency", &form.charge_currency_property),
    ] {
        let property = property.trim();
        if property.is_empty() {
            fields.remove(value);
            continue;
        }
        // A maximum length and the like stay with their property.
        let is_same = fields.get(value).and_then(|field| field.get("property")?.as_str()) == Some(property);
        if !is_same {
            fields.insert(value.to_owned(), json!({"property": property}));
        }
    }
    target["fields"] = fields.into();
    target
}

/// The form a saved Dynamics 365 document fills.
pub fn d365_form(document: &Value) -> D365Form {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let orders = document.get("orders");
    let target = document.get("write_back").and_then(|targets| targets.get(0));
    let property = |value: &str| text(target.and_then(|target| target.get("fields")?.get(value)?.get("property")));
    D365Form {
        base_url: text(document.get("base_url")),
        authority: text(document.get("authority")),
        tenant_id: text(document.get("tenant_id")),
        client_id: text(document.get("client_id")),
        sign_in_with: if document.get("certificate").is_some_and(Value::is_string) { "certificate" } else { "secret" }
            .to_owned(),
        client_secret: String::new(),
        secret_expires: text(document.get("secret_expires")),
        certificate: text(document.get("certificate")),
        private_key: String::new(),
        token_version: text(document.get("token_version")),
        legal_entities: joined(document.get("legal_entities")),
        processing_statuses: joined(orders.and_then(|orders| orders.get("processing_statuses"))),
        entity_set: text(orders.and_then(|orders| orders.get("entity_set"))),
        page_size: orders.and_then(|orders| orders.get("page_size")).map(Value::to_string).unwrap_or_default(),
        delivery_modes: joined(orders.and_then(|orders| orders.get("delivery_modes"))),
        write_back_kind: text(target.and_then(|target| target.get("kind"))),
        tracking_property: property("tracking_number"),
        status_property: property("status"),
        delivered_at_property: property("delivered_at"),
        charge_amount_property: property("charge_amount"),
        charge_currency_property: property("charge_currency"),
    }
}

fn joined(value: Option<&Value>) -> String {
    let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// The document a FedEx form makes of the saved one.
pub fn fedex_document(saved: Option<Value>, form: &FedexForm) -> Result<Value, Problem> {
    let mut document = object(saved);
    let mut set = |name: &str, value: Value| document.insert(name.to_owned(), value);
    set("environment", form.environment.trim().into());
    // Production and sandbox know their address; only another one is typed.
    let custom = form.environment.trim() == "custom";
    set("base_url", if custom { form.base_url.trim().into() } else { Value::Null });
    set("api_key", form.api_key.trim().into());
    set("secret_key", form.secret_key.trim().into());
    set("account_number", form.account_number.trim().into());
    let weight = form.default_weight_lb.trim();
    set("default_weight_lb", if weight.is_empty() { Value::Null } else { weight.into() });
    set("services", services(&form.services)?);
    let label = object(document.get("label").cloned());
    if label.get("image_type").and_then(Value::as_str) != Some(form.image_type.trim()) {
        // Another format needs another stock; the default 4x6 fits.
        document.insert("label".into(), json!({"image_type": form.image_type.trim()}));
    }
    let mut ship_from = object(document.get("ship_from").cloned());
    if form.from_company.trim().is_empty() && form.from_street.trim().is_empty() {
        ship_from.remove("default");
    } else {
        let street: Vec<Value> = form
            .from_street
            .split(['\n', '|'])
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(Value::from)
            .collect();
        ship_from.insert(
            "default".into(),
            json!({
                "company": form.from_company.trim(), "phone": form.from_phone.trim(), "street": street,
                "city": form.from_city.trim(), "region": form.from_region.trim(),
                "postal_code": form.from_postal_code.trim(), "country": form.from_country.trim(),
            }),
        );
    }
    document.insert("ship_from".into(), ship_from.into());
    Ok(document.into())
}

/// `FEDEX-GRD = FEDEX_GROUND, YOUR_PACKAGING`, one a line.
fn services(text: &str) -> Result<Value, Problem> {
    let mut services = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((mode, service)) = line.split_once('=') else {
            return Err(Problem::new(
                "connections.invalid",
                &format!("The service line {line:?} has no equals sign."),
                "Write one per line: FEDEX-GRD = FEDEX_GROUND, YOUR_PACKAGING.",
            ));
        };
        let (service, packaging) = service.split_once(',').unwrap_or((service, "YOUR_PACKAGING"));
        services.insert(mode.trim().to_owned(), json!({"service": service.trim(), "packaging": packaging.trim()}));
    }
    Ok(services.into())
}

/// The form a saved FedEx document fills.
pub fn fedex_form(document: &Value) -> FedexForm {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let from = document.get("ship_from").and_then(|all| all.get("default"));
    let part = |name: &str| text(from.and_then(|from| from.get(name)));
    let lines = |value: Option<&Value>| {
        let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ")
    };
    let services = document.get("services").and_then(Value::as_object).cloned().unwrap_or_default();
    let services: Vec<String> = services
        .iter()
        .map(|(mode, service)| format!("{mode} = {}, {}", text(service.get("service")), text(service.get("packaging"))))
        .collect();
    let environment = text(document.get("environment"));
    FedexForm {
        base_url: if environment == "custom" { text(document.get("base_url")) } else { String::new() },
        environment,
        api_key: text(document.get("api_key")),
        secret_key: String::new(),
        account_number: text(document.get("account_number")),
        image_type: text(document.get("label").and_then(|label| label.get("image_type"))),
        default_weight_lb: text(document.get("default_weight_lb")),
        services: services.join("\n"),
        from_company: part("company"),
        from_phone: part("phone"),
        from_street: lines(from.and_then(|from| from.get("street"))),
        from_city: part("city"),
        from_region: part("region"),
        from_postal_code: part("postal_code"),
        from_country: part("country"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old() -> Value {
        json!({"base_url": "https://a.example", "authority": "https://login", "tenant_id": "t", "client_id": "c", "client_secret": "kept"})
    }

    #[test]
    fn a_blank_secret_is_kept_for_the_same_place_only() {
        let mut same = old();
        same["client_secret"] = "".into();
        same["base_url"] = "https://A.example/".into();
        keep_secrets(&mut same, Some(&old()), D365_SECRETS, D365_BINDING).unwrap();
        assert_eq!(same["client_secret"], "kept");

        for field in D365_BINDING {
            let mut moved = old();
            moved["client_secret"] = HIDDEN.into();
            moved[*field] = "https://attacker.example".into();
            let refused = keep_secrets(&mut moved, Some(&old()), D365_SECRETS, D365_BINDING).unwrap_err();
            assert_eq!(refused.code, "connections.secret-again", "{field}");
            assert_ne!(moved["client_secret"], "kept");
        }
    }

    #[test]
    fn a_certificate_replaces_the_saved_secret_and_the_other_way_round() {
        let mut document = json!({"certificate": "PEM", "client_secret": HIDDEN, "private_key": ""});
        assert_eq!(one_way_to_sign_in(&mut document), D365_KEYS);
        assert_eq!(document, json!({"certificate": "PEM", "private_key": ""}));
        let mut document = json!({"certificate": null, "private_key": HIDDEN, "client_secret": ""});
        assert_eq!(one_way_to_sign_in(&mut document), D365_SECRETS);
        assert_eq!(document, json!({"client_secret": ""}));
        let mut both = json!({"certificate": "PEM", "client_secret": "typed"});
        one_way_to_sign_in(&mut both);
        assert_eq!(both["client_secret"], "typed", "which one counts is for a person to say");
    }

    #[test]
    fn forms_and_documents_lead_to_each_other() {
        let form = FedexForm {
            environment: "sandbox".into(),
            services: "FEDEX-GRD = FEDEX_GROUND, YOUR_PACKAGING".into(),
            from_company: "Contoso".into(),
            from_street: "1 Road | Dock 12".into(),
            image_type: "PDF".into(),
            ..FedexForm::default()
        };
        let document = fedex_document(None, &form).unwrap();
        assert_eq!(fedex_form(&document), form);
        let wrong = FedexForm { services: "FEDEX_GROUND".into(), ..form };
        assert_eq!(fedex_document(None, &wrong).unwrap_err().code, "connections.invalid");

        let form = D365Form {
            base_url: "https://x".into(),
            sign_in_with: "secret".into(),
            secret_expires: "2027-01-31".into(),
            token_version: "v2".into(),
            legal_entities: "usmf, usrt".into(),
            processing_statuses: "Confirmed".into(),
            write_back_kind: "patch".into(),
            tracking_property: "FdxTrackingNumber".into(),
            ..D365Form::default()
        };
        assert_eq!(d365_form(&d365_document(None, &form)), form);
    }
}
