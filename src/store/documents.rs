//! Packages and the documents FedEx sent for them, byte for byte.

use crate::order::ShipmentId;
use crate::print::job::DocumentKey;
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// A package.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PieceRow {
    /// 1 is the master.
    pub sequence: i64,
    /// Its number.
    pub tracking_number: String,
}

/// A document without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DocumentRow {
    /// The package it belongs to.
    pub sequence: i64,
    /// Its place among the package's documents.
    pub document_no: i64,
    /// `LABEL`, `COMMERCIAL_INVOICE`, …
    pub content_type: String,
    /// `PDF`, `PNG`, `ZPLII`.
    pub image_type: String,
    /// How often FedEx wants it printed.
    pub copies: i64,
    /// Its size.
    pub size: i64,
}

/// A document to store.
#[derive(Clone, Debug)]
pub struct NewDocument<'a> {
    /// The package it belongs to.
    pub sequence: i64,
    /// Its place among the package's documents.
    pub document_no: i64,
    /// `LABEL`, …
    pub content_type: &'a str,
    /// `PDF`, …
    pub image_type: &'a str,
    /// How often to print.
    pub copies: i64,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Tx {
    /// The bytes of a document and what they are.
    pub async fn document(&mut self, key: &DocumentKey) -> Result<Option<(String, Vec<u8>)>> {
        Ok(on_tx!(self, conn => sqlx::query_as(DOCUMENT)
            .bind(&key.shipment_id.0).bind(key.sequence).bind(key.document_no).fetch_optional(conn).await?))
    }

    /// Stores a package.
    pub async fn insert_piece(&mut self, shipment: &ShipmentId, sequence: i64, tracking_number: &str) -> Result<()> {
        let sql = "insert into pieces (shipment_id, sequence, tracking_number) values ($1, $2, $3)
                   on conflict (shipment_id, sequence) do nothing";
        on_tx!(self, conn => sqlx::query(sql).bind(&shipment.0).bind(sequence).bind(tracking_number).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Stores a document.
    pub async fn insert_document(
        &mut self,
        shipment: &ShipmentId,
        document: &NewDocument<'_>,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            insert into documents (shipment_id, sequence, document_no, content_type, image_type, copies, bytes, created_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&shipment.0)
            .bind(document.sequence)
            .bind(document.document_no)
            .bind(document.content_type)
            .bind(document.image_type)
            .bind(document.copies)
            .bind(document.bytes.to_vec())
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// The documents of a shipment inside a transaction, without bytes.
    pub async fn documents_of(&mut self, shipment: &ShipmentId) -> Result<Vec<DocumentRow>> {
        Ok(on_tx!(self, conn => sqlx::query_as(DOCUMENTS).bind(&shipment.0).fetch_all(conn).await?))
    }
}

const DOCUMENT: &str =
    "select image_type, bytes from documents where shipment_id = $1 and sequence = $2 and document_no = $3";
const DOCUMENTS: &str = "
    select sequence, document_no, content_type, image_type, copies, cast(length(bytes) as bigint) as size
    from documents where shipment_id = $1 order by sequence, document_no";

impl Db {
    /// The packages of a shipment.
    pub async fn pieces_of(&self, shipment: &ShipmentId) -> Result<Vec<PieceRow>> {
        let sql = "select sequence, tracking_number from pieces where shipment_id = $1 order by sequence";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(&shipment.0).fetch_all(pool).await?))
    }

    /// The documents of a shipment, without bytes.
    pub async fn documents_of(&self, shipment: &ShipmentId) -> Result<Vec<DocumentRow>> {
        Ok(on_db!(self, pool => sqlx::query_as(DOCUMENTS).bind(&shipment.0).fetch_all(pool).await?))
    }

    /// The bytes of a document and what they are.
    pub async fn document(
        &self,
        shipment: &ShipmentId,
        sequence: i64,
        document_no: i64,
    ) -> Result<Option<(String, Vec<u8>)>> {
        Ok(on_db!(self, pool => sqlx::query_as(DOCUMENT)
            .bind(&shipment.0).bind(sequence).bind(document_no).fetch_optional(pool).await?))
    }
}
