//! A status as colour, icon and word together.

use super::icon::{Glyph, Icon};
use crate::contract::{Status, Tone};
use leptos::prelude::*;

/// The name of a tone in the style sheet's `data-tone`.
pub fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "neutral",
        Tone::Moving => "moving",
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Bad => "bad",
    }
}

/// The icon of a tone.
pub fn tone_glyph(tone: Tone) -> Glyph {
    match tone {
        Tone::Neutral => Glyph::Neutral,
        Tone::Moving => Glyph::Moving,
        Tone::Good => Glyph::Good,
        Tone::Warning => Glyph::Warning,
        Tone::Bad => Glyph::Bad,
    }
}

/// A parcel on the road gets a truck; everything else the icon of its tone.
fn status_glyph(status: &Status) -> Glyph {
    match (status.code.as_str(), status.tone) {
        ("in_transit" | "out_for_delivery", Tone::Moving) => Glyph::Truck,
        (_, tone) => tone_glyph(tone),
    }
}

/// A badge.
#[component]
pub fn StatusBadge(
    /// What it says.
    status: Status,
    /// Without a coloured ground, for places where many stand together.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    view! {
        <span
            class="badge"
            class:quiet=quiet
            data-tone=tone_name(status.tone)
            data-status=status.code.clone()
        >
            <Icon glyph=status_glyph(&status)/>
            {status.label}
        </span>
    }
}
