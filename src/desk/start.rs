//! The guide of the first day: the choice, what is pasted, saving and pinging, and the list of steps.
//!
//! What is pasted may hold a secret. It goes into memory of this server, for this operator and some
//! minutes only; pages are told that it is there and never what it is. A secret counts for the place
//! it was pasted with: whoever changes the address in the form enters the secret again.

use crate::audit::{Actor, Subject, System};
use crate::clock::MINUTE_MS;
use crate::desk::commands::known_system;
use crate::desk::pasted::{self, Understood};
use crate::desk::{OperatorDesk, Role, built_in_twins, connections, ping, problem, rotate, start_steps};
use crate::engine::Pasted;
use crate::order::parcel::ImageType;
use crate::store::built_in_twins::FirstLabel as Row;
use crate::store::cursors::FIRST_DAY_DONE;
use crate::transport::Trace;
use crate::vault;
use app::contract::{Connecting, D365Access, FedexAccess, FirstLabel, Ladder, Problem, SecretHeld, Start, StartWay};
use app::desk::StartDesk;
use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

/// How long what was pasted is held: time to check a form, not to forget about it.
const HELD_MS: i64 = 15 * MINUTE_MS;
/// Longest text: an overview page is a few kilobytes.
const PASTE_LIMIT: usize = 64 * 1024;
/// A legal entity that every environment has and no order lives in. It stands for "not chosen yet".
const NO_COMPANY: &str = "dat";
/// FedEx's environment while nobody said which: the one that costs nothing.
const SAFE_ENVIRONMENT: &str = "sandbox";
/// Secrets of both sides, by field.
const SECRETS: [&str; 5] = ["client_secret", "private_key", "secret_key", "track_secret_key", "webhook_tokens"];
/// What is shown of what was understood, with its name.
const SHOWN: [(&str, &str); 10] = [
    ("base_url", "Address"),
    ("environment", "Environment"),
    ("authority", "Signs in at"),
    ("tenant_id", "Tenant"),
    ("client_id", "Client id"),
    ("api_key", "API key"),
    ("account_number", "Account number"),
    ("legal_entities", "Legal entities"),
    ("secret_expires", "Secret expires on"),
    ("services", "Services"),
];

#[async_trait]
impl StartDesk for OperatorDesk {
    async fn start(&self) -> Result<Start, Problem> {
        self.allowed_connections()?;
        let engine = &self.engine;
        let sees_labels = self.operator.as_ref().is_some_and(|operator| operator.role.sees_people());
        let way = self.way().await?;
        let steps = self.store(start_steps::steps(engine).await)?;
        Ok(Start {
            way,
            twins_refused: match way {
                StartWay::Choose => self.store(built_in_twins::refused(engine).await)?,
                StartWay::Twins | StartWay::Connect => None,
            },
            done: start_steps::are_done(&steps),
            steps,
            put_away: self.store(start_steps::are_put_away(engine).await)?,
            first_label: self.store(engine.store.db.first_label().await)?.map(|row| first_label(row, sees_labels)),
            may_change: self.allowed(Role::Admin).is_ok(),
            may_put_away: self.allowed(Role::Operator).is_ok(),
            now: super::present::moment(engine.clock.now_ms()),
        })
    }

    async fn start_twins(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        built_in_twins::begin(&self.engine, &actor).await
    }

    async fn remove_twins(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        built_in_twins::remove(&self.engine, &actor).await
    }

    async fn paste(&self, system: String, text: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        let system = known_system(&system)?;
        if text.len() > PASTE_LIMIT {
            let next = "Paste the part with ids and keys.";
            return Err(Problem::new("start.too-long", "That is more than 64 kB of text.", next));
        }
        let Understood { document, remarks } = match system {
            System::D365 => pasted::d365::read(&text),
            System::Fedex | System::Connector => pasted::fedex::read(&text),
        };
        if document.is_empty() {
            let next = remarks.first().map_or("Paste it with its names, or fill in the form below.", String::as_str);
            return Err(Problem::new("start.not-understood", "No value with a known name is in this text.", next));
        }
        // Several pastes add up: the address from the browser, ids from Entra, the secret from a mail.
        let mut whole = self.pasted(system).map(|(document, _)| document).unwrap_or_default();
        whole.extend(document);
        self.engine.keep_pasted(Pasted {
            by: actor.name().to_owned(),
            system,
            document: Value::Object(whole).to_string().into(),
            remarks,
            until_ms: self.engine.clock.now_ms() + HELD_MS,
        });
        Ok(())
    }

    async fn connecting_d365(&self) -> Result<Connecting<D365Access>, Problem> {
        let (document, rest) = self.connecting::<D365Access>(System::D365, "client_secret").await?;
        let text = |field: &str| text(&document, field);
        let form = D365Access {
            base_url: text("base_url"),
            tenant_id: text("tenant_id"),
            client_id: text("client_id"),
            client_secret: String::new(),
        };
        Ok(Connecting { form, ..rest })
    }

