//! A visibility push for a parcel, as FedEx would send and sign it.
//!
//! `sender.rs` posts it to whoever subscribed. A test may also take the body and the
//! signature from here and delivers them as often, as late and as broken as it likes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::clock;
use super::credentials::WEBHOOK_TOKEN;
use super::state::{World, hex};
use super::track;

/// A parcel at a door, as JPEG in base64.
const PICTURE: &str = concat!(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABh",
    "Y3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAAB",
    "UAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAA",
    "AAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9Y",
    "WVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM",
    "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQy",
    "SUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8",
    "fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAkADADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAYF",
    "BP/EABsQAQAABwAAAAAAAAAAAAAAAAABAxUzZKPh/8QAFwEBAQEBAAAAAAAAAAAAAAAAAAMCBP/EABYRAQEBAAAAAAAAAAAAAAAA",
    "AAABEv/aAAwDAQACEQMRAD8AogGmWNX8bZwr+Ns4xRLVWzFmAqiAAjB1SbUCdaii6FSAs5wAAAAAH//Z",
);

/// Builds the push for a tracking number. Asks: `tracking_number`; may say
/// - `token`, `attempt`;
/// - `encoding`: `base64` (FedEx's own), `base64url`, or `hex` (what one of its pages claims);
/// - `shape`: `full` (FedEx's schema), or `flat` or `single`, as other receivers report;
/// - `images`: of `SPOD` (signature, TIFF), `PPOD` and `PPODA` (pictures, JPEG): the second message
///   that follows a delivery. `as_numbers` writes their bytes as a list, `kib` makes them larger;
/// - `as_number`: another number in the parcel's place, one that nobody knows;
/// - `scans`: how many of the newest scans are in it, for a push of an event alone.
pub(super) fn push(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let number = wanted["tracking_number"].as_str().unwrap_or_default();
    let transaction = world.fresh_uuid();
    let now_ms = world.now_ms();
    let (shipment, piece) = world.shipments.by_number(number).ok_or_else(|| format!("no shipment {number}"))?;
    let mut result = track::result(&shipment, piece, now_ms, true);
    let shown = wanted["as_number"].as_str().unwrap_or(number);
    result["trackingNumberInfo"]["trackingNumber"] = json!(shown);
    if let (Some(count), Some(scans)) = (wanted["scans"].as_u64(), result["scanEvents"].as_array_mut()) {
        scans.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    }
    let kinds = wanted["images"].as_array().cloned().unwrap_or_default();
    if !kinds.is_empty() {
        result["proofOfDelivery"] = kinds.iter().map(|kind| image(kind, wanted)).collect();
    }
    // Differs between attempts, so that hashing the whole body does not recognise a repeat.
    let meta = json!([{"timeStamp": clock::utc(now_ms), "attempt": wanted["attempt"].as_u64().unwrap_or(1)}]);
    let body = match wanted["shape"].as_str() {
        Some("flat") => json!({"trackResults": [result]}),
        Some("single") => result,
        _ => json!({
            "transactionId": transaction,
            "customerTransactionId": "",
            "outputMetaData": meta,
            "output": {"completeTrackResults": [{"trackingNumber": shown, "trackResults": [result]}]},
        }),
    };
    Ok(signed(&body.to_string(), wanted))
}

/// A body with its signature. For any body: `body` in `POST /_twin/webhook` instead of a number.
pub(super) fn signed(body: &str, wanted: &Value) -> Value {
    let token = wanted["token"].as_str().unwrap_or(WEBHOOK_TOKEN);
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    let signature = match wanted["encoding"].as_str() {
        Some("hex") => hex(&digest),
        Some("base64url") => URL_SAFE_NO_PAD.encode(digest),
        _ => STANDARD.encode(digest),
    };
    json!({"headers": {"fdx-signature": signature, "content-type": "application/json"}, "body": body})
}

/// An image as FedEx says it sends them; which fields it uses is not public.
fn image(kind: &Value, wanted: &Value) -> Value {
    let (format, begin) = match kind.as_str() {
        Some("SPOD") => ("TIFF", b"II*\0\x08\0\0\0".to_vec()),
        // What follows the picture in its file is no matter to a browser.
        _ => ("JPEG", STANDARD.decode(PICTURE).expect("a constant in base64")),
    };
    let size = usize::try_from(wanted["kib"].as_u64().unwrap_or(2)).unwrap_or(2) * 1_024;
    let name = kind.as_str().unwrap_or_default().as_bytes();
    let mut bytes = begin;
    bytes.extend(name.iter().copied().cycle().take(size));
    let written = if wanted["as_numbers"] == true { json!(bytes) } else { json!(STANDARD.encode(&bytes)) };
    json!({"type": kind, "imageType": format, "image": written})
}
