//! What was decided and said about a group of failures, and the form to decide.

use super::action_form::{Submit, path_of};
use super::ask::Ask;
use super::element_id::element_id;
use super::field::{Check, Choice, Field};
use super::icon::{Glyph, Icon};
use super::time_ago::TimeAgo;
use crate::api::repair::NoteCause;
use crate::contract::{CauseNoteView, CommentView};
use leptos::prelude::*;

const SNOOZE: [(&str, &str); 5] =
    [("", "As it is"), ("1", "1 hour"), ("4", "4 hours"), ("24", "1 day"), ("0", "Show it again")];

/// How a group stands with people.
#[component]
pub fn CauseNote(
    /// The group.
    key: String,
    /// What was decided and said.
    note: CauseNoteView,
    /// The viewer may decide.
    may_act: bool,
) -> impl IntoView {
    let comments = note.comments.iter().cloned().map(|comment| view! { <Comment comment/> }).collect_view();
    let any = !note.comments.is_empty();
    view! {
        <div class="cause-note" data-testid="cause-note">
            <Standing note=note.clone()/>
            {any.then(|| view! { <ul class="comments">{comments}</ul> })}
            {may_act.then(|| view! { <Decide key note/> })}
        </div>
    }
    .into_any()
}

/// Who knows, who takes care, until when it sleeps.
#[component]
fn Standing(note: CauseNoteView) -> impl IntoView {
    let acknowledged = note.acknowledged.map(|(at, by)| {
        view! {
            <span>
                <Icon glyph=Glyph::Tick/>
                {format!("Acknowledged by {by} ")}
                <TimeAgo at/>
            </span>
        }
    });
    let assigned = note.assigned_to.map(|name| view! { <span>{format!("{name} takes care")}</span> });
    let snoozed = note.snoozed.map(|(until, by)| {
        view! {
            <span>
                <Icon glyph=Glyph::Clock/>
                {format!("Snoozed by {by}, back ")}
                <TimeAgo at=until/>
            </span>
        }
    });
    let regressed = note.regressed.then(|| {
        view! { <span class="regressed">"It was acknowledged and over, and is back."</span> }
    });
    let none = acknowledged.is_none() && assigned.is_none() && snoozed.is_none() && regressed.is_none();
    (!none).then(|| view! { <p class="standing small">{regressed} {acknowledged} {assigned} {snoozed}</p> })
}

/// What somebody said.
#[component]
fn Comment(comment: CommentView) -> impl IntoView {
    view! {
        <li>
            <span class="comment-words">{comment.words}</span>
            <span class="muted small">
                {format!("{}, ", comment.author)}
                <TimeAgo at=comment.at/>
            </span>
        </li>
    }
}

/// The form.
#[component]
fn Decide(key: String, note: CauseNoteView) -> impl IntoView {
    let within = element_id(&["note", &key]);
    view! {
        <Ask label="Acknowledge, snooze, assign" glyph=Glyph::Pencil testid="note-cause" quiet=true>
            <form method="post" action={path_of::<NoteCause>()}>
                <input type="hidden" name="key" value=key/>
                <input type="hidden" name="version" value=note.version.to_string()/>
                <Check
                    label="Acknowledged"
                    name="acknowledged"
                    within=within.clone()
                    checked=note.acknowledged.is_some()
                    hint="Somebody knows of it. Once it is over and comes back, it is marked."
                />
                <div class="fields">
                    <Choice
                        label="Fold away for"
                        name="snooze"
                        choices=&SNOOZE
                        value=""
                        hint="It comes back by itself."
                        within=within.clone()
                    />
                    <Field
                        label="Takes care"
                        name="assigned_to"
                        value=note.assigned_to.unwrap_or_default()
                        hint="The name somebody signs in with; blank: nobody."
                        within=within.clone()
                    />
                    <Field label="Comment" name="comment" within=within class="wide"/>
                </div>
                <Submit label="Save" busy_label="Saving…" glyph=Glyph::Tick testid="save-note"/>
            </form>
        </Ask>
    }
    .into_any()
}