    async fn connecting_fedex(&self) -> Result<Connecting<FedexAccess>, Problem> {
        let (document, rest) = self.connecting::<FedexAccess>(System::Fedex, "secret_key").await?;
        let text = |field: &str| text(&document, field);
        let environment = Some(text("environment")).filter(|name| !name.is_empty());
        let environment = environment.unwrap_or_else(|| SAFE_ENVIRONMENT.to_owned());
        let form = FedexAccess {
            base_url: if environment == "custom" { text("base_url") } else { String::new() },
            environment,
            api_key: text("api_key"),
            secret_key: String::new(),
            account_number: text("account_number"),
        };
        Ok(Connecting { form, ..rest })
    }

    async fn connect_d365(&self, form: D365Access) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let typed = [("base_url", &form.base_url), ("tenant_id", &form.tenant_id), ("client_id", &form.client_id)];
        let mut document = self.document(System::D365, &typed, ("client_secret", &form.client_secret)).await?;
        let chosen = document.get("legal_entities").and_then(Value::as_array);
        let unchosen = chosen.is_none_or(|chosen| chosen.iter().all(|one| one.as_str() == Some(NO_COMPANY)));
        if unchosen {
            document.insert("legal_entities".to_owned(), vec![Value::from(NO_COMPANY)].into());
        }
        let ladder = rotate::save_tested(&self.engine, &actor, System::D365, Value::Object(document)).await?;
        self.engine.forget_pasted(actor.name(), System::D365);
        if unchosen && ladder.passed && self.take_all_companies(&actor).await? {
            let pinged = ping::ping(&self.engine, System::D365, &actor).await;
            return pinged.map_err(|error| problem::store(&self.engine, &error));
        }
        Ok(ladder)
    }

    async fn connect_fedex(&self, form: FedexAccess) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let base_url = if form.environment.trim() == "custom" { form.base_url.as_str() } else { "" }.to_owned();
        let typed = [
            ("environment", &form.environment),
            ("base_url", &base_url),
            ("api_key", &form.api_key),
            ("account_number", &form.account_number),
        ];
        let document = self.document(System::Fedex, &typed, ("secret_key", &form.secret_key)).await?;
        let ladder = rotate::save_tested(&self.engine, &actor, System::Fedex, Value::Object(document)).await?;
        self.engine.forget_pasted(actor.name(), System::Fedex);
        Ok(ladder)
    }

    async fn put_start_away(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let engine = &self.engine;
        let steps = self.store(start_steps::steps(engine).await)?;
        if !start_steps::are_done(&steps) {
            let next = "Finish the open steps; the list goes when nothing is left of it.";
            return Err(Problem::new("start.not-done", "Not every step of the first day is done.", next));
        }
        let now = engine.clock.now_ms();
        let entry = engine.entry(&actor, "start.put-away", Subject::default(), "Put the list of the first day away.");
        let put = async {
            let mut tx = engine.store.begin().await?;
            tx.set_cursor(FIRST_DAY_DONE, now, now).await?;
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(put.await)
    }
}

impl OperatorDesk {
    async fn way(&self) -> Result<StartWay, Problem> {
        let engine = &self.engine;
        if self.store(built_in_twins::since(engine).await)?.is_some() {
            return Ok(StartWay::Twins);
        }
        for name in [vault::D365, vault::FEDEX] {
            if self.store(engine.store.db.secret(name).await)?.is_some() {
                return Ok(StartWay::Connect);
            }
        }
        Ok(StartWay::Choose)
    }

    /// What this operator pasted about a system, secrets included.
    fn pasted(&self, system: System) -> Option<(Map<String, Value>, Vec<String>)> {
        let operator = self.operator.as_ref()?;
        let pasted = self.engine.pasted(&operator.name, system)?;
        let document = serde_json::from_str(pasted.document.expose_secret()).unwrap_or_default();
        Some((document, pasted.remarks))
    }

    /// The saved connection without secrets, and without what is kept with the rules.
    async fn saved_part(&self, system: System) -> Result<Option<Map<String, Value>>, Problem> {
        let sealed = connections::sealed(&self.engine, system).await?;
        let Some(Value::Object(mut document)) = sealed else { return Ok(None) };
        document.retain(|field, _| !SECRETS.contains(&field.as_str()));
        Ok(Some(document))
    }

