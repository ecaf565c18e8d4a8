//! Why a shipment needs a person, or waits: one dotted code, and one table of words for it.
//!
//! A cause groups: all shipments with the same code and field can be mended the same way. The
//! words for a code stand in [`CATALOGUE`] and nowhere else.

use serde::{Deserialize, Serialize};

/// Why a shipment is parked, unknown or waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Stable dotted code: `fedex.street-too-long`. The part before the dot is the side.
    pub code: String,
    /// The field at fault, if one is known: `street_1`.
    pub field: Option<String>,
    /// What was seen: a value, or the vendor's own words.
    pub detail: Option<String>,
}

impl Cause {
    /// A cause without field or detail.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), field: None, detail: None }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Adds what was seen, cut to a readable length.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        self.detail = Some(detail.chars().take(DETAIL_LIMIT).collect());
        self
    }

    /// Its words.
    pub fn words(&self) -> &'static Words {
        words(&self.code)
    }
}

/// Longest detail we keep on a shipment; the whole answer stays in the audit trail.
const DETAIL_LIMIT: usize = 600;

/// What kind of help a cause needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A value must be changed, here or in the system it came from.
    NeedsData,
    /// A connection or a rule must be mended.
    NeedsSetup,
    /// Somebody or something must look whether the parcel exists.
    LookUp,
    /// It passes by itself.
    MovesByItself,
}

/// The words for one code.
#[derive(Debug)]
pub struct Words {
    /// The code.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One plain sentence.
    pub sentence: &'static str,
    /// The next step.
    pub next_step: &'static str,
    /// What kind of help it needs.
    pub class: Class,
}

/// The words for a code; unknown codes (from a newer version) get honest general ones.
pub fn words(code: &str) -> &'static Words {
    CATALOGUE.iter().find(|words| words.code == code).unwrap_or(&UNKNOWN)
}

const UNKNOWN: Words = Words {
    code: "connector.unknown-cause",
    title: "Unknown cause",
    sentence: "This version has no words for the cause.",
    next_step: "Read the last attempt on the order page.",
    class: Class::NeedsData,
};

macro_rules! catalogue {
    ($($code:literal $class:ident: $title:literal, $sentence:literal, $next:literal;)+) => {
        /// Every cause this version can give.
        pub const CATALOGUE: &[Words] = &[$(Words {
            code: $code, title: $title, sentence: $sentence, next_step: $next, class: Class::$class,
        },)+];
    };
}

