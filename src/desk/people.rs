//! Who may sign in, and as what. There is always an administrator who can.

use crate::audit::{Actor, Entry, Outcome, Subject};
use crate::clock;
use crate::desk::sign_in::{NAME_MOST, PASSWORD_LEAST, SignInRefusal, add_operator, failed, new_hash, verify};
use crate::desk::{OperatorDesk, Role, present, problem};
use crate::engine::Engine;
use crate::store::operators::{Failures, OperatorRow, unknown_role};
use crate::store::{Result as Stored, StoreError, Tx};
use app::contract::{People, PersonRow, Problem, RoleView};
use app::desk::PeopleDesk;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

/// A role in words.
fn role_title(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::CustomerService => "Customer service",
        Role::Operator => "Operator",
        Role::Admin => "Administrator",
    }
}

/// Whom to ask for what takes this role.
pub fn whom_to_ask(role: Role) -> &'static str {
    match role {
        Role::Viewer => "anybody here",
        Role::CustomerService => "customer service",
        Role::Operator => "an operator",
        Role::Admin => "an administrator",
    }
}

/// What a role may.
fn role_sentence(role: Role) -> &'static str {
    match role {
        Role::Viewer => {
            "Sees what happens. Streets, telephones, e-mail addresses and names of people are hidden, and so are \
             labels and proofs of delivery."
        }
        Role::CustomerService => {
            "Sees orders with the people in them, labels, tracking and proofs, and asks why. Changes nothing and \
             does not see the connections."
        }
        Role::Operator => "Also replays, corrects, prints, cancels, pulls and pauses.",
        Role::Admin => "Also changes connections, write-back targets, printers and people.",
    }
}

/// A role by its stored name, or what to use instead.
pub fn role_of(name: &str) -> Result<Role, Problem> {
    Role::parse(name.trim()).ok_or_else(|| {
        let names = Role::ALL.map(Role::name).join(", ");
        Problem::new("people.unknown-role", &format!("There is no role {name}."), &format!("Use one of {names}."))
    })
}

/// Why somebody cannot be added or get a password.
fn refused(refusal: &SignInRefusal, name: &str) -> Problem {
    match refusal {
        SignInRefusal::PasswordShort => Problem::new(
            "people.password-short",
            &format!("The password has fewer than {PASSWORD_LEAST} characters."),
            "Choose a longer one; a few words are easy to remember.",
        ),
        SignInRefusal::NameTaken => Problem::new(
            "people.name-taken",
            &format!("There is a {name} already."),
            "Choose another name, or enable that person again.",
        ),
        _ => Problem::new(
            "people.name-invalid",
            &format!("{name:?} cannot be a name here."),
            &format!("Use 1 to {NAME_MOST} characters, and not the name of a part of ml-connector."),
        ),
    }
}

/// Adds a person.
pub async fn add(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    role: Role,
    password: &SecretString,
) -> Result<OperatorRow, Problem> {
    let added = add_operator(engine, actor, name, password, role).await;
    added.map_err(|error| problem::store(engine, &error))?.map_err(|refusal| refused(&refusal, name.trim()))
}

/// Finds a person by name.
pub async fn named(engine: &Engine, name: &str) -> Result<OperatorRow, Problem> {
    let found = engine.store.db.operator(name).await.map_err(|error| problem::store(engine, &error))?;
    found.ok_or_else(|| no_person(name))
}

/// Changes what a person may do; it counts from their next click on.
pub async fn set_role(engine: &Engine, actor: &Actor, operator_id: &str, role: Role) -> Result<(), Problem> {
    let person = person(engine, operator_id).await?;
    if person.role == role.name() {
        return Ok(());
    }
    let summary = format!("{} is {} now; was {}.", person.name, role.name(), person.role);
    let entry = engine.entry(actor, "operator.role-changed", Subject::default(), summary);
    let changed = async {
        let mut tx = begun(engine, &entry).await?;
        tx.set_role(operator_id, role.name()).await?;
        keep_an_administrator(tx).await
    };
    administrated(engine, &person, changed.await)
}

