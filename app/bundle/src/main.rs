//! Makes the files a browser loads, in two steps with room for an optimiser between them:
//!
//! - `bundle make IN.wasm OUT_DIR NAME`: `NAME.js` and `NAME.wasm`, locked to the workspace's
//!   wasm-bindgen by Cargo.lock, so a build needs no tool that Cargo does not bring. The morphing
//!   library goes into the script: one request less.
//! - `bundle name OUT_DIR NAME`: a piece of its content's hash into each file's name, and all
//!   pieces into `hash.txt`, where leptos looks for them. A name is then never two contents, and
//!   browsers may keep it for ever.

use sha2::{Digest, Sha256};
use std::path::Path;

/// Brings a page up to date in place; see `app/src/browser/morph.rs`.
const MORPH: &str = include_str!("../../vendor/idiomorph.js");
/// Digits of the hash in a name: sixty-four bits, far more than versions there will ever be.
const DIGITS: usize = 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["make", wasm, out_dir, name] => make(wasm, Path::new(out_dir), name),
        ["name", out_dir, name] => put_hashes(Path::new(out_dir), name),
        _ => Err("usage: bundle make IN.wasm OUT_DIR NAME, or bundle name OUT_DIR NAME".into()),
    }
}

fn make(wasm: &str, out_dir: &Path, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .generate(out_dir)?;
    // Leptos asks for NAME.wasm when LEPTOS_OUTPUT_NAME is set at compile time.
    std::fs::rename(out_dir.join(format!("{name}_bg.wasm")), out_dir.join(format!("{name}.wasm")))?;
    let script = out_dir.join(format!("{name}.js"));
    let bindings = std::fs::read_to_string(&script)?;
    std::fs::write(script, format!("{MORPH}\nglobalThis.Idiomorph = Idiomorph;\n{bindings}"))?;
    Ok(())
}

fn put_hashes(out_dir: &Path, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut hashes = Vec::new();
    for kind in ["js", "wasm", "css"] {
        let plain = out_dir.join(format!("{name}.{kind}"));
        let digest = hex::encode(Sha256::digest(std::fs::read(&plain)?));
        let hash = &digest[..DIGITS];
        std::fs::rename(plain, out_dir.join(format!("{name}.{hash}.{kind}")))?;
        hashes.push(format!("{kind}: {hash}\n"));
    }
    std::fs::write(out_dir.join("hash.txt"), hashes.concat())?;
    Ok(())
}
