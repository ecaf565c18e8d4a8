//! Filters of the order list that somebody gave a name, and how each operator wants the list.

use crate::audit::Subject;
use crate::desk::{OperatorDesk, Role};
use crate::store::views::{LayoutRow, ViewRow};
use app::contract::{Layout, ListSettings, Problem, SavedView};
use url::form_urlencoded;

/// Longest name: it stands on a chip.
const NAME_LIMIT: usize = 40;
/// Views of one operator: more are no help, they are a second list to search.
const VIEWS: i64 = 30;
/// Longest query kept: the three filters with the longest search anybody types.
const QUERY_LIMIT: usize = 500;
/// What a view keeps of an address: the filters, never the page.
const FILTERS: [&str; 3] = ["state", "cause", "search"];

impl OperatorDesk {
    /// The views this operator sees, and their layout.
    pub(super) async fn settings_of_list(&self) -> Result<ListSettings, Problem> {
        let owner = self.allowed(Role::Viewer)?.name().to_owned();
        let db = &self.engine.store.db;
        let views = self.store(db.views_of(&owner).await)?;
        let layout = self.store(db.layout_of(&owner).await)?.unwrap_or_default();
        let is_admin = self.allowed(Role::Admin).is_ok();
        Ok(ListSettings {
            views: views
                .into_iter()
                .map(|view| SavedView {
                    may_remove: view.owner == owner || is_admin,
                    by: (view.owner != owner).then_some(view.owner),
                    view_id: view.view_id,
                    name: view.name,
                    query: view.query,
                    shared: view.shared,
                })
                .collect(),
            layout: Layout {
                hidden: layout.hidden.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
                compact: layout.density == COMPACT,
            },
        })
    }

    /// Gives a filter a name. What everybody sees is an operator's to decide.
    pub(super) async fn keep_view(&self, name: &str, query: &str, shared: bool) -> Result<(), Problem> {
        let actor = self.allowed(if shared { Role::Operator } else { Role::Viewer })?;
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > NAME_LIMIT {
            return Err(Problem::new(
                "view.name-wrong",
                "A view needs a name of at most 40 characters.",
                "Name it by what it shows, for example “Needs me, Dallas”.",
            ));
        }
        let query = filters(query).ok_or_else(|| {
            Problem::new(
                "view.nothing-to-save",
                "This list has no filter: there is nothing to save.",
                "Choose a state, a cause or a search first.",
            )
        })?;
        let engine = &self.engine;
        let owner = actor.name().to_owned();
        let mut tx = self.store(engine.store.begin().await)?;
        if self.store(tx.count_views(&owner).await)? >= VIEWS {
            return Err(Problem::new(
                "view.too-many",
                "You have 30 views, and more would be hard to find again.",
                "Remove one you no longer need.",
            ));
        }
        let everybody = if shared { " for everybody" } else { "" };
        let summary = format!("Saved the view “{name}”{everybody}: {query}");
        let view = ViewRow { view_id: engine.new_id(), owner, name, shared, query };
        self.store(tx.save_view(&view, engine.clock.now_ms()).await)?;
        let entry = engine.entry(&actor, "desk.save-view", Subject::default(), summary);
        self.store(engine.store.append(&mut tx, &entry).await)?;
        self.store(tx.commit().await)
    }

    /// Removes a view: one's own, or anybody's by an administrator.
    pub(super) async fn drop_view(&self, view_id: &str) -> Result<(), Problem> {
        let actor = self.allowed(Role::Viewer)?;
        let engine = &self.engine;
        let mut tx = self.store(engine.store.begin().await)?;
        let Some(view) = self.store(tx.view(view_id).await)? else {
            return Err(Problem::new(
                "view.not-found",
                "This view is not there any more.",
                "Read the page again; somebody removed it.",
            ));
        };
        if view.owner != actor.name() {
            self.allowed(Role::Admin)?;
        }
        self.store(tx.remove_view(view_id).await)?;
        let summary = format!("Removed the view “{}” of {}.", view.name, view.owner);
        let entry = engine.entry(&actor, "desk.remove-view", Subject::default(), summary);
        self.store(engine.store.append(&mut tx, &entry).await)?;
        self.store(tx.commit().await)
    }

    /// Sets how the operator's own list looks. Nothing else changes by it: the trail does not tell it.
    pub(super) async fn keep_layout(&self, layout: &Layout) -> Result<(), Problem> {
        let actor = self.allowed(Role::Viewer)?;
        let hidden: Vec<&str> = Layout::COLUMNS
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| layout.hidden.iter().any(|hidden| hidden == name))
            .collect();
        let density = if layout.compact { COMPACT } else { "comfortable" };
        let row = LayoutRow { hidden: hidden.join(","), density: density.to_owned() };
        let mut tx = self.store(self.engine.store.begin().await)?;
        self.store(tx.set_layout(actor.name(), &row).await)?;
        self.store(tx.commit().await)
    }
}

/// The stored name of rows that stand close.
const COMPACT: &str = "compact";

/// The filters of an address, written anew. `None`: it has none, or more than fits.
fn filters(query: &str) -> Option<String> {
    let query = query.trim().trim_start_matches('?');
    let kept = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, value)| FILTERS.contains(&name.as_ref()) && !value.trim().is_empty());
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    (!text.is_empty() && text.len() <= QUERY_LIMIT).then(|| format!("?{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_keeps_the_filters_and_nothing_else() {
        assert_eq!(
            filters("?state=attention&after=17.x&search=norwood%204213&evil=1").as_deref(),
            Some("?state=attention&search=norwood+4213")
        );
        for nothing in ["", "?", "?state=", "?after=17.x"] {
            assert_eq!(filters(nothing), None, "{nothing}");
        }
        assert_eq!(filters(&format!("search={}", "x".repeat(QUERY_LIMIT))), None);
    }
}
