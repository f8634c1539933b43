//! Hostile and damaged snapshots: see `liveroom_fuzz::snapshot`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(snapshot);
