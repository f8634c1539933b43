//! Scripts against an engine: see `liveroom_fuzz::commands`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(commands);
