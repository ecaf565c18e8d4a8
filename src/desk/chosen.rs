//! Letting orders go on that somebody ticked in the list, or all that match its filter. What was ticked
//! begins at once; a list nobody saw whole waits for its yes (`batches.rs`). And printing ticked ones again.

use crate::audit::Actor;
use crate::desk::OperatorDesk;
use crate::desk::repair::{NewBatch, plain};
use crate::desk::repair_sheet::BATCH_MOST;
use crate::desk::views::list_filter;
use crate::order::repair::Remedy;
use crate::order::state::State;
use crate::order::{Shipment, ShipmentId};
use crate::store::batches::{BatchKind, BatchState, Item};
use crate::store::shipments::ListFilter;
use app::contract::{ChosenForm, OrderFilter, Problem};
use std::collections::BTreeSet;

/// The states in which a shipment stands until a person decides.
pub const STANDING: [State; 2] = [State::Parked, State::OutcomeUnknown];

impl OperatorDesk {
    /// Freezes the list and lets it go on.
    pub(super) async fn go_on_with_chosen(&self, actor: &Actor, form: &ChosenForm) -> Result<String, Problem> {
        let mut items = Vec::new();
        for row in form.chosen() {
            let found = self.engine.store.db.shipment(&ShipmentId(row.shipment_id.clone())).await;
            if let Some(shipment) = self.store(found)? {
                // What changed since it was shown is left alone when its turn comes, and says so.
                items.push(Item { version: row.version, ..item(&shipment) });
            }
        }
        let mut left_out = 0;
        if form.all {
            let already: BTreeSet<String> = items.iter().map(|item| item.shipment_id.0.clone()).collect();
            for shipment in self.standing(form).await? {
                if already.contains(&shipment.shipment_id.0) {
                    continue;
                }
                if items.len() >= usize::from(BATCH_MOST) {
                    left_out += 1;
                } else {
                    items.push(item(&shipment));
                }
            }
        }
        if items.is_empty() {
            let hint = "Tick at least one order that stands; what moves by itself has no box.";
            return Err(Problem::new("batch.empty", "There is no order to do this for.", hint));
        }
        let cause = if form.all { all_of(&form.filter) } else { "orders ticked in the list".to_owned() };
        let state = if form.all { BatchState::Draft } else { BatchState::Running };
        self.make_batch(actor, NewBatch { kind: BatchKind::Chosen, cause, left_out, state }, &form.reason, &items).await
    }

    /// Queues the documents of ticked shipments again, shipment by shipment: what one is refused says nothing
    /// of the others. Answers what was queued and what was not; a refusal when nothing was.
    pub(super) async fn print_ticked(&self, form: &ChosenForm) -> Result<String, Problem> {
        let (mut documents, mut refused) = (0, Vec::new());
        for row in form.chosen() {
            let id = ShipmentId(row.shipment_id.clone());
            match self.print_shipment_again(&id, &form.reason).await {
                Ok(jobs) => documents += jobs.len(),
                Err(problem) => refused.push((id, problem)),
            }
        }
        if documents == 0 {
            let hint = "Tick at least one order that has a label.";
            let nothing = || Problem::new("print.nothing-ticked", "Nothing was ticked.", hint);
            return Err(refused.pop().map_or_else(nothing, |(_, problem)| problem));
        }
        let mut said = format!("Queued to print again: {}.", plural(documents, "document"));
        for (id, problem) in refused {
            let number = self.number_of(&id).await?;
            said = format!("{said} Not {number}: {}", problem.message);
        }
        Ok(said)
    }

    async fn number_of(&self, id: &ShipmentId) -> Result<String, Problem> {
        let db = &self.engine.store.db;
        let Some(shipment) = self.store(db.shipment(id).await)? else { return Ok("one that is gone".to_owned()) };
        Ok(self.store(db.order(&shipment.order_id).await)?.key.number)
    }

    /// All that match the filter and stood when the page was made, up to one more than a batch takes.
    async fn standing(&self, form: &ChosenForm) -> Result<Vec<Shipment>, Problem> {
        let db = &self.engine.store.db;
        let wanted = list_filter(&form.filter, self.sees_people())?;
        let states = STANDING.into_iter().filter(|state| wanted.states.is_empty() || wanted.states.contains(state));
        let filter = ListFilter { states: states.collect(), after: None, ..wanted };
        if filter.states.is_empty() {
            return Ok(Vec::new());
        }
        self.store(db.shipments_listed(&filter, form.as_of_ms, i64::from(BATCH_MOST) + 1).await)
    }
}

/// Goes on from the step that failed; an unknown outcome is looked up, never bought again.
fn item(shipment: &Shipment) -> Item {
    match Remedy::of(shipment) {
        Some(Remedy::LookUp) => plain(Remedy::LookUp, shipment),
        Some(Remedy::Fix | Remedy::Replay) => plain(Remedy::Replay, shipment),
        None => {
            let skipped = Some("It moves by itself or is done; nothing was to do.".to_owned());
            Item { skipped, ..plain(Remedy::Replay, shipment) }
        }
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The filter, for the batch's title.
fn all_of(filter: &OrderFilter) -> String {
    let parts: Vec<String> = filter.parts().map(|(name, value)| format!("{name} {value}")).collect();
    let with = if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(", ")) };
    format!("all orders that stand{with}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_all_says_what_they_were_filtered_by() {
        assert_eq!(all_of(&OrderFilter::default()), "all orders that stand");
        let filter =
            OrderFilter { state: Some("parked".into()), search: Some("norwood".into()), ..OrderFilter::default() };
        assert_eq!(all_of(&filter), "all orders that stand with state parked, search norwood");
    }
}
