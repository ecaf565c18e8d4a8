//! Who may sign in, and as what.

use super::Moment;
use serde::{Deserialize, Serialize};

/// The people page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// One sentence: `4 people may sign in, 1 of them as administrator.`
    pub headline: String,
    /// Everybody to administrators, themselves to others.
    pub rows: Vec<PersonRow>,
    /// The roles, the one that may least first.
    pub roles: Vec<RoleView>,
    /// The viewer may add and change people.
    pub may_edit: bool,
    /// Shortest password that is taken.
    pub password_least: usize,
    /// The server's clock.
    pub now: Moment,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Its id; commands name it.
    pub operator_id: String,
    /// Sign-in name.
    pub name: String,
    /// The stored name of the role.
    pub role: String,
    /// The role in words.
    pub role_title: String,
    /// This is who looks at the page.
    pub is_me: bool,
    /// Added when.
    pub added: Moment,
    /// Signed in last.
    pub signed_in: Option<Moment>,
    /// Put out when; they cannot sign in.
    pub disabled: Option<Moment>,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    /// The stored name.
    pub name: String,
    /// In words.
    pub title: String,
    /// What it may, in one sentence.
    pub sentence: String,
}
