//! Answers that stream: each piece reaches the client while the next is not written yet, so nothing holds them back;
//! and whoever goes away is told of to the other side.

use testenv::client::RawHttp2;
use testenv::report::{Verdict, ensure};

use super::frames;
use crate::row::Row;
use crate::tap::Tap;
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "streams";

/// Pieces of an answer.
const PIECES: usize = 20;

/// Bytes of a large answer: many times what the proxy buffers (64 KiB).
const LARGE: usize = 4 << 20;

/// Fields of ours that a service sends, which must not go out. No Huffman code makes these values shorter, so that
/// they would stand in HTTP/2 as they are (RFC 7541 §5.2).
const LEAK: &[u8] = b"txn-token: leaked\xff\xff\xff\r\nx-watchword-subject: leaked\xff\xff\xff\r\n";

/// One that does go out, or nothing is shown by the others.
const CONTROL: &[u8] = b"x-control: arrives\xff\xff\xff\r\n";

pub fn rows(_: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, content_type) in [
        ("chunks", "text/plain"),
        ("server-sent events", "text/event-stream"),
        ("gRPC", "application/grpc"),
    ] {
        rows.push(Row::plays(CLASS, format!("{name}, HTTP/1.1"), move |world, _| {
            flows(world, &get_http1(content_type), content_type)
        }));
        rows.push(Row::plays(CLASS, format!("{name}, HTTP/2"), move |world, _| {
            flows(world, &get_http2(content_type), content_type)
        }));
    }
    for (protocol, bytes) in [("HTTP/1.1", get_http1("text/plain")), ("HTTP/2", get_http2("text/plain"))] {
        let [a, b, c] = [bytes.clone(), bytes.clone(), bytes];
        rows.push(Row::plays(CLASS, format!("the client goes away, {protocol}"), move |world, _| {
            client_leaves(world, &a)
        }));
        rows.push(Row::plays(CLASS, format!("the service goes away, {protocol}"), move |world, _| {
            service_leaves(world, &b)
        }));
        rows.push(Row::plays(
            CLASS,
            format!("the client goes away before the answer, {protocol}"),
            move |world, _| client_leaves_early(world, &c),
        ));
    }
    rows.push(Row::plays(CLASS, "the client gives its stream up, HTTP/2", |world, _| {
        client_cancels(world)
    }));
    rows.push(Row::plays(CLASS, "a large answer", |world, _| large(world)));
    rows.push(Row::plays(CLASS, "a body that streams up", |world, _| upwards(world)));
    rows.push(Row::plays(CLASS, "trailers of an answer, HTTP/1.1", |world, _| answer_trailers(world)));
    rows.push(Row::plays(CLASS, "no answer of HTTP: 502 or 503 by the proxy", |world, _| no_answer(world)));
    rows
}

fn get_http1(content_type: &str) -> Vec<u8> {
    format!("GET /streams/down HTTP/1.1\r\nhost: shop.test\r\nte: trailers\r\ncontent-type: {content_type}\r\n\r\n").into_bytes()
}

fn get_http2(content_type: &str) -> Vec<u8> {
    frames("GET", "/streams/down").field("te", "trailers").field("content-type", content_type).to_bytes()
}

/// A client that has asked, and the service that has begun to answer in chunks.
fn begun(world: &World, request: &[u8], content_type: &str) -> testenv::report::Checked<(Tap, Tap)> {
    let mut client = Tap::connect(world.edge())?;
    client.send(request)?;
    let mut service = world.streamer.next()?;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n").into_bytes();
    service.send([&head, LEAK, CONTROL, b"transfer-encoding: chunked\r\n\r\n"].concat())?;
    client.await_text(b"arrives\xff\xff\xff")?;
    service.send(piece("first"))?;
    client.await_text("first")?;
    Ok((client, service))
}

