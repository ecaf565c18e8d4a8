//! The health of one system at a glance, with the countdowns nobody else shows.

use super::countdown::Countdown;
use super::icon::Icon;
use super::status_badge::{tone_glyph, tone_name};
use crate::contract::ConnectionChip as Chip;
use leptos::prelude::*;

/// A chip that leads to the connection.
#[component]
pub fn ConnectionChip(
    /// What it says.
    chip: Chip,
) -> impl IntoView {
    let id = format!("chip-{}", chip.system);
    let href = format!("/connections#{}", chip.system);
    let tone = chip.tone;
    view! {
        <a class="chip" id=id.clone() href=href data-tone=tone_name(tone) data-testid=id>
            <Icon glyph=tone_glyph(tone)/>
            <span class="chip-name">{chip.name.clone()}</span>
            <span class="chip-text">{chip.text.clone()}</span>
            <ChipCountdowns chip/>
        </a>
    }
}

/// How long the cached token lasts, or the token endpoint must be left alone.
#[component]
pub fn ChipCountdowns(
    /// Whose.
    chip: Chip,
) -> impl IntoView {
    let breaker = chip.breaker_until_ms.map(|until_ms| {
        view! {
            <span class="chip-timer" data-tone="warning">
                "asks again in "
                <Countdown until_ms over="a moment"/>
            </span>
        }
    });
    let token = chip.token_until_ms.map(|until_ms| {
        view! {
            <span class="chip-timer">"token " <Countdown until_ms over="renews at next use"/></span>
        }
    });
    view! {
        {breaker}
        {token}
    }
}
