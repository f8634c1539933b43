//! Answers of the app's server: see `liveroom_fuzz::callback`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(callback);
