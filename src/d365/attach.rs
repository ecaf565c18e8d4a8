//! Adding rows: tracking numbers under a packing slip, notes and files on the order.
//!
//! A row cannot be changed once it is there, so every addition looks first, adds what is missing and
//! looks again: an answer that got lost is no second row. "The record already exists" is what a look
//! missed by a moment.

use crate::d365::error::{self, Purpose};
use crate::d365::odata::{KeyPart, Query, keyed_by, literal};
use crate::d365::targets::{TRACKING_SET, Target};
use crate::d365::value::{Paper, Proof, Values};
use crate::d365::writeback::{Ended, Place, READ, Slip, no_target};
use crate::d365::{D365, data_call, record, request};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

/// Rows of one order that are looked through: far more than an order has parcels or papers.
const ROWS: usize = 1_000;
/// Longest description of an attachment; the standard length of a name in Dynamics 365.
const DESCRIPTION_LIMIT: usize = 60;

const ADD: Call = data_call("d365.add_tracking");
const REMOVE: Call = data_call("d365.remove_tracking");
const ATTACH_NOTE: Call = data_call("d365.attach");
/// A label's bytes are no reading for the trail.
const ATTACH_FILE: Call = Call { confidential: true, ..data_call("d365.attach") };

/// A tracking row as it is.
#[derive(Clone, Debug, Deserialize)]
struct TrackingRow {
    #[serde(rename = "PackingSlipNumber", deserialize_with = "record::text")]
    slip: String,
    // Part of the key, so it is sent back as it came.
    #[serde(rename = "DeliveryDate", deserialize_with = "record::text")]
    date: String,
    #[serde(rename = "TrackingNumber", deserialize_with = "record::text")]
    number: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewTrackingRow<'a> {
    #[serde(rename = "dataAreaId")]
    company: &'a str,
    sales_order_number: &'a str,
    packing_slip_number: &'a str,
    delivery_date: &'a str,
    tracking_number: &'a str,
    #[serde(rename = "TrackingURL")]
    tracking_url: String,
}

#[derive(Deserialize)]
struct AttachmentRow {
    #[serde(rename = "AttachmentDescription", deserialize_with = "record::text")]
    description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewAttachment<'a> {
    #[serde(rename = "dataAreaId")]
    company: &'a str,
    sales_order_number: &'a str,
    document_attachment_type_code: &'a str,
    attachment_description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    notes: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<String>,
}

impl D365 {
    /// One row for each tracking number, under the newest packing slip; rows of cancelled labels are
    /// taken away. A row that is there under any slip of the order counts: a slip posted later does
    /// not ask for a second row.
    pub(super) async fn tracking_rows(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        values: &Values,
    ) -> Result<Ended, Failure> {
        let limit = target.fields.get("tracking_number").and_then(|field| field.max_length);
        if let Some(long) = values.numbers.iter().find(|number| limit.is_some_and(|limit| number.len() > limit)) {
            let detail = format!("tracking number {long} is longer than the length set for it");
            return Err(crate::d365::value::refused("TrackingNumber", detail));
        }
        let rows = self.rows_of(trace, order).await?;
        let stale =
            rows.iter().filter(|row| values.gone.contains(&row.number) && !values.numbers.contains(&row.number));
        let stale: Vec<&TrackingRow> = stale.collect();
        for row in &stale {
            self.remove_row(trace, order, row).await?;
        }
        let missing: Vec<&String> =
            values.numbers.iter().filter(|number| !rows.iter().any(|row| row.number == **number)).collect();
        let mut slip = None;
        if !missing.is_empty() {
            slip = self.packing_slip(trace, order).await?;
            if slip.is_none() {
                return Ok(Ended::Waiting(Cause::new("d365.packing-slip-missing")));
            }
        }
        for number in &missing {
            self.add_row(trace, order, slip.as_ref(), number).await?;
        }
        let changed = !missing.is_empty() || !stale.is_empty();
        let rows = if changed { self.rows_of(trace, order).await? } else { rows };
        proof(&rows, values).map(|proof| Ended::Done { changed, proof })
    }

