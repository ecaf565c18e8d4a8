//! The address FedEx pushes to, held against FedEx's rules for it. Pure; resolving its name is the
//! caller's business.

use std::net::IpAddr;
use url::{Host, Url};

/// Where FedEx's pushes are received.
pub const PATH: &str = "/webhooks/fedex";
/// FedEx: longest address.
const LONGEST: usize = 200;
/// Endings of names that only a local network knows.
const LOCAL_ENDINGS: [&str; 6] = ["localhost", "local", "internal", "lan", "home.arpa", "test"];

/// One rule and how the address does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `https`, `Length`, …
    pub name: &'static str,
    /// What was seen.
    pub seen: String,
    /// What is wrong and what to do; `None`: nothing.
    pub fault: Option<(&'static str, &'static str)>,
}

/// The address to give to FedEx, under the one browsers use.
pub fn callback(public_url: &Url) -> Url {
    let mut url = public_url.clone();
    url.set_path(PATH);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Holds an address against every rule.
pub fn rules(url: &Url) -> Vec<Rule> {
    let rule = |name, seen: String, good: bool, sentence, next| Rule {
        name,
        seen,
        fault: (!good).then_some((sentence, next)),
    };
    let host = url.host();
    let name = url.host_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let ends = |ending: &str| name == ending || name.ends_with(&format!(".{ending}"));
    let is_name = matches!(host, Some(Host::Domain(_)));
    let set = "Set public_url (ML_PUBLIC_URL) to the address this server has on the internet.";
    vec![
        rule(
            "https",
            url.scheme().to_owned(),
            url.scheme() == "https",
            "FedEx pushes to https addresses only.",
            "Put a reverse proxy with a valid certificate in front, and set public_url to its https address.",
        ),
        rule(
            "Length",
            format!("{} characters", url.as_str().len()),
            url.as_str().len() <= LONGEST,
            "FedEx takes at most 200 characters.",
            "Use a shorter host name.",
        ),
        rule("Host name", name.clone(), is_name, "FedEx takes no IP address in the place of a name.", set),
        rule(
            "Public name",
            name.clone(),
            is_name && name.contains('.') && !LOCAL_ENDINGS.into_iter().any(ends),
            "This name is known on the local network only; FedEx cannot reach it.",
            set,
        ),
        rule("Not FedEx", name.clone(), !ends("fedex.com"), "FedEx does not push to its own addresses.", set),
        rule(
            "No sign-in in it",
            if url.username().is_empty() && url.password().is_none() { "none".into() } else { "hidden".into() },
            url.username().is_empty() && url.password().is_none(),
            "The address holds a user name or a password.",
            "Take it out of public_url; pushes are verified by their signature.",
        ),
        rule(
            "Path",
            url.path().to_owned(),
            url.path() == PATH,
            "Pushes are received at /webhooks/fedex only.",
            "Give FedEx the address shown here, unchanged.",
        ),
    ]
}

/// An address anybody on the internet can send to.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || shared)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local())
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(url: &str) -> Vec<&'static str> {
        let rules = rules(&Url::parse(url).unwrap());
        rules.into_iter().filter(|rule| rule.fault.is_some()).map(|rule| rule.name).collect()
    }

    #[test]
    fn a_good_address_passes_and_each_bad_one_names_its_rule() {
        assert_eq!(faults("https://shipping.contoso.com/webhooks/fedex"), [""; 0]);
        assert_eq!(faults("http://shipping.contoso.com/webhooks/fedex"), ["https"]);
        assert_eq!(
            faults(&format!("https://{}.contoso.com/webhooks/fedex", ["a".repeat(60).as_str(); 4].join("."))),
            ["Length"]
        );
        for literal in ["203.0.113.7", "10.0.0.7", "127.0.0.1", "[2001:db8::1]"] {
            assert_eq!(faults(&format!("https://{literal}/webhooks/fedex")), ["Host name", "Public name"]);
        }
        for local in ["localhost", "erp.local", "shipping", "x.internal"] {
            assert_eq!(faults(&format!("https://{local}/webhooks/fedex")), ["Public name"], "{local}");
        }
        assert_eq!(faults("https://hooks.fedex.com/webhooks/fedex"), ["Not FedEx"]);
        assert_eq!(faults("https://notfedex.com/webhooks/fedex"), [""; 0]);
        assert_eq!(faults("https://u:p@shipping.contoso.com/webhooks/fedex"), ["No sign-in in it"]);
        assert_eq!(faults("https://shipping.contoso.com/fedex"), ["Path"]);
    }

    #[test]
    fn the_callback_is_made_of_the_public_address() {
        let callback = callback(&Url::parse("https://shipping.contoso.com/x?y#z").unwrap());
        assert_eq!(callback.as_str(), "https://shipping.contoso.com/webhooks/fedex");
    }

    #[test]
    fn private_addresses_are_not_public() {
        for private in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["20.65.16.22", "100.128.0.1", "2606:4700::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
