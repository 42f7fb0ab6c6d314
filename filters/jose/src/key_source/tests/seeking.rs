//! Tokens name keys that are not there.

use contract::EntityTag;

use super::*;

fn fetched_at(proxy: &mut Proxy, seconds: u64) {
    proxy.run(at(seconds));
    assert!(proxy.sets().iter().all(Option::is_some));
}

fn seek(proxy: &Proxy, worker: usize, key_id: &str) -> Sought {
    proxy.workers[worker].source.seek(key_id, proxy.now)
}

#[test]
fn a_new_key_is_found_by_one_fetch_for_which_requests_wait() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    fetched_at(&mut proxy, 100);
    let rotated = new_set("b");
    proxy.answer = Ok(rotated.clone());
    for worker in 0..3 {
        assert_eq!(seek(&proxy, worker, "b"), Sought::Coming);
    }
    proxy.run(at_millis(100_050));
    assert_eq!(seek(&proxy, 1, "b"), Sought::Coming, "under way");
    proxy.run(at_millis(100_300));
    assert!(proxy.all_have(&rotated));
    assert_eq!(proxy.started(), [0, 100]);
}

#[test]
fn a_set_that_came_just_now_is_not_fetched_again() {
    let mut proxy = Proxy::new(2, Ok(new_set("a")));
    fetched_at(&mut proxy, 5);
    assert_eq!((seek(&proxy, 0, "x"), seek(&proxy, 1, "x")), (Sought::Absent, Sought::Absent));
    fetched_at(&mut proxy, 11);
    assert_eq!(proxy.started(), [0], "what was not to be waited for is not fetched");
    assert_eq!(seek(&proxy, 1, "x"), Sought::Coming, "it was never looked for");
}

#[test]
fn a_key_that_was_looked_for_is_absent_for_half_a_minute() {
    let mut proxy = Proxy::new(1, Ok(new_set("a")));
    fetched_at(&mut proxy, 100);
    assert_eq!(seek(&proxy, 0, "x"), Sought::Coming);
    for (seconds, expected) in [(101, Sought::Absent), (115, Sought::Absent), (131, Sought::Coming)] {
        fetched_at(&mut proxy, seconds);
        assert_eq!(seek(&proxy, 0, "x"), expected, "{seconds}");
    }
    fetched_at(&mut proxy, 135);
    assert_eq!(proxy.started(), [0, 100, 131]);
    assert_eq!(seek(&proxy, 0, "x"), Sought::Absent);
    fetched_at(&mut proxy, 142);
    assert_eq!((seek(&proxy, 0, "x"), seek(&proxy, 0, "y")), (Sought::Absent, Sought::Coming));
    proxy.answer = Ok(new_set("b"));
    fetched_at(&mut proxy, 154);
    assert_eq!(seek(&proxy, 0, "x"), Sought::Coming, "the set has changed");
}

#[test]
fn whatever_keys_tokens_name_the_issuer_is_asked_every_ten_seconds_at_most() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    let mut number = 0;
    while proxy.now < at(100) {
        proxy.run(proxy.now.plus(TICK));
        for worker in 0..3 {
            for _ in 0..10 {
                number += 1;
                seek(&proxy, worker, &format!("k{number}"));
            }
        }
    }
    assert_eq!(proxy.started().len(), 10, "{:?}", proxy.started());
}

#[test]
fn a_key_is_absent_as_soon_as_the_issuer_says_that_its_set_is_the_newest() {
    let world = World::default();
    let (source, tag) = (world.source(remote(), None), EntityTag::parse(b"\"1\"").unwrap());
    let named = |seconds| source.due(&world.env(at(seconds))).fetches.pop().unwrap().if_none_match;
    assert_eq!(named(0), None);
    let reply = Reply::Body { bytes: &new_set("a"), etag: Some(&tag) };
    assert_eq!(source.fetched(Ok(reply), &world.env(at(0))), Ok(true));
    assert_eq!(source.seek("x", at(100)), Sought::Coming);
    assert_eq!(named(100), Some(tag.clone()));
    assert_eq!(
        source.fetched(Ok(Reply::Unchanged), &world.env(at(101))),
        Ok(true),
        "whoever waits asks again"
    );
    assert_eq!(source.seek("x", at(101)), Sought::Absent);
}

#[test]
fn while_the_issuer_fails_nobody_waits_longer_than_an_attempt() {
    let mut proxy = Proxy::new(1, Ok(new_set("a")));
    fetched_at(&mut proxy, 100);
    proxy.answer = Err(FetchError::NoAnswer);
    assert_eq!(seek(&proxy, 0, "x"), Sought::Coming);
    fetched_at(&mut proxy, 101);
    assert_eq!(seek(&proxy, 0, "x"), Sought::Absent, "backing off");
    fetched_at(&mut proxy, 110);
    assert_eq!(proxy.started(), [0, 100, 101, 103, 107]);
}

#[test]
fn fixed_keys_are_all_there_are() {
    let source =
        World::default().source(RawKeys::Inline(json!({"keys": [Es256Issuer::new("a").jwk()]})), None);
    assert_eq!(source.seek("x", at(0)), Sought::Absent);
}
