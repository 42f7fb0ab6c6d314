//! Somebody else writes to the shared memory. Nothing gets wrong, and nobody starves.

use super::*;
use crate::seal::SEAL_BYTES;
use proptest::prelude::*;

/// What every worker does when it can share nothing.
const EACH_FOR_ITSELF: [u64; 6] = [0, 0, 0, 300, 300, 300];

/// The least time between starts in one worker.
const FLOOR: Duration = Duration::from_secs(1);

/// A value of the right length that is not under the MAC.
fn garbled(mut value: Vec<u8>) -> Vec<u8> {
    value.iter_mut().take(SEAL_BYTES).for_each(|byte| *byte = 0);
    value
}

#[test]
fn garbage_on_every_tick_leaves_each_worker_to_itself() {
    for garbage in [vec![], vec![0; 64], vec![0xff; 31], vec![0; 600 * 1024]] {
        let document = text("a");
        let mut proxy = Proxy::new(3, Ok(document.clone()));
        let names = names();
        proxy.run_beside(at(1), |world, _| {
            world.write(&names.schedule, &garbage);
            world.write(&names.document, &garbage);
        });
        assert!(proxy.all_have(&document));
        proxy.run_beside(at(INTERVAL + 10), |world, _| world.write(&names.schedule, &garbage));
        assert_eq!(proxy.started(), EACH_FOR_ITSELF);
        assert!(proxy.all_have(&document));
        assert!(proxy.world.counted("forged") >= 3 * 20 * INTERVAL);
    }
}

#[test]
fn a_document_that_is_garbled_every_time_is_fetched_by_each_worker_once() {
    let garble = |world: &World| world.write(&names().document, &garbled(world.value(&names().document)));
    for has_tags in [false, true] {
        let mut proxy = Proxy::new(3, Ok(text("a")));
        proxy.origin.has_tags = has_tags;
        proxy.run_beside(at(500), |world, _| garble(world));
        assert!(proxy.all_have(&text("a")));
        assert_eq!(proxy.started(), [0, 0, 0, 300], "what has not changed, one worker asks for");
        proxy.origin.answer = Ok(text("b"));
        proxy.run_beside(at(1_000), |world, _| garble(world));
        assert!(proxy.all_have(&text("b")));
        assert_eq!(proxy.started(), [0, 0, 0, 300, 600, 600, 600, 901]);
        let looks = proxy.world.counted("forged");
        assert!((1..=3 * 1_000).contains(&looks), "each worker looks once a second at most: {looks}");
    }
}

#[test]
fn a_schedule_that_is_written_again_is_passed_over() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    let names = names();
    let first = proxy.world.value(&names.schedule);
    proxy.run(at(1));
    let rotated = text("b");
    proxy.origin.answer = Ok(rotated.clone());
    proxy.run_beside(at(INTERVAL + 10), |world, _| world.write(&names.schedule, &first));
    assert_eq!(proxy.started(), [0, 300, 300, 300]);
    assert!(proxy.all_have(&rotated));
    assert!(proxy.world.counted("outdated") > 0);
}

#[test]
fn an_old_document_never_replaces_a_newer_one() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    let names = names();
    proxy.run(at(1));
    let old = (proxy.world.value(&names.schedule), proxy.world.value(&names.document));
    let rotated = text("b");
    proxy.origin.answer = Ok(rotated.clone());
    proxy.run(at(INTERVAL + 1));
    for _ in 0..20 {
        let next = proxy.now.plus(Duration::from_secs(1));
        proxy.run_beside(next, |world, _| {
            world.write(&names.schedule, &old.0);
            world.write(&names.document, &old.1);
        });
        assert!(proxy.all_have(&rotated));
    }
    assert_eq!(proxy.started(), [0, 300]);
}

#[test]
fn a_new_worker_does_not_take_an_older_document_than_the_schedule_tells_of() {
    let mut proxy = Proxy::new(1, Ok(text("a")));
    let names = names();
    proxy.run(at(1));
    let old = proxy.world.value(&names.document);
    let rotated = text("b");
    proxy.origin.answer = Ok(rotated.clone());
    proxy.run(at(INTERVAL + 1));
    proxy.world.write(&names.document, &old);
    proxy.configure(1);
    assert_eq!(proxy.documents(), [None]);
    proxy.run(at(INTERVAL + 2));
    assert_eq!(proxy.started(), [301]);
    assert!(proxy.all_have(&rotated));
    assert!(proxy.world.counted("outdated") > 0);
}

#[test]
fn a_new_worker_is_held_up_by_old_news_for_one_attempt_at_most() {
    let document = text("a");
    let mut proxy = Proxy::new(1, Ok(document.clone()));
    let names = names();
    proxy.run(at_millis(50));
    let under_way = proxy.world.value(&names.schedule);
    proxy.run(at(1));
    let ended = proxy.world.value(&names.schedule);
    for (schedule, delay) in [(under_way, 3), (ended, 0)] {
        let mut proxy = Proxy::new(1, Ok(document.clone()));
        proxy.run_beside(at_millis(delay * 1_000 + 500), |world, _| {
            world.write(&names.schedule, &schedule);
            world.write(&names.document, b"withheld");
        });
        assert_eq!(proxy.started(), [delay]);
        assert!(proxy.all_have(&document));
    }
}