/// Puts a person out at once, or lets them sign in again.
pub async fn set_enabled(engine: &Engine, actor: &Actor, operator_id: &str, enabled: bool) -> Result<(), Problem> {
    let person = person(engine, operator_id).await?;
    if person.disabled_ms.is_none() == enabled {
        return Ok(());
    }
    let (action, summary) = if enabled {
        ("operator.enabled", format!("{} may sign in again.", person.name))
    } else {
        ("operator.disabled", format!("{} may no longer sign in.", person.name))
    };
    let entry = engine.entry(actor, action, Subject::default(), summary);
    let changed = async {
        let mut tx = begun(engine, &entry).await?;
        tx.set_disabled(operator_id, (!enabled).then(|| engine.clock.now_ms())).await?;
        keep_an_administrator(tx).await
    };
    administrated(engine, &person, changed.await)
}

/// Sets a person's password; whoever is signed in as them is out.
pub async fn set_password(
    engine: &Engine,
    actor: &Actor,
    operator_id: &str,
    password: &SecretString,
) -> Result<(), Problem> {
    let person = person(engine, operator_id).await?;
    let hash = new_hash(password).map_err(|refusal| refused(&refusal, &person.name))?;
    let summary = format!("{} has a new password; their sessions ended.", person.name);
    let entry = engine.entry(actor, "operator.password-set", Subject::default(), summary);
    // Two of the same millisecond are two passwords too.
    let password_ms = engine.clock.now_ms().max(person.password_ms + 1);
    let changed = async {
        let mut tx = begun(engine, &entry).await?;
        tx.set_password(operator_id, &hash, password_ms).await?;
        tx.commit().await
    };
    changed.await.map_err(|error: StoreError| problem::store(engine, &error))
}

/// A transaction that holds its entry already. The end of the trail is locked by it, so that of two
/// administrators who demote each other the second sees what the first did.
async fn begun(engine: &Engine, entry: &Entry) -> Stored<Tx> {
    let mut tx = engine.store.begin().await?;
    engine.store.append(&mut tx, entry).await?;
    Ok(tx)
}

/// Commits, unless nobody could add people any more; `false` then.
async fn keep_an_administrator(mut tx: Tx) -> Stored<bool> {
    let remain = tx.count_administrators().await? > 0;
    if remain {
        tx.commit().await?;
    }
    Ok(remain)
}

fn administrated(engine: &Engine, person: &OperatorRow, changed: Stored<bool>) -> Result<(), Problem> {
    if changed.map_err(|error| problem::store(engine, &error))? {
        return Ok(());
    }
    Err(Problem::new(
        "people.last-administrator",
        &format!("{} is the only administrator who may sign in.", person.name),
        "Make somebody else administrator first.",
    ))
}

async fn person(engine: &Engine, operator_id: &str) -> Result<OperatorRow, Problem> {
    let found = engine.store.db.operator_by_id(operator_id).await.map_err(|error| problem::store(engine, &error))?;
    found.ok_or_else(|| no_person(operator_id))
}

fn no_person(who: &str) -> Problem {
    Problem::new("people.not-found", &format!("There is nobody called {who}."), "Read the list of people again.")
}

/// People as lists show them.
pub fn person_row(row: &OperatorRow, me: &str) -> Stored<PersonRow> {
    let role = Role::parse(&row.role).ok_or_else(|| unknown_role(row))?;
    Ok(PersonRow {
        operator_id: row.operator_id.clone(),
        name: row.name.clone(),
        role: row.role.clone(),
        role_title: role_title(role).to_owned(),
        is_me: row.name == me,
        added: present::moment(row.created_ms),
        signed_in: row.signed_in_ms.map(present::moment),
        disabled: row.disabled_ms.map(present::moment),
    })
}

fn headline(rows: &[PersonRow]) -> String {
    let enabled = rows.iter().filter(|row| row.disabled.is_none());
    let (count, admins) = (enabled.clone().count(), enabled.filter(|row| row.role == Role::Admin.name()).count());
    let people = if count == 1 { "1 person may".to_owned() } else { format!("{count} people may") };
    format!("{people} sign in, {admins} of them as administrator.")
}

