//! Accounts: the first administrator, signing in, and the throttle against guessing.
//!
//! Passwords are argon2id. Failed sign-ins are counted in the database by name and by address, so
//! that a restart or a second node does not help who guesses. A name that does not exist costs the
//! same time as one that does.

use crate::audit::{Actor, Outcome, Subject};
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::desk::{Operator, Role};
use crate::engine::Engine;
use crate::store::operators::{Failures, OperatorRow, unknown_role};
use crate::store::{Result, StoreError};
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use std::sync::LazyLock;

/// Shortest password: twelve characters cannot be guessed through this throttle in a lifetime.
pub const PASSWORD_LEAST: usize = 12;
/// Longest password: hashing a novel is work for free.
const PASSWORD_MOST: usize = 1_024;
/// Longest name.
pub(super) const NAME_MOST: usize = 60;
/// Failures that cost nothing: people mistype.
const FREE_FAILURES: i64 = 5;
/// First block after that; doubles with every failure.
const FIRST_BLOCK_MS: i64 = 5 * SECOND_MS;
/// Longest block, so that nobody can lock an operator out for a shift.
const LONGEST_BLOCK_MS: i64 = 15 * MINUTE_MS;
/// Failures older than this are forgotten.
const FORGET_MS: i64 = 60 * MINUTE_MS;

/// Why nobody was signed in or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// Name or password, and we do not say which.
    Wrong,
    /// Too many tries.
    Throttled {
        /// Until when.
        until_ms: i64,
    },
    /// An administrator exists already.
    SetupDone,
    /// Too short.
    PasswordShort,
    /// Empty, too long, or reserved.
    NameInvalid,
    /// Somebody has that name.
    NameTaken,
}

fn argon2() -> Argon2<'static> {
    // OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
    let params = Params::new(19 * 1024, 2, 1, None).expect("constant parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash nobody has the password of, for names that do not exist.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

pub(super) fn hash(password: &str) -> std::result::Result<String, argon2::password_hash::Error> {
    Ok(argon2().hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))?.to_string())
}

pub(super) fn verify(password: &str, hashed: &str) -> bool {
    PasswordHash::new(hashed).is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok())
}

fn row(
    engine: &Engine,
    name: &str,
    password: &SecretString,
    role: Role,
) -> std::result::Result<OperatorRow, SignInRefusal> {
    let name = name.trim().to_lowercase();
    let reserved = [Actor::Engine.name().to_owned(), Actor::CommandLine.name().to_owned()];
    if name.is_empty() || name.chars().count() > NAME_MOST || reserved.contains(&name) {
        return Err(SignInRefusal::NameInvalid);
    }
    let password_hash = new_hash(password)?;
    let now = engine.clock.now_ms();
    Ok(OperatorRow {
        operator_id: engine.new_id(),
        name,
        password_hash,
        role: role.name().to_owned(),
        created_ms: now,
        password_ms: now,
        disabled_ms: None,
        signed_in_ms: None,
    })
}

/// The hash of a password that somebody chose, if it is long enough.
pub(super) fn new_hash(password: &SecretString) -> std::result::Result<String, SignInRefusal> {
    let length = password.expose_secret().chars().count();
    if !(PASSWORD_LEAST..=PASSWORD_MOST).contains(&length) {
        return Err(SignInRefusal::PasswordShort);
    }
    hash(password.expose_secret()).map_err(|_| SignInRefusal::PasswordShort)
}

/// Makes the first administrator; of two who try at once, one is refused.
pub async fn first_administrator(
    engine: &Engine,
    name: &str,
    password: &SecretString,
) -> Result<std::result::Result<OperatorRow, SignInRefusal>> {
    if engine.store.db.has_operators().await? {
        return Ok(Err(SignInRefusal::SetupDone));
    }
    add(engine, &Actor::Operator(name.trim().to_lowercase()), name, password, Role::Admin, true).await
}

/// Adds an operator; the first one takes the first administrator's place.
pub async fn add_operator(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    password: &SecretString,
    role: Role,
) -> Result<std::result::Result<OperatorRow, SignInRefusal>> {
    let first = !engine.store.db.has_operators().await?;
    add(engine, actor, name, password, role, first).await
}

async fn add(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    password: &SecretString,
    role: Role,
    first: bool,
) -> Result<std::result::Result<OperatorRow, SignInRefusal>> {
    let row = match row(engine, name, password, role) {
        Ok(row) => row,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = engine.store.begin().await?;
    if !tx.insert_operator(&row).await? {
        return Ok(Err(if first { SignInRefusal::SetupDone } else { SignInRefusal::NameTaken }));
    }
    // Dropping the transaction undoes the operator too.
    if first && !tx.claim_first_administrator(&row.operator_id).await? {
        return Ok(Err(SignInRefusal::SetupDone));
    }
    let summary = format!("{} was added as {}.", row.name, row.role);
    let entry = engine.entry(actor, "operator.added", Subject::default(), summary);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Ok(row))
}

