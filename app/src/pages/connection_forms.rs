//! The fields of both connections. Secrets are write-only: blank keeps the saved one.

use crate::components::field::{Choice, Field, FieldKind};
use crate::contract::{D365Form, FedexForm};
use leptos::prelude::*;

const WRITE_BACK: [(&str, &str); 2] = [("patch", "Fields on the order"), ("post", "Packing slip tracking")];
const SIGN_IN: [(&str, &str); 2] = [("secret", "Client secret"), ("certificate", "Certificate")];
const TOKEN_VERSIONS: [(&str, &str); 2] = [("v2", "v2.0"), ("v1", "v1.0")];
const ENVIRONMENTS: [(&str, &str); 3] =
    [("production", "Production"), ("sandbox", "Sandbox"), ("custom", "Custom address")];
const IMAGE_TYPES: [(&str, &str); 3] =
    [("PDF", "PDF, 4 × 6 paper"), ("PNG", "PNG image"), ("ZPLII", "ZPL for label printers")];

/// The hint under a secret.
fn secret_hint(saved: bool) -> &'static str {
    if saved {
        "Saved; leave blank to keep it. It is never shown again."
    } else {
        "Sealed when saved; never shown again."
    }
}

/// The Dynamics 365 fields.
#[component]
pub fn D365Fields(
    /// Saved values, without secrets.
    form: D365Form,
    /// Whether a secret is saved.
    saved: bool,
) -> impl IntoView {
    view! {
        <div class="fields">
            <Field
                label="Environment address"
                name="form[base_url]"
                value=form.base_url
                kind=FieldKind::Code
                placeholder="https://contoso.operations.dynamics.com"
                required=true
                class="wide"
            />
            <Field
                label="Tenant"
                name="form[tenant_id]"
                value=form.tenant_id
                kind=FieldKind::Code
                hint="Entra tenant id or domain"
                required=true
            />
            <Field
                label="Client id"
                name="form[client_id]"
                value=form.client_id
                kind=FieldKind::Code
                hint="Application (client) id of the Entra app"
                required=true
            />
            <SignInFields with=form.sign_in_with expires=form.secret_expires saved/>
            <Field
                label="Legal entities"
                name="form[legal_entities]"
                value=form.legal_entities
                kind=FieldKind::Code
                hint="Separated by commas: usmf, usrt"
            />
        </div>
        <CertificateFields certificate=form.certificate saved/>
        <D365More form=D365More {
            authority: form.authority,
            token_version: form.token_version,
            entity_set: form.entity_set,
            page_size: form.page_size,
            processing_statuses: form.processing_statuses,
            delivery_modes: form.delivery_modes,
            write_back_kind: form.write_back_kind,
            properties: [
                form.tracking_property,
                form.status_property,
                form.delivered_at_property,
                form.charge_amount_property,
                form.charge_currency_property,
            ],
        }/>
    }
}

/// What signs in, and the secret with its end.
#[component]
fn SignInFields(with: String, expires: String, saved: bool) -> impl IntoView {
    view! {
        <Choice
            label="Signs in with"
            name="form[sign_in_with]"
            choices=&SIGN_IN
            value=with
            hint="Microsoft advises a certificate"
        />
        <Field
            label="Client secret"
            name="form[client_secret]"
            kind=FieldKind::Secret
            hint=secret_hint(saved)
        />
        <Field
            label="Secret expires on"
            name="form[secret_expires]"
            value=expires
            kind=FieldKind::Code
            placeholder="2027-01-31"
            hint="As Entra shows it; you are told from 30 days before"
        />
    }
}

