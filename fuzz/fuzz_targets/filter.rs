//! Word lists against texts: see `liveroom_fuzz::filter`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(filter);
