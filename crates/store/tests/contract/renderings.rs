//! What was handed out is known again by its hash.

use store::*;
use uuid::Uuid;

use crate::world::{World, databases, people};

#[tokio::test]
async fn a_file_is_known_by_its_hash() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let all = world.issue(people(600)).await;
        let design = world.store.batch(all[0].batch).await.unwrap().unwrap().new.design_hash;
        let rendering = |certificate: Uuid, kind: RenderingKind| Rendering {
            hash: ArtifactHash::of(format!("{} of {certificate}", kind.code()).as_bytes()),
            certificate,
            kind,
            design: design.clone(),
        };
        let (late, early) = all.split_last().unwrap();
        let mut known: Vec<_> =
            early.iter().flat_map(|one| RenderingKind::ALL.iter().map(|kind| rendering(one.id, *kind))).collect();
        world.store.put_renderings(&[]).await.unwrap();
        world.store.put_renderings(&known).await.unwrap();
        // Again, and with another beside it.
        known.push(rendering(late.id, RenderingKind::Full));
        world.store.put_renderings(&known).await.unwrap();
        for one in known.iter().rev().step_by(100) {
            assert_eq!(world.store.rendering(&one.hash).await.unwrap().as_ref(), Some(one));
        }
        assert_eq!(world.store.rendering(&ArtifactHash::of(b"another file")).await.unwrap(), None);

        // All or nothing: one of nobody's keeps out those beside it.
        let (new, nobodys) = (rendering(late.id, RenderingKind::Short), rendering(Uuid::nil(), RenderingKind::Short));
        assert!(world.store.put_renderings(&[new.clone(), nobodys]).await.is_err());
        assert_eq!(world.store.rendering(&new.hash).await.unwrap(), None);
        assert!(world.store.integrity().await.unwrap().is_empty());
    }
}