    async fn rows_of(&self, trace: &Trace, order: Place<'_>) -> Result<Vec<TrackingRow>, Failure> {
        let query = Query::new()
            .filter(&of_order(order))
            .select(&["PackingSlipNumber", "DeliveryDate", "TrackingNumber"])
            .top(ROWS);
        let body = self.get(trace, &READ, Purpose::Write, &self.address(TRACKING_SET, &query)).await?;
        Ok(record::readable(&record::list(&body.ok_or_else(|| no_target(TRACKING_SET))?)?))
    }

    async fn add_row(&self, trace: &Trace, order: Place<'_>, slip: Option<&Slip>, number: &str) -> Result<(), Failure> {
        let Some(slip) = slip else { return Ok(()) };
        let row = NewTrackingRow {
            company: order.company,
            sales_order_number: order.number,
            packing_slip_number: &slip.number,
            delivery_date: &slip.delivery_date,
            tracking_number: number,
            tracking_url: format!("https://www.fedex.com/fedextrack/?trknbr={number}"),
        };
        self.post(trace, &ADD, TRACKING_SET, &row).await
    }

    /// Takes a row away; one that is gone already is fine.
    async fn remove_row(&self, trace: &Trace, order: Place<'_>, row: &TrackingRow) -> Result<(), Failure> {
        let key = [
            ("dataAreaId", KeyPart::Text(order.company)),
            ("SalesOrderNumber", KeyPart::Text(order.number)),
            ("PackingSlipNumber", KeyPart::Text(&row.slip)),
            ("DeliveryDate", KeyPart::Plain(&row.date)),
            ("TrackingNumber", KeyPart::Text(&row.number)),
        ];
        let address = self.address(&keyed_by(TRACKING_SET, &key), &Query::new());
        self.exchange(trace, &REMOVE, Purpose::Write, request(Method::DELETE, &address, &[])?).await.map(drop)
    }

    /// Each note and file of this target, once.
    pub(super) async fn attach(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        values: &Values,
    ) -> Result<Ended, Failure> {
        let papers: Vec<&Paper> =
            values.papers.iter().filter(|paper| target.fields.contains_key(paper.value)).collect();
        if papers.is_empty() {
            return Ok(Ended::Done { changed: false, proof: Vec::new() });
        }
        let there = self.descriptions(trace, target, order).await?;
        // A label that was seen there before comes without its bytes: a person took it away, and it stays away.
        let is_taken_away = |paper: &Paper| paper.value == "label" && paper.file.is_none();
        let is_missing = |paper: &&&Paper| !there.contains(&short(&paper.description)) && !is_taken_away(paper);
        let missing: Vec<&&Paper> = papers.iter().filter(is_missing).collect();
        for paper in &missing {
            let file = paper.file.as_ref();
            let description = short(&paper.description);
            let row = NewAttachment {
                company: order.company,
                sales_order_number: order.number,
                document_attachment_type_code: target.document_type.as_deref().unwrap_or_default(),
                attachment_description: &description,
                notes: &paper.text,
                file_name: file.map(|file| file.name.as_str()),
                file_type: file.map(|file| file.kind.as_str()),
                attachment: file.map(|file| STANDARD.encode(&file.bytes)),
            };
            let call = if file.is_some() { &ATTACH_FILE } else { &ATTACH_NOTE };
            self.post(trace, call, &target.entity_set, &row).await?;
        }
        let changed = !missing.is_empty();
        let there = if changed { self.descriptions(trace, target, order).await? } else { there };
        let mut proof = Vec::new();
        for paper in &papers {
            let description = short(&paper.description);
            if is_taken_away(paper) && !there.contains(&description) {
                continue;
            }
            if !there.contains(&description) {
                let detail = format!("{} has no {description:?} after adding it", target.entity_set);
                let cause = Cause::new("d365.write-not-kept").field("AttachmentDescription").detail(detail);
                return Err(Failure::Permanent(cause));
            }
            proof.push(Proof {
                set: target.entity_set.clone(),
                property: "AttachmentDescription".to_owned(),
                value: description,
                ours: true,
            });
        }
        Ok(Ended::Done { changed, proof })
    }

