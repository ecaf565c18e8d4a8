//! How a document gets onto paper: printers, jobs, and the two ways bytes leave for a printer.
//!
//! Everything turns on one question: may this document be on paper already? [`Outcome`] answers it
//! after each try, and [`job::next`] decides from that alone, so that only what is certainly not
//! printed is ever sent again by itself. Nothing here knows the database.

pub mod ipp;
pub mod job;
pub mod raw;
pub mod target;
pub mod test_label;

use crate::order::cause::Cause;
use crate::order::parcel::ImageType;
use crate::print::target::Target;
use crate::transport::{Trace, Transport};
use serde::Serialize;

/// How a printer is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Bytes on TCP port 9100: label printers.
    Raw,
    /// The Internet Printing Protocol: CUPS, office printers.
    Ipp,
}

impl Kind {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Ipp => "ipp",
        }
    }

    /// The kind of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Raw, Self::Ipp].into_iter().find(|kind| kind.name() == name)
    }
}

/// A printer as an administrator entered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Printer {
    /// Its id (ULID).
    pub printer_id: String,
    /// What people call it.
    pub name: String,
    /// How it is talked to.
    pub kind: Kind,
    /// `host:port`, or `ipp://host:631/printers/NAME`.
    pub address: String,
    /// The one format it prints.
    pub takes: ImageType,
    /// A disabled printer keeps its queue and is sent nothing.
    pub enabled: bool,
    /// Taken away; its finished jobs still name it.
    pub removed: bool,
}

impl Printer {
    /// Why it must not be sent a document of this type, if it must not. A label printer prints a
    /// PDF as yards of text.
    pub fn refuses(&self, image_type: &str) -> Option<Cause> {
        if self.removed {
            return Some(Cause::new("print.printer-missing").detail(format!("{} was removed", self.name)));
        }
        (self.takes.name() != image_type).then(|| {
            let detail = format!("the document is {image_type}, {} takes {}", self.name, self.takes.name());
            Cause::new("print.format-not-accepted").detail(detail)
        })
    }
}

/// What a document is printed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// It goes onto the parcel.
    Label,
    /// A customs or other paper: an office printer.
    Paper,
}

impl Purpose {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Paper => "paper",
        }
    }

    /// The purpose of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Label, Self::Paper].into_iter().find(|purpose| purpose.name() == name)
    }

    /// The purpose of a document, by FedEx's `contentType`. `AUXILIARY` is the second label of a
    /// cash-on-delivery or export parcel; all other labels have the word in their name.
    pub fn of(content_type: &str) -> Self {
        if content_type == "AUXILIARY" || content_type.contains("LABEL") { Self::Label } else { Self::Paper }
    }
}

/// What is known after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on paper, as far as a printer can say.
    Printed,
    /// A print server took it under this number, and is asked until it is done.
    Accepted(i32),
    /// The print server still has it; with what it said, if that explains a wait.
    Waiting(Option<Cause>),
    /// Certainly not printed, and likely to pass: may be sent again.
    NotSent(Cause),
    /// Certainly not going to be printed: a person must change something.
    Refused(Cause),
    /// Some or all bytes left, and nobody confirmed: only a person at the printer knows.
    NoConfirmation(Cause),
}

/// A document to print.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Shown in the printer's own queue.
    pub title: &'a str,
    /// Its format.
    pub format: ImageType,
    /// How often.
    pub copies: u32,
    /// The bytes, unchanged as FedEx sent them.
    pub bytes: &'a [u8],
}

/// Sends a document to a printer, once.
pub async fn send(transport: &Transport, trace: &Trace, printer: &Printer, sheet: &Sheet<'_>) -> Outcome {
    match Target::parse(printer.kind, &printer.address) {
        Ok(Target::Raw { host, port }) => raw::send(&host, port, sheet).await,
        Ok(Target::Ipp(queue)) => ipp::print(transport, trace, &queue, sheet).await,
        Err(sentence) => Outcome::Refused(Cause::new("print.refused").detail(sentence)),
    }
}
