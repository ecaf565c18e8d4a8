//! Printers, and which of them prints what for a warehouse.

use crate::order::parcel::ImageType;
use crate::print::{Kind, Printer, Purpose};
use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

/// A printer as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    printer_id: String,
    name: String,
    kind: String,
    address: String,
    takes: String,
    enabled: i64,
    removed_ms: Option<i64>,
}

const COLUMNS: &str = "printer_id, name, kind, address, takes, enabled, removed_ms";

impl Row {
    fn printer(self) -> Result<Printer> {
        let impossible = |column| StoreError::Impossible { table: "printers", id: self.printer_id.clone(), column };
        Ok(Printer {
            kind: Kind::parse(&self.kind).ok_or_else(|| impossible("kind"))?,
            takes: ImageType::parse(&self.takes).ok_or_else(|| impossible("takes"))?,
            printer_id: self.printer_id,
            name: self.name,
            address: self.address,
            enabled: self.enabled != 0,
            removed: self.removed_ms.is_some(),
        })
    }
}

/// What a warehouse prints where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Warehouse, or `default`.
    pub warehouse: String,
    /// Labels or papers.
    pub purpose: Purpose,
    /// Where.
    pub printer_id: String,
}

impl Tx {
    /// Adds a printer.
    pub async fn insert_printer(&mut self, printer: &Printer, now_ms: i64) -> Result<()> {
        let sql = "
            insert into printers (printer_id, name, kind, address, takes, enabled, created_ms, updated_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $7)";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&printer.printer_id)
            .bind(&printer.name)
            .bind(printer.kind.name())
            .bind(&printer.address)
            .bind(printer.takes.name())
            .bind(i64::from(printer.enabled))
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Changes a printer that was not removed.
    pub async fn update_printer(&mut self, printer: &Printer, now_ms: i64) -> Result<()> {
        let sql = "
            update printers
            set name = $2, kind = $3, address = $4, takes = $5, enabled = $6, updated_ms = $7
            where printer_id = $1 and removed_ms is null";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&printer.printer_id)
            .bind(&printer.name)
            .bind(printer.kind.name())
            .bind(&printer.address)
            .bind(printer.takes.name())
            .bind(i64::from(printer.enabled))
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "printers", &printer.printer_id)
    }

    /// Takes a printer away; its name is free again.
    pub async fn remove_printer(&mut self, printer_id: &str, now_ms: i64) -> Result<()> {
        let sql = "
            update printers set removed_ms = $2, updated_ms = $2, enabled = 0
            where printer_id = $1 and removed_ms is null";
        let rows =
            on_tx!(self, conn => sqlx::query(sql).bind(printer_id).bind(now_ms).execute(conn).await?.rows_affected());
        exactly_one(rows, "printers", printer_id)?;
        self.clear_routes(printer_id).await
    }

    /// Forgets what a printer prints.
    pub async fn clear_routes(&mut self, printer_id: &str) -> Result<()> {
        let sql = "delete from print_routes where printer_id = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(printer_id).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// From now on this printer prints it, and no other.
    pub async fn set_route(&mut self, route: &Route) -> Result<()> {
        let sql = "
            insert into print_routes (warehouse, purpose, printer_id) values ($1, $2, $3)
            on conflict (warehouse, purpose) do update set printer_id = excluded.printer_id";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&route.warehouse).bind(route.purpose.name()).bind(&route.printer_id)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// The printer of a warehouse for a purpose, exactly as routed.
    pub async fn routed_printer(&mut self, warehouse: &str, purpose: Purpose) -> Result<Option<Printer>> {
        let sql = format!(
            "select {COLUMNS} from printers join print_routes using (printer_id)
             where warehouse = $1 and purpose = $2 and removed_ms is null"
        );
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql)
            .bind(warehouse).bind(purpose.name()).fetch_optional(conn).await?);
        row.map(Row::printer).transpose()
    }

    /// A printer that was not removed.
    pub async fn printer(&mut self, printer_id: &str) -> Result<Option<Printer>> {
        let sql = format!("select {COLUMNS} from printers where printer_id = $1 and removed_ms is null");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(printer_id).fetch_optional(conn).await?);
        row.map(Row::printer).transpose()
    }

    /// The printer of a name.
    pub async fn printer_by_name(&mut self, name: &str) -> Result<Option<Printer>> {
        let sql = format!("select {COLUMNS} from printers where name = $1 and removed_ms is null");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(name).fetch_optional(conn).await?);
        row.map(Row::printer).transpose()
    }
}

impl Db {
    /// All printers that were not removed, by name.
    pub async fn printers(&self) -> Result<Vec<Printer>> {
        let sql = format!("select {COLUMNS} from printers where removed_ms is null order by name");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await?);
        rows.into_iter().map(Row::printer).collect()
    }

    /// All routes, by warehouse.
    pub async fn print_routes(&self) -> Result<Vec<Route>> {
        let sql = "select warehouse, purpose, printer_id from print_routes order by warehouse, purpose";
        let rows: Vec<(String, String, String)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(warehouse, purpose, printer_id)| match Purpose::parse(&purpose) {
                Some(purpose) => Ok(Route { warehouse, purpose, printer_id }),
                None => Err(StoreError::Impossible { table: "print_routes", id: warehouse, column: "purpose" }),
            })
            .collect()
    }
}
