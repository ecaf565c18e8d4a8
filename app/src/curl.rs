//! A recorded call as a curl command, to be tried by hand. Pure. It holds what the record holds, and
//! secrets are never recorded: the token is a placeholder.

/// Stands where the token goes; it is never recorded.
const TOKEN: &str = "<token>";
/// Stands where the version of a record goes that a change is made to; it is not recorded.
const ETAG: &str = "<etag>";
/// Headers of every call to FedEx that change its answer.
const FEDEX: [&str; 2] = ["Accept: application/json", "X-locale: en_US"];
/// Headers of every call to Dynamics 365 that change its answer.
const D365: [&str; 3] = ["Accept: application/json", "OData-Version: 4.0", "OData-MaxVersion: 4.0"];

/// The command for a call: `operation` is its stable name (`fedex.ship`), `request_line` its method and
/// address, `body` the recorded body.
pub fn curl(operation: &str, request_line: &str, body: Option<&str>) -> String {
    let (method, address) = request_line.split_once(' ').unwrap_or(("GET", request_line));
    // Addresses of OData may hold brackets, which curl would take for a pattern.
    let mut words = vec![format!("curl --globoff --request {} {}", quoted(method), quoted(address))];
    let mut header = |text: &str| words.push(format!("--header {}", quoted(text)));
    header(&format!("Authorization: Bearer {TOKEN}"));
    let of_vendor: &[&str] = if operation.starts_with("fedex.") { &FEDEX } else { &D365 };
    for text in of_vendor {
        header(text);
    }
    if method == "PATCH" {
        header(&format!("If-Match: {ETAG}"));
    }
    if let Some(body) = body {
        header("Content-Type: application/json");
        words.push(format!("--data-raw {}", quoted(body)));
    }
    words.join(" \\\n  ")
}

/// What to know before sending it.
pub fn advice(operation: &str, request_line: &str) -> &'static str {
    match operation {
        "fedex.ship" => {
            "Secrets are masked: put in a token of your own. This call buys: sent again, it makes a second label."
        }
        _ if request_line.starts_with("PATCH ") => {
            "Secrets are masked: put in a token of your own, and the ETag of the record as it is now. This call \
             changes the order."
        }
        _ => "Secrets are masked: put in a token of your own, and what stands as *** yourself.",
    }
}

/// One word of a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{advice, curl, quoted};

    #[test]
    fn a_purchase_is_a_post_with_a_placeholder_for_the_token() {
        let line = "POST https://apis.fedex.com/ship/v1/shipments";
        let expected = r#"curl --globoff --request 'POST' 'https://apis.fedex.com/ship/v1/shipments' \
  --header 'Authorization: Bearer <token>' \
  --header 'Accept: application/json' \
  --header 'X-locale: en_US' \
  --header 'Content-Type: application/json' \
  --data-raw '{"name":"O'\''Neil $(id) `id` \\"}'"#;
        assert_eq!(curl("fedex.ship", line, Some(r#"{"name":"O'Neil $(id) `id` \\"}"#)), expected);
        assert!(advice("fedex.ship", line).contains("second label"));
    }

    #[test]
    fn a_change_in_dynamics_365_asks_for_the_version_of_the_record() {
        let line = "PATCH https://x.dynamics.com/data/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='1')";
        let text = curl("d365.patch", line, Some("{}"));
        assert!(text.contains(r"(dataAreaId='\''usmf'\'',SalesOrderNumber='\''1'\'')"), "{text}");
        assert!(text.contains("--header 'If-Match: <etag>'") && text.contains("OData-Version"), "{text}");
        assert!(advice("d365.patch", line).contains("ETag"));
    }

    #[test]
    fn a_read_has_no_body_and_no_type() {
        let text = curl("d365.orders", "GET https://x.dynamics.com/data/A?$top=1", None);
        assert!(!text.contains("--data-raw") && !text.contains("Content-Type"), "{text}");
    }

    #[test]
    fn a_word_ends_where_it_should() {
        assert_eq!(quoted("'; rm -rf / #"), r"''\''; rm -rf / #'");
        assert_eq!(quoted("two\nlines"), "'two\nlines'");
    }
}
