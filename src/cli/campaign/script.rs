//! What goes wrong in a campaign, and how often.

use serde_json::{Value, json};

/// Purchases of which one is held back for a kill. Often enough that the five in a hundred are
/// reached before the last order is bought; the fault ends by itself when they are.
const HOLD_ONE_IN: u64 = 15;

/// The script from the beginning on. One fault fires a call, the first that is due, so what makes
/// an answer disappear stands before what only refuses. Each is a little more frequent than the
/// share it stands for (written behind it), because a call that met one fault is not counted by
/// the next.
pub fn faults(seed: u64, holds: usize, burst: usize) -> Value {
    let hold = json!({"system": "fedex", "op": "ship", "kind": "hold", "one_in": HOLD_ONE_IN, "burst": burst,
        "times": holds, "seed": seed});
    // What, and one call in how many.
    let shares = [
        // 5 % of the answers lost after the commit: half of them cut, half of them a 500.
        (json!({"system": "fedex", "op": "ship", "kind": "cut_after"}), 38),
        (json!({"system": "fedex", "op": "ship", "kind": "error_after"}), 38),
        // 1 % refused before the commit.
        (json!({"system": "fedex", "op": "ship", "kind": "status", "status": 503}), 95),
        // Tokens that end early, again and again.
        (json!({"system": "fedex", "kind": "expire_tokens"}), 100),
        (json!({"system": "d365", "kind": "expire_tokens"}), 1_000),
        // 2 % throttled, on both sides.
        (json!({"kind": "status", "status": 429, "retry_after": "2"}), 49),
    ];
    let shares = shares.into_iter().map(|(mut fault, one_in)| {
        (fault["one_in"], fault["times"], fault["seed"]) = (one_in.into(), 0.into(), seed.into());
        fault
    });
    std::iter::once(hold).chain(shares).collect()
}

/// FedEx closes its token endpoint once: the next call loses its token, and the next request for
/// one is refused as a burst would be.
pub fn throttle() -> Value {
    json!([
        {"system": "fedex", "op": "token", "kind": "token_throttle"},
        {"system": "fedex", "kind": "expire_tokens"},
    ])
}
