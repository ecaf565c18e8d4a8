//! The card that the login and set-up pages share, and the sentences for why one is shown again.
//!
//! Both are plain HTML forms. When the server refuses one it redirects back with a code in the
//! query; this file turns the code into a sentence and a next step.

use crate::components::page_header::PageHeader;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// One centred card with the problem of the last try in it.
#[component]
pub fn EntryCard(
    /// Its heading.
    title: &'static str,
    /// A sentence under it.
    sentence: &'static str,
    /// The form.
    children: Children,
) -> impl IntoView {
    let query = use_query_map();
    let problem = query.with_untracked(|query| {
        let code = query.get("problem")?;
        Some(entry_problem(&code, query.get("retry_s").as_deref()))
    });
    view! {
        <div class="entry">
            <section class="card entry-card">
                <PageHeader title/>
                <p class="lead">{sentence}</p>
                {problem.map(|problem| view! { <ProblemNotice problem/> })}
                {children()}
            </section>
        </div>
    }
}

/// The sentence for a code in the query. Unknown codes get a plain one, never an empty card.
fn entry_problem(code: &str, retry_s: Option<&str>) -> Problem {
    let wait = match retry_s.and_then(|text| text.parse::<u32>().ok()) {
        Some(seconds) => format!("Wait {seconds} s, then try again."),
        None => "Wait a minute, then try again.".to_owned(),
    };
    let (message, hint) = match code {
        "auth.wrong-name-or-password" => {
            ("The name or the password is wrong.", "Check both and try again; an administrator can set a new password.")
        }
        "auth.throttled" => ("There were too many tries.", wait.as_str()),
        "session.ended" => ("Your session has ended.", "Sign in to go on where you were."),
        "request.foreign-origin" => (
            "The form was sent from another address than this page's.",
            "Open this page again from its own address and repeat.",
        ),
        "setup.done" => ("The first administrator exists already.", "Sign in; an administrator can add you."),
        "setup.wrong-code" => (
            "The set-up code is not right.",
            "Copy it from the server's log; every start prints the same one until the first administrator exists.",
        ),
        "setup.password-short" => ("The password is too short.", "Choose one of at least 12 characters."),
        "setup.passwords-differ" => ("The two passwords are not the same.", "Type the same password twice."),
        "setup.name-empty" => ("The name is empty.", "Type the name you will sign in with."),
        _ => ("That did not work.", "Try again; if it stays, look into the server's log."),
    };
    Problem::new(code, message, hint)
}

#[cfg(test)]
mod tests {
    use super::entry_problem;

    #[test]
    fn throttling_says_how_long() {
        let problem = entry_problem("auth.throttled", Some("30"));
        assert_eq!(problem.hint, "Wait 30 s, then try again.");
    }

    #[test]
    fn an_unknown_code_still_gets_a_sentence() {
        assert!(!entry_problem("brand.new", None).message.is_empty());
    }
}
