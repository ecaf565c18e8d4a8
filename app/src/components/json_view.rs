//! A request or response body: indented when it is JSON, closed by default, to copy.
//!
//! It re-indents by walking the text, without parsing it: bodies may be shortened, and half a
//! body must still be readable.

use super::copy_button::CopyButton;
use leptos::prelude::*;

/// A body behind a summary.
#[component]
pub fn JsonView(
    /// What it is: `Request`, `Response`.
    label: &'static str,
    /// The text as stored.
    body: String,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let size = size(body.len());
    let pretty = indented(&body);
    view! {
        <details class="json" open=open>
            <summary>
                {label} " " <span class="muted">{size}</span>
            </summary>
            <div class="json-body">
                <CopyButton text=body what="body"/>
                <pre tabindex="0" role="group" aria-label=format!("{label} body")>
                    <code>{pretty}</code>
                </pre>
            </div>
        </details>
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1_024 { format!("{bytes} B") } else { format!("{} KiB", bytes.div_ceil(1_024)) }
}

/// Indents JSON by two spaces a level; any other text stays as it is.
pub fn indented(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut level: usize = 0;
    let mut in_string = false;
    let mut escaped = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                while rest.next_if(|next| next.is_whitespace()).is_some() {}
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    level += 1;
                    new_line(&mut out, level);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                new_line(&mut out, level);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, level);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push('"');
            }
            space if space.is_whitespace() => {}
            other => out.push(other),
        }
    }
    out
}

fn new_line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn json_is_indented_and_strings_are_left_alone() {
        assert_eq!(
            indented(r#"{"a":[1,{}],"b":"x, {y}: \"z\""}"#),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x, {y}: \\\"z\\\"\"\n}"
        );
    }

    #[test]
    fn a_shortened_body_is_still_readable() {
        assert_eq!(indented(r#"{"a":{"b":"c"#), "{\n  \"a\": {\n    \"b\": \"c");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        assert_eq!(indented("<html>: busy</html>"), "<html>: busy</html>");
    }
}
