//! The way FedEx's pushes come on: the callback address, a signed test of it, and security tokens.

use crate::audit::{Actor, Outcome, Subject, System};
use crate::clock::DAY_MS;
use crate::desk::present::moment;
use crate::desk::problem;
use crate::engine::Engine;
use crate::fedex::credentials::{Credentials, LIVE_TOKENS, webhook_token};
use crate::fedex::{callback, webhook};
use crate::store::StoreError;
use crate::store::inbox::DeliveryRow;
use crate::transport::redact::Redactor;
use crate::transport::{Answer, Call, SendError, Trace, chain};
use crate::vault::{self, VaultError};
use crate::work::ingest::{SELF_TEST_KEY, token_until, token_used};
use app::contract::{Ladder, Problem, Rung, RungOutcome, WebhookToken};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// The name the last test is kept under, beside the pings of both systems.
pub const WEBHOOK: &str = "webhook";
/// How long an old token stays valid: time to change it in FedEx's portal, and for FedEx to repeat
/// what it signed before (7 days at most).
const OVERLAP_MS: i64 = 7 * DAY_MS;
/// Longest characters of a token we make; FedEx takes 26 to 100.
const TOKEN_CHARACTERS: usize = 48;
/// The test goes out and comes back in; a proxy that takes longer would fail FedEx too.
const TEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Resolving a name.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
/// The test.
const TEST_CALL: Call =
    Call { system: System::Connector, operation: "connector.webhook-test", timeout: TEST_TIMEOUT, confidential: false };

/// The callback address against FedEx's rules; resolving its name is left to [`check_callback`].
pub fn callback_ladder(engine: &Engine, url: &Url) -> Ladder {
    let rungs = callback::rules(url).into_iter().map(|rule| match rule.fault {
        None => passed(rule.name, rule.seen),
        Some((sentence, next)) => failed(rule.name, rule.seen, "inbox.callback", sentence, next),
    });
    ladder("callback", engine.clock.now_ms(), 0, rungs.collect())
}

/// The same, and its name resolved.
pub async fn check_callback(engine: &Engine) -> Ladder {
    let began = engine.clock.now_ms();
    let url = callback::callback(&engine.config.public_url());
    let mut rungs = callback_ladder(engine, &url).rungs;
    rungs.push(resolved(&url).await);
    let now = engine.clock.now_ms();
    ladder("callback", now, now - began, rungs)
}

async fn resolved(url: &Url) -> Rung {
    const NAME: &str = "Name resolves";
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    let asked = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((host, port))).await;
    let addresses: Vec<_> = asked.ok().and_then(Result::ok).into_iter().flatten().map(|found| found.ip()).collect();
    let seen = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if addresses.is_empty() {
        let next = "Make a public DNS record for it.";
        return failed(NAME, host.to_owned(), "inbox.callback", "This name has no address.", next);
    }
    if !addresses.iter().any(|address| callback::is_public(*address)) {
        let sentence = "From here this name leads to a private address.";
        let next = "If that is so on the internet too, FedEx cannot reach it; check its public DNS record.";
        return failed(NAME, seen, "inbox.callback", sentence, next);
    }
    passed(NAME, seen)
}

/// Sends a signed, marked push through the public address and looks for it in the inbox.
pub async fn self_test(engine: &Engine, actor: &Actor) -> Result<Ladder, StoreError> {
    let began = engine.clock.now_ms();
    let mut rungs = Vec::new();
    climb(engine, actor, &mut rungs).await?;
    let now = engine.clock.now_ms();
    let ladder = ladder(WEBHOOK, now, now - began, rungs);
    let fault = ladder.rungs.iter().find_map(|rung| rung.problem.as_ref());
    let summary = match fault {
        None => "A signed test came through the public address and was stored.".to_owned(),
        Some(problem) => format!("Test of the way of FedEx's pushes: {problem}"),
    };
    let outcome = if ladder.passed { Outcome::Ok } else { Outcome::Failed };
    let json = serde_json::to_string(&ladder).expect("a ladder is plain data");
    let entry = engine.entry(actor, "inbox.self-test", Subject::default(), summary).outcome(outcome);
    engine.store.record(&entry).await?;
    engine.store.db.keep_ping(WEBHOOK, now, ladder.passed, &json).await?;
    Ok(ladder)
}