#[async_trait]
impl PeopleDesk for OperatorDesk {
    async fn people(&self) -> Result<People, Problem> {
        let actor = self.allowed(Role::Viewer)?;
        let may_edit = self.allowed(Role::Admin).is_ok();
        let everybody = self.store(self.engine.store.db.operators().await)?;
        let rows: Stored<Vec<PersonRow>> = everybody.iter().map(|row| person_row(row, actor.name())).collect();
        let mut rows = self.store(rows)?;
        let sentence = headline(&rows);
        rows.retain(|row| may_edit || row.is_me);
        let role = |role: Role| RoleView {
            name: role.name().to_owned(),
            title: role_title(role).to_owned(),
            sentence: role_sentence(role).to_owned(),
        };
        Ok(People {
            headline: if may_edit { sentence } else { "Only administrators see and change other people.".to_owned() },
            rows,
            roles: Role::ALL.map(role).to_vec(),
            may_edit,
            password_least: PASSWORD_LEAST,
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn add_person(&self, name: String, role: String, password: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        add(&self.engine, &actor, &name, role_of(&role)?, &password.into()).await.map(drop)
    }

    async fn set_role(&self, operator_id: String, role: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        set_role(&self.engine, &actor, &operator_id, role_of(&role)?).await
    }

    async fn set_enabled(&self, operator_id: String, enabled: bool) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        set_enabled(&self.engine, &actor, &operator_id, enabled).await
    }

    async fn set_password(&self, operator_id: String, password: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        set_password(&self.engine, &actor, &operator_id, &password.into()).await
    }

    async fn change_own_password(&self, old: String, new: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Viewer)?;
        let me = named(&self.engine, actor.name()).await?;
        self.prove(&actor, &me, old.into()).await?;
        set_password(&self.engine, &actor, &me.operator_id, &new.into()).await
    }
}

impl OperatorDesk {
    /// Checks the old password. Wrong ones count like failed sign-ins: a browser left open must not
    /// become a place to guess at.
    async fn prove(&self, actor: &Actor, me: &OperatorRow, old: SecretString) -> Result<(), Problem> {
        let engine = &self.engine;
        let now = engine.clock.now_ms();
        let subject = format!("name {}", me.name);
        let before = self.store(engine.store.db.failures(&subject).await)?;
        if now < before.blocked_until_ms {
            let message =
                format!("Too many wrong passwords; the next try is at {}.", clock::text(before.blocked_until_ms));
            return Err(Problem::new("people.throttled", &message, "Wait until then, or ask an administrator."));
        }
        let hashed = me.password_hash.clone();
        let matches = tokio::task::spawn_blocking(move || verify(old.expose_secret(), &hashed)).await.unwrap_or(false);
        if matches && before == Failures::default() {
            return Ok(());
        }
        let summary = "Entered a wrong password to change it.";
        let entry = engine.entry(actor, "operator.password-refused", Subject::default(), summary);
        let counted = async {
            let mut tx = engine.store.begin().await?;
            // Read again: guesses that came side by side all count.
            let after = if matches { Failures::default() } else { failed(tx.failures(&subject).await?, now) };
            tx.set_failures(&subject, after).await?;
            if !matches {
                engine.store.append(&mut tx, &entry.outcome(Outcome::Refused)).await?;
            }
            tx.commit().await
        };
        self.store(counted.await)?;
        if matches {
            return Ok(());
        }
        Err(Problem::new("people.wrong-password", "This is not your password.", "Enter the one you signed in with."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_words_and_is_found_by_its_name() {
        for role in Role::ALL {
            assert_eq!(role_of(role.name()).ok(), Some(role));
            assert!(role_sentence(role).ends_with('.') && !role_title(role).is_empty());
        }
        let problem = role_of("boss").expect_err("no such role");
        assert!(problem.hint.contains("customer_service"), "{problem}");
    }

    #[test]
    fn the_headline_counts_those_who_may_sign_in() {
        let row = |role: &str, disabled: bool| PersonRow {
            role: role.into(),
            disabled: disabled.then(Default::default),
            ..PersonRow::default()
        };
        assert_eq!(headline(&[row("admin", false)]), "1 person may sign in, 1 of them as administrator.");
        let rows = [row("admin", false), row("viewer", false), row("admin", true)];
        assert_eq!(headline(&rows), "2 people may sign in, 1 of them as administrator.");
    }
}
