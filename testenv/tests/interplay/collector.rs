//! A collector of spans that keeps their bytes: OTLP over HTTP, of which only the texts are looked at.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a span may take: Envoy sends them every five seconds, and once more on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until the process of the test ends.
pub struct Collector {
    pub port: u16,
    spans: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let spans = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&spans);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                // A broken connection is what the test then misses.
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Ok(Self { port, spans })
    }

    /// Whether spans with all these texts have come, or come in time.
    pub fn is_told(&self, texts: &[&str]) -> bool {
        let start = Instant::now();
        while !texts.iter().all(|text| self.has(text)) {
            if start.elapsed() > PATIENCE {
                return false;
            }
            thread::sleep(Duration::from_millis(100));
        }
        true
    }

    /// Whether a span that has come holds this text.
    pub fn has(&self, text: &str) -> bool {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.windows(text.len()).any(|part| part == text.as_bytes())
    }
}

/// Keep what comes, and answer whenever a message in chunks has ended, which is how Envoy sends spans.
fn serve(mut stream: TcpStream, kept: &Mutex<Vec<u8>>) -> io::Result<()> {
    let (mut message, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut part)?;
        if length == 0 {
            return Ok(());
        }
        message.extend(&part[..length]);
        if message.ends_with(b"\r\n0\r\n\r\n") {
            kept.lock().unwrap_or_else(PoisonError::into_inner).append(&mut message);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
        }
    }
}
