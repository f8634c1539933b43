//! What the tool says where it cannot do what is asked: at once, and before anything is measured.

use std::process::Command;

/// What it says on standard error, where it fails. No other program is to be found.
fn refused(arguments: &[&str]) -> String {
    let mut load = Command::new(env!("CARGO_BIN_EXE_load"));
    let ran = load.args(arguments).env("PATH", "").env_remove("NATS_SERVER").output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(!ran.status.success(), "{arguments:?}: {said}");
    assert!(!said.contains("clients are in"), "{arguments:?} was measured: {said}");
    said
}

#[test]
fn what_cannot_be_is_refused_and_what_would_help_is_said() {
    for (arguments, says) in [
        (&["--tick", "99999999"][..], "0 to 60000 milliseconds"),
        (&["--at", "localhost"], "HOST:PORT"),
        (&["--at", "http://localhost:8080"], "without `http://`"),
        (&["--at", "localhost:1"], "does a live host run there?"),
        (&["--speakers", "0"], "0 is not in 1.."),
        (&["--speakers", "2", "--clients", "1"], "2 speakers of 1 clients"),
        (&["F2"], "unexpected argument 'F2'"),
        (&["--host", "live,live"], "names live twice"),
        (&["--host", "live,nodes"], "there is no nats-server on the PATH: `pip install"),
        (&["--html", "/no/such/folder/load.html"], "Name a file in a folder that is there"),
    ] {
        let said = refused(&[arguments, &["--seconds", "1"]].concat());
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}
