//! The contract of `store::Store`, run against both databases in one run. A further one joins `world::databases`.

#[path = "contract/archive.rs"]
mod archive;
#[path = "contract/batches.rs"]
mod batches;
#[path = "contract/cluster.rs"]
mod cluster;
#[path = "contract/desk.rs"]
mod desk;
#[path = "contract/files.rs"]
mod files;
#[path = "contract/graduates.rs"]
mod graduates;
#[path = "contract/installation.rs"]
mod installation;
#[path = "contract/leases.rs"]
mod leases;
#[path = "contract/life.rs"]
mod life;
#[path = "contract/outbox.rs"]
mod outbox;
#[path = "contract/postgres.rs"]
mod postgres;
#[path = "contract/races.rs"]
mod races;
#[path = "contract/renderings.rs"]
mod renderings;
#[path = "contract/statements.rs"]
mod statements;
#[path = "contract/world.rs"]
mod world;
