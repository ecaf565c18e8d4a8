//! The D365 port: Entra ID's token endpoint, the F&O web server in front of `OData`, and its errors.
//!
//! This file routes and authenticates; `entra.rs` hands out tokens, `odata.rs` reads and
//! `odata_write.rs` writes.

use http::Method;
use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::fault::{Fault, Kind};
use super::odata_address::{self, Address};
use super::state::World;
use super::{entra, odata, odata_metadata, odata_switches, odata_write, tenant};

/// The path of F&O's version action, which a connection test calls.
const VERSION_ACTION: &str = "/DataManagementEntities/Microsoft.Dynamics.DataEntities.GetApplicationVersion";
/// What the sets of order headers of every version begin with.
const HEADERS: &str = "SalesOrderHeadersV";
/// The application version this twin claims.
const VERSION: &str = "10.0.43.210";
/// The cookie by which the gateway would send a client to the same server again.
const AFFINITY: &str = "ApplicationGatewayAffinity=5d2f0c; Path=/; HttpOnly";
/// Counts calls that came with a cookie.
const COOKIES_RETURNED: &str = "d365.cookies_returned";
/// Seconds named in a throttling message when the fault names none.
const THROTTLE_SECONDS: &str = "60";

/// Names the operation of a call, for the counters and the fault script.
pub(super) fn operation(call: &Call) -> &'static str {
    if entra::is_token_path(&call.path) {
        return "token";
    }
    if call.path.starts_with("/metadata/") || call.path == "/data/$metadata" {
        return "metadata";
    }
    let Some(rest) = call.path.strip_prefix("/data/") else {
        return "other";
    };
    if call.method == Method::DELETE {
        return "delete";
    }
    if call.method == Method::PATCH {
        return "patch";
    }
    if rest.starts_with(VERSION_ACTION.trim_start_matches('/')) {
        return "other";
    }
    if call.method == Method::POST {
        return "post";
    }
    if rest.starts_with(HEADERS) {
        return if rest.contains('(') { "order" } else { "orders" };
    }
    "master"
}

/// Answers a call on the D365 port.
pub(super) fn answer(world: &mut World, call: &Call) -> Reply {
    if entra::is_token_path(&call.path) {
        return entra::token(world, call);
    }
    let under_data = call.path == "/data" || call.path.starts_with("/data/");
    let under_metadata = call.path.starts_with("/metadata/");
    if !under_data && !under_metadata {
        return no_route(call);
    }
    if !call.header("cookie").is_empty() {
        // Microsoft asks clients not to: load then no longer spreads over the servers.
        world.tally(COOKIES_RETURNED);
    }
    if !authorised(world, call) {
        return unauthorised();
    }
    let reply = if under_metadata { odata_metadata::public_entity(world, call) } else { data(world, call) };
    let activity = world.fresh_uuid();
    reply.with("ms-dyn-aid", activity).with("odata-version", "4.0").with("set-cookie", AFFINITY)
}

fn data(world: &mut World, call: &Call) -> Reply {
    let rest = call.path.strip_prefix("/data").unwrap_or_default();
    if rest == VERSION_ACTION {
        return version(call);
    }
    if let Some(refusal) = odata_switches::gone(world, call, rest) {
        return refusal;
    }
    match call.method {
        Method::GET => match rest {
            "" | "/" => odata_metadata::service_document(call),
            "/$metadata" => odata_metadata::edmx(world),
            _ => read(world, call, rest),
        },
        Method::PATCH => odata_write::patch(world, call, rest),
        Method::POST => odata_write::create(world, call, rest),
        Method::DELETE => odata_write::delete(world, call, rest),
        _ => no_route(call),
    }
}

fn read(world: &mut World, call: &Call, rest: &str) -> Reply {
    if let Some(refusal) = tenant::lacks(world, call, rest) {
        return refusal;
    }
    let reply = odata::read(world, call, rest);
    if let Some(Address::Set(set)) = odata_address::parse(rest) {
        tenant::page_answered(world, set);
    }
    reply
}

fn version(call: &Call) -> Reply {
    if call.method != Method::POST {
        return no_route(call);
    }
    json_reply(
        200,
        &json!({
            "@odata.context": format!("{}/data/$metadata#Edm.String", call.origin()),
            "value": VERSION,
        }),
    )
}

