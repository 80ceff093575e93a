//! The contract of `store::Store`, run against every implementation. A further database joins `world::databases`.

#[path = "contract/batches.rs"]
mod batches;
#[path = "contract/desk.rs"]
mod desk;
#[path = "contract/files.rs"]
mod files;
#[path = "contract/graduates.rs"]
mod graduates;
#[path = "contract/installation.rs"]
mod installation;
#[path = "contract/life.rs"]
mod life;
#[path = "contract/outbox.rs"]
mod outbox;
#[path = "contract/races.rs"]
mod races;
#[path = "contract/renderings.rs"]
mod renderings;
#[path = "contract/world.rs"]
mod world;
