//! The only binary; see `cli` for its commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One TLS implementation for the whole process, chosen before the first client is built.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("ml-connector: the TLS provider was installed twice; report this as a defect.");
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ml-connector: no threads can be started: {error}; check the machine's limits.");
            return ExitCode::from(2);
        }
    };
    runtime.block_on(ml_connector::cli::main())
}
