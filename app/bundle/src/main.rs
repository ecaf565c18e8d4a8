//! `bundle IN.wasm OUT_DIR NAME`: writes `NAME.js` and `NAME.wasm` for the browser.
//!
//! Locked to the workspace's wasm-bindgen by Cargo.lock, so a build needs no tool that
//! Cargo does not bring, and no version of it can be wrong.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, out_dir, name] = arguments.as_slice() else {
        return Err("usage: bundle IN.wasm OUT_DIR NAME".into());
    };
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .generate(out_dir)?;
    // Leptos asks for NAME.wasm when LEPTOS_OUTPUT_NAME is set at compile time.
    std::fs::rename(format!("{out_dir}/{name}_bg.wasm"), format!("{out_dir}/{name}.wasm"))?;
    Ok(())
}
