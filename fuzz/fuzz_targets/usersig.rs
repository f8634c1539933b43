//! Hostile and damaged signatures: see `liveroom_fuzz::usersig`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(usersig);
