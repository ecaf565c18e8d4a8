//! The main navigation: what is used every hour stands in the bar, the rest in a menu.
//!
//! The menu is a native popover: it opens, and closes by itself, without JavaScript.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::components::A;

/// A page of the navigation.
struct Place {
    href: &'static str,
    glyph: Glyph,
    label: &'static str,
}

const fn place(href: &'static str, glyph: Glyph, label: &'static str) -> Place {
    Place { href, glyph, label }
}

/// Used every hour. On a phone they move into the menu.
const WORK: [Place; 4] = [
    place("/orders", Glyph::Parcel, "Orders"),
    place("/parcels", Glyph::Truck, "Parcels"),
    place("/day", Glyph::Day, "End of day"),
    place("/trail", Glyph::Trail, "Trail"),
];
/// Between the two systems.
const FLOW: [Place; 5] = [
    place("/approve", Glyph::Tick, "Approve"),
    place("/pull", Glyph::Download, "Pull"),
    place("/inbox", Glyph::Inbox, "Inbox"),
    place("/write-back", Glyph::Replay, "Write-back"),
    place("/figures", Glyph::Columns, "Figures"),
];
/// Set up once, changed seldom.
const SETTINGS: [Place; 4] = [
    place("/rules", Glyph::Rules, "Rules"),
    place("/printers", Glyph::Printer, "Printers"),
    place("/connections", Glyph::Plug, "Connections"),
    place("/people", Glyph::People, "People"),
];

/// The main navigation.
#[component]
pub fn Navigation(
    /// How many shipments need a person.
    attention: u64,
) -> impl IntoView {
    let count = (attention > 0).then(|| {
        view! {
            <span class="nav-count tabular" data-testid="nav-attention">
                {attention}
                <span class="sr-only">" need you"</span>
            </span>
        }
    });
    view! {
        <nav class="nav" aria-label="Main">
            <A href="/" exact=true>
                <Icon glyph=Glyph::Attention/>
                "Attention"
                {count}
            </A>
            <div class="nav-wide">{links(&WORK)}</div>
            <button type="button" class="nav-more" popovertarget="more-pages">
                <Icon glyph=Glyph::Rules/>
                "More"
            </button>
            <div id="more-pages" class="menu" popover="auto">
                <Group title="Work" places=&WORK narrow_only=true/>
                <Group title="Between the systems" places=&FLOW/>
                <Group title="Settings" places=&SETTINGS/>
            </div>
        </nav>
    }
}

/// A part of the menu.
#[component]
fn Group(title: &'static str, places: &'static [Place], #[prop(optional)] narrow_only: bool) -> impl IntoView {
    view! {
        <div class="menu-group" class:narrow-only=narrow_only>
            <p class="menu-title">{title}</p>
            {links(places)}
        </div>
    }
}

fn links(places: &'static [Place]) -> impl IntoView {
    places
        .iter()
        .map(|place| {
            view! {
                <A href=place.href>
                    <Icon glyph=place.glyph/>
                    {place.label}
                </A>
            }
        })
        .collect_view()
}