async fn climb(engine: &Engine, actor: &Actor, rungs: &mut Vec<Rung>) -> Result<(), StoreError> {
    let fedex = engine.fedex().await.ok();
    let tokens = fedex.as_ref().map(|fedex| fedex.credentials().webhook_tokens.clone()).unwrap_or_default();
    let (Some(token), Some(fedex)) = (tokens.first(), fedex) else {
        let next = "Set one below, and the same at FedEx.";
        rungs.push(failed("Token", String::new(), "inbox.no-token", "No security token is set.", next));
        return Ok(());
    };
    rungs.push(passed("Token", format!("signed with {}", webhook::token_id(token))));
    let url = callback::callback(&engine.config.public_url());
    let body = json!({SELF_TEST_KEY: {"id": engine.new_id()}}).to_string().into_bytes();
    let request = http::Request::post(url.as_str())
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(webhook::SIGNATURE_HEADER, webhook::sign(token, &body))
        .body(body.clone())
        .expect("an address and plain headers make a request");
    let trace = Trace { actor: actor.clone(), subject: Subject::default() };
    let sent_ms = engine.clock.now_ms();
    let answer = engine.transport.send(&trace, &TEST_CALL, request, &Redactor::new(tokens)).await;
    let took = engine.clock.now_ms() - sent_ms;
    let found = engine.store.db.delivery_of(fedex.environment_name(), &webhook::content_key(&body)).await?;
    judge(&url, answer, took, found.as_ref(), rungs);
    Ok(())
}

/// The answer and what lies in the inbox, as sentences.
fn judge(url: &Url, answer: Result<Answer, SendError>, took: i64, found: Option<&DeliveryRow>, rungs: &mut Vec<Rung>) {
    let host = url.host_str().unwrap_or_default();
    let status = match answer {
        Ok(answer) => answer.status(),
        Err(error) => {
            let next = "Check public_url, DNS, the proxy's certificate and the firewall.";
            rungs.push(failed("Reached", chain(&error), "inbox.unreachable", &format!("{host} did not answer."), next));
            return;
        }
    };
    let reached = passed("Reached", format!("{host} answered {} in {took} ms", status.as_u16()));
    rungs.push(Rung { duration_ms: Some(took), ..reached });
    if status == http::StatusCode::UNAUTHORIZED {
        let sentence = "The test arrived and its signature was not accepted.";
        let next = "A proxy on the way changes the body, or the address leads to an installation with another token.";
        rungs.push(failed("Signature", String::new(), "inbox.signature", sentence, next));
        return;
    }
    if !status.is_success() {
        let sentence = format!("The address answered {}, which FedEx counts as not delivered.", status.as_u16());
        let next = "Let the proxy pass POST /webhooks/fedex to this server unchanged and without a sign-in.";
        rungs.push(failed("Signature", String::new(), "inbox.answer", &sentence, next));
        return;
    }
    rungs.push(passed("Signature", "accepted".to_owned()));
    let Some(row) = found else {
        let sentence = "The address said well, and nothing came in here.";
        let next = "Another program or another installation answers there; check where public_url leads.";
        rungs.push(failed("Stored", String::new(), "inbox.elsewhere", sentence, next));
        return;
    };
    rungs.push(passed("Stored", format!("as {}, before the answer", row.delivery_id)));
}

fn ladder(system: &str, at_ms: i64, duration_ms: i64, rungs: Vec<Rung>) -> Ladder {
    let passed = rungs.iter().all(|rung| rung.outcome == RungOutcome::Passed);
    Ladder { system: system.to_owned(), at: moment(at_ms), passed, duration_ms, rungs }
}

fn passed(name: &str, evidence: String) -> Rung {
    Rung {
        name: name.to_owned(),
        outcome: RungOutcome::Passed,
        duration_ms: None,
        evidence,
        problem: None,
        for_colleague: None,
    }
}

fn failed(name: &str, evidence: String, code: &str, sentence: &str, next: &str) -> Rung {
    let problem = Some(Problem::new(code, sentence, next));
    Rung { outcome: RungOutcome::Failed, problem, ..passed(name, evidence) }
}

