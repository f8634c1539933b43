//! Builds the host anew when the page changed, which is built into it.

fn main() {
    println!("cargo::rerun-if-changed=page");
}
