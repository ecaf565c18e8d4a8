//! Filters of the order list that somebody gave a name, and how each operator wants the list laid out.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ViewRow {
    /// Its id.
    pub view_id: String,
    /// Who saved it.
    pub owner: String,
    /// What they called it.
    pub name: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// The query of its address.
    pub query: String,
}

/// How an operator wants the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct LayoutRow {
    /// Columns left out, with commas.
    pub hidden: String,
    /// How close rows stand: `comfortable`, `compact`.
    pub density: String,
}

impl Tx {
    /// Saves a view; one of the same name and owner is replaced.
    pub async fn save_view(&mut self, view: &ViewRow, now_ms: i64) -> Result<()> {
        let sql = "
            insert into views (view_id, owner, name, shared, query, created_ms) values ($1, $2, $3, $4, $5, $6)
            on conflict (owner, name) do update set shared = excluded.shared, query = excluded.query";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&view.view_id)
            .bind(&view.owner)
            .bind(&view.name)
            .bind(i64::from(view.shared))
            .bind(&view.query)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// A view inside a transaction.
    pub async fn view(&mut self, view_id: &str) -> Result<Option<ViewRow>> {
        let sql = format!("select {COLUMNS} from views where view_id = $1");
        Ok(on_tx!(self, conn => sqlx::query_as(&sql).bind(view_id).fetch_optional(conn).await?))
    }

    /// How many views an operator has.
    pub async fn count_views(&mut self, owner: &str) -> Result<i64> {
        let sql = "select count(*) from views where owner = $1";
        let row: (i64,) = on_tx!(self, conn => sqlx::query_as(sql).bind(owner).fetch_one(conn).await?);
        Ok(row.0)
    }

    /// Removes a view.
    pub async fn remove_view(&mut self, view_id: &str) -> Result<()> {
        let sql = "delete from views where view_id = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(view_id).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Sets how an operator wants the list.
    pub async fn set_layout(&mut self, owner: &str, layout: &LayoutRow) -> Result<()> {
        let sql = "
            insert into list_layouts (owner, hidden, density) values ($1, $2, $3)
            on conflict (owner) do update set hidden = excluded.hidden, density = excluded.density";
        on_tx!(self, conn => sqlx::query(sql).bind(owner).bind(&layout.hidden).bind(&layout.density)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

const COLUMNS: &str = "view_id, owner, name, shared = 1 as shared, query";

impl Db {
    /// The views an operator sees: their own, then what others share.
    pub async fn views_of(&self, owner: &str) -> Result<Vec<ViewRow>> {
        let sql = format!(
            "select {COLUMNS} from views where owner = $1 or shared = 1
             order by case when owner = $1 then 0 else 1 end, name, owner"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(owner).fetch_all(pool).await?))
    }

    /// How an operator wants the list, if they ever said.
    pub async fn layout_of(&self, owner: &str) -> Result<Option<LayoutRow>> {
        let sql = "select hidden, density from list_layouts where owner = $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(owner).fetch_optional(pool).await?))
    }
}
