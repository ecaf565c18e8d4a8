//! Sends forms without leaving the page: the answer is the page the plain form would have led to.

use super::dom;
use super::fields;
use super::morph::{self, Reason};
use super::toast;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Element, FormData, Headers, HtmlButtonElement, HtmlFormElement, RequestInit, Response, SubmitEvent, Url,
    UrlSearchParams,
};

thread_local! {
    /// Answers to forms that were shown on this page.
    static ANSWERS: Cell<u32> = const { Cell::new(0) };
}

/// How many answers to forms were shown: what was asked for before the last of them is older than it.
pub fn answers() -> u32 {
    ANSWERS.get()
}

/// Said when the answer to a form was lost.
const NO_ANSWER: &str =
    "The server did not answer. Whether this was done is not known: look at the page before you try again.";

/// Listens for forms.
pub fn start() {
    dom::on("submit", |event: SubmitEvent| {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        let button = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
        let method = button.as_ref().map(HtmlButtonElement::form_method).filter(|method| !method.is_empty());
        let is_post = method.unwrap_or_else(|| form.method()).eq_ignore_ascii_case("post");
        if event.default_prevented() || !is_post || form.has_attribute("data-plain") {
            return;
        }
        event.prevent_default();
        if form.has_attribute("data-pending") {
            return;
        }
        spawn_local(async move {
            begin(&form, button.as_ref());
            send(&form, button.as_ref()).await;
            end(&form, button.as_ref());
        });
    });
}

fn begin(form: &Element, button: Option<&HtmlButtonElement>) {
    dom::set(form, "data-pending", "");
    if let Some(button) = button {
        dom::set(button, "data-pending", "");
        dom::set(button, "aria-disabled", "true");
    }
}

fn end(form: &Element, button: Option<&HtmlButtonElement>) {
    dom::unset(form, "data-pending");
    if let Some(button) = button {
        dom::unset(button, "data-pending");
        dom::unset(button, "aria-disabled");
    }
}

async fn send(form: &HtmlFormElement, button: Option<&HtmlButtonElement>) {
    let Some((address, request)) = request(form, button) else { return };
    let answer = JsFuture::from(dom::window().fetch_with_str_and_init(&address, &request)).await;
    let Ok(answer) = answer.and_then(JsCast::dyn_into::<Response>) else {
        toast::show(NO_ANSWER);
        return;
    };
    let text = match answer.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    let Some(text) = text else {
        toast::show(NO_ANSWER);
        return;
    };
    let is_page = answer.headers().get("content-type").ok().flatten().is_some_and(|kind| kind.starts_with("text/html"));
    if is_page {
        show(form, &answer.url(), &text);
        // What the form's address names is what it leads to.
        if let Some((_, part)) = address.split_once('#')
            && let Some(part) = dom::find(&format!("#{part}"))
        {
            part.scroll_into_view();
            dom::focus(&part);
        }
    } else {
        // A sentence in plain text: too large, from another site.
        toast::show(if text.is_empty() { NO_ANSWER } else { &text });
    }
}

/// The form as the browser itself would send it, with the button that was pressed.
fn request(form: &HtmlFormElement, button: Option<&HtmlButtonElement>) -> Option<(String, RequestInit)> {
    let data = FormData::new_with_form(form).ok()?;
    if let Some(button) = button
        && !button.name().is_empty()
    {
        data.append_with_str(&button.name(), &button.value()).ok()?;
    }
    let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let headers = Headers::new().ok()?;
    headers.set("accept", "text/html").ok()?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body);
    let own = button.and_then(|button| button.get_attribute("formaction"));
    Some((own.unwrap_or_else(|| form.get_attribute("action").unwrap_or_default()), request))
}

/// Shows the page that came back, here when it is this one, else as a step forward.
fn show(form: &HtmlFormElement, address: &str, html: &str) {
    let (Ok(url), Some(page)) = (Url::new(address), morph::parse(html)) else { return };
    let query = url.search_params();
    let refused = query.get("__err").is_some();
    query.delete("__path");
    query.delete("__err");
    if !refused {
        // What was typed was taken; the page may show what became of it.
        form.reset();
        fields::show_ticked(form);
        fold(form);
    }
    let location = dom::window().location();
    let here = location.pathname().is_ok_and(|path| path == url.pathname());
    let history = dom::window().history();
    if let Ok(history) = history {
        let step = if here {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(&url.href()))
        };
        // The address bar is the least of it.
        drop(step);
    }
    ANSWERS.set(ANSWERS.get().wrapping_add(1));
    morph::apply(&page, Reason::Answer);
    if refused {
        if let Some(problem) = dom::find("[data-testid=problem]") {
            problem.scroll_into_view_with_bool(false);
        }
    } else if !here {
        dom::window().scroll_to_with_x_and_y(0.0, 0.0);
        if let Some(heading) = dom::find("main h1") {
            dom::focus(&heading);
        }
    }
}

/// Folds the form's own panel, which has done its work.
fn fold(form: &Element) {
    if let Ok(Some(panel)) = form.closest("details.ask") {
        dom::unset(&panel, "open");
    }
}