#[test]
fn values_of_another_secret_or_another_entry_are_not_taken() {
    let good = text("a");
    let mut other = Proxy::new(1, Ok(text("evil")));
    other.sharing = Some(Sharing::from_secret(&SECRET.to_uppercase()).unwrap());
    other.configure(1);
    other.run(at(1));
    let names = names();
    let (schedule, document) = (other.world.value(&names.schedule), other.world.value(&names.document));
    for (schedule, document) in [(&schedule, &document), (&document, &schedule)] {
        let mut proxy = Proxy::new(0, Ok(good.clone()));
        proxy.world.write(&names.schedule, schedule);
        proxy.world.write(&names.document, document);
        proxy.configure(3);
        assert!(proxy.documents().iter().all(Option::is_none));
        proxy.run(at(10));
        assert!(proxy.all_have(&good));
        assert_eq!(proxy.started(), [0]);
    }
}

/// What a writer does beside one tick of a worker.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Nothing,
    GarbleSchedule,
    GarbleDocument,
    ReplaySchedule(prop::sample::Index),
    ReplayDocument(prop::sample::Index),
    Exchange,
    KillWorker(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => Just(Deed::Nothing),
        4 => Just(Deed::GarbleSchedule),
        4 => Just(Deed::GarbleDocument),
        8 => any::<prop::sample::Index>().prop_map(Deed::ReplaySchedule),
        8 => any::<prop::sample::Index>().prop_map(Deed::ReplayDocument),
        2 => Just(Deed::Exchange),
        1 => (0..WORKERS).prop_map(Deed::KillWorker),
    ];
    prop::collection::vec(deed, 1..60)
}

const WORKERS: usize = 3;

/// Shorter than the documents stay.
const SHORT_INTERVAL: u64 = 10;

/// How long the origin serves each document.
const ROTATION: u64 = 7;

/// How long the attempts of all the others can hold up a worker, and its own.
const HELD_UP: u64 = 3 * WORKERS as u64 + 1;

/// A writer that remembers all that ever lay in the memory.
#[derive(Default)]
struct Writer {
    schedules: Vec<Vec<u8>>,
    documents: Vec<Vec<u8>>,
}

impl Writer {
    fn act(&mut self, deed: Deed, proxy: &mut Proxy) {
        let names = names();
        let (schedule, document) = (proxy.world.value(&names.schedule), proxy.world.value(&names.document));
        for (seen, value) in [(&mut self.schedules, &schedule), (&mut self.documents, &document)] {
            if seen.last() != Some(value) {
                seen.push(value.clone());
            }
        }
        match deed {
            // A worker is killed by more than what is written.
            Deed::Nothing | Deed::KillWorker(_) => {}
            Deed::GarbleSchedule => proxy.world.write(&names.schedule, &garbled(schedule)),
            Deed::GarbleDocument => proxy.world.write(&names.document, &garbled(document)),
            Deed::ReplaySchedule(index) => {
                proxy.world.write(&names.schedule, index.get(&self.schedules).as_slice());
            }
            Deed::ReplayDocument(index) => {
                proxy.world.write(&names.document, index.get(&self.documents).as_slice())
            }
            Deed::Exchange => {
                proxy.world.write(&names.schedule, &document);
                proxy.world.write(&names.document, &schedule);
            }
        }
    }
}

/// Which of the documents it is that the origin serves one after another.
fn number_of(document: &str) -> u64 {
    document.strip_prefix("text ").and_then(|number| number.parse().ok()).expect("never served")
}

/// What must hold for one worker all the time.
struct Watch {
    born: UnixTime,
    newest: Option<u64>,
}

impl Watch {
    /// One that dies again and again before its answers come can hold up the others for ever.
    fn may_die(&self, now: UnixTime) -> bool {
        now.since(self.born) > Duration::from_secs(HELD_UP)
    }

    fn look(&mut self, worker: &Worker, now: UnixTime) -> Result<(), TestCaseError> {
        let number = worker.document(now).map(|document| number_of(&document));
        prop_assert!(number >= self.newest, "{number:?} after {:?}", self.newest);
        self.newest = number;
        for pair in worker.started.windows(2) {
            prop_assert!(pair[1].since(pair[0]) >= FLOOR, "{:?}", worker.started);
        }
        if now.since(self.born) > Duration::from_secs(HELD_UP) {
            let Some(number) = number else { return Err(TestCaseError::fail("starved")) };
            let last_served = at((number + 1) * ROTATION);
            prop_assert!(now.since(last_served) <= Duration::from_secs(SHORT_INTERVAL + HELD_UP));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_written_no_worker_goes_back_starves_or_asks_too_often(
        deeds in deeds(),
        has_tags in any::<bool>(),
    ) {
        let mut proxy = Proxy::new(0, Err(FetchError::NoAnswer));
        proxy.raw.refresh_seconds = Some(SHORT_INTERVAL);
        proxy.origin.has_tags = has_tags;
        proxy.configure(WORKERS);
        let mut writer = Writer::default();
        let mut watches: Vec<_> = (0..WORKERS).map(|_| Watch { born: at(0), newest: None }).collect();
        for deed in deeds.iter().cycle() {
            if proxy.now >= at(60) {
                break;
            }
            writer.act(*deed, &mut proxy);
            if let Deed::KillWorker(worker) = *deed
                && watches[worker].may_die(proxy.now)
            {
                proxy.workers[worker] = proxy.worker();
                watches[worker] = Watch { born: proxy.now, newest: None };
            }
            let second = proxy.now.since(at(0)).as_secs();
            proxy.origin.answer = Ok(text(&(second / ROTATION).to_string()));
            proxy.run(proxy.now.plus(TICK));
            for (watch, worker) in watches.iter_mut().zip(&proxy.workers) {
                watch.look(worker, proxy.now)?;
            }
        }
    }
}