catalogue! {
    // Found by us before anything is bought.
    "order.street-too-long" NeedsData: "Street line longer than 35", "FedEx prints at most three street lines of 35 characters.", "Check the proposed split, then correct and replay.";
    "order.street-missing" NeedsData: "Street missing", "The delivery address has no street.", "Enter the street here, or on the order in Dynamics 365, then replay.";
    "order.city-missing" NeedsData: "City missing", "The delivery address has no city.", "Enter the city, then replay.";
    "order.name-missing" NeedsData: "Consignee name missing", "The delivery address names nobody.", "Enter the consignee, then replay.";
    "order.region-missing" NeedsData: "State or province missing", "FedEx needs the state or province in this country.", "Enter the two-letter code, then replay.";
    "order.postal-code-wrong" NeedsData: "Postal code not valid", "The postal code does not fit the country.", "Correct the postal code, then replay.";
    "order.postal-code-elsewhere" NeedsData: "Postal code of another state", "The postal code does not lie in the state or province of the address.", "Correct the postal code or the state here, or in Dynamics 365, then replay.";
    "order.country-wrong" NeedsData: "Country not known", "The delivery country is missing or is not an ISO country.", "Correct the address on the order in Dynamics 365, then replay.";
    "order.phone-missing" NeedsData: "Recipient phone missing", "FedEx needs the recipient's telephone, and neither the order's contact nor the customer has one.", "Enter a telephone number here, or on the customer in Dynamics 365, then replay.";
    "order.phone-wrong" NeedsData: "Recipient phone not valid", "FedEx takes 10 to 15 digits, exactly 10 in the US and Canada.", "Correct the telephone number, then replay.";
    "order.not-ascii" NeedsData: "Character FedEx cannot print", "FedEx's Ship API takes plain ASCII only, and this value has other characters that we could not replace safely.", "Write the value without special characters, then replay.";
    "order.value-too-long" NeedsData: "Value too long for FedEx", "A value is longer than FedEx allows.", "Shorten it, then replay.";
    "order.weight-missing" NeedsData: "Weight missing", "An item has no weight in Dynamics 365 and no default weight is set.", "Enter the weight here, or on the product in Dynamics 365, then replay.";
    "order.weight-wrong" NeedsData: "Weight not valid", "The weight is not a positive number of pounds.", "Correct the weight, then replay.";
    "order.nothing-to-ship" NeedsData: "Nothing to ship", "All lines are cancelled, stopped, services or without quantity.", "Check the lines in Dynamics 365, then replay.";
    "order.hazardous" NeedsData: "Hazardous material", "An item is marked as hazardous, and this version does not declare dangerous goods.", "Ship this order with FedEx's own tools.";
    "order.post-office-box" NeedsData: "Post office box", "The street is a post office box, and this FedEx service does not deliver there.", "Enter a street address or the service SMART_POST here, then replay.";
    "order.payer-account-missing" NeedsData: "Customer's FedEx account missing", "The delivery terms say that the customer pays FedEx, and the order names no account.", "Enter the shipping carrier's customer account number on the order in Dynamics 365, or change who pays on the Rules page, then replay.";
    "order.origin-missing" NeedsData: "Country of manufacture missing", "Customs want the country of manufacture, and neither the product nor the rules name it.", "Enter the origin on the product in Dynamics 365 or on the Rules page, then replay.";
    "order.customs-value-missing" NeedsData: "Customs value missing", "A line has no price or the order no currency, and customs want a value.", "Enter the price on the order in Dynamics 365, then replay.";
    "order.too-many-packages" NeedsData: "Too many packages", "The order makes more packages or lines than FedEx takes in one shipment.", "Split the order in Dynamics 365, or change the packing on the Rules page, then replay.";
    "order.invoice-awaited" MovesByItself: "Waiting for the invoice", "The rules say to wait for the invoice number before shipping.", "Post the invoice in Dynamics 365, or change the rule; the shipment goes without after the limit.";
    "order.declined" NeedsData: "Not approved", "A person did not approve this shipment.", "Read the reason in the detail, mend it, then replay; it asks for approval again.";
    "order.unreadable" NeedsData: "Record not readable", "Dynamics 365 answered a record that does not have the shape of an order.", "Read the detail, correct the record in Dynamics 365, then replay.";
    "order.stopped" NeedsData: "Stopped in Dynamics 365", "The order is on hold, or no longer confirmed.", "Release the order in Dynamics 365, then replay.";
    "order.not-found" NeedsData: "Not found in Dynamics 365", "Dynamics 365 no longer has this order.", "Check the order in Dynamics 365.";
    "mode.shadow" MovesByItself: "In shadow", "The legal entity is in shadow: nothing is written to Dynamics 365.", "Nothing, while it is meant to be in shadow; switch it on the Approve page when it is not.";
    "mode.rehearsals-used-up" MovesByItself: "Not asked today", "FedEx is asked about a limited number of plans a day, and today's are used up.", "Nothing; it is asked after midnight GMT. Dry run and Quote on the order's page ask now.";
    "rules.delivery-mode-unmapped" NeedsSetup: "Delivery mode without a service", "No FedEx service is set for the delivery mode of this order.", "Add the mode on the Rules page, or choose a service here, then replay.";
    "rules.unit-unknown" NeedsSetup: "Unit conversion missing", "A line is sold in another unit than its item is weighed in.", "Enter how many inventory units the sales unit holds on the Rules page, then replay.";
    "rules.cartons-missing" NeedsSetup: "No cartons", "The packing rule asks for cartons, and the list is empty.", "Enter cartons on the Rules page, then replay.";
    "rules.ship-from-missing" NeedsSetup: "Ship-from address missing", "Neither the FedEx connection nor the warehouse in Dynamics 365 gives a complete ship-from address.", "Complete the ship-from address on the Rules page, then replay.";
    // Credentials and rights.
    "auth.not-configured" NeedsSetup: "Not connected yet", "No credentials are saved for this system.", "Enter them on the Connections page.";
    "auth.tenant-unknown" NeedsSetup: "Tenant not found", "Microsoft Entra does not know this tenant.", "Check the tenant id on the Connections page.";
    "auth.client-unknown" NeedsSetup: "Client id not known", "Microsoft Entra does not know this application in this tenant.", "Check the client id and the tenant; the application must exist in that tenant.";
    "auth.secret-rejected" NeedsSetup: "Secret rejected", "The client secret or secret key is wrong.", "Enter the secret's value (not its id) again on the Connections page.";
    "auth.secret-expired" NeedsSetup: "Secret expired", "The client secret has expired.", "Create a new secret in Microsoft Entra and enter it on the Connections page.";
    "auth.certificate-rejected" NeedsSetup: "Certificate rejected", "Microsoft Entra does not accept the certificate.", "Upload this very certificate to the application in Microsoft Entra (Certificates & secrets), or enter the one that is there.";
    "auth.certificate-expired" NeedsSetup: "Certificate expired", "The certificate that signs in to Dynamics 365 has expired.", "Make a new certificate, upload it in Microsoft Entra and enter it with its key on the Connections page.";
    "auth.clock-wrong" NeedsSetup: "Clock differs", "Microsoft Entra says that the certificate's statement is not valid at its time.", "Set this machine's clock; a few minutes are too much.";
    "auth.scope-unknown" NeedsSetup: "Environment not known to Entra", "Microsoft Entra knows no environment with this address in the tenant.", "Check the environment address, lower case and without a path, and the tenant.";
    "auth.app-not-registered" NeedsSetup: "Application not accepted by Dynamics 365", "The token is good, but this environment does not accept the application.", "Add the client id under System administration > Setup > Microsoft Entra applications.";
    "auth.user-disabled" NeedsSetup: "Dynamics 365 user refused", "The user behind the application is disabled or lacks rights.", "Check the user and its security roles in Dynamics 365.";
    "auth.key-rejected" NeedsSetup: "FedEx key rejected", "FedEx does not accept the API key and secret key.", "Check both keys and that they belong to this environment (test keys do not work in production).";
    "auth.api-not-allowed" NeedsSetup: "FedEx API not allowed", "The FedEx project may not call this API.", "Add the API to the project on FedEx's developer portal, or ask FedEx to certify it.";
    "auth.refused" NeedsSetup: "Sign-in refused", "Microsoft Entra refused the sign-in.", "Read Microsoft's words in the detail, mend it in Entra, then ping again.";
    "auth.token-throttled" MovesByItself: "FedEx token endpoint throttled", "FedEx refused the token request for ten minutes because too many came from this network address.", "Wait for the countdown; trying earlier prolongs it.";
    // Dynamics 365.
    "d365.unreachable" MovesByItself: "Dynamics 365 not reachable", "No connection to Dynamics 365 could be made.", "Check the address and the network; we keep trying.";
    "d365.no-answer" MovesByItself: "No answer from Dynamics 365", "Dynamics 365 did not answer in time; it may be warming up.", "Nothing; we keep trying.";
    "d365.warming-up" MovesByItself: "Warming up", "Dynamics 365 was asked for the first time after a rest and is still starting; that takes up to some minutes.", "Nothing; we ask again. Ping once more in a minute.";
    "d365.unavailable" MovesByItself: "Dynamics 365 unavailable", "Dynamics 365 answered with a temporary error.", "Nothing; we keep trying.";
    "d365.throttled" MovesByItself: "Throttled by Dynamics 365", "Dynamics 365 asked us to wait.", "Nothing; we come back when it said.";
    "d365.answer-unreadable" NeedsSetup: "Answer not understood", "Dynamics 365 answered something we cannot read.", "Read the attempt on the order page; check the environment address.";
    "d365.read-refused" NeedsSetup: "Read refused", "Dynamics 365 refused to read the orders.", "Read the detail; check the entity set name and the application's security roles.";
    "d365.company-unknown" NeedsSetup: "Legal entity not found", "This environment has no legal entity of that name, or the application may not see it.", "Correct the legal entities on the Connections page.";
    "d365.write-refused" NeedsData: "Write refused by Dynamics 365", "Dynamics 365 refused to write the tracking data onto the order.", "Read its reason in the detail, mend it in Dynamics 365, then replay.";
    "d365.write-field-unknown" NeedsSetup: "Write-back field not found", "The order has no field of the configured name.", "Correct the field on the Write-back page, or have the deployment mended in Dynamics 365, then write again.";
    "d365.write-field-closed" NeedsSetup: "Write-back field cannot be written", "Dynamics 365 has the field, and it is switched off, read-only, or of another kind.", "Choose another field on the Write-back page.";
    "d365.write-not-kept" NeedsData: "Write not kept", "Dynamics 365 accepted the write, but reading the order back shows another value.", "Check the field and its extension code in Dynamics 365, then replay.";
    "d365.write-conflict" MovesByItself: "Order being edited", "Somebody else changed the order at the same moment.", "Nothing; we read it again and retry.";
    "d365.packing-slip-missing" MovesByItself: "Waiting for the packing slip", "Tracking can be written once a packing slip is posted for the order.", "Post the packing slip in Dynamics 365; we look again by ourselves.";
    // FedEx.
    "fedex.unreachable" MovesByItself: "FedEx not reachable", "No connection to FedEx could be made.", "Check the network; we keep trying.";
    "fedex.no-answer" LookUp: "Outcome unknown", "The request was sent and no answer came: a label may or may not exist.", "Look it up; nothing is bought again before that.";
    "fedex.unavailable" MovesByItself: "FedEx unavailable", "FedEx answered with a temporary error.", "Nothing; we keep trying.";
    "fedex.throttled" MovesByItself: "Throttled by FedEx", "FedEx asked us to wait.", "Nothing; we come back when it said.";
    "fedex.answer-unreadable" LookUp: "Answer not understood", "FedEx answered something we cannot read: a label may or may not exist.", "Look it up; nothing is bought again before that.";
    "fedex.account-refused" NeedsSetup: "FedEx account refused", "FedEx does not accept the account number with these keys.", "Check the account number on the Connections page.";
    "fedex.street-too-long" NeedsData: "Street line longer than 35", "FedEx refused a street line as too long.", "Split the street over the lines here, then replay.";
    "fedex.postal-code-wrong" NeedsData: "Postal code does not fit", "FedEx says the postal code does not belong to this city, state or country.", "Correct the postal code or the state here, or in Dynamics 365, then replay.";
    "fedex.phone-wrong" NeedsData: "Phone refused", "FedEx does not accept the telephone number.", "Correct the telephone number, then replay.";
    "fedex.city-wrong" NeedsData: "City refused", "FedEx does not accept the city.", "Correct the city, then replay.";
    "fedex.lane-not-served" NeedsData: "Destination not served", "FedEx does not offer this service to this destination.", "Choose another service here, then replay.";
    "fedex.combination-refused" NeedsData: "Service does not fit the parcel", "FedEx does not offer this service for this packaging, weight or destination.", "Choose another service or correct the weight here, then replay.";
    "fedex.input-refused" NeedsData: "Refused by FedEx", "FedEx refused the request without naming a field.", "Read FedEx's words in the detail, correct the order, then replay.";
    "fedex.refused" NeedsData: "Refused by FedEx", "FedEx refused the request.", "Read FedEx's words in the detail, correct the order, then replay.";
    "fedex.no-tracking-number" LookUp: "No tracking number in the answer", "FedEx said yes but sent no tracking number.", "Look it up; nothing is bought again before that.";
    "fedex.job-pending" LookUp: "FedEx makes the labels", "FedEx took the shipment and makes its labels later, because it has many packages.", "Nothing; we ask for them every few seconds.";
    "fedex.void-refused" NeedsData: "Cancellation refused", "FedEx did not cancel the label.", "Read FedEx's words in the detail; once FedEx has the parcel, only an interception or a return helps.";
    "fedex.customs-refused" NeedsData: "Customs data refused", "FedEx does not accept the customs declaration.", "Read FedEx's words in the detail, correct the goods in Dynamics 365, then replay.";
    "fedex.number-refused" NeedsData: "Number refused", "FedEx does not accept the tracking number or reference that was asked for.", "Compare the number with the label, and read FedEx's words in the detail.";
    "fedex.job-unknown" LookUp: "Job not known", "FedEx does not know the job that makes the labels: they may or may not exist.", "Look it up; nothing is bought again before that.";
    "fedex.path-unknown" NeedsSetup: "FedEx API not found", "FedEx has nothing at the address that was called.", "Check the FedEx address and environment on the Connections page.";
    "fedex.address-unknown" NeedsData: "Address not known to FedEx", "FedEx could not find the address; it may exist all the same.", "Compare it with the customer's own writing, then replay.";
    "fedex.date-refused" NeedsData: "Date refused", "FedEx does not accept the date.", "Choose today's date, and close each day on its own day.";
    // Printing: on the print job, never on the shipment.
    "print.unreachable" MovesByItself: "Printer not reachable", "The printer does not take the document.", "Switch the printer on and check its address; we keep trying for half an hour, then retry it here.";
    "print.no-confirmation" LookUp: "Perhaps printed", "The document was sent, and nobody confirmed that it is on paper.", "Look at the printer; retry here only if the label did not come out, or destroy the first one.";
    "print.format-not-accepted" NeedsSetup: "Format not accepted by the printer", "The printer does not print documents of this format.", "Choose the label format on the Connections page to fit the printer, or route the warehouse to another one.";
    "print.refused" NeedsSetup: "Refused by the printer", "The printer or print server refused the document.", "Read its words in the detail, mend it at the printer, then retry here.";
    "print.printer-missing" NeedsSetup: "Printer removed", "The printer was removed before the document was printed.", "Print the document again from the order; the printer of its warehouse takes it.";
    "print.waiting" MovesByItself: "Waiting in the print server", "The print server has the document and has not printed it yet.", "Look at the printer: paper, pause, an open cover.";
    "connector.not-recorded" MovesByItself: "Not sent", "The call could not be recorded in the audit trail first, so it was not sent.", "Check the database; we keep trying.";
    "connector.interrupted" LookUp: "Interrupted", "The program stopped between sending the request and reading the answer.", "Look it up; nothing is bought again before that.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_there_once_and_has_words() {
        let mut seen = HashSet::new();
        for words in CATALOGUE {
            assert!(seen.insert(words.code), "{} twice", words.code);
            let (side, rest) = words.code.split_once('.').expect("a dotted code");
            assert!(!side.is_empty() && !rest.is_empty());
            assert!(words.sentence.ends_with('.') && words.next_step.ends_with('.'), "{}", words.code);
        }
    }
}
