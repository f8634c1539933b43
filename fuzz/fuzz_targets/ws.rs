//! Frames of anybody at the live host: see `liveroom_fuzz::ws`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(ws);
