//! Twins of both vendors: Entra ID with D365 Finance & Operations, and FedEx, on loopback ports.
//!
//! Written from the vendors' documents and recordings, never from our clients: shared code would
//! make shared mistakes pass. Nothing here names another module of this program, and JSON is built
//! by hand. Both ports share one world, which `/_twin/` shows and changes on either of them.
//!
//! The invariant: a twin refuses what its vendor refuses, with the vendor's own words, and a
//! repeated create is a second shipment.

mod address;
mod cancel;
mod clock;
mod close;
mod compact;
mod control;
mod control_fedex;
mod control_lines;
mod control_orders;
mod course;
mod credentials;
mod d365;
mod entities;
mod entity_master;
mod entity_properties;
mod entity_versions;
mod entra;
mod entra_assertion;
mod exchange;
mod fault;
mod fedex;
#[cfg(test)]
mod fedex_bench;
mod job;
mod journey;
mod label;
mod label_font;
mod label_pdf;
mod label_png;
mod label_zpl;
mod life_cycle;
mod odata;
mod odata_address;
mod odata_filter;
mod odata_metadata;
mod odata_switches;
mod odata_write;
mod paper;
mod postal;
mod quota;
mod quote;
mod rate;
mod sales_table;
mod seed;
mod seed_carriers;
mod seed_customers;
mod seed_items;
mod seed_orders;
mod seed_shapes;
mod sender;
mod ship;
mod ship_answer;
mod ship_customs;
mod ship_options;
mod ship_rules;
mod ship_services;
mod shipment;
mod state;
mod table;
mod tenant;
mod track;
mod webhook;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use exchange::{Call, Port, System};
use state::{Place, Shared};
use wire::{Cut, TwinListener};

/// Time from a label to its delivery unless told otherwise.
const JOURNEY: Duration = Duration::from_hours(48);
/// Largest page of the `OData` server, as Microsoft documents it.
const PAGE_SIZE: usize = 10_000;
/// How long stopping waits for answers under way before it drops them.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// What the world contains at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scenario {
    /// A distributor with customers, items and some sixty orders, every failure cause among them.
    Demo,
    /// The same companies, customers and items, and no order at all.
    Empty,
}

/// How to start the twins.
#[derive(Clone, Debug)]
pub struct TwinOptions {
    /// Address of the FedEx port; port 0 takes a free one.
    pub fedex: SocketAddr,
    /// Address of the Entra and D365 port; port 0 takes a free one.
    pub d365: SocketAddr,
    /// Time from the label to the delivery of a parcel.
    pub journey: Duration,
    /// What the world contains at the start.
    pub scenario: Scenario,
    /// Lets another waiting order become Confirmed every so often.
    pub release_every: Option<Duration>,
    /// Where the world survives a restart; without it nothing is written.
    pub state_file: Option<PathBuf>,
    /// Largest page of the `OData` server.
    pub page_size: usize,
}

impl TwinOptions {
    /// Options for free loopback ports and an empty world.
    pub fn loopback() -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            fedex: free,
            d365: free,
            journey: JOURNEY,
            scenario: Scenario::Empty,
            release_every: None,
            state_file: None,
            page_size: PAGE_SIZE,
        }
    }
}

/// Both twins, running.
#[derive(Debug)]
pub struct Twin {
    place: Place,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// Starts both twins and returns once they accept connections.
pub async fn start(options: TwinOptions) -> std::io::Result<Twin> {
    let fedex = TcpListener::bind(options.fedex).await?;
    let d365 = TcpListener::bind(options.d365).await?;
    let place = Place {
        fedex_url: format!("http://{}", fedex.local_addr()?),
        d365_url: format!("http://{}", d365.local_addr()?),
        page_size: options.page_size,
    };
    let shared = Arc::new(Shared::open(&options, place.clone())?);
    let (stop, stopped) = watch::channel(false);
    let servers = vec![
        serve(fedex, System::Fedex, &shared, &stopped),
        serve(d365, System::D365, &shared, &stopped),
        push(&shared, &stopped),
    ];
    tracing::info!(fedex = place.fedex_url, d365 = place.d365_url, "the twins are listening");
    Ok(Twin { place, shared, stop, servers })
}

fn serve(
    listener: TcpListener,
    system: System,
    shared: &Arc<Shared>,
    stopped: &watch::Receiver<bool>,
) -> JoinHandle<()> {
    let port = Port { system, shared: Arc::clone(shared) };
    let router = Router::new().fallback(exchange::answer).with_state(port).into_make_service_with_connect_info::<Cut>();
    let mut stopped = stopped.clone();
    let wait = async move {
        // An error means that the twin itself was dropped: then its servers end as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    #[expect(clippy::disallowed_methods, reason = "the twins are their own program and end with their handle")]
    tokio::spawn(async move {
        let served = axum::serve(TwinListener(listener), router).with_graceful_shutdown(wait).await;
        if let Err(error) = served {
            tracing::error!(%error, "a twin stopped serving");
        }
    })
}

/// Posts to whoever subscribed.
fn push(shared: &Arc<Shared>, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let sender = sender::run(Arc::clone(shared), stopped.clone());
    #[expect(clippy::disallowed_methods, reason = "the twins are their own program and end with their handle")]
    tokio::spawn(sender)
}

impl Twin {
    /// Where FedEx is.
    pub fn fedex_url(&self) -> String {
        self.place.fedex_url.clone()
    }

    /// Where Entra ID and D365 are.
    pub fn d365_url(&self) -> String {
        self.place.d365_url.clone()
    }

    /// Credentials that the D365 twin accepts, in the form of the contract.
    pub fn d365_credentials(&self) -> serde_json::Value {
        credentials::d365(&self.place.d365_url)
    }

    /// Credentials that the FedEx twin accepts, in the form of the contract.
    pub fn fedex_credentials(&self) -> serde_json::Value {
        credentials::fedex(&self.place.fedex_url)
    }

    /// Asks a control route without a socket, for whoever started the twins in its own process.
    pub async fn control(&self, method: Method, address: &str, body: &Value) -> Result<Value, String> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let call = Call {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: body.to_string().into(),
        };
        let reply = exchange::commit(&self.shared, move |world| control::answer(world, &call)).await;
        let answer: Value = serde_json::from_slice(&reply.body).map_err(|error| error.to_string())?;
        if reply.status == 200 { Ok(answer) } else { Err(answer["error"].to_string()) }
    }

    /// Has FedEx push to this address (http on a loopback host) from now on.
    pub fn push_to(&self, url: &str) -> Result<(), String> {
        self.shared.change(|world| sender::set(world, &serde_json::json!({"url": url}))).map(|_| ())
    }

    /// How many answers the fault `hold` keeps back at this moment.
    pub fn held(&self) -> usize {
        *self.shared.held.borrow()
    }

    /// Stops both twins: answers under way are finished, idle connections closed.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for mut server in self.servers {
            if tokio::time::timeout(STOP_PATIENCE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

#[cfg(test)]
mod tests;
