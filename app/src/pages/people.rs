//! Who may sign in and as what, and one's own password.

use crate::api::people::{AddPerson, ChangeOwnPassword, SetEnabled, SetPassword, SetRole, load_people};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::time_ago::TimeAgo;
use crate::contract::{People, PersonRow, RoleView};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that are folded or stand there once a row: why one was refused stands on top.
const ROWS: [&str; 4] = [AddPerson::PATH, SetRole::PATH, SetEnabled::PATH, SetPassword::PATH];

/// The people page.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let page = loaded("People", load_people(), |people| view! { <Sheet people/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(people: People) -> impl IntoView {
    provide_page_clock(&people.now);
    let People { headline, rows, roles, may_edit, password_least, .. } = people;
    let shown = roles.clone();
    let rows = rows
        .into_iter()
        .map(|row| {
            let roles = roles.clone();
            view! { <Person row roles may_edit password_least/> }
        })
        .collect_view();
    view! {
        <PageHeader title="People"/>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&ROWS/>
        <div class="rules">
            <section class="card" aria-labelledby="people-title" data-testid="people">
                <h2 id="people-title">"Who may sign in"</h2>
                <div class="rule-list">{rows}</div>
                {may_edit.then(|| view! { <AddForm roles=roles.clone() password_least/> })}
            </section>
            <OwnPassword password_least/>
            <Roles roles=shown/>
        </div>
    }
    .into_any()
}

/// One person; unfolds into what an administrator can change.
#[component]
fn Person(row: PersonRow, roles: Vec<RoleView>, may_edit: bool, password_least: usize) -> impl IntoView {
    let id = element_id(&["person", &row.operator_id]);
    let name = row.name.clone();
    if !may_edit {
        return Either::Left(view! {
            <p class="rule-line person" id=id data-testid="person" data-name=name>
                <PersonLine row/>
            </p>
        });
    }
    let (role_id, enabled_id, password_id) =
        (row.operator_id.clone(), row.operator_id.clone(), row.operator_id.clone());
    let (role, is_disabled) = (row.role.clone(), row.disabled.is_some());
    Either::Right(view! {
        <details class="rule" id=id data-testid="person" data-name=name>
            <summary class="rule-line">
                <PersonLine row/>
                <span class="rule-edit">"Open"</span>
            </summary>
            <div class="ask-panel">
                <form method="post" action={path_of::<SetRole>()}>
                    <input type="hidden" name="operator_id" value=role_id.clone()/>
                    <RoleChoice roles role within=format!("role-{role_id}")/>
                    <Submit label="Change the role" busy_label="Changing…" glyph=Glyph::Tick testid="set-role"/>
                </form>
                <Ask label="New password" glyph=Glyph::Key testid="new-password" quiet=true>
                    <p>"They are signed out everywhere, and sign in with the new one."</p>
                    <form method="post" action={path_of::<SetPassword>()}>
                        <input type="hidden" name="operator_id" value=password_id.clone()/>
                        <PasswordField name="password" label="New password" within=password_id password_least/>
                        <Submit label="Set the password" busy_label="Setting…" glyph=Glyph::Key testid="set-password"/>
                    </form>
                </Ask>
                <EnabledForm operator_id=enabled_id is_disabled/>
            </div>
        </details>
    })
}

/// A person in one line.
#[component]
fn PersonLine(row: PersonRow) -> impl IntoView {
    let last = match row.signed_in {
        Some(at) => Either::Left(view! { "signed in " <TimeAgo at/> }),
        None => Either::Right("never signed in"),
    };
    view! {
        <span class="rule-key">
            {row.name}
            {row.is_me.then_some(" (you)")}
        </span>
        <span class="rule-value">
            <span data-testid="role">{row.role_title}</span>
            <span class="muted small">{last}</span>
            {row.disabled.map(|at| view! { <span class="needs">"disabled " <TimeAgo at/></span> })}
        </span>
    }
}

