//! The icon set: sixteen-pixel line drawings, inlined, coloured by the text around them.
//!
//! An icon never stands alone: a word is beside it or names its button, so all are hidden from
//! screen readers.

use leptos::prelude::*;

/// Which drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// An exclamation mark in a circle: needs a person.
    Attention,
    /// A parcel.
    Parcel,
    /// Lines with dots: the audit trail.
    Trail,
    /// A plug: connections.
    Plug,
    /// A tick in a circle: done, well.
    Good,
    /// A triangle: somebody should look.
    Warning,
    /// An octagon with a cross: somebody must act.
    Bad,
    /// An arrow in a circle: under way by itself.
    Moving,
    /// A small circle: nothing to say.
    Neutral,
    /// A tick.
    Tick,
    /// A cross.
    Cross,
    /// A dash: skipped.
    Dash,
    /// A truck.
    Truck,
    /// A magnifying glass.
    Search,
    /// Two sheets: copy.
    Copy,
    /// An arrow into a tray: download.
    Download,
    /// An arrow out of a box: opens elsewhere.
    External,
    /// A round arrow: replay, refresh.
    Replay,
    /// A pencil: correct.
    Pencil,
    /// A clock.
    Clock,
    /// A key: credentials.
    Key,
    /// A door with an arrow: sign out.
    SignOut,
    /// Two bars: pause.
    Pause,
    /// A triangle to the right: resume.
    Play,
    /// A chevron to the right.
    Next,
    /// A chevron to the left.
    Back,
    /// Braces: a body.
    Braces,
    /// A pulse line: ping.
    Ping,
    /// Sliders: rules.
    Rules,
    /// A setting sun: the end of the day.
    Day,
    /// A printer.
    Printer,
    /// A flask: a trial that buys nothing.
    Flask,
    /// A circle with a bar: void.
    Void,
    /// An arrow that turns back: a return.
    Return,
    /// A price tag: a quote.
    Tag,
    /// A pin: an address.
    Pin,
    /// A plus: add.
    Plus,
    /// A tray: what came in.
    Inbox,
    /// Two heads: people.
    People,
    /// A keyboard: its keys.
    Keyboard,
    /// Three columns: figures.
    Columns,
}

