//! Proof of delivery: pictures and signatures, each once.

use crate::order::ShipmentId;
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// A proof to store.
#[derive(Clone, Debug)]
pub struct NewProof<'a> {
    /// The parcel.
    pub tracking_number: &'a str,
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: &'a str,
    /// `signature`, `picture`, `attempt`, `proof`.
    pub kind: &'a str,
    /// `image/jpeg`, …
    pub media_type: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// A proof without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProofRow {
    /// The parcel.
    pub tracking_number: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: String,
    /// `signature`, `picture`, `attempt`, `proof`.
    pub kind: String,
    /// `image/jpeg`, …
    pub media_type: String,
    /// Its size.
    pub size: i64,
    /// When it came.
    pub received_ms: i64,
}

impl Tx {
    /// Stores a proof; `false` when it is already there.
    pub async fn insert_proof(&mut self, shipment: &ShipmentId, proof: &NewProof<'_>, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into proofs (shipment_id, tracking_number, digest, kind, media_type, bytes, received_ms)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&shipment.0)
            .bind(proof.tracking_number)
            .bind(proof.digest)
            .bind(proof.kind)
            .bind(proof.media_type)
            .bind(proof.bytes.to_vec())
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }
}

impl Db {
    /// The proofs of a shipment, without bytes, in the order they came.
    pub async fn proofs_of(&self, shipment: &ShipmentId) -> Result<Vec<ProofRow>> {
        let sql = "
            select tracking_number, digest, kind, media_type, cast(length(bytes) as bigint) as size, received_ms
            from proofs where shipment_id = $1 order by received_ms, tracking_number, digest";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(&shipment.0).fetch_all(pool).await?))
    }

    /// The bytes of a proof and what they are.
    pub async fn proof(&self, shipment: &ShipmentId, digest: &str) -> Result<Option<(String, Vec<u8>)>> {
        let sql = "select media_type, bytes from proofs where shipment_id = $1 and digest = $2 limit 1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(&shipment.0).bind(digest).fetch_optional(pool).await?))
    }
}
