//! Printers for tests: a raw socket that keeps what it is sent, a small IPP server of our own, and
//! the real CUPS that `end2end/with-cups.sh` starts.

use ipp::attribute::IppAttributeName;
use ipp::model::JobState;
use ipp::parser::IppParser;
use ipp::prelude::*;
use ipp::reader::IppReader;
use std::io::{Cursor, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

/// What the raw printer does with a connection.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Reads to the end and closes.
    Good,
    /// Reads so many bytes and breaks the connection.
    Breaks(usize),
}

/// A raw printer on a free loopback port.
pub struct RawPrinter {
    pub address: String,
    sheets: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl RawPrinter {
    pub fn start(manner: Manner) -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), manner)
    }

    pub fn start_at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let sheets: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let kept = sheets.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                match manner {
                    Manner::Good => {
                        let mut bytes = Vec::new();
                        stream.read_to_end(&mut bytes).expect("read");
                        // Kept before the connection is closed: whoever sees it closed may count.
                        kept.lock().expect("sane").push(bytes);
                    }
                    Manner::Breaks(after) => {
                        // Closing with bytes unread resets the connection.
                        let mut bytes = vec![0; after];
                        stream.read_exact(&mut bytes).expect("read");
                        kept.lock().expect("sane").push(bytes);
                    }
                }
            }
        });
        Self { address, sheets }
    }

    /// What it was sent, one entry a connection.
    pub fn sheets(&self) -> Vec<Vec<u8>> {
        self.sheets.lock().expect("sane").clone()
    }
}

/// An address nobody listens at, and which no test gets by asking for a free port: those are on
/// 127.0.0.1.
pub fn switched_off() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.77:0").expect("a free port");
    listener.local_addr().expect("bound")
}

/// What the IPP server does with a Print-Job.
#[derive(Clone, Copy)]
pub enum Mood {
    /// Takes it, is busy when asked first, and is done when asked again.
    Prints,
    /// Reads it and hangs up.
    HangsUp,
    /// Answers with an IPP status.
    Answers(StatusCode),
    /// Takes it, and gives up on it.
    Aborts,
}

/// What it was sent.
#[derive(Clone)]
pub struct IppJob {
    pub name: String,
    pub format: String,
    pub bytes: Vec<u8>,
    asked: usize,
}

/// An IPP server on a free loopback port, built on the parser of the `ipp` crate.
#[derive(Clone)]
pub struct IppServer {
    pub address: String,
    jobs: Arc<Mutex<Vec<IppJob>>>,
}

impl IppServer {
    pub fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("ipp://{}/printers/labels", listener.local_addr().expect("bound"));
        let server = Self { address, jobs: Arc::default() };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                serving.exchange(stream.expect("a connection"), mood);
            }
        });
        server
    }

    pub fn jobs(&self) -> Vec<IppJob> {
        self.jobs.lock().expect("sane").clone()
    }

    fn exchange(&self, mut stream: TcpStream, mood: Mood) {
        let (head, body) = request(&mut stream);
        assert!(head.starts_with("POST /printers/labels ") && head.contains("application/ipp"), "{head}");
        let mut message = IppParser::new(IppReader::new(Cursor::new(body))).parse().expect("an IPP message");
        let mut bytes = Vec::new();
        message.payload_mut().read_to_end(&mut bytes).expect("the document");
        let printing = message.header().operation_or_status == Operation::PrintJob as i16;
        let (status, attributes) = if printing {
            let job =
                IppJob { name: text(&message, "job-name"), format: text(&message, "document-format"), bytes, asked: 0 };
            match mood {
                Mood::HangsUp => {
                    self.jobs.lock().expect("sane").push(job);
                    return;
                }
                Mood::Answers(status) => (status, Vec::new()),
                Mood::Prints | Mood::Aborts => {
                    let mut jobs = self.jobs.lock().expect("sane");
                    jobs.push(job);
                    let number = i32::try_from(jobs.len()).expect("few jobs");
                    let attributes =
                        vec![(IppAttributeName::JOB_ID, IppValue::Integer(number)), state(JobState::Pending)];
                    (StatusCode::SuccessfulOk, attributes)
                }
            }
        } else {
            let number: usize = text(&message, "job-id").parse().expect("a number");
            let mut jobs = self.jobs.lock().expect("sane");
            let job = &mut jobs[number - 1];
            job.asked += 1;
            let stands = match (mood, job.asked) {
                (Mood::Aborts, _) => JobState::Aborted,
                (_, 1) => JobState::Processing,
                _ => JobState::Completed,
            };
            (StatusCode::SuccessfulOk, vec![state(stands)])
        };
        answer(&mut stream, status, attributes);
    }
}

fn state(state: JobState) -> (IppAttributeName, IppValue) {
    (IppAttributeName::JOB_STATE, IppValue::Enum(state as i32))
}

/// The head and the body of one HTTP request.
fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let count = stream.read(&mut chunk).expect("read");
        bytes.extend_from_slice(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase().replacen("post", "POST", 1);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let wanted = end + 4 + length.trim().parse::<usize>().expect("a number");
        while bytes.len() < wanted {
            let count = stream.read(&mut chunk).expect("read");
            bytes.extend_from_slice(&chunk[..count]);
        }
        return (head, bytes[end + 4..].to_vec());
    }
}

fn answer(stream: &mut TcpStream, status: StatusCode, attributes: Vec<(IppAttributeName, IppValue)>) {
    let mut message = IppRequestResponse::new_response(IppVersion::v1_1(), status, 1).expect("a message");
    for (name, value) in attributes {
        message.attributes_mut().add(DelimiterTag::JobAttributes, IppAttribute::new(name, value));
    }
    let body = message.to_bytes();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body.as_ref()].concat()).expect("answered");
}

fn text(message: &IppRequestResponse, name: &str) -> String {
    let groups = message.attributes().groups();
    let found = groups.iter().find_map(|group| group.get(name));
    found.map(|attribute| attribute.value().to_string()).unwrap_or_default()
}

/// A server to print to over IPP.
pub enum PrintServer {
    /// Ours.
    Own(IppServer),
    /// CUPS, whose queue appends all it prints to a file.
    Cups { address: String, output: PathBuf },
}

impl PrintServer {
    /// The servers this run can test on. CUPS needs `TEST_CUPS_URL`; `make rust-test` gives it and
    /// says so when it cannot.
    pub fn all() -> Vec<Self> {
        let mut servers = vec![Self::Own(IppServer::start(Mood::Prints))];
        if let Ok(address) = std::env::var("TEST_CUPS_URL") {
            let output = std::env::var("TEST_CUPS_OUTPUT").expect("with-cups.sh sets both");
            servers.push(Self::Cups { address, output: output.into() });
        }
        servers
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => "own",
            Self::Cups { .. } => "CUPS",
        }
    }

    pub fn address(&self) -> &str {
        match self {
            Self::Own(server) => &server.address,
            Self::Cups { address, .. } => address,
        }
    }

    /// All it ever printed, one sheet after the other.
    pub fn output(&self) -> Vec<u8> {
        match self {
            Self::Own(server) => server.jobs().into_iter().flat_map(|job| job.bytes).collect(),
            Self::Cups { output, .. } => std::fs::read(output).expect("with-cups.sh made it"),
        }
    }
}
