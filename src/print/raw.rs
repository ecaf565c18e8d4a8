//! Raw printing: the bytes, and nothing else, on TCP port 9100.
//!
//! The protocol has no answer. What can be known, and from when on it cannot:
//!
//! | seen | known |
//! |---|---|
//! | no connection, or it breaks before the system took a byte from us | nothing printed: safe to repeat |
//! | it breaks after that, or the printer stops reading | perhaps printed, perhaps in part |
//! | all taken, we closed our side, the printer closed its side in good order | printed, as far as TCP can tell |
//! | all taken, and the printer keeps the connection open | perhaps: it may wait for paper |

use crate::order::cause::Cause;
use crate::print::{Outcome, Sheet};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// To make a connection, name included: a printer is on the local network or is off.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);
/// To hand over all bytes. A full buffer drains at the speed of paper; without paper, never.
const WRITE_LIMIT: Duration = Duration::from_mins(1);
/// To close the connection after the last byte. Some printers close when the label is out.
const CLOSE_LIMIT: Duration = Duration::from_secs(30);
/// A printer that hung up before it read answers our bytes with a reset, one round trip after its
/// close; on a local network that is long within this.
const RESET_GRACE: Duration = Duration::from_millis(100);

/// Sends a document.
pub async fn send(host: &str, port: u16, sheet: &Sheet<'_>) -> Outcome {
    let unreachable = |detail: String| Outcome::NotSent(Cause::new("print.unreachable").detail(detail));
    let mut stream = match timeout(CONNECT_LIMIT, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return unreachable(format!("{host}:{port}: {error}")),
        Err(_) => return unreachable(format!("{host}:{port} did not answer within {} s", CONNECT_LIMIT.as_secs())),
    };
    let mut taken = 0;
    let written = timeout(WRITE_LIMIT, write(&mut stream, sheet, &mut taken)).await;
    let broken = match written {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("the printer stopped reading for {} s", WRITE_LIMIT.as_secs())),
    };
    match broken {
        None => {}
        Some(detail) if taken == 0 => return unreachable(format!("{host}:{port}: {detail}")),
        Some(detail) => return no_confirmation(format!("{detail}, after {taken} bytes")),
    }
    match timeout(CLOSE_LIMIT, closed(&mut stream)).await {
        Ok(Ok(())) => Outcome::Printed,
        Ok(Err(error)) => no_confirmation(format!("{error}, after all {taken} bytes")),
        Err(_) => {
            let waited = CLOSE_LIMIT.as_secs();
            no_confirmation(format!("the printer took all {taken} bytes and kept the connection open for {waited} s"))
        }
    }
}

fn no_confirmation(detail: String) -> Outcome {
    Outcome::NoConfirmation(Cause::new("print.no-confirmation").detail(detail))
}

/// Writes all copies and closes our side. `taken` counts what the system took from us, whatever
/// becomes of the rest.
async fn write(stream: &mut TcpStream, sheet: &Sheet<'_>, taken: &mut usize) -> io::Result<()> {
    for _ in 0..sheet.copies {
        let mut rest = sheet.bytes;
        while !rest.is_empty() {
            let count = stream.write(rest).await?;
            *taken += count;
            rest = &rest[count..];
        }
    }
    stream.shutdown().await
}

/// Waits for the printer to close its side in good order. What it says meanwhile is its own affair.
async fn closed(stream: &mut TcpStream) -> io::Result<()> {
    let mut heard = [0; 512];
    while stream.read(&mut heard).await? > 0 {}
    sleep(RESET_GRACE).await;
    stream.take_error()?.map_or(Ok(()), Err)
}
