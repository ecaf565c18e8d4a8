//! The parts pages are made of: one component a file, classes from `style/main.css` only.
//!
//! Nothing here fetches anything; pages load and pass on. A status is always colour, icon and
//! word together.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props; the macro has no borrowed ones")]

pub mod action_form;
pub mod ask;
pub mod attempt_list;
pub mod cause_group;
pub mod cause_note;
pub mod chart;
pub mod chart_columns;
pub mod chart_rows;
pub mod chart_scale;
pub mod clock;
pub mod connection_chip;
pub mod copy_button;
pub mod countdown;
pub mod data_table;
pub mod element_id;
pub mod empty_state;
pub mod exchange;
pub mod field;
pub mod filter_bar;
pub mod icon;
pub mod json_view;
pub mod key_sheet;
pub mod live;
pub mod loaded;
pub mod navigation;
pub mod order_row;
pub mod order_ticks;
pub mod order_views;
pub mod page_header;
pub mod pager;
pub mod pause_banner;
pub mod pickup_clock;
pub mod ping_ladder;
pub mod problem_notice;
pub mod shell;
pub mod status_badge;
pub mod time_ago;
pub mod timeline;
pub mod toast;
pub mod top_search;
pub mod trail_row;
pub mod trend;
