//! What kind of environment a host is, by the forms that Microsoft gives host names.
//!
//! A developer's environment of the Power Platform has the form of a production one: nobody can
//! tell them apart by name, so what is called production here may still be somebody's trial.

use crate::transport::credential::is_loopback;
use url::Url;

/// A kind of environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// Real orders, as far as the name tells.
    Production,
    /// Tier 2 and up.
    Sandbox,
    /// A developer's machine or a trial.
    Development,
    /// This machine: a twin.
    Loopback,
    /// A form that Microsoft does not give.
    Custom,
}

/// The kind of an environment's address.
pub fn kind(base_url: &Url) -> EnvironmentKind {
    if is_loopback(base_url) {
        return EnvironmentKind::Loopback;
    }
    let Some(name) = base_url.domain().map(|name| name.trim_end_matches('.').to_lowercase()) else {
        return EnvironmentKind::Custom;
    };
    let labels: Vec<&str> = name.split('.').collect();
    // `contoso.sandbox.operations.eu.dynamics.com`: a region may stand before `dynamics`.
    let is_microsoft = labels.iter().rev().nth(1) == Some(&"dynamics");
    let has = |label: &str| labels[1..].contains(&label);
    match () {
        () if !is_microsoft => EnvironmentKind::Custom,
        () if has("cloudax") || has("onebox") || has("trial") => EnvironmentKind::Development,
        () if has("operations") && has("sandbox") => EnvironmentKind::Sandbox,
        () if has("operations") => EnvironmentKind::Production,
        () => EnvironmentKind::Custom,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_told_apart() {
        use EnvironmentKind::{Custom, Development, Loopback, Production, Sandbox};
        for (host, expected) in [
            ("contoso.operations.dynamics.com", Production),
            ("CONTOSO.operations.eu.dynamics.com", Production),
            ("contoso.operations.dynamics.cn", Production),
            ("contoso-uat.sandbox.operations.dynamics.com", Sandbox),
            ("contoso-uat.sandbox.operations.eu.dynamics.com", Sandbox),
            ("sandbox.operations.dynamics.com", Production),
            ("contoso-devaos.cloudax.dynamics.com", Development),
            ("usnconeboxax1aos.cloud.onebox.dynamics.com", Development),
            ("contoso.trial.operations.dynamics.com", Development),
            ("contoso.crm.dynamics.com", Custom),
            ("erp.contoso.com", Custom),
            ("operations.dynamics.com.evil.example", Custom),
            ("10.0.0.7", Custom),
            ("127.0.0.1:4020", Loopback),
            ("[::1]:4020", Loopback),
            ("localhost:4020", Loopback),
        ] {
            let url = Url::parse(&format!("http://{host}/data")).unwrap();
            assert_eq!(kind(&url), expected, "{host}");
        }
    }
}
