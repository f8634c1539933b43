//! REST requests: see `liveroom_fuzz::rest`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(rest);