    async fn descriptions(&self, trace: &Trace, target: &Target, order: Place<'_>) -> Result<Vec<String>, Failure> {
        let set = &target.entity_set;
        let query = Query::new().filter(&of_order(order)).select(&["AttachmentDescription"]).top(ROWS);
        let body = self.get(trace, &READ, Purpose::Write, &self.address(set, &query)).await?;
        let rows: Vec<AttachmentRow> = record::readable(&record::list(&body.ok_or_else(|| no_target(set))?)?);
        Ok(rows.into_iter().map(|row| row.description).collect())
    }

    async fn post(&self, trace: &Trace, call: &Call, set: &str, row: &impl Serialize) -> Result<(), Failure> {
        let body = serde_json::to_vec(row).expect("a row is plain data");
        let request = request(Method::POST, &self.address(set, &Query::new()), &body)?;
        match self.exchange(trace, call, Purpose::Write, request).await {
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => Err(no_target(set)),
            Ok(_) => Ok(()),
            // What it holds is looked at afterwards, as after every addition.
            Err(failure) if error::is_already_there(&failure) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

fn of_order(order: Place<'_>) -> [String; 2] {
    [format!("dataAreaId eq {}", literal(order.company)), format!("SalesOrderNumber eq {}", literal(order.number))]
}

fn short(description: &str) -> String {
    description.chars().take(DESCRIPTION_LIMIT).collect()
}

fn proof(rows: &[TrackingRow], values: &Values) -> Result<Vec<Proof>, Failure> {
    let not_kept =
        |detail: String| Failure::Permanent(Cause::new("d365.write-not-kept").field("TrackingNumber").detail(detail));
    if let Some(row) =
        rows.iter().find(|row| values.gone.contains(&row.number) && !values.numbers.contains(&row.number))
    {
        return Err(not_kept(format!("{TRACKING_SET} still has the row of {} after removing it", row.number)));
    }
    let mut proof = Vec::new();
    for number in &values.numbers {
        let Some(row) = rows.iter().find(|row| row.number == *number) else {
            return Err(not_kept(format!("{TRACKING_SET} has no row of {number} after adding it")));
        };
        for (property, value) in [("PackingSlipNumber", &row.slip), ("TrackingNumber", &row.number)] {
            let (set, property) = (TRACKING_SET.to_owned(), property.to_owned());
            proof.push(Proof { set, property, value: value.clone(), ours: true });
        }
    }
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracking_row_carries_its_packing_slip_as_the_journal_has_it() {
        let row = NewTrackingRow {
            company: "usmf",
            sales_order_number: "001261",
            packing_slip_number: "PS-2",
            delivery_date: "2026-03-02T12:00:00Z",
            tracking_number: "794",
            tracking_url: "https://www.fedex.com/fedextrack/?trknbr=794".into(),
        };
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"dataAreaId":"usmf","SalesOrderNumber":"001261","PackingSlipNumber":"PS-2","DeliveryDate":"2026-03-02T12:00:00Z","TrackingNumber":"794","TrackingURL":"https://www.fedex.com/fedextrack/?trknbr=794"}"#
        );
    }

    #[test]
    fn rows_that_came_back_or_never_came_are_not_kept() {
        let row = |number: &str| TrackingRow { slip: "PS-1".into(), date: String::new(), number: number.into() };
        let values = Values { numbers: vec!["1".into()], gone: vec!["2".into()], ..Values::default() };
        assert_eq!(proof(&[row("1"), row("9")], &values).unwrap().len(), 2, "rows of others are left alone");
        assert!(proof(&[row("1"), row("2")], &values).is_err());
        assert!(proof(&[row("9")], &values).is_err());
    }
}