fn authorised(world: &World, call: &Call) -> bool {
    let Some(token) = call.bearer().and_then(|token| world.tokens.get(token)) else {
        return false;
    };
    // F&O compares the audience with its own URL, letter by letter.
    token.audience == world.place.d365_url && token.expires_ms > world.now_ms()
}

/// The refusal of a missing, expired or foreign token: no body at all.
fn unauthorised() -> Reply {
    Reply::empty(401).with("www-authenticate", "Bearer")
}

/// An `OData` answer.
pub(super) fn json_reply(status: u16, body: &Value) -> Reply {
    Reply::json(status, body).with("content-type", "application/json; odata.metadata=minimal")
}

/// The web server's answer to an address it has no route for.
pub(super) fn no_route(call: &Call) -> Reply {
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    Reply::json(
        404,
        &json!({"Message": format!(
            "No HTTP resource was found that matches the request URI '{}{}{query}'. No route data was found for this request.",
            call.origin(),
            call.path
        )}),
    )
    .with("content-type", "application/json; charset=utf-8")
}

/// The `OData` library's refusal of a query or body it cannot understand.
pub(super) fn malformed(message: &str) -> Reply {
    json_reply(
        400,
        &json!({"error": {
            "code": "",
            "message": format!("The query specified in the URI is not valid. {message}"),
            "innererror": {
                "message": message,
                "type": "Microsoft.OData.ODataException",
                "stacktrace": "   at Microsoft.OData.UriParser.ODataQueryOptionParser.Parse(...)",
            },
        }}),
    )
}

/// A business rule's refusal, with the infolog inside.
pub(super) fn infolog(status: u16, internal: &str, log: &str) -> Reply {
    inner_error(status, &format!("Write failed for table row of type '{internal}'. Infolog: {log}"))
}

fn inner_error(status: u16, message: &str) -> Reply {
    json_reply(
        status,
        &json!({"error": {
            "code": "",
            "message": "An error has occurred.",
            "innererror": {
                "message": message,
                "type": "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException",
                "stacktrace": "   at Microsoft.Dynamics.Platform.Integration.Services.OData.Update.UpdateProcessor.CreateEntity_Save(...)",
            },
        }}),
    )
}

/// What the D365 port answers when a fault stands in for the twin.
pub(super) fn refusal(world: &mut World, op: &str, fault: &Fault) -> Reply {
    let reply = match fault.kind {
        Kind::Html => return Reply::html(fault.status.unwrap_or(502), "Bad Gateway"),
        Kind::Unauthorized if op == "token" => return entra::wrong_secret(world),
        Kind::Unauthorized => return unauthorised(),
        Kind::TokenThrottle => throttled(fault),
        Kind::ErrorAfter => plain_error(fault.status.unwrap_or(500), fault),
        _ => {
            let status = fault.status.unwrap_or(503);
            match status {
                401 => return unauthorised(),
                403 => forbidden(),
                429 => throttled(fault),
                502..=504 if fault.message.is_none() => Reply::html(status, "Service Unavailable"),
                _ => plain_error(status, fault),
            }
        }
    };
    match &fault.retry_after {
        Some(value) => reply.with("retry-after", value.clone()),
        None => reply,
    }
}

/// A user without a session: 403 with a web fault inside.
fn forbidden() -> Reply {
    json_reply(
        403,
        &json!({
            "Message": "An error has occurred.",
            "ExceptionMessage": "Forbidden",
            "ExceptionType": "System.ServiceModel.Web.WebFaultException",
            "StackTrace": "   at Microsoft.Dynamics.Platform.Integration.Services.SessionManagement.CreateSession(...)",
        }),
    )
}

fn throttled(fault: &Fault) -> Reply {
    let message = fault.message.clone().unwrap_or_else(|| {
        format!(
            "This request could not be processed at this time due to system experiencing high resource utilization. Retry the request after {} seconds",
            fault.retry_after.as_deref().unwrap_or(THROTTLE_SECONDS)
        )
    });
    json_reply(429, &json!({"error": {"code": "", "message": message}}))
}

fn plain_error(status: u16, fault: &Fault) -> Reply {
    match &fault.message {
        Some(message) => inner_error(status, message),
        None => json_reply(
            status,
            &json!({"error": {
                "code": fault.code.clone().unwrap_or_default(),
                "message": "An error has occurred.",
            }}),
        ),
    }
}