/// Checks a name and a password. `address` is where the browser is, for the throttle.
pub async fn sign_in(
    engine: &Engine,
    name: &str,
    password: &SecretString,
    address: &str,
) -> Result<std::result::Result<OperatorRow, SignInRefusal>> {
    let now = engine.clock.now_ms();
    let name = name.trim().to_lowercase();
    let subjects = [format!("name {}", name.chars().take(NAME_MOST).collect::<String>()), format!("address {address}")];
    for subject in &subjects {
        let failures = engine.store.db.failures(subject).await?;
        if now < failures.blocked_until_ms {
            return Ok(Err(SignInRefusal::Throttled { until_ms: failures.blocked_until_ms }));
        }
    }
    let found = engine.store.db.operator(&name).await?;
    let hashed = found.as_ref().map_or_else(|| NOBODY.clone(), |operator| operator.password_hash.clone());
    let typed = password.clone();
    let matches = tokio::task::spawn_blocking(move || {
        typed.expose_secret().len() <= PASSWORD_MOST * 4 && verify(typed.expose_secret(), &hashed)
    })
    .await
    .unwrap_or(false);
    let mut tx = engine.store.begin().await?;
    // Who was put out learns no more than who mistypes.
    let signed_in = found.filter(|operator| matches && operator.disabled_ms.is_none());
    if let Some(operator) = &signed_in {
        tx.note_sign_in(&operator.operator_id, now).await?;
    }
    for subject in &subjects {
        let failures = match signed_in {
            Some(_) => Failures::default(),
            None => failed(tx.failures(subject).await?, now),
        };
        tx.set_failures(subject, failures).await?;
    }
    let (action, outcome) =
        if signed_in.is_some() { ("session.signed-in", Outcome::Ok) } else { ("session.refused", Outcome::Refused) };
    // A wrong name may be a password typed into the wrong field: it is not kept.
    let actor = signed_in.as_ref().map_or(Actor::Engine, |operator| Actor::Operator(operator.name.clone()));
    let entry = engine.entry(&actor, action, Subject::default(), format!("Sign-in from {address}.")).outcome(outcome);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(signed_in.ok_or(SignInRefusal::Wrong))
}

pub(super) fn failed(before: Failures, now: i64) -> Failures {
    let failures = if now - before.last_ms > FORGET_MS { 1 } else { before.failures + 1 };
    let over = failures - FREE_FAILURES;
    let block = if over > 0 { (FIRST_BLOCK_MS << (over - 1).min(20)).min(LONGEST_BLOCK_MS) } else { 0 };
    Failures { failures, last_ms: now, blocked_until_ms: now + block }
}

/// The operator behind a session that began with the password set at `password_ms`. Who was disabled
/// or got another password since is out.
pub async fn operator_of(engine: &Engine, operator_id: &str, password_ms: i64) -> Result<Option<Operator>> {
    let row = engine.store.db.operator_by_id(operator_id).await?;
    let Some(row) = row.filter(|row| row.disabled_ms.is_none() && row.password_ms == password_ms) else {
        return Ok(None);
    };
    let role: std::result::Result<Role, StoreError> = Role::parse(&row.role).ok_or_else(|| unknown_role(&row));
    Ok(Some(Operator { name: row.name, role: role? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_forgetting_ends_it() {
        let mut failures = Failures::default();
        for _ in 0..FREE_FAILURES {
            failures = failed(failures, FORGET_MS);
            assert!(failures.blocked_until_ms <= FORGET_MS, "mistyping costs nothing");
        }
        let first = failed(failures, FORGET_MS);
        assert_eq!(first.blocked_until_ms, FORGET_MS + FIRST_BLOCK_MS);
        let mut many = first;
        for _ in 0..60 {
            many = failed(many, FORGET_MS);
        }
        assert_eq!(many.blocked_until_ms, FORGET_MS + LONGEST_BLOCK_MS);
        assert_eq!(failed(many, 3 * FORGET_MS).failures, 1);
    }

    #[test]
    fn a_password_verifies_only_against_its_own_hash() {
        let hashed = hash("correct horse battery").unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", &hashed));
        assert!(!verify("wrong horse battery", &hashed));
        assert!(!verify("anything", ""));
    }
}