/// Puts a person out, or lets them in again.
#[component]
fn EnabledForm(operator_id: String, is_disabled: bool) -> impl IntoView {
    if is_disabled {
        return Either::Left(view! {
            <form method="post" action={path_of::<SetEnabled>()}>
                <input type="hidden" name="operator_id" value=operator_id/>
                <input type="hidden" name="enabled" value="true"/>
                <Submit label="Enable" busy_label="Enabling…" glyph=Glyph::Play testid="enable"/>
            </form>
        });
    }
    Either::Right(view! {
        <Ask label="Disable" glyph=Glyph::Void testid="disable" quiet=true>
            <p>"They are out at once. What they did stays on the record under their name."</p>
            <form method="post" action={path_of::<SetEnabled>()}>
                <input type="hidden" name="operator_id" value=operator_id/>
                <input type="hidden" name="enabled" value="false"/>
                <Submit label="Disable the person" busy_label="Disabling…" glyph=Glyph::Void testid="disable-confirm"/>
            </form>
        </Ask>
    })
}

/// The roles to choose from.
#[component]
fn RoleChoice(roles: Vec<RoleView>, role: String, within: String) -> impl IntoView {
    let id = format!("{within}-role");
    let options = roles
        .into_iter()
        .map(|one| {
            let selected = one.name == role;
            view! { <option value=one.name selected=selected>{one.title}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <div class="field-head">
                <label for=id.clone()>"Role"</label>
            </div>
            <select id=id name="role">
                {options}
            </select>
        </div>
    }
}

/// A password that is chosen.
#[component]
fn PasswordField(name: &'static str, label: &'static str, within: String, password_least: usize) -> impl IntoView {
    view! {
        <Field
            label
            name
            within
            kind=FieldKind::NewPassword
            min_length=password_least
            required=true
            hint=format!("At least {password_least} characters")
        />
    }
}

/// Adds a person.
#[component]
fn AddForm(roles: Vec<RoleView>, password_least: usize) -> impl IntoView {
    view! {
        <Ask label="Add a person" glyph=Glyph::Plus testid="add-person">
            <form method="post" action={path_of::<AddPerson>()}>
                <div class="fields">
                    <Field label="Name" name="name" within="add-person" required=true max_length=60 autocomplete="off"/>
                    <RoleChoice roles role="operator".to_owned() within="add-person".to_owned()/>
                    <PasswordField name="password" label="Password" within="add-person".to_owned() password_least/>
                </div>
                <p class="muted small">"Tell them the password yourself; they can change it on this page."</p>
                <Submit label="Add" busy_label="Adding…" glyph=Glyph::Plus testid="add-person-confirm"/>
            </form>
        </Ask>
    }
}

/// Changes one's own password.
#[component]
fn OwnPassword(password_least: usize) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="own-title">
            <h2 id="own-title">"Your password"</h2>
            <p class="muted">"You are signed out everywhere, and sign in with the new one."</p>
            <form method="post" action={path_of::<ChangeOwnPassword>()}>
                <div class="fields">
                    <Field
                        label="Your password now"
                        name="old"
                        within="own"
                        kind=FieldKind::Password
                        required=true
                    />
                    <PasswordField name="new" label="New password" within="own".to_owned() password_least/>
                </div>
                <Submit
                    label="Change my password"
                    busy_label="Changing…"
                    glyph=Glyph::Key
                    problem={refusal_of::<ChangeOwnPassword>()}
                    testid="own-password"
                />
            </form>
        </section>
    }
    .into_any()
}

/// What each role may.
#[component]
fn Roles(roles: Vec<RoleView>) -> impl IntoView {
    let rows =
        roles.into_iter().map(|role| view! { <div><dt>{role.title}</dt><dd>{role.sentence}</dd></div> }).collect_view();
    view! {
        <section class="card" aria-labelledby="roles-title">
            <h2 id="roles-title">"Roles"</h2>
            <dl class="facts roles">{rows}</dl>
        </section>
    }
}
