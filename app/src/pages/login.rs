//! Signing in: a plain form, answered by the server with a redirect.

use super::entry::EntryCard;
use crate::components::field::{Field, FieldKind};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The login page.
#[component]
pub fn LoginPage() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next"));
    view! {
        <EntryCard title="Sign in" sentence="Orders, labels and tracking, in one place.">
            <form method="post" action="/login" data-plain="" data-testid="login-form">
                <input type="hidden" name="next" value=next.unwrap_or_default()/>
                <Field label="Name" name="name" required=true autocomplete="username"/>
                <Field label="Password" name="password" kind=FieldKind::Password required=true/>
                <button type="submit" class="button primary large">"Sign in"</button>
            </form>
        </EntryCard>
    }
}
