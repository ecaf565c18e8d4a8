//! A visibility push for a parcel, as FedEx would send and sign it.
//!
//! The twin does not post it anywhere: it has no HTTP client. A test takes the body and the
//! signature from here and delivers them as often, as late and as broken as it likes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::clock;
use super::credentials::WEBHOOK_TOKEN;
use super::state::{World, hex};
use super::track;

/// Builds the push for a tracking number. Asks: `tracking_number`; may say `token`, `attempt`, and
/// `encoding` as `base64` (FedEx's own) or `hex` (what one of its pages claims).
pub(super) fn push(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let number = wanted["tracking_number"].as_str().unwrap_or_default();
    let transaction = world.fresh_uuid();
    let now_ms = world.now_ms();
    let (shipment, piece) = world.shipments.by_number(number).ok_or_else(|| format!("no shipment {number}"))?;
    let body = json!({
        "transactionId": transaction,
        "customerTransactionId": "",
        // Differs between attempts, so that hashing the whole body does not recognise a repeat.
        "outputMetaData": [{
            "timeStamp": clock::utc(now_ms),
            "attempt": wanted["attempt"].as_u64().unwrap_or(1),
        }],
        "output": {"completeTrackResults": [{
            "trackingNumber": number,
            "trackResults": [track::result(&shipment, piece, now_ms, true)],
        }]},
    })
    .to_string();
    let token = wanted["token"].as_str().unwrap_or(WEBHOOK_TOKEN);
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    let signature = match wanted["encoding"].as_str() {
        Some("hex") => hex(&digest),
        _ => STANDARD.encode(digest),
    };
    Ok(json!({"headers": {"fdx-signature": signature, "content-type": "application/json"}, "body": body}))
}
