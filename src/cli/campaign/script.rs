//! What goes wrong in a campaign, and how often.

use serde_json::{Value, json};

/// Purchases of which one is held back for a kill. Often enough that the five in a hundred are
/// reached before the last order is bought; the fault ends by itself when they are.
const HOLD_ONE_IN: u64 = 15;

/// The script from the beginning on. One fault fires a call, the first that is due, so what makes
/// an answer disappear stands before what only refuses.
pub fn faults(seed: u64, holds: usize, burst: usize) -> Value {
    json!([
        {"system": "fedex", "op": "ship", "kind": "hold", "one_in": HOLD_ONE_IN, "burst": burst, "times": holds,
            "seed": seed},
        // Five in a hundred answers lost after the commit: half of them cut, half of them a 500.
        {"system": "fedex", "op": "ship", "kind": "cut_after", "one_in": 40, "times": 0, "seed": seed},
        {"system": "fedex", "op": "ship", "kind": "error_after", "one_in": 40, "times": 0, "seed": seed},
        {"system": "fedex", "op": "ship", "kind": "status", "status": 503, "one_in": 100, "times": 0, "seed": seed},
        {"system": "fedex", "kind": "expire_tokens", "one_in": 100, "times": 0, "seed": seed},
        {"system": "d365", "kind": "expire_tokens", "one_in": 1_000, "times": 0, "seed": seed},
        {"kind": "status", "status": 429, "retry_after": "2", "one_in": 50, "times": 0, "seed": seed},
    ])
}

/// FedEx closes its token endpoint once: the next call loses its token, and the next request for
/// one is refused as a burst would be.
pub fn throttle() -> Value {
    json!([
        {"system": "fedex", "op": "token", "kind": "token_throttle"},
        {"system": "fedex", "kind": "expire_tokens"},
    ])
}
