//! Saved filters of the order list, and how an operator wants it laid out.

use serde::{Deserialize, Serialize};

/// What belongs to the order list and is the operator's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSettings {
    /// Own views, then what others share.
    pub views: Vec<SavedView>,
    /// How the list is laid out.
    pub layout: Layout,
}

/// A saved filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub view_id: String,
    /// What it is called.
    pub name: String,
    /// The query of the list's address: `?state=attention`.
    pub query: String,
    /// Everybody sees it.
    pub shared: bool,
    /// Who shares it, when it is somebody else's.
    pub by: Option<String>,
    /// The operator may remove it.
    pub may_remove: bool,
}

/// How the list is laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Columns that are left out: `service`.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Rows stand close.
    #[serde(default)]
    pub compact: bool,
}

impl Layout {
    /// Name and word of each column that can be left out; order and state always stand.
    pub const COLUMNS: [(&'static str, &'static str); 5] = [
        ("customer", "Customer"),
        ("ship-to", "Ship to"),
        ("service", "Service"),
        ("tracking", "Tracking number"),
        ("age", "Changed"),
    ];
}
