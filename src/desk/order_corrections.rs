//! What was corrected on a shipment: the value of Dynamics 365 and ours, by whom and when. It is told
//! for ever, because the label says what the order does not.

use crate::desk::present;
use crate::engine::Engine;
use crate::order::backtest::Inputs;
use crate::order::correction::Correction;
use crate::order::{Address, Shipment};
use crate::store::StoreError;
use crate::store::audit::TrailRow;
use crate::store::orders::OrderRecord;
use app::contract::{CorrectedValues, CorrectionMade};
use std::collections::BTreeMap;

/// The entry a correction leaves, with the whole correction as it was from then on.
const CORRECT: &str = "desk.correct";
/// The fields of a correction.
const FIELDS: usize = 9;

/// A correction as its fields, street lines in one: name, street, city, region, postal code, telephone,
/// weight, service, residential.
type Values = [String; FIELDS];

/// Everything that was corrected on a shipment, oldest first.
pub(super) async fn of_shipment(
    engine: &Engine,
    record: &OrderRecord,
    shipment: &Shipment,
    trail: &[TrailRow],
) -> Result<Vec<CorrectionMade>, StoreError> {
    let inputs = engine.store.db.plan_inputs_of(&shipment.shipment_id).await?;
    let own = values(&shipment.correction);
    let in_use = inputs.as_ref().map(|inputs| values(&inputs.correction)).unwrap_or_default();
    let original = inputs.as_ref().map_or_else(|| of_address(&record.order.ship_to), of_inputs);
    let mut made = decided(&own, &original, &decisions(shipment, trail));
    // What is in use and is not this shipment's own was remembered from an earlier order.
    let remembered = |at: &usize| own[*at].is_empty() && !in_use[*at].is_empty();
    let fields: Vec<usize> = (0..FIELDS).filter(remembered).collect();
    if let (Some(inputs), false) = (&inputs, fields.is_empty()) {
        let address = &inputs.group.ship_to;
        let known = engine.store.db.remembered(&record.key.company, &inputs.order.customer_account, address).await?;
        // It may have been forgotten or replaced since; then nobody is named.
        let known = known.filter(|known| fields.iter().all(|at| values(&known.correction)[*at] == in_use[*at]));
        made.push(CorrectionMade {
            original: view(&original, &fields),
            corrected: view(&in_use, &fields),
            by: known.as_ref().map(|known| known.updated_by.clone()),
            at: known.map(|known| present::moment(known.updated_ms)),
            remembered: true,
        });
    }
    made.sort_by_key(|one| one.at.as_ref().map(|at| at.ms));
    Ok(made)
}

/// A correction on record.
struct Decision {
    by: String,
    at_ms: i64,
    values: Values,
}

/// What was decided about this shipment, or the one it takes the place of, oldest first.
fn decisions(shipment: &Shipment, trail: &[TrailRow]) -> Vec<Decision> {
    let ids = [Some(&shipment.shipment_id), shipment.parent.as_ref()];
    let is_of = |row: &TrailRow| ids.iter().flatten().any(|id| row.shipment_id.as_deref() == Some(&id.0));
    let decision = |row: &TrailRow| {
        let correction: Correction = serde_json::from_str(row.body.as_deref()?).ok()?;
        Some(Decision { by: row.actor.clone(), at_ms: row.at_ms, values: values(&correction) })
    };
    trail.iter().filter(|row| row.action == CORRECT && is_of(row)).filter_map(decision).collect()
}

/// Each corrected field with the decision it has had its value since; fields decided together stand
/// together.
fn decided(own: &Values, original: &Values, decisions: &[Decision]) -> Vec<CorrectionMade> {
    let mut by_decision: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for at in (0..FIELDS).filter(|at| !own[*at].is_empty()) {
        let since = decisions.iter().rposition(|decision| decision.values[at] != own[at]).map_or(0, |last| last + 1);
        by_decision.entry((since < decisions.len()).then_some(since)).or_default().push(at);
    }
    let made = |(since, fields): (Option<usize>, Vec<usize>)| {
        let decision = since.and_then(|since| decisions.get(since));
        CorrectionMade {
            original: view(original, &fields),
            corrected: view(own, &fields),
            by: decision.map(|decision| decision.by.clone()),
            at: decision.map(|decision| present::moment(decision.at_ms)),
            remembered: false,
        }
    };
    by_decision.into_iter().map(made).collect()
}

fn values(correction: &Correction) -> Values {
    [
        correction.name.clone(),
        correction.street.join("\n"),
        correction.city.clone(),
        correction.region.clone(),
        correction.postal_code.clone(),
        correction.phone.clone(),
        correction.weight_lb.clone(),
        correction.service.clone(),
        correction.residential.clone(),
    ]
}

/// What Dynamics 365 has of an address; weight and service are ours to find.
fn of_address(address: &Address) -> Values {
    let mut given = Values::default();
    let of_address =
        [&address.name, &address.street, &address.city, &address.region, &address.postal_code].map(String::clone);
    given[..of_address.len()].clone_from_slice(&of_address);
    given
}

fn of_inputs(inputs: &Inputs) -> Values {
    let residential = match inputs.facts.residential {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let [name, street, city, region, postal_code, _, weight_lb, service, _] = of_address(&inputs.group.ship_to);
    let phone = inputs.facts.phone.clone().unwrap_or_default();
    [name, street, city, region, postal_code, phone, weight_lb, service, residential.to_owned()]
}

/// Some fields, in the form of the contract.
fn view(values: &Values, fields: &[usize]) -> CorrectedValues {
    let part = |at: usize| if fields.contains(&at) { values[at].trim().to_owned() } else { String::new() };
    CorrectedValues {
        recipient_name: part(0),
        street: part(1),
        city: part(2),
        region: part(3),
        postal_code: part(4),
        phone: part(5),
        weight_lb: part(6),
        service: part(7),
        residential: part(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(by: &str, at_ms: i64, phone: &str, city: &str) -> Decision {
        let correction = Correction { phone: phone.into(), city: city.into(), ..Correction::default() };
        Decision { by: by.into(), at_ms, values: values(&correction) }
    }

    #[test]
    fn each_value_is_told_with_who_gave_it_its_last_value() {
        let decisions =
            [decision("ann", 1, "1", ""), decision("bob", 2, "2", "Dallas"), decision("cid", 3, "2", "Austin")];
        let own = decisions[2].values.clone();
        let original = of_address(&Address { city: "Dalas".into(), ..Address::default() });
        let made = decided(&own, &original, &decisions);
        let told: Vec<_> = made
            .iter()
            .map(|one| (one.by.as_deref(), one.corrected.phone.as_str(), one.corrected.city.as_str()))
            .collect();
        assert_eq!(told, [(Some("bob"), "2", ""), (Some("cid"), "", "Austin")]);
        assert_eq!((made[1].original.city.as_str(), made[1].original.phone.as_str()), ("Dalas", ""));
    }

    #[test]
    fn a_correction_nobody_put_on_record_is_told_without_a_name() {
        let own = decision("ann", 1, "1", "").values;
        let made = decided(&own, &Values::default(), &[]);
        assert_eq!((made.len(), made[0].by.as_deref(), made[0].corrected.phone.as_str()), (1, None, "1"));
    }
}
