//! The pick-up clock: when FedEx comes to each warehouse, and what is not labelled by then.

use crate::audit::Actor;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::desk::rules::sound;
use crate::desk::{OperatorDesk, views};
use crate::engine::Engine;
use crate::order::pickup::Pickup;
use crate::order::rules::{DEFAULT, Rules, keyed};
use crate::store::StoreError;
use app::contract::{PickupClock, PickupForm, Problem, Tone};

/// Orders named under a clock.
const AT_RISK_SHOWN: i64 = 8;
/// From here on it is near: what is open now must be looked at first.
const NEAR_MS: i64 = HOUR_MS;

/// A clock for each warehouse that is at work and has a pick-up, the next one first.
pub async fn clocks(engine: &Engine) -> Result<Vec<PickupClock>, StoreError> {
    let now = engine.clock.now_ms();
    let rules = engine.rules().await?;
    if rules.pickups.is_empty() {
        return Ok(Vec::new());
    }
    let mut clocks = Vec::new();
    for warehouse in engine.store.db.warehouses_at_work(now - DAY_MS).await? {
        let Some(next) = keyed(&rules.pickups, &warehouse).and_then(|pickup| pickup.next(now)) else { continue };
        let counts = engine.store.db.pickup_counts(&warehouse, next.midnight_ms).await?;
        let at_risk = engine.store.db.at_risk(&warehouse, AT_RISK_SHOWN).await?;
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let near = next.at_ms - now <= NEAR_MS;
        clocks.push(PickupClock {
            text: next.text,
            at_ms: next.at_ms,
            today: next.today,
            labelled: count(counts.labelled),
            needs_you: count(counts.needs_you),
            waiting: count(counts.waiting),
            tone: match (counts.needs_you, near) {
                (0, _) => Tone::Good,
                (_, true) => Tone::Bad,
                (_, false) => Tone::Warning,
            },
            at_risk: at_risk.iter().map(views::order_row).collect(),
            warehouse,
        });
    }
    clocks.sort_by_key(|clock| clock.at_ms);
    Ok(clocks)
}

/// When FedEx comes, as it is set.
pub async fn rows(engine: &Engine) -> Result<Vec<PickupForm>, StoreError> {
    let row = |(warehouse, pickup): (String, Pickup)| PickupForm {
        warehouse,
        cut_off: pickup.cut_off,
        zone: pickup.zone,
        saturday: pickup.saturday,
        sunday: pickup.sunday,
    };
    Ok(engine.rules().await?.pickups.into_iter().map(row).collect())
}

impl OperatorDesk {
    /// Saves when FedEx comes to a warehouse.
    pub(super) async fn set_pickup(&self, actor: &Actor, form: &PickupForm) -> Result<(), Problem> {
        let warehouse = match form.warehouse.trim() {
            "" => DEFAULT.to_owned(),
            warehouse => warehouse.to_owned(),
        };
        let pickup = Pickup {
            cut_off: form.cut_off.trim().to_owned(),
            zone: form.zone.trim().to_owned(),
            saturday: form.saturday,
            sunday: form.sunday,
        };
        if let Some(fault) = pickup.fault() {
            let message = format!("The pick-up cannot be meant: {fault}.");
            return Err(Problem::new("rules.invalid", &message, "Correct it, then save again."));
        }
        let what = format!("FedEx comes to warehouse {warehouse} at {} ({}).", pickup.cut_off, pickup.zone);
        self.change_pickups(actor, &what, |rules| {
            rules.pickups.insert(warehouse, pickup);
        })
        .await
    }

    /// Removes a warehouse's pick-up.
    pub(super) async fn drop_pickup(&self, actor: &Actor, warehouse: &str) -> Result<(), Problem> {
        let what = format!("Warehouse {warehouse} has no pick-up any more.");
        self.change_pickups(actor, &what, |rules| {
            rules.pickups.remove(warehouse);
        })
        .await
    }

    async fn change_pickups(&self, actor: &Actor, what: &str, change: impl FnOnce(&mut Rules)) -> Result<(), Problem> {
        let saved = self.store(self.engine.store.db.rules().await)?;
        let (mut rules, version) = saved.map(|saved| (saved.rules, saved.version)).unwrap_or_default();
        change(&mut rules);
        sound(&rules)?;
        self.write_rules(actor, version, &rules, what).await.map(drop)
    }
}
