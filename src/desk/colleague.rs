//! What to send to the colleague who must mend a connection: the Entra administrator, the one of
//! Dynamics 365, or who owns the FedEx project. Ids and addresses are filled in, secrets never.

use crate::audit::System;
use crate::engine::Engine;
use crate::order::cause::Cause;

/// What a text needs to be specific.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Environment's address.
    pub environment: String,
    /// Entra tenant.
    pub tenant: String,
    /// Application (client) id.
    pub client_id: String,
    /// Legal entities, for people.
    pub companies: String,
    /// Entity set of the orders.
    pub orders: String,
    /// `production`, `sandbox` or `custom`.
    pub fedex_environment: String,
    /// The end of the API key, enough to find the project.
    pub key_end: String,
    /// Shipping account.
    pub account: String,
}

/// Characters of an API key that tell which it is.
const KEY_END: usize = 4;

/// The facts of what is connected now.
pub async fn facts(engine: &Engine) -> Facts {
    let mut facts = Facts::default();
    if let Ok(d365) = engine.d365().await {
        let credentials = d365.credentials();
        credentials.base_url.as_str().trim_end_matches('/').clone_into(&mut facts.environment);
        facts.tenant.clone_from(&credentials.tenant_id);
        facts.client_id.clone_from(&credentials.client_id);
        facts.companies = credentials.legal_entities.join(", ");
        facts.orders.clone_from(&credentials.orders.entity_set);
    }
    if let Ok(fedex) = engine.fedex().await {
        let credentials = fedex.credentials();
        let begin = credentials.api_key.char_indices().rev().nth(KEY_END - 1).map_or(0, |(at, _)| at);
        fedex.environment_name().clone_into(&mut facts.fedex_environment);
        credentials.api_key[begin..].clone_into(&mut facts.key_end);
        facts.account.clone_from(&credentials.account_number);
    }
    facts
}

/// The text for a rung that does not hold; none where nobody else is needed.
pub fn text(system: System, rung: &str, cause: &Cause, facts: &Facts) -> Option<String> {
    match system {
        System::D365 => d365(&cause.code, facts),
        System::Fedex => fedex(rung, &cause.code, facts),
        System::Connector => None,
    }
}

fn d365(code: &str, facts: &Facts) -> Option<String> {
    let Facts { environment, tenant, client_id, companies, orders, .. } = facts;
    let text = match code {
        "auth.tenant-unknown" => format!(
            "Hello,\n\nml-connector signs in to Dynamics 365 ({environment}), and Microsoft Entra does not know the \
             tenant {tenant}. Please send me the Directory (tenant) ID: Entra admin center > Overview."
        ),
        "auth.client-unknown" => format!(
            "Hello,\n\nml-connector signs in to Dynamics 365 ({environment}), and the Entra tenant {tenant} does not \
             know the application {client_id}. Please look under App registrations. If it is missing, register one \
             (single tenant, no redirect address), and send me its Application (client) ID and the value of a new \
             client secret."
        ),
        "auth.secret-rejected" | "auth.secret-expired" => format!(
            "Hello,\n\nMicrosoft Entra does not take the client secret of the application {client_id} (tenant \
             {tenant}). Please make a new one: App registrations > {client_id} > Certificates & secrets > New client \
             secret. I need its Value, which is shown only once, not the Secret ID, and the day it expires. Please \
             send it over a channel that is meant for secrets."
        ),
        "auth.certificate-rejected" | "auth.certificate-expired" => format!(
            "Hello,\n\nMicrosoft Entra does not take the certificate of the application {client_id} (tenant {tenant}). \
             Please upload the one I send you: App registrations > {client_id} > Certificates & secrets > Certificates."
        ),
        "auth.scope-unknown" => format!(
            "Hello,\n\nThe Entra tenant {tenant} knows no environment with the address {environment}. Please send me \
             the address of our Dynamics 365 Finance & Operations environment, and the ID of the tenant it belongs to."
        ),
        "auth.app-not-registered" => format!(
            "Hello,\n\nplease let the application ml-connector into Dynamics 365.\n\n\
             1. Open {environment} > System administration > Setup > Microsoft Entra applications.\n\
             2. New. Client ID: {client_id}. Name: ml-connector. User ID: a service user of its own.\n\
             3. Give that user roles that read sales orders, customers, products and warehouses and edit sales order \
             headers, in {companies}.\n\nNo secret is needed for this."
        ),
        "auth.user-disabled" => format!(
            "Hello,\n\nDynamics 365 ({environment}) knows the application {client_id} and refuses its user. Please \
             look under System administration > Setup > Microsoft Entra applications which user it is, and check \
             under Users that this user is enabled and has roles that read sales orders in {companies}."
        ),
        "d365.read-refused" => format!(
            "Hello,\n\nthe application {client_id} may sign in to {environment} and may not read {orders}. Please give \
             the user behind it (System administration > Setup > Microsoft Entra applications) a role that reads \
             sales orders in {companies}."
        ),
        "d365.company-unknown" => format!(
            "Hello,\n\nml-connector reads sales orders from the legal entities {companies} in {environment}, and not all of \
             them are visible to the application {client_id}. Please tell me their exact IDs, and check that the \
             application's user may see them."
        ),
        "d365.write-refused" | "d365.write-field-unknown" | "d365.write-field-closed" => format!(
            "Hello,\n\nml-connector writes tracking numbers to sales orders in {environment}, and cannot write a field. \
             Please check that the extension with the tracking fields is deployed there (afterwards: Data management > \
             Framework parameters > Refresh entity list), and that the user of the application {client_id} may edit \
             sales order headers."
        ),
        _ => return None,
    };
    Some(text)
}

