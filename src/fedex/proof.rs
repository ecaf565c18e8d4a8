//! Images of a proof of delivery inside a push.
//!
//! FedEx publishes that they come (signature as TIFF, picture as JPEG in base64), and not in which
//! fields. So the whole push is searched for what is an image by its first bytes, written as base64
//! or as a list of byte numbers; the names around it say what it shows and of which parcel.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Images taken from one push: a signature and some pictures; more is no proof but noise.
const MOST_IMAGES: usize = 12;
/// Smaller things that begin like an image are none.
const LEAST_BYTES: usize = 64;
/// Larger ones are not kept: a picture of a doorstep is a tenth of this.
const MOST_BYTES: usize = 6 * 1024 * 1024;
/// Longest text beside an image that may name its kind.
const NAME_LENGTH: usize = 60;
/// How deep names are looked for: a push nests about ten deep.
const DEEPEST: usize = 40;
/// In a body that is shown, longer texts and lists of numbers are named instead.
const SHOWN_TEXT: usize = 1_000;
/// See [`SHOWN_TEXT`].
const SHOWN_NUMBERS: usize = 64;

/// What an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signature.
    Signature,
    /// A picture of the delivered parcel.
    Picture,
    /// A picture of an attempt to deliver.
    Attempt,
    /// One of them; FedEx does not say which.
    Proof,
}

impl Kind {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Picture => "picture",
            Self::Attempt => "attempt",
            Self::Proof => "proof",
        }
    }

    fn named(text: &str) -> Option<Self> {
        let text = text.to_uppercase();
        if text.contains("PPODA") || text.contains("ATTEMPT") {
            Some(Self::Attempt)
        } else if ["PPOD", "PICTURE", "PHOTO"].into_iter().any(|word| text.contains(word)) {
            Some(Self::Picture)
        } else if ["SPOD", "SIGNATURE"].into_iter().any(|word| text.contains(word)) {
            Some(Self::Signature)
        } else {
            None
        }
    }
}

/// An image of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The parcel it is about; empty when nothing around it says.
    pub tracking_number: String,
    /// What it shows.
    pub kind: Kind,
    /// `image/jpeg`, …
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Finds the images in a push; none in a body that is not JSON.
pub fn find(body: &[u8]) -> Vec<Image> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        search(&value, &Around { tracking_number: "", kind: None }, DEEPEST, &mut found);
    }
    found
}

/// What the names around a value say.
#[derive(Clone, Copy)]
struct Around<'a> {
    tracking_number: &'a str,
    kind: Option<Kind>,
}

fn search<'a>(value: &'a Value, around: &Around<'a>, depth: usize, found: &mut Vec<Image>) {
    if found.len() == MOST_IMAGES || depth == 0 {
        return;
    }
    if let Some((media_type, bytes)) = image(value) {
        let same = found.iter().any(|image| image.bytes == bytes && image.tracking_number == around.tracking_number);
        if !same && (LEAST_BYTES..=MOST_BYTES).contains(&bytes.len()) {
            let tracking_number = around.tracking_number.to_owned();
            found.push(Image { tracking_number, kind: around.kind.unwrap_or(Kind::Proof), media_type, bytes });
        }
        return;
    }
    match value {
        Value::Object(fields) => {
            let own = fields.get("trackingNumber").or_else(|| value.pointer("/trackingNumberInfo/trackingNumber"));
            let own = own.and_then(Value::as_str).filter(|number| !number.is_empty());
            let tracking_number = own.unwrap_or(around.tracking_number);
            // `type: SPOD` beside the bytes names them better than what is further out.
            let mut texts = fields.values().filter_map(Value::as_str).filter(|text| text.len() <= NAME_LENGTH);
            let beside = texts.find_map(Kind::named).or(around.kind);
            for (name, inner) in fields {
                let kind = Kind::named(name).or(beside);
                search(inner, &Around { tracking_number, kind }, depth - 1, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| search(item, around, depth - 1, found)),
        _ => {}
    }
}

/// The image a value is, by its first bytes.
fn image(value: &Value) -> Option<(&'static str, Vec<u8>)> {
    match value {
        Value::String(text) => {
            let text = text.rsplit_once(";base64,").map_or(text.as_str(), |(_, data)| data).trim_start();
            // Looked at before all of it is decoded: most texts are none.
            let head = STANDARD.decode(text.as_bytes().get(..16)?).ok()?;
            let media_type = media_type(&head)?;
            let data: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
            let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(data).ok()?;
            Some((media_type, decoded))
        }
        Value::Array(items) => {
            let head: Vec<u8> = items.iter().take(8).map_while(byte).collect();
            let media_type = media_type(&head)?;
            let bytes: Vec<u8> = items.iter().map_while(byte).collect();
            (bytes.len() == items.len()).then_some((media_type, bytes))
        }
        _ => None,
    }
}

/// A byte as a number; some programs write bytes from -128 to 127.
fn byte(value: &Value) -> Option<u8> {
    let number = value.as_i64()?;
    u8::try_from(number).ok().or_else(|| i8::try_from(number).ok().map(i8::cast_unsigned))
}

fn media_type(head: &[u8]) -> Option<&'static str> {
    const HEADS: [(&[u8], &str); 7] = [
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"%PDF-", "application/pdf"),
    ];
    HEADS.into_iter().find(|(begin, _)| head.starts_with(begin)).map(|(_, media_type)| media_type)
}

