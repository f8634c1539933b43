//! Hostile and damaged journals: see `liveroom_fuzz::journal`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(journal);
