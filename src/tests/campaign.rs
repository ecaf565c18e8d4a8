//! The campaign in small: the real program, real kills, and the same checks as `make campaign`.

use serde_json::Value;
use std::process::{Command, Stdio};

#[test]
fn a_small_campaign_ends_with_exactly_one_live_label_an_order() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_ml-connector"))
        .args(["campaign", "--orders", "160", "--seed", "20261122", "--minutes", "5", "--concurrency", "4"])
        // Faster than the big one: the hour before an absent label is believed takes 15 seconds.
        .args(["--factor", "240", "--json", "--data-dir"])
        .arg(directory.path())
        .stderr(Stdio::inherit())
        .output()
        .expect("the campaign starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no figures: {text}"));
    assert_eq!(figures["failures"], serde_json::json!([]), "{text}");
    assert!(output.status.success(), "{text}");
    assert_eq!(figures["live_labels"], 160);
    assert_eq!(figures["written_back"], 160, "nothing in the script parks an order");
    assert!(figures["caught"].as_i64() >= Some(8), "five in a hundred were caught by kills: {text}");
    assert!(figures["bought_again"].as_i64() > Some(0), "a 503 before the commit leaves no label: {text}");
}