fn fedex(rung: &str, code: &str, facts: &Facts) -> Option<String> {
    let Facts { fedex_environment: environment, key_end, account, .. } = facts;
    let text = match code {
        "auth.key-rejected" => format!(
            "Hello,\n\nFedEx does not take the API key that ends in {key_end} with its secret key ({environment}). Please \
             look at the project on developer.fedex.com > My Projects: test keys work in the sandbox only, production \
             keys in production only. A production secret key is shown once; if it is lost, please make new keys. \
             Please send keys over a channel that is meant for secrets."
        ),
        "auth.api-not-allowed" => {
            let evaluation = if environment == "production" && rung == "Ship API" {
                "\n\nFor production, FedEx evaluates labels first: print test labels on our printer, scan them at 600 dpi \
                 or more, and mail them with FedEx's label cover sheet (account number and production key on it) to \
                 label@fedex.com. The answer takes about three business days."
            } else if environment == "production" && rung == "Address API" {
                "\n\nFor production, FedEx certifies the Address Validation API by mail first."
            } else {
                ""
            };
            format!(
                "Hello,\n\nthe FedEx project whose API key ends in {key_end} ({environment}) may not call the {rung}. Please \
                 open it on developer.fedex.com > My Projects and add these APIs: Ship, Track, Rates and Transit Times, \
                 Address Validation.{evaluation}"
            )
        }
        "fedex.account-refused" => format!(
            "Hello,\n\nFedEx does not take the account {account} with the API key that ends in {key_end} ({environment}). \
             Please look at the project on developer.fedex.com > My Projects: in the sandbox only the project's own \
             test account works; in production our account must be added to the organization and the project."
        ),
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            environment: "https://contoso.operations.dynamics.com".into(),
            tenant: "tenant-1".into(),
            client_id: "client-1".into(),
            companies: "usmf, usrt".into(),
            orders: "SalesOrderHeadersV2".into(),
            fedex_environment: "production".into(),
            key_end: "8f90".into(),
            account: "740561073".into(),
        }
    }

    #[test]
    fn a_colleague_is_told_where_to_click_with_the_ids_filled_in() {
        let text = |system, rung, code: &str| text(system, rung, &Cause::new(code), &facts()).expect("a text");
        let register = text(System::D365, "Environment", "auth.app-not-registered");
        for part in
            ["https://contoso.operations.dynamics.com", "client-1", "Microsoft Entra applications", "usmf, usrt"]
        {
            assert!(register.contains(part), "{register}");
        }
        let secret = text(System::D365, "Sign in", "auth.secret-rejected");
        assert!(secret.contains("not the Secret ID") && secret.contains("tenant-1"), "{secret}");
        let ship = text(System::Fedex, "Ship API", "auth.api-not-allowed");
        assert!(ship.contains("label@fedex.com") && ship.contains("8f90") && ship.contains("Ship API"), "{ship}");
        assert!(!text(System::Fedex, "Track API", "auth.api-not-allowed").contains("label@fedex.com"));
        assert!(text(System::Fedex, "Ship API", "fedex.account-refused").contains("740561073"));
    }

    #[test]
    fn what_nobody_else_can_mend_has_no_text() {
        for code in ["fedex.unavailable", "d365.warming-up", "auth.token-throttled", "brand.new"] {
            assert_eq!(text(System::D365, "Sign in", &Cause::new(code), &facts()), None);
            assert_eq!(text(System::Fedex, "Sign in", &Cause::new(code), &facts()), None);
        }
    }
}
