//! Frames of the modelled service's SDK: see `liveroom_fuzz::sdk`.
#![cfg_attr(fuzzing, no_main)]
liveroom_fuzz::target!(sdk);
