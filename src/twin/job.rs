//! Shipments made by a job: accepted at once, made a while later, or refused then.
//!
//! FedEx documents no answer for a job that still runs; the twin gives a 200 that repeats the job's
//! id and holds no shipment. Acceptance does not mean success: the shipment comes into being when
//! the job ends, and until then no number and no reference finds it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::shipment::Shipment;
use super::state::{World, hex};
use super::{fedex, ship_answer};

/// Why a job failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Failure {
    code: String,
    message: String,
}

impl Default for Failure {
    /// The only failure that the results endpoint documents.
    fn default() -> Self {
        Self {
            code: "TRACKINGNUMBER.ENTERED.INVALID".to_owned(),
            message: "Error with entered Tracking Number. Please verify the entered Tracking Number.".to_owned(),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
enum Outcome {
    /// The master number of the shipment.
    Made(String),
    Failed(Failure),
}

/// One job.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    account: String,
    ready_ms: i64,
    alerts: Vec<Value>,
    outcome: Outcome,
}

/// Every job ever accepted, by its id.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Jobs(HashMap<String, Job>);

impl Jobs {
    /// How many run, were done and failed.
    pub(super) fn counts(&self, now_ms: i64) -> Value {
        let count = |wanted: &dyn Fn(&Job) -> bool| self.0.values().filter(|job| wanted(job)).count();
        let ended = |job: &Job| job.ready_ms <= now_ms;
        json!({
            "running": count(&|job| !ended(job)),
            "done": count(&|job| ended(job) && matches!(job.outcome, Outcome::Made(_))),
            "failed": count(&|job| ended(job) && matches!(job.outcome, Outcome::Failed(_))),
        })
    }
}

/// Accepts a shipment; its labels are made when the job ends.
pub(super) fn accept(world: &mut World, call: &Call, mut shipment: Shipment, alerts: Vec<Value>) -> Reply {
    let ready_ms = world.now_ms() + world.switches.job_delay_ms;
    let id = hex(&world.fresh_bytes()[..16]);
    let account = shipment.account.clone();
    let outcome = if world.switches.fail_jobs > 0 {
        world.switches.fail_jobs -= 1;
        Outcome::Failed(world.switches.job_failure.clone())
    } else {
        let master = shipment.master().to_owned();
        shipment.created_ms = ready_ms;
        shipment.job = Some(id.clone());
        world.shipments.add(shipment);
        Outcome::Made(master)
    };
    world.jobs.0.insert(id.clone(), Job { account, ready_ms, alerts, outcome });
    world.touch();
    fedex::success(world, call, json!({"jobId": id}))
}

/// Answers a request for a job's results.
pub(super) fn results(world: &mut World, call: &Call, body: &Value) -> Reply {
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    let id = body["jobId"].as_str().unwrap_or_default();
    let Some(job) = world.jobs.0.get(id).filter(|job| job.account == account) else {
        let message = "The job id is invalid. Please update and try again.";
        return fedex::error(world, Some(call), 400, "SHIPMENT.JOBID.INVALID", message);
    };
    if world.now_ms() < job.ready_ms {
        return fedex::success(world, call, json!({"jobId": id}));
    }
    match &job.outcome {
        Outcome::Failed(failure) => {
            let failure = failure.clone();
            fedex::error(world, Some(call), 400, &failure.code, &failure.message)
        }
        Outcome::Made(master) => {
            let (shipment, _) = world.shipments.by_number(master).expect("a made shipment is never removed");
            let made = ship_answer::transaction(&shipment, &job.alerts, &world.place.fedex_url);
            fedex::success(world, call, json!({"transactionShipments": [made]}))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fedex_bench::{Bench, good};
    use super::*;

    fn fifty() -> Value {
        let mut body = good();
        body["processingOptionType"] = json!("ALLOW_ASYNCHRONOUS");
        body["requestedShipment"]["requestedPackageLineItems"][0]["groupPackageCount"] = json!(50);
        body
    }

    fn ask(bench: &mut Bench, id: &Value) -> (u16, Value) {
        let body = json!({"accountNumber": {"value": fedex::ACCOUNT}, "jobId": id});
        bench.send("POST", "/ship/v1/shipments/results", &body)
    }

    #[test]
    fn more_than_forty_pieces_are_made_by_a_job() {
        let mut bench = Bench::new();
        let (status, answer) = bench.send("POST", "/ship/v1/shipments", &fifty());
        assert_eq!((status, answer["output"].as_object().unwrap().len()), (200, 1));
        let id = &answer["output"]["jobId"];
        let (status, answer) = ask(&mut bench, id);
        assert_eq!((status, &answer["output"]), (200, &json!({"jobId": id})));
        assert_eq!(bench.look_up("SO-1"), [""], "a running job has no shipment yet");
        bench.advance(2_000);
        let (_, answer) = ask(&mut bench, id);
        let pieces = answer["output"]["transactionShipments"][0]["pieceResponses"].as_array().unwrap();
        assert_eq!(pieces.len(), 50);
        assert!(pieces.iter().all(|piece| piece["packageDocuments"][0]["encodedLabel"].is_string()));
        assert_eq!(bench.look_up("SO-1").len(), 50);
        let (_, again) = ask(&mut bench, id);
        assert_eq!(again["output"]["transactionShipments"], answer["output"]["transactionShipments"]);
    }

    #[test]
    fn a_job_can_fail_at_its_end_and_leaves_nothing() {
        let mut bench = Bench::new();
        bench.switch(&json!({"fail_jobs": 1}));
        let (_, answer) = bench.send("POST", "/ship/v1/shipments", &fifty());
        let id = answer["output"]["jobId"].clone();
        assert_eq!(ask(&mut bench, &id).0, 200, "acceptance looks like any other");
        bench.advance(2_000);
        let (status, answer) = ask(&mut bench, &id);
        assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!("TRACKINGNUMBER.ENTERED.INVALID")));
        assert_eq!(bench.look_up("SO-1"), [""]);
        assert_eq!(bench.world.shipments.len(), 0);
    }

    #[test]
    fn a_job_is_known_to_its_own_account_only() {
        let mut bench = Bench::new();
        let (_, answer) = bench.send("POST", "/ship/v1/shipments", &fifty());
        let id = &answer["output"]["jobId"];
        for (account, id) in [(fedex::ACCOUNT, &json!("nonsense")), (fedex::ACCOUNTS[1], id)] {
            let body = json!({"accountNumber": {"value": account}, "jobId": id});
            let (status, answer) = bench.send("POST", "/ship/v1/shipments/results", &body);
            assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!("SHIPMENT.JOBID.INVALID")));
        }
    }

    #[test]
    fn forty_pieces_are_answered_at_once_even_when_a_job_is_allowed() {
        let mut bench = Bench::new();
        let mut body = fifty();
        body["requestedShipment"]["requestedPackageLineItems"][0]["groupPackageCount"] = json!(40);
        let (_, answer) = bench.send("POST", "/ship/v1/shipments", &body);
        assert_eq!(answer["output"]["transactionShipments"][0]["pieceResponses"].as_array().unwrap().len(), 40);
    }
}
