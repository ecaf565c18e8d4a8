//! What a change of the rules would do to the last shipments that were planned: both rules plan them
//! in memory, and the differences are listed. Nothing is asked outside, nothing is saved.

use crate::desk::OperatorDesk;
use crate::order::backtest::{Change, Inputs, Kind, compare};
use crate::order::rules::Rules;
use app::contract::{BackTest, BackTestGroup, BackTestRow, Problem, RulesChange};
use std::collections::BTreeMap;

/// Shipments tried at once at most: each costs two plans, well under a millisecond.
const MOST: u32 = 1_000;
/// Rows shown of a group; more do not help to decide.
const ROWS: usize = 20;

impl OperatorDesk {
    /// Tries a change on the last shipments.
    pub(super) async fn back_test(&self, version: i64, change: RulesChange, last: u32) -> Result<BackTest, Problem> {
        if !(1..=MOST).contains(&last) {
            let message = format!("A change is tried on 1 to {MOST} shipments.");
            return Err(Problem::new("rules.back-test-size", &message, "Choose a number in between: 200 is usual."));
        }
        let (old, new, what) = self.changed_rules(version, change).await?;
        let inputs = self.store(self.engine.store.db.last_plan_inputs(i64::from(last)).await)?;
        Ok(back_test(&inputs, &old, &new, &what))
    }
}

fn back_test(inputs: &[Inputs], old: &Rules, new: &Rules, what: &str) -> BackTest {
    let mut groups: BTreeMap<Kind, BackTestGroup> = BTreeMap::new();
    let mut different = 0;
    for one in inputs {
        let changes = compare(one, old, new);
        different += u64::from(!changes.is_empty());
        for Change { kind, was, now } in changes {
            let (name, title) = words(kind);
            let group = groups.entry(kind).or_insert_with(|| BackTestGroup {
                kind: name.to_owned(),
                title: title.to_owned(),
                ..BackTestGroup::default()
            });
            group.count += 1;
            if group.rows.len() < ROWS {
                let order = &one.order;
                group.rows.push(BackTestRow { company: order.company.clone(), number: order.number.clone(), was, now });
            }
        }
    }
    let tried = u64::try_from(inputs.len()).unwrap_or(0);
    let of = match tried {
        0 => "No shipment was planned yet, so there is nothing to try it on.".to_owned(),
        1 => format!("Of the last shipment, {different} would be different."),
        count => format!("Of the last {count} shipments, {different} would be different."),
    };
    BackTest {
        headline: format!("{what} {of} Nothing is saved."),
        tried,
        different,
        groups: groups.into_values().collect(),
    }
}

/// A difference's name and title.
fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::NewlyParked => ("newly-parked", "Would need a person"),
        Kind::NoLongerParked => ("no-longer-parked", "Would no longer need a person"),
        Kind::ParkedOtherwise => ("parked-otherwise", "Would need a person for another reason"),
        Kind::LeftAlone => ("left-alone", "Left to others, or no longer"),
        Kind::Service => ("service", "Another service"),
        Kind::Packages => ("packages", "Other packages"),
        Kind::ShipFrom => ("ship-from", "Another ship-from address"),
        Kind::Payer => ("payer", "Another payer or account"),
        Kind::Other => ("other", "Another label, consignee, invoice number or declaration"),
    }
}