    /// One side of the guide without its form, and the document the form shows.
    async fn connecting<F: Default>(
        &self,
        system: System,
        secret: &str,
    ) -> Result<(Map<String, Value>, Connecting<F>), Problem> {
        self.allowed_connections()?;
        let saved = self.saved_part(system).await?;
        let is_saved = saved.is_some();
        let (pasted, remarks) = self.pasted(system).unwrap_or_default();
        let held = match (pasted.contains_key(secret), is_saved) {
            (true, _) => SecretHeld::Pasted,
            (false, true) => SecretHeld::Saved,
            (false, false) => SecretHeld::Missing,
        };
        let refused = match self.allowed(Role::Admin) {
            Err(problem) => Some(problem),
            Ok(_) if self.way().await? == StartWay::Twins => Some(Problem::new(
                "twins.at-work",
                "The built-in twins are at work.",
                "Remove them on the Start page, then connect your systems.",
            )),
            Ok(_) => None,
        };
        let understood = understood(&pasted);
        let mut document = saved.unwrap_or_default();
        document.extend(pasted);
        let rest = Connecting {
            form: F::default(),
            secret: held,
            understood,
            remarks,
            saved: is_saved,
            ladder: match self.refused_save(system) {
                Some(refused) => Some(refused.ladder),
                None => self.last_ladder(system).await?,
            },
            refused,
            now: super::present::moment(self.engine.clock.now_ms()),
        };
        Ok((document, rest))
    }

    /// The document to save: what is saved, what was pasted over it, what was typed over that.
    async fn document(
        &self,
        system: System,
        typed: &[(&str, &String)],
        (secret, typed_secret): (&str, &str),
    ) -> Result<Map<String, Value>, Problem> {
        let mut document = self.saved_part(system).await?.unwrap_or_default();
        let (mut pasted, _) = self.pasted(system).unwrap_or_default();
        let moved = typed.iter().filter(|(field, value)| *field != "account_number" && is_other(&pasted, field, value));
        let moved: Vec<&str> = moved.map(|(field, _)| *field).collect();
        let is_typed = !typed_secret.trim().is_empty();
        if !moved.is_empty() && pasted.contains_key(secret) && !is_typed {
            return Err(Problem::new(
                "connections.secret-again",
                &format!("{} is not what was pasted, so the pasted secret is not used for it.", moved.join(", ")),
                "Enter the secret in the form, or paste everything again.",
            ));
        }
        if is_typed {
            pasted.insert(secret.to_owned(), typed_secret.trim().into());
        }
        document.extend(pasted);
        for (field, value) in typed {
            let value = value.trim();
            document.insert((*field).to_owned(), if value.is_empty() { Value::Null } else { value.into() });
        }
        // A field that must be there is missing rather than of a wrong kind.
        document.retain(|field, value| !value.is_null() || field == "base_url" && system == System::Fedex);
        Ok(document)
    }

    /// Saves all legal entities the application sees, while none was chosen; `false` when it sees none.
    async fn take_all_companies(&self, actor: &Actor) -> Result<bool, Problem> {
        let trace = Trace { actor: actor.clone(), subject: Subject::default() };
        let Ok(d365) = self.engine.d365().await else { return Ok(false) };
        let seen = d365.companies(&trace).await.ok().flatten().unwrap_or_default();
        let real: Vec<Value> = seen.into_iter().filter(|one| one != NO_COMPANY).map(Value::from).collect();
        if real.is_empty() {
            return Ok(false);
        }
        let mut document = self.saved_part(System::D365).await?.unwrap_or_default();
        document.insert("legal_entities".to_owned(), real.into());
        connections::save(&self.engine, actor, System::D365, Value::Object(document)).await?;
        Ok(true)
    }
}

/// What was typed leads elsewhere than what was pasted.
fn is_other(pasted: &Map<String, Value>, field: &str, typed: &str) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches('/').to_lowercase();
    let given = pasted.get(field).and_then(Value::as_str);
    given.is_some_and(|given| !plain(given).is_empty() && plain(given) != plain(typed))
}

fn text(document: &Map<String, Value>, field: &str) -> String {
    document.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Names and values for people, no secret.
fn understood(pasted: &Map<String, Value>) -> Vec<(String, String)> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.keys().cloned().collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    let shown = SHOWN.iter().filter_map(|(field, name)| {
        let value = words(pasted.get(*field)?);
        (!value.is_empty()).then(|| ((*name).to_owned(), value))
    });
    let mut lines: Vec<_> = shown.collect();
    for (field, name) in [("client_secret", "Client secret"), ("secret_key", "Secret key")] {
        if pasted.contains_key(field) {
            lines.push((name.to_owned(), "taken; it is not shown".to_owned()));
        }
    }
    lines
}

/// Who does not see people does not see the label with their address either.
fn first_label(row: Row, sees_labels: bool) -> FirstLabel {
    let order = format!("/orders/{}/{}", row.company, row.number);
    let label = format!("{order}/shipments/{}/documents/{}/{}", row.shipment_id, row.sequence, row.document_no);
    let is_picture = ImageType::parse(&row.image_type) == Some(ImageType::Png);
    FirstLabel {
        tracking_number: row.tracking_number,
        number: row.number,
        picture_href: (is_picture && sees_labels).then(|| label.clone()),
        order_href: order,
        label_href: sees_labels.then_some(label),
        at: super::present::moment(row.created_ms),
    }
}