/// A body for people: indented later, without what nobody can read.
pub fn readable(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            leave_out(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

fn leave_out(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > SHOWN_TEXT => *value = format!("[{} characters]", text.len()).into(),
        Value::Array(items) if items.len() > SHOWN_NUMBERS && items.iter().all(Value::is_number) => {
            *value = format!("[{} numbers]", items.len()).into();
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        Value::Object(fields) => fields.values_mut().for_each(leave_out),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn jpeg(length: usize) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0".to_vec();
        bytes.resize(length, 7);
        bytes
    }

    #[test]
    fn images_are_found_wherever_they_stand_and_named_by_what_is_around() {
        let tiff: Vec<u8> = b"II*\0".iter().copied().chain([1; 200]).collect();
        let signed: Vec<i64> = jpeg(300).iter().map(|byte| i64::from(byte.cast_signed())).collect();
        let body = json!({"output": {"completeTrackResults": [{"trackingNumber": "794", "trackResults": [
            {"images": [{"type": "SPOD", "bytes": STANDARD.encode(&tiff)}], "pictureOfDelivery": signed},
            {"trackingNumberInfo": {"trackingNumber": "795"}, "x": format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg(100)))},
            {"documents": [{"documentType": "PPODA", "image": STANDARD.encode(jpeg(99))}]},
        ]}]}});
        let found = find(body.to_string().as_bytes());
        let seen: Vec<_> = found
            .iter()
            .map(|image| (image.tracking_number.as_str(), image.kind, image.media_type, image.bytes.len()))
            .collect();
        assert_eq!(
            seen,
            [
                ("794", Kind::Signature, "image/tiff", 204),
                ("794", Kind::Picture, "image/jpeg", 300),
                ("795", Kind::Proof, "image/jpeg", 100),
                ("794", Kind::Attempt, "image/jpeg", 99),
            ]
        );
    }

    #[test]
    fn what_is_no_image_too_small_or_doubled_is_left() {
        let picture = STANDARD.encode(jpeg(100));
        let body = json!({"a": "iVBORw0KGgo", "b": STANDARD.encode(jpeg(20)), "c": "plain text that is long enough",
            "d": [1, 2, 3], "e": [picture, picture], "f": [255, 216, 255, "x"], "g": format!("{picture}é")});
        assert_eq!(find(body.to_string().as_bytes()).len(), 1);
        assert_eq!(find(b"not json"), []);
        let many: Vec<String> = (0..40_usize).map(|at| STANDARD.encode(jpeg(100 + at))).collect();
        assert_eq!(find(json!(many).to_string().as_bytes()).len(), MOST_IMAGES);
    }

    #[test]
    fn a_body_is_shown_without_its_images() {
        let body = json!({"picture": STANDARD.encode(jpeg(3_000)), "bytes": vec![1; 65], "event": "Delivered"});
        let shown = readable(body.to_string().as_bytes());
        assert!(shown.contains("[4000 characters]") && shown.contains("[65 numbers]"), "{shown}");
        assert!(shown.contains("Delivered") && shown.len() < 200);
        assert_eq!(readable(b"<xml/>"), "<xml/>");
    }
}
