//! Which side is not the production system, in one word and a sentence: what the frame around every
//! page says.

use crate::d365::environment::{EnvironmentKind, kind};
use crate::engine::Engine;
use crate::fedex::Environment;
use crate::transport::credential::is_loopback;
use app::contract::Rehearsal;
use url::Url;

/// The menu item of the list of all sales orders.
const SALES_ORDERS: &str = "SalesTableListPage";

/// How real one side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Production,
    Sandbox,
    Development,
    Loopback,
    Custom,
}

/// The frame of this installation; none while all that is connected is production.
pub async fn frame(engine: &Engine) -> Option<Rehearsal> {
    let d365 = engine.d365().await.ok().map(|d365| match kind(&d365.credentials().base_url) {
        EnvironmentKind::Production => Side::Production,
        EnvironmentKind::Sandbox => Side::Sandbox,
        EnvironmentKind::Development => Side::Development,
        EnvironmentKind::Loopback => Side::Loopback,
        EnvironmentKind::Custom => Side::Custom,
    });
    let fedex = engine.fedex().await.ok().map(|fedex| match fedex.credentials().environment {
        Environment::Production => Side::Production,
        Environment::Sandbox => Side::Sandbox,
        Environment::Custom if is_loopback(&fedex.credentials().base_url) => Side::Loopback,
        Environment::Custom => Side::Custom,
    });
    let since = crate::desk::built_in_twins::since(engine).await.ok().flatten();
    words(d365, fedex, since.is_some())
}

/// The list of sales orders of a legal entity, for a browser; `None` where no real Dynamics 365 is behind
/// the address.
pub async fn sales_orders_href(engine: &Engine, company: &str) -> Option<String> {
    let d365 = engine.d365().await.ok()?;
    list_href(&d365.credentials().base_url, company)
}

/// `cmp` and `mi` are what the client reads from its address. A link to one record has its query encrypted
/// by the environment itself, so nobody else can make one.
fn list_href(base_url: &Url, company: &str) -> Option<String> {
    if kind(base_url) == EnvironmentKind::Loopback {
        return None;
    }
    let mut address = Url::parse(&format!("{}/", base_url.as_str().trim_end_matches('/'))).ok()?;
    address.query_pairs_mut().append_pair("cmp", company).append_pair("mi", SALES_ORDERS);
    Some(address.into())
}

fn words(d365: Option<Side>, fedex: Option<Side>, built_in: bool) -> Option<Rehearsal> {
    use Side::{Custom, Development, Loopback, Production, Sandbox};
    let sides = [d365, fedex];
    let any = |side: Side| sides.contains(&Some(side));
    if !sides.iter().flatten().any(|side| *side != Production) {
        return None;
    }
    let word = match () {
        () if any(Loopback) => "REHEARSAL",
        () if any(Sandbox) => "SANDBOX",
        () if any(Development) => "DEVELOPMENT",
        () => "CUSTOM",
    };
    if built_in {
        let sentence = "The built-in twins stand in for Dynamics 365 and FedEx. Nothing here is real.";
        return Some(Rehearsal { word: word.to_owned(), sentence: sentence.to_owned() });
    }
    if sides == [Some(Loopback); 2] {
        let sentence = "Dynamics 365 and FedEx: a program on this machine. No label is real.";
        return Some(Rehearsal { word: word.to_owned(), sentence: sentence.to_owned() });
    }
    let d365_words = d365.and_then(|side| match side {
        Production => None,
        Sandbox => Some("Dynamics 365 is a sandbox."),
        Development => Some("Dynamics 365 is a developer's or trial environment."),
        Loopback => Some("Dynamics 365 is a program on this machine."),
        Custom => Some("Dynamics 365 is a custom address."),
    });
    let fedex_words = fedex.and_then(|side| match side {
        Production => d365_words.map(|_| "FedEx is production: its labels cost money."),
        Sandbox => Some("FedEx is the test system. Its labels must not go on a parcel."),
        Loopback => Some("FedEx is a program on this machine. Its labels are not real."),
        Development | Custom => Some("FedEx is a custom address. Its labels may not be real."),
    });
    let sentence = [d365_words, fedex_words].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(Rehearsal { word: word.to_owned(), sentence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_sales_orders_is_linked_where_a_real_system_is() {
        let href = |base: &str| list_href(&Url::parse(base).unwrap(), "usmf");
        let real = "https://contoso.operations.dynamics.com/?cmp=usmf&mi=SalesTableListPage";
        assert_eq!(href("https://contoso.operations.dynamics.com").as_deref(), Some(real));
        let own = "https://erp.contoso.com/namespaces/ab/?cmp=usmf&mi=SalesTableListPage";
        assert_eq!(href("https://erp.contoso.com/namespaces/ab").as_deref(), Some(own));
        assert_eq!(href("http://127.0.0.1:4020"), None);
    }

    #[test]
    fn the_frame_is_there_when_either_side_is_not_production_and_says_which() {
        use Side::{Custom, Loopback, Production, Sandbox};
        let frame = |d365, fedex| words(d365, fedex, false).map(|frame| (frame.word, frame.sentence));
        assert_eq!(frame(None, None), None);
        assert_eq!(frame(Some(Production), Some(Production)), None);
        assert_eq!(frame(Some(Production), None), None);
        for (d365, fedex, word, says) in [
            (Some(Sandbox), None, "SANDBOX", "Dynamics 365 is a sandbox."),
            (Some(Sandbox), Some(Production), "SANDBOX", "labels cost money"),
            (Some(Production), Some(Sandbox), "SANDBOX", "FedEx is the test system"),
            (Some(Sandbox), Some(Sandbox), "SANDBOX", "Dynamics 365 is a sandbox. FedEx is the test system"),
            (Some(Production), Some(Custom), "CUSTOM", "FedEx is a custom address"),
            (Some(Loopback), Some(Loopback), "REHEARSAL", "on this machine"),
        ] {
            let (found, sentence) = frame(d365, fedex).expect("a frame");
            assert_eq!(found, word);
            assert!(sentence.contains(says), "{sentence}");
        }
        let (_, production) = frame(Some(Production), Some(Sandbox)).expect("a frame");
        assert!(!production.contains("Dynamics"), "{production}");
        let built_in = words(Some(Loopback), Some(Loopback), true).expect("a frame");
        assert!(built_in.sentence.contains("built-in twins"));
    }
}