/// A certificate with its key, instead of a secret.
#[component]
fn CertificateFields(certificate: String, saved: bool) -> impl IntoView {
    view! {
        <details class="more">
            <summary>"Certificate instead of a secret"</summary>
            <div class="fields">
                <div class="field wide">
                    <div class="field-head">
                        <label for="form-certificate">"Certificate"</label>
                    </div>
                    <textarea
                        id="form-certificate"
                        class="mono"
                        name="form[certificate]"
                        rows="4"
                        spellcheck="false"
                        aria-describedby="form-certificate-hint"
                    >
                        {certificate}
                    </textarea>
                    <p class="hint" id="form-certificate-hint">
                        "PEM, with an RSA key; the same that is uploaded to the application in Entra"
                    </p>
                </div>
                <div class="field wide">
                    <div class="field-head">
                        <label for="form-private-key">"Private key"</label>
                    </div>
                    <textarea
                        id="form-private-key"
                        class="mono"
                        name="form[private_key]"
                        rows="4"
                        spellcheck="false"
                        autocomplete="off"
                        data-secret=""
                        aria-describedby="form-private-key-hint"
                    ></textarea>
                    <p class="hint" id="form-private-key-hint">
                        "PEM without a password. " {secret_hint(saved)}
                    </p>
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// What a standard environment leaves as it is.
#[derive(Clone)]
struct D365More {
    authority: String,
    token_version: String,
    entity_set: String,
    page_size: String,
    processing_statuses: String,
    delivery_modes: String,
    write_back_kind: String,
    /// Tracking number, status, delivery time, charge, currency.
    properties: [String; 5],
}

/// The fields behind `Orders, write-back and token`.
#[component]
fn D365More(form: D365More) -> impl IntoView {
    let [tracking, status, delivered_at, charge_amount, charge_currency] = form.properties;
    view! {
        <details class="more">
            <summary>"Which orders, write-back, token"</summary>
            <div class="fields">
                <Field
                    label="Processing statuses"
                    name="form[processing_statuses]"
                    value=form.processing_statuses
                    hint="Those that mean “ship it”: Confirmed"
                />
                <Field
                    label="Delivery modes"
                    name="form[delivery_modes]"
                    value=form.delivery_modes
                    kind=FieldKind::Code
                    hint="Blank: all that have a FedEx service"
                />
                <Field
                    label="Order headers"
                    name="form[entity_set]"
                    value=form.entity_set
                    kind=FieldKind::Code
                    list="header-sets"
                    hint="SalesOrderHeadersV2, V3 or V4, or your own set"
                />
                <datalist id="header-sets">
                    <option value="SalesOrderHeadersV2"></option>
                    <option value="SalesOrderHeadersV3"></option>
                    <option value="SalesOrderHeadersV4"></option>
                </datalist>
                <Field
                    label="Orders in one request"
                    name="form[page_size]"
                    value=form.page_size
                    hint="1 to 1,000; 200 suits most environments"
                />
                <Choice
                    label="Write back as"
                    name="form[write_back_kind]"
                    choices=&WRITE_BACK
                    value=form.write_back_kind
                />
                <Field label="Tracking number property" name="form[tracking_property]" value=tracking kind=FieldKind::Code/>
                <Field label="Status property" name="form[status_property]" value=status kind=FieldKind::Code/>
                <Field
                    label="Delivery time property"
                    name="form[delivered_at_property]"
                    value=delivered_at
                    kind=FieldKind::Code
                />
                <Field
                    label="Charge property"
                    name="form[charge_amount_property]"
                    value=charge_amount
                    kind=FieldKind::Code
                />
                <Field
                    label="Charge currency property"
                    name="form[charge_currency_property]"
                    value=charge_currency
                    kind=FieldKind::Code
                />
                <Field label="Entra authority" name="form[authority]" value=form.authority kind=FieldKind::Code/>
                <Choice
                    label="Token version"
                    name="form[token_version]"
                    choices=&TOKEN_VERSIONS
                    value=form.token_version
                />
            </div>
        </details>
    }
}

/// The FedEx fields.
#[component]
pub fn FedexFields(
    /// Saved values, without secrets.
    form: FedexForm,
    /// Whether a secret is saved.
    saved: bool,
) -> impl IntoView {
    view! {
        <div class="fields">
            <Choice
                label="Environment"
                name="form[environment]"
                choices=&ENVIRONMENTS
                value=form.environment
                hint="Production buys real labels"
            />
            <Field
                label="Custom address"
                name="form[base_url]"
                within="fedex"
                value=form.base_url
                kind=FieldKind::Code
                hint="Only for the environment “Custom address”"
            />
            <Field label="API key" name="form[api_key]" value=form.api_key kind=FieldKind::Code required=true/>
            <Field
                label="Secret key"
                name="form[secret_key]"
                kind=FieldKind::Secret
                hint=secret_hint(saved)
            />
            <Field
                label="Account number"
                name="form[account_number]"
                value=form.account_number
                kind=FieldKind::Code
                hint="Nine digits"
                required=true
            />
            <Choice
                label="Label as"
                name="form[image_type]"
                choices=&IMAGE_TYPES
                value=form.image_type
            />
        </div>
        <FedexServices services=form.services default_weight=form.default_weight_lb/>
        <details class="more">
            <summary>"Ship from"</summary>
            <div class="fields">
                <Field label="Company" name="form[from_company]" value=form.from_company/>
                <Field label="Telephone" name="form[from_phone]" value=form.from_phone/>
                <Field
                    label="Street"
                    name="form[from_street]"
                    value=form.from_street
                    class="wide"
                    hint="Up to three lines, separated by |"
                />
                <Field label="City" name="form[from_city]" value=form.from_city/>
                <Field label="State or province" name="form[from_region]" value=form.from_region/>
                <Field
                    label="Postal code"
                    name="form[from_postal_code]"
                    value=form.from_postal_code
                    kind=FieldKind::Code
                />
                <Field label="Country" name="form[from_country]" value=form.from_country hint="Two letters: US"/>
            </div>
        </details>
    }
}

/// Which delivery mode becomes which service, and the weight where none is known.
#[component]
fn FedexServices(services: String, default_weight: String) -> impl IntoView {
    view! {
        <details class="more">
            <summary>"Services and weight"</summary>
            <div class="fields">
                <div class="field wide">
                    <div class="field-head">
                        <label for="form-services">"Services"</label>
                    </div>
                    <textarea
                        id="form-services"
                        class="mono"
                        name="form[services]"
                        rows="4"
                        spellcheck="false"
                        aria-describedby="form-services-hint"
                    >
                        {services}
                    </textarea>
                    <p class="hint" id="form-services-hint">
                        "One a line: FEDEX-GRD = FEDEX_GROUND, YOUR_PACKAGING"
                    </p>
                </div>
                <Field
                    label="Default weight (lb)"
                    name="form[default_weight_lb]"
                    value=default_weight
                    hint="Where Dynamics 365 has none. Blank: such orders wait for you"
                />
            </div>
        </details>
    }
}