/// The tokens that are set, newest first, without themselves.
pub async fn tokens(engine: &Engine) -> Result<Vec<WebhookToken>, StoreError> {
    let Ok(fedex) = engine.fedex().await else { return Ok(Vec::new()) };
    let now = engine.clock.now_ms();
    let mut views = Vec::new();
    for (place, token) in fedex.credentials().webhook_tokens.iter().enumerate() {
        let token_id = webhook::token_id(token);
        let db = &engine.store.db;
        let until = db.cursor(&token_until(&token_id)).await?.filter(|_| place > 0);
        views.push(WebhookToken {
            newest: place == 0,
            used: db.cursor(&token_used(&token_id)).await?.map(moment),
            until: until.map(moment),
            ended: until.is_some_and(|until| until <= now),
            token_id,
        });
    }
    Ok(views)
}

/// A token by FedEx's rules that nobody has seen.
pub fn fresh_token(engine: &Engine) -> String {
    loop {
        let token = engine.random_text(TOKEN_CHARACTERS);
        // One in thousands has no digit.
        if webhook_token("token", &token).is_ok() {
            return token;
        }
    }
}

/// Sets a new token. The newest so far stays valid for a while, the one before it ends.
pub async fn set_token(engine: &Engine, actor: &Actor, token: &str) -> Result<(), Problem> {
    let token = webhook_token("token", token)
        .map_err(|error| Problem::new("inbox.token", &error.sentence, &error.next_step))?;
    let now = engine.clock.now_ms();
    let id = webhook::token_id(&token);
    let mut until = None;
    change(engine, actor, "inbox.token-set", |tokens| {
        if tokens.iter().any(|old| old.expose_secret() == token.expose_secret()) {
            let message = "This token is set already.";
            return Err(Problem::new("inbox.token-known", message, "Choose one that was never used."));
        }
        until = tokens.first().map(|old| (token_until(&webhook::token_id(old)), now + OVERLAP_MS));
        tokens.insert(0, token.clone());
        tokens.truncate(LIVE_TOKENS);
        let overlap =
            until.as_ref().map(|(_, until)| format!("; the one before is valid until {}", moment(*until).text));
        Ok((
            format!("Set a new security token for FedEx's pushes ({id}){}.", overlap.unwrap_or_default()),
            until.clone(),
        ))
    })
    .await
}

/// Ends the old token now.
pub async fn retire_token(engine: &Engine, actor: &Actor) -> Result<(), Problem> {
    change(engine, actor, "inbox.token-retired", |tokens| {
        if tokens.len() < LIVE_TOKENS {
            return Err(Problem::new("inbox.no-old-token", "There is no old token.", "Set a new one first."));
        }
        let old = tokens.split_off(1);
        Ok((format!("Ended the old security token of FedEx's pushes ({}).", webhook::token_id(&old[0])), None))
    })
    .await
}

type Decided = Result<(String, Option<(String, i64)>), Problem>;

/// Changes the sealed tokens, the end of an overlap and the trail in one transaction.
async fn change(
    engine: &Engine,
    actor: &Actor,
    action: &str,
    decide: impl FnOnce(&mut Vec<SecretString>) -> Decided,
) -> Result<(), Problem> {
    let broken = |error: VaultError| problem::vault(engine, &error);
    let opened = engine.vault.get(vault::FEDEX).await.map_err(broken)?;
    let no_connection = || {
        let message = "FedEx is not connected yet.";
        Problem::new("auth.not-configured", message, "Save the FedEx connection first, on the page Connections.")
    };
    let opened = opened.ok_or_else(no_connection)?;
    let mut document: Value = serde_json::from_str(opened.value.expose_secret()).unwrap_or_default();
    let mut tokens = Credentials::parse(opened.value.expose_secret()).map_err(|_| no_connection())?.webhook_tokens;
    let (summary, until) = decide(&mut tokens)?;
    document["webhook_tokens"] = tokens.iter().map(ExposeSecret::expose_secret).collect();
    let now = engine.clock.now_ms();
    let written = async {
        let mut tx = engine.store.begin().await?;
        engine.vault.put(&mut tx, vault::FEDEX, &document.to_string().into(), now, actor.name()).await?;
        if let Some((cursor, until)) = until {
            tx.advance_cursor(&cursor, until, now).await?;
        }
        let mut entry = engine.entry(actor, action, Subject::default(), summary);
        entry.system = System::Fedex;
        engine.store.append(&mut tx, &entry).await?;
        tx.commit().await.map_err(VaultError::from)
    };
    written.await.map_err(broken)?;
    engine.forget_connections();
    Ok(())
}
