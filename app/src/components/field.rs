//! A labelled form field with its hint, and a counter where a length is limited.

use leptos::prelude::*;

/// What is particular about a text field; everything has a plain default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Plain text.
    #[default]
    Text,
    /// Ids, codes and addresses: monospaced, no spelling help.
    Code,
    /// A secret: never filled in, never remembered by the browser.
    Secret,
    /// A password being entered to sign in.
    Password,
    /// A password being chosen.
    NewPassword,
}

impl FieldKind {
    fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Code => "text",
            Self::Secret | Self::Password | Self::NewPassword => "password",
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            Self::Text | Self::Code => "off",
            Self::Secret | Self::NewPassword => "new-password",
            Self::Password => "current-password",
        }
    }
}

/// A text field.
#[component]
pub fn Field(
    /// Its label.
    label: &'static str,
    /// Its name in the form, `correction[city]`.
    #[prop(into)]
    name: String,
    /// What it starts with; a change from the server reaches it until somebody types.
    #[prop(optional, into)]
    value: String,
    /// What is particular about it.
    #[prop(optional)]
    kind: FieldKind,
    /// A line below it.
    #[prop(optional, into)]
    hint: String,
    /// An example inside it.
    #[prop(optional)]
    placeholder: &'static str,
    /// The most characters it takes; also shows a counter.
    #[prop(optional)]
    max_length: Option<usize>,
    /// The fewest characters it takes.
    #[prop(optional)]
    min_length: Option<usize>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether it is the field at fault.
    #[prop(optional, into)]
    at_fault: bool,
    /// `autocomplete`, where the kind's own is not right.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Makes its id unique where a form stands on the page twice.
    #[prop(optional, into)]
    within: String,
    /// Id of a `datalist` with values to choose from.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Style of its place in the form's grid: `wide`, `narrow`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let id = element_id(&within, &name);
    let hint_id = format!("{id}-hint");
    let length = value.chars().count();
    view! {
        <div class=format!("field {class}") class:at-fault=at_fault>
            <div class="field-head">
                <label for=id.clone()>{label}</label>
                {max_length
                    .map(|most| {
                        view! {
                            <span class="length" class:over={length > most} data-most=most.to_string()>
                                {format!("{length} of {most}")}
                            </span>
                        }
                    })}
            </div>
            <input
                id=id
                class:mono=matches!(kind, FieldKind::Code)
                type=kind.input_type()
                name=name
                value=value
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                maxlength=max_length.map(|most| most.to_string())
                minlength=min_length.map(|fewest| fewest.to_string())
                required=required
                list=list
                autocomplete=autocomplete.unwrap_or(kind.autocomplete())
                spellcheck=(kind != FieldKind::Text).then_some("false")
                autocapitalize=(kind != FieldKind::Text).then_some("none")
                aria-describedby=hint_id.clone()
                aria-invalid=at_fault.then_some("true")
            />
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// A choice of a few.
#[component]
pub fn Choice(
    /// Its label.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// Value and word of each choice.
    choices: &'static [(&'static str, &'static str)],
    /// The chosen value.
    #[prop(into)]
    value: String,
    /// A line below it.
    #[prop(optional)]
    hint: &'static str,
    /// Makes its id unique where a form stands on the page twice.
    #[prop(optional, into)]
    within: String,
) -> impl IntoView {
    let id = element_id(&within, name);
    let hint_id = format!("{id}-hint");
    let options = choices
        .iter()
        .map(|&(choice, word)| {
            view! { <option value=choice selected=choice == value>{word}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <div class="field-head">
                <label for=id.clone()>{label}</label>
            </div>
            <select id=id name=name aria-describedby=hint_id.clone()>
                {options}
            </select>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// Yes or no.
#[component]
pub fn Check(
    /// What a tick means.
    label: &'static str,
    /// Its name in the form; sent as `true` when ticked.
    name: &'static str,
    /// Whether it starts ticked.
    #[prop(optional)]
    checked: bool,
    /// A line below it.
    #[prop(optional)]
    hint: &'static str,
    /// Makes its id unique where a form stands on the page twice.
    #[prop(optional, into)]
    within: String,
) -> impl IntoView {
    let id = element_id(&within, name);
    let hint_id = format!("{id}-hint");
    view! {
        <div class="check">
            <input id=id.clone() type="checkbox" name=name value="true" checked=checked aria-describedby=hint_id.clone()/>
            <label for=id>{label}</label>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

fn element_id(within: &str, name: &str) -> String {
    let name: String = name.chars().filter(|c| *c != ']').map(|c| if c == '[' { '-' } else { c }).collect();
    if within.is_empty() { name } else { format!("{within}-{name}") }
}
