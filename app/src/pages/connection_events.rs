//! The card of business events on the connections page.
