//! The modelled service's signatures and codes, to and from this crate's own.
//!
//! Needs the feature `tim`. Everything here is a pure function: values in, values out. A host that
//! speaks to the service's own SDKs and server libraries brings the sockets.

mod codes;
mod usersig;
mod wire;

pub use self::{
    codes::{Code, Failure},
    usersig::{SigError, Signer, Verified},
};
