//! The hashes of what was handed out.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row};

use super::{Db, DbRow, ThisStore, rows};
use crate::{ArtifactHash, Rendering, RenderingKind, Renderings, Result};

/// Rows of one statement: SQLite takes 32,766 values, four for each.
const ROWS: usize = 1_000;

#[async_trait]
impl Renderings for ThisStore {
    async fn put_renderings(&self, renderings: &[Rendering]) -> Result<()> {
        if renderings.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for part in renderings.chunks(ROWS) {
            let mut insert: QueryBuilder<Db> =
                QueryBuilder::new("INSERT INTO renderings (hash, certificate, kind, design) ");
            insert.push_values(part, |mut row, rendering| {
                row.push_bind(rendering.hash.0.clone())
                    .push_bind(rendering.certificate.to_string())
                    .push_bind(rendering.kind.code())
                    .push_bind(rendering.design.0.clone());
            });
            insert.push(" ON CONFLICT (hash) DO NOTHING");
            insert.build().execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(())
    }

    async fn rendering(&self, hash: &ArtifactHash) -> Result<Option<Rendering>> {
        let found =
            sqlx::query("SELECT * FROM renderings WHERE hash = $1").bind(&hash.0).fetch_optional(&self.reader).await?;
        found.as_ref().map(rendering).transpose()
    }
}

fn rendering(row: &DbRow) -> Result<Rendering> {
    Ok(Rendering {
        hash: ArtifactHash(row.try_get("hash")?),
        certificate: rows::id(row, "certificate")?,
        kind: rows::word(row, "kind", "a rendering's kind", RenderingKind::from_code)?,
        design: ArtifactHash(row.try_get("design")?),
    })
}
