//! The set-up code: whoever reads the server's log may make the first administrator.
//!
//! It is made once for an installation and sealed, so that it is the same after a restart and on
//! every node, and means nothing once the administrator exists.

use crate::engine::Engine;
use crate::vault::VaultError;
use secrecy::SecretString;

/// Where it is sealed.
const NAME: &str = "setup.code";
/// Characters: nobody guesses it, and it is copied rather than typed.
const CHARACTERS: usize = 24;

/// The set-up code of this installation, made at the first call.
pub async fn setup_code(engine: &Engine) -> Result<SecretString, VaultError> {
    let fresh = engine.random_text(CHARACTERS).into();
    engine.vault.once(NAME, &fresh, engine.clock.now_ms()).await
}
