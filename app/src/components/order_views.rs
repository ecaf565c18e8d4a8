//! Saved views of the order list, and how it is laid out: chips that are links, and plain forms.

use super::action_form::{Submit, path_of};
use super::ask::Ask;
use super::element_id::element_id;
use super::field::{Check, Field};
use super::filter_bar::FilterChip;
use super::icon::{Glyph, Icon};
use crate::api::views::{RemoveView, SaveView, SetLayout};
use crate::contract::{Layout, ListSettings, SavedView};
use leptos::prelude::*;

/// The views as chips; the one in force is marked.
#[component]
pub fn ViewChips(
    /// Own and shared views.
    views: Vec<SavedView>,
    /// The query of the list as it stands, without its page.
    here: String,
) -> impl IntoView {
    (!views.is_empty()).then(|| {
        let chips = views
            .into_iter()
            .map(|view| {
                let current = view.query == here;
                let by = view.by.map(|name| format!(" · {name}")).unwrap_or_default();
                view! { <FilterChip label=format!("{}{by}", view.name) href=format!("/orders{}", view.query) current/> }
            })
            .collect_view();
        view! {
            <nav class="filter-chips saved-views" aria-label="Saved views">
                <Icon glyph=Glyph::Tag/>
                {chips}
            </nav>
        }
    })
}

/// Saves the filter in force, and folds away what is seldom wanted: columns and removing.
#[component]
pub fn ListTools(
    /// Views and layout.
    settings: ListSettings,
    /// The query of the list as it stands, without its page.
    here: String,
    /// What is done with the orders listed.
    children: Children,
) -> impl IntoView {
    let is_saved = settings.views.iter().any(|view| view.query == here);
    let save = (!here.is_empty() && !is_saved).then(|| view! { <SaveAsk query=here/> });
    let removable: Vec<SavedView> = settings.views.into_iter().filter(|view| view.may_remove).collect();
    view! {
        <div class="asks list-tools">
            {save}
            <LayoutAsk layout=settings.layout/>
            {(!removable.is_empty()).then(|| view! { <RemoveAsk views=removable/> })}
            {children()}
        </div>
    }
    .into_any()
}

/// Gives the filter a name.
#[component]
fn SaveAsk(query: String) -> impl IntoView {
    view! {
        <Ask label="Save this view" glyph=Glyph::Plus testid="save-view" quiet=true>
            <form method="post" action={path_of::<SaveView>()}>
                <input type="hidden" name="query" value=query/>
                <Field label="Name" name="name" within="view" required=true max_length=40/>
                <Check label="Everybody sees it" name="shared" within="view"/>
                <Submit label="Save view" busy_label="Saving…" glyph=Glyph::Good testid="save-view-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// Columns and density.
#[component]
fn LayoutAsk(layout: Layout) -> impl IntoView {
    let columns = Layout::COLUMNS
        .into_iter()
        .enumerate()
        .map(|(at, (name, word))| {
            let id = element_id(&["column", name]);
            let checked = !layout.hidden.iter().any(|hidden| hidden == name);
            view! {
                <div class="check">
                    <input id=id.clone() type="checkbox" name=format!("shown[{at}]") value=name checked=checked/>
                    <label for=id>{word}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <Ask label="Columns" glyph=Glyph::Rules testid="layout" quiet=true>
            <form method="post" action={path_of::<SetLayout>()}>
                <fieldset class="checks">
                    <legend>"Columns beside order and state"</legend>
                    {columns}
                </fieldset>
                <Check label="Rows stand close" name="compact" within="layout" checked=layout.compact/>
                <Submit label="Lay it out so" busy_label="Saving…" glyph=Glyph::Good testid="layout-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// Removes views.
#[component]
fn RemoveAsk(views: Vec<SavedView>) -> impl IntoView {
    let rows = views
        .into_iter()
        .map(|view| {
            let id = element_id(&["view", &view.view_id]);
            let kind = match (view.shared, view.by) {
                (_, Some(by)) => format!("shared by {by}"),
                (true, None) => "shared".to_owned(),
                (false, None) => "yours alone".to_owned(),
            };
            view! {
                <li id=id>
                    <span>{view.name}</span>
                    <span class="muted small">{kind}</span>
                    <form method="post" action={path_of::<RemoveView>()}>
                        <input type="hidden" name="view_id" value=view.view_id/>
                        <Submit label="Remove" busy_label="Removing…" glyph=Glyph::Cross testid="remove-view"/>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <Ask label="Manage views" glyph=Glyph::Pencil testid="manage-views" quiet=true>
            <ul class="view-list">{rows}</ul>
        </Ask>
    }
    .into_any()
}