fn piece(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// Every piece is read before the next is written.
fn flows(world: &World, request: &[u8], content_type: &str) -> Verdict {
    let (mut client, mut service) = begun(world, request, content_type)?;
    for at in 0..PIECES {
        let text = format!("piece-{at:03};");
        service.send(piece(&text))?;
        client.await_text(&text)?;
    }
    service.send("0\r\ngrpc-status: 0\r\n\r\n")?;
    ensure(!client.has("leaked"), || "a reserved field went out".to_owned())?;
    Ok(format!("{PIECES} pieces one by one"))
}

fn client_leaves(world: &World, request: &[u8]) -> Verdict {
    let (client, mut service) = begun(world, request, "text/plain")?;
    drop(client);
    service.await_end()?;
    Ok("the service is told".to_owned())
}

fn client_leaves_early(world: &World, request: &[u8]) -> Verdict {
    let mut client = Tap::connect(world.edge())?;
    client.send(request)?;
    let mut service = world.streamer.next()?;
    drop(client);
    service.await_end()?;
    Ok("the service is told".to_owned())
}

fn client_cancels(world: &World) -> Verdict {
    let (mut client, mut service) = begun(world, &get_http2("text/plain"), "text/plain")?;
    client.send(RawHttp2::cancel())?;
    service.await_end()?;
    Ok("the service is told".to_owned())
}

/// The answer must not look whole: in HTTP/1.1 no last chunk, in HTTP/2 a reset.
fn service_leaves(world: &World, request: &[u8]) -> Verdict {
    let (mut client, service) = begun(world, request, "text/plain")?;
    drop(service);
    if request.starts_with(b"GET") {
        client.await_end()?;
        ensure(!client.has("\r\n0\r\n\r\n"), || "the answer looks whole".to_owned())?;
        return Ok("no last chunk".to_owned());
    }
    // RST_STREAM on stream 1: four bytes of payload.
    client.await_text(b"\0\0\x04\x03\0\0\0\0\x01")?;
    Ok("a reset".to_owned())
}

/// Much more than the proxy buffers comes, and all of it.
fn large(world: &World) -> Verdict {
    let mut client = Tap::connect(world.edge())?;
    client.send(get_http1("text/plain"))?;
    let mut service = world.streamer.next()?;
    let writer = std::thread::spawn(move || {
        service.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {LARGE}\r\n\r\n"))?;
        service.send(vec![b'x'; LARGE - 4])?;
        service.send("last").map(|()| service)
    });
    client.await_text("xlast")?;
    let length = client.seen().len();
    ensure(length > LARGE, || format!("{length} bytes came"))?;
    drop(writer.join().map_err(|_| "the service has panicked")??);
    Ok(format!("{} MiB", LARGE >> 20))
}

/// What was decided is not held until it is whole.
fn upwards(world: &World) -> Verdict {
    let mut client = Tap::connect(world.edge())?;
    client.send("POST /streams/up HTTP/1.1\r\nhost: shop.test\r\ntransfer-encoding: chunked\r\n\r\n")?;
    let mut service = world.streamer.next()?;
    for at in 0..PIECES {
        let text = format!("piece-{at:03};");
        client.send(piece(&text))?;
        service.await_text(&text)?;
    }
    client.send("0\r\n\r\n")?;
    service.await_text("0\r\n\r\n")?;
    service.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")?;
    client.await_text("\r\n\r\nok")?;
    Ok(format!("{PIECES} pieces one by one"))
}

/// docs/identity.md: reserved fields leave neither in the head nor behind the body.
fn answer_trailers(world: &World) -> Verdict {
    let (mut client, mut service) = begun(world, &get_http1("text/plain"), "text/plain")?;
    service.send([b"0\r\n".as_slice(), LEAK, b"x-trailer: 1\r\n\r\n"].concat())?;
    client.await_text("x-trailer: 1\r\n")?;
    client.await_text("\r\n\r\n")?;
    ensure(!client.has("leaked"), || "a reserved field went out".to_owned())?;
    Ok("taken out".to_owned())
}

fn no_answer(world: &World) -> Verdict {
    let mut client = Tap::connect(world.edge())?;
    client.send(get_http1("text/plain"))?;
    let mut service = world.streamer.next()?;
    service.send("no HTTP at all\r\n\r\n")?;
    client.await_text("HTTP/1.1 50")?;
    Ok(client.seen().iter().copied().take(12).map(char::from).collect())
}
