//! Signing in and out, the first administrator, and who asks. Plain forms: they work before and
//! without JavaScript.

use crate::audit::{Actor, Subject};
use crate::desk::sign_in::{PASSWORD_LEAST, SignInRefusal, first_administrator, operator_of, sign_in as check};
use crate::desk::{Operator, problem};
use crate::store::operators::OperatorRow;
use crate::web::Web;
use axum::Form;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;
use std::convert::Infallible;
use std::net::SocketAddr;
use tower_sessions::Session;
use tower_sessions::cookie::time::Duration;

/// Name of the cookie.
pub const COOKIE: &str = "ml_session";
/// A session ends twelve hours after signing in: a long shift. Pages that refresh themselves do not prolong it.
pub const IDLE: Duration = Duration::hours(12);
/// The operator's id in the session.
const OPERATOR: &str = "operator_id";
/// When the password was set that they signed in with.
const PASSWORD: &str = "password_ms";

/// Who asks, if anybody is signed in.
#[derive(Clone, Debug)]
pub struct Signed(pub Option<Operator>);

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Signed>().cloned().unwrap_or(Self(None)))
    }
}

/// Finds out who asks, and sends signed-out browsers to the login page, first-time ones to set-up.
pub async fn require_operator(State(web): State<Web>, session: Session, mut request: Request, next: Next) -> Response {
    let operator = match operator(&web, &session).await {
        Ok(operator) => operator,
        Err(response) => return response,
    };
    let path = request.uri().path();
    let is_entry = matches!(path, "/login" | "/setup" | "/logout");
    if operator.is_none()
        && path == "/login"
        && request.method() == Method::GET
        && let Ok(false) = web.engine.store.db.has_operators().await
    {
        return Redirect::to("/setup").into_response();
    }
    if operator.is_some() && path == "/login" && request.method() == Method::GET {
        return Redirect::to("/").into_response();
    }
    if path == "/setup"
        && request.method() == Method::GET
        && let Ok(true) = web.engine.store.db.has_operators().await
    {
        return Redirect::to(if operator.is_some() { "/" } else { "/login" }).into_response();
    }
    // These answer for themselves: a problem the page can show, an end of the line.
    let is_asked_by_pages = path == "/live" || path.starts_with("/desk/");
    if operator.is_none() && !is_entry && !is_asked_by_pages {
        let wanted = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        let next_page = percent_encoding::utf8_percent_encode(wanted, percent_encoding::NON_ALPHANUMERIC);
        return Redirect::to(&format!("/login?next={next_page}")).into_response();
    }
    request.extensions_mut().insert(Signed(operator));
    next.run(request).await
}

async fn operator(web: &Web, session: &Session) -> Result<Option<Operator>, Response> {
    let id: Option<String> = session.get(OPERATOR).await.map_err(|error| broken(web, &error))?;
    let password_ms: Option<i64> = session.get(PASSWORD).await.map_err(|error| broken(web, &error))?;
    match id.zip(password_ms) {
        // Asked anew each time: who is disabled or gets another password is out at once.
        Some((id, password_ms)) => {
            operator_of(&web.engine, &id, password_ms).await.map_err(|error| broken(web, &error))
        }
        None => Ok(None),
    }
}

