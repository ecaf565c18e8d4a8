//! Where a printer is: its address, read once into its parts.

use crate::print::Kind;
use url::Url;

/// Port of raw printing when the address names none.
const RAW_PORT: u16 = 9100;
/// Port of IPP when the address names none.
const IPP_PORT: u16 = 631;

/// Where bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A socket.
    Raw {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A queue of a print server, or a printer that speaks IPP itself.
    Ipp(Queue),
}

/// An IPP queue under both its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// What the messages call it: `ipp://host:631/printers/NAME`.
    pub uri: http::Uri,
    /// Where they are posted: `http://host:631/printers/NAME`.
    pub post_to: http::Uri,
}

impl Target {
    /// Reads an address, or says in one sentence what is wrong with it.
    pub fn parse(kind: Kind, address: &str) -> Result<Self, String> {
        let address = address.trim();
        if address.contains('@') {
            // Addresses are shown and recorded; a password in one would be, too.
            return Err("An address with a user name or password is not accepted; write it without.".to_owned());
        }
        match kind {
            Kind::Raw => raw(address),
            Kind::Ipp => ipp(address).map(Self::Ipp),
        }
    }
}

fn raw(address: &str) -> Result<Target, String> {
    let wrong = || format!("{address:?} is not an address; write host:port, for example 10.0.8.20:{RAW_PORT}.");
    // A scheme that is not special keeps its host as written; names, IPv4 and [IPv6] are all read.
    let url = Url::parse(&format!("raw://{address}")).map_err(|_| wrong())?;
    let plain = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().filter(|host| plain && !host.is_empty()).ok_or_else(wrong)?;
    if url.port() == Some(0) {
        return Err(wrong());
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(Target::Raw { host, port: url.port().unwrap_or(RAW_PORT) })
}

fn ipp(address: &str) -> Result<Queue, String> {
    let wrong = || format!("{address:?} is not an address; write ipp://host:{IPP_PORT}/printers/NAME.");
    let url = Url::parse(address).map_err(|_| wrong())?;
    let carrier = match url.scheme() {
        "ipp" => "http",
        "ipps" => "https",
        _ => return Err(wrong()),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    if url.query().is_some() || url.fragment().is_some() || url.port() == Some(0) {
        return Err(wrong());
    }
    let port = url.port().unwrap_or(IPP_PORT);
    let path = if url.path().is_empty() { "/" } else { url.path() };
    let named = |scheme: &str| format!("{scheme}://{host}:{port}{path}").parse().map_err(|_| wrong());
    Ok(Queue { uri: named(url.scheme())?, post_to: named(carrier)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_usual_ports() {
        let raw = |host: &str, port| Target::Raw { host: host.into(), port };
        assert_eq!(Target::parse(Kind::Raw, "zebra-1.example:6101"), Ok(raw("zebra-1.example", 6101)));
        assert_eq!(Target::parse(Kind::Raw, " 10.0.8.20 "), Ok(raw("10.0.8.20", 9100)));
        assert_eq!(Target::parse(Kind::Raw, "[fd00::5]:9100"), Ok(raw("fd00::5", 9100)));
        let Ok(Target::Ipp(queue)) = Target::parse(Kind::Ipp, "ipp://cups.example/printers/office") else {
            panic!("an IPP address")
        };
        assert_eq!(queue.uri, "ipp://cups.example:631/printers/office");
        assert_eq!(queue.post_to, "http://cups.example:631/printers/office");
    }

    #[test]
    fn what_is_no_address_is_refused_in_a_sentence_that_shows_a_right_one() {
        for address in ["", ":9100", "host:0", "host:99999", "host/path", "host name", "ipp://host/x"] {
            let refused = Target::parse(Kind::Raw, address).expect_err(address);
            assert!(refused.contains("host:port"), "{refused}");
        }
        for address in ["", "host:631", "http://host/x", "ipp:///x", "ipp://host/x?y=z"] {
            assert!(Target::parse(Kind::Ipp, address).expect_err(address).contains("ipp://"));
        }
    }

    #[test]
    fn an_address_with_a_password_is_refused_and_not_repeated() {
        for (kind, address) in [(Kind::Ipp, "ipp://kim:hunter2@host/x"), (Kind::Raw, "kim:hunter2@host:9100")] {
            let refused = Target::parse(kind, address).expect_err("a password");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