impl Glyph {
    fn paths(self) -> &'static str {
        match self {
            Self::Columns => r#"<path d="M2 13.75h12M3.75 13.5V9M8 13.5V3M12.25 13.5V6.25"/>"#,
            Self::Attention => r#"<circle cx="8" cy="8" r="6.25"/><path d="M8 4.75v4M8 11.2v.05"/>"#,
            Self::Parcel => {
                r#"<path d="M8 1.75 13.75 4.7v6.6L8 14.25 2.25 11.3V4.7zM2.4 4.8 8 7.6l5.6-2.8M8 7.6v6.5M5.1 3.3l5.7 2.9"/>"#
            }
            Self::Trail => r#"<path d="M6 4h7.5M6 8h7.5M6 12h7.5M2.75 4h.05M2.75 8h.05M2.75 12h.05"/>"#,
            Self::Plug => r#"<path d="M5.75 1.75v3M10.25 1.75v3M3.75 4.75h8.5V7A4.25 4.25 0 0 1 3.75 7zM8 11.25v3"/>"#,
            Self::Good => r#"<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4.25"/>"#,
            Self::Warning => r#"<path d="M8 2.25 14.4 13.25H1.6zM8 6.5v3.25M8 11.5v.05"/>"#,
            Self::Bad => r#"<path d="M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4zM6 6l4 4M10 6l-4 4"/>"#,
            Self::Moving => r#"<circle cx="8" cy="8" r="6.25"/><path d="M5 8h5.75M8.5 5.5 11 8l-2.5 2.5"/>"#,
            Self::Neutral => r#"<circle cx="8" cy="8" r="3.25"/>"#,
            Self::Tick => r#"<path d="m3.25 8.5 3.25 3.25 6.25-7"/>"#,
            Self::Cross => r#"<path d="m4 4 8 8M12 4l-8 8"/>"#,
            Self::Dash => r#"<path d="M4 8h8"/>"#,
            Self::Truck => {
                r#"<path d="M4.4 11.5H1.75V3.75h7.5v7.75H6.6M9.25 6.25h2.9l2.1 2.5v2.75h-.9M11.1 11.5H9.25"/><circle cx="5.5" cy="11.75" r="1.3"/><circle cx="12.2" cy="11.75" r="1.3"/>"#
            }
            Self::Search => r#"<circle cx="7" cy="7" r="4.5"/><path d="m10.4 10.4 3.35 3.35"/>"#,
            Self::Copy => {
                r#"<rect x="5.75" y="5.75" width="8" height="8" rx="1.5"/><path d="M3.5 10.25h-.25a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v.25"/>"#
            }
            Self::Download => r#"<path d="M8 2.25v7.5M4.75 6.75 8 10l3.25-3.25M2.5 13.5h11"/>"#,
            Self::External => {
                r#"<path d="M9.5 2.5h4v4M13.25 2.75 7.5 8.5M11.75 9v3.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1H7"/>"#
            }
            Self::Replay => r#"<path d="M13.25 8A5.25 5.25 0 1 1 11.6 4.2L13.5 6M13.5 2.5V6H10"/>"#,
            Self::Pencil => r#"<path d="m2.5 13.5.75-3.25 7.5-7.5 2.5 2.5-7.5 7.5zM9 4.5 11.5 7"/>"#,
            Self::Clock => r#"<circle cx="8" cy="8" r="6.25"/><path d="M8 4.5V8l2.5 1.75"/>"#,
            Self::Key => r#"<circle cx="5" cy="11" r="2.75"/><path d="m7 9 6.25-6.25M10.25 5.75l2 2M12 4l1.25 1.25"/>"#,
            Self::SignOut => r#"<path d="M6.5 13.5h-3a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1h3M10.5 11l3-3-3-3M13.25 8H6.5"/>"#,
            Self::Pause => r#"<path d="M5.5 3.5v9M10.5 3.5v9"/>"#,
            Self::Play => r#"<path d="M4.75 3v10l8-5z"/>"#,
            Self::Next => r#"<path d="m6 3.5 4.5 4.5L6 12.5"/>"#,
            Self::Back => r#"<path d="M10 3.5 5.5 8l4.5 4.5"/>"#,
            Self::Braces => {
                r#"<path d="M6 2.5c-1.75 0-2 .75-2 2v1.25C4 7 3.5 8 2.25 8 3.5 8 4 9 4 10.25v1.25c0 1.25.25 2 2 2M10 2.5c1.75 0 2 .75 2 2v1.25C12 7 12.5 8 13.75 8 12.5 8 12 9 12 10.25v1.25c0 1.25-.25 2-2 2"/>"#
            }
            Self::Ping => r#"<path d="M1.75 8.5h3L6.5 4l3 8.5 1.75-4h3"/>"#,
            Self::Rules => {
                r#"<path d="M2 4.5h6.25M11.75 4.5H14M2 11.5h2.25M7.75 11.5H14"/><circle cx="10" cy="4.5" r="1.75"/><circle cx="6" cy="11.5" r="1.75"/>"#
            }
            Self::Day => {
                r#"<path d="M1.75 12.75h12.5M4.5 12.75a3.5 3.5 0 0 1 7 0M8 3.25v3M2.9 7l1.4 1.4M13.1 7l-1.4 1.4"/>"#
            }
            Self::Printer => {
                r#"<path d="M4.5 6V2.25h7V6M4.5 11.5H3a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v3.5a1 1 0 0 1-1 1h-1.5M4.5 9.5h7v4.25h-7z"/>"#
            }
            Self::Flask => {
                r#"<path d="M6.25 2v4.25L2.9 12.3a1 1 0 0 0 .9 1.45h8.4a1 1 0 0 0 .9-1.45L9.75 6.25V2M5.25 2h5.5M4.75 9.75h6.5"/>"#
            }
            Self::Inbox => r#"<path d="M2 9.5h3.25l1 2h3.5l1-2H14M3.9 3h8.2L14 9.5V13H2V9.5z"/>"#,
            Self::People => {
                r#"<circle cx="6" cy="5.25" r="2.5"/><path d="M1.75 13.25a4.25 4.25 0 0 1 8.5 0M10.5 2.9a2.5 2.5 0 0 1 0 4.7M11.75 9.5a4.25 4.25 0 0 1 2.5 3.75"/>"#
            }
            Self::Keyboard => {
                r#"<rect x="1.5" y="3.75" width="13" height="8.5" rx="1.5"/><path d="M4.25 6.5h.05M6.75 6.5h.05M9.25 6.5h.05M11.75 6.5h.05M5 9.75h6"/>"#
            }
            Self::Void => r#"<circle cx="8" cy="8" r="6.25"/><path d="m3.6 3.6 8.8 8.8"/>"#,
            Self::Return => r#"<path d="M5.5 3 2.25 6.25 5.5 9.5M2.5 6.25h7.25a3.6 3.6 0 0 1 0 7.25H5.5"/>"#,
            Self::Tag => r#"<path d="M2.25 2.25h5.5l6 6-5.5 5.5-6-6zM5 5.05V5"/>"#,
            Self::Pin => {
                r#"<path d="M8 14.25S3 9.6 3 6.5a5 5 0 0 1 10 0c0 3.1-5 7.75-5 7.75z"/><circle cx="8" cy="6.5" r="1.75"/>"#
            }
            Self::Plus => r#"<path d="M8 3v10M3 8h10"/>"#,
        }
    }
}

/// One icon.
#[component]
pub fn Icon(
    /// Which drawing.
    glyph: Glyph,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
            focusable="false"
            inner_html=glyph.paths()
        ></svg>
    }
}