fn broken(web: &Web, error: &(dyn std::error::Error + 'static)) -> Response {
    let problem = problem::broken(&web.engine, error);
    let trace = problem.trace_id.unwrap_or_default();
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{} {} Trace id {trace}.", problem.message, problem.hint))
        .into_response()
}

/// Refuses files to who does not see personal data: nothing can be taken out of a picture.
pub async fn require_people_seen(signed: Signed, request: Request, next: Next) -> Response {
    match &signed.0 {
        Some(operator) if operator.role.sees_people() => next.run(request).await,
        _ => {
            let text = "Your role does not see labels, papers and proofs: they name people. Ask an operator for it.";
            (StatusCode::FORBIDDEN, text).into_response()
        }
    }
}

/// The login form.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// POST /login.
pub async fn sign_in(
    State(web): State<Web>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: Session,
    Form(form): Form<SignInForm>,
) -> Response {
    match check(&web.engine, &form.name, &form.password, &address.ip().to_string()).await {
        Ok(Ok(operator)) => match begin(&session, &operator).await {
            Ok(()) => Redirect::to(local(&form.next)).into_response(),
            Err(error) => broken(&web, &error),
        },
        Ok(Err(refusal)) => refused(&web, "/login", &refusal),
        Err(error) => broken(&web, &error),
    }
}

/// Only our own pages: an address from a form must not lead elsewhere.
fn local(next: &str) -> &str {
    let plain = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if plain { next } else { "/" }
}

async fn begin(session: &Session, operator: &OperatorRow) -> Result<(), tower_sessions::session::Error> {
    // A new id: whoever planted the old one is left with nothing.
    session.cycle_id().await?;
    session.insert(PASSWORD, operator.password_ms).await?;
    session.insert(OPERATOR, &operator.operator_id).await
}

fn refused(web: &Web, page: &str, refusal: &SignInRefusal) -> Response {
    let code = match refusal {
        SignInRefusal::Wrong => "auth.wrong-name-or-password".to_owned(),
        SignInRefusal::Throttled { until_ms } => {
            let seconds = (until_ms - web.engine.clock.now_ms() + 999).max(1_000) / 1_000;
            format!("auth.throttled&retry_s={seconds}")
        }
        SignInRefusal::SetupDone => "setup.done".to_owned(),
        SignInRefusal::PasswordShort => "setup.password-short".to_owned(),
        SignInRefusal::NameInvalid | SignInRefusal::NameTaken => "setup.name-empty".to_owned(),
    };
    Redirect::to(&format!("{page}?problem={code}")).into_response()
}

/// POST /logout.
pub async fn sign_out(State(web): State<Web>, signed: Signed, session: Session) -> Response {
    if let Some(operator) = signed.0 {
        let actor = Actor::Operator(operator.name);
        let entry = web.engine.entry(&actor, "session.signed-out", Subject::default(), "Signed out.");
        if let Err(error) = web.engine.store.record(&entry).await {
            return broken(&web, &error);
        }
    }
    match session.flush().await {
        Ok(()) => Redirect::to("/login").into_response(),
        Err(error) => broken(&web, &error),
    }
}

/// The set-up form.
#[derive(Deserialize)]
pub struct SetUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    password_again: SecretString,
    #[serde(default)]
    code: String,
}

/// POST /setup: the first administrator, once.
pub async fn set_up(State(web): State<Web>, session: Session, Form(form): Form<SetUpForm>) -> Response {
    use secrecy::ExposeSecret;
    let problem = |code: &str| Redirect::to(&format!("/setup?problem={code}")).into_response();
    if let Some(code) = &web.setup_code
        && form.code.trim() != code.as_ref()
    {
        return problem("setup.wrong-code");
    }
    if form.password.expose_secret().chars().count() < PASSWORD_LEAST {
        return problem("setup.password-short");
    }
    if form.password.expose_secret() != form.password_again.expose_secret() {
        return problem("setup.passwords-differ");
    }
    match first_administrator(&web.engine, &form.name, &form.password).await {
        Ok(Ok(operator)) => match begin(&session, &operator).await {
            Ok(()) => Redirect::to("/start").into_response(),
            Err(error) => broken(&web, &error),
        },
        Ok(Err(SignInRefusal::SetupDone)) => Redirect::to("/login?problem=setup.done").into_response(),
        Ok(Err(refusal)) => refused(&web, "/setup", &refusal),
        Err(error) => broken(&web, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn after_signing_in_only_our_own_pages_follow() {
        assert_eq!(local("/orders?state=parked"), "/orders?state=parked");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "", "javascript:x"] {
            assert_eq!(local(elsewhere), "/");
        }
    }
}
