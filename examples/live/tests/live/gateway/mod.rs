//! The SDK's WebSocket, with clients that speak as the SDK does.

mod callbacks;
mod figures;
mod groups;
mod login;
mod reading;
mod speaking;
