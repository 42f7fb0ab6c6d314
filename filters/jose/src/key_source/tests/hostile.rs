//! Somebody else writes to the shared memory. Nothing gets wrong, and nobody starves.

use super::*;
use proptest::prelude::*;

/// Bytes of the MAC before a value.
const SEAL_BYTES: usize = 32;

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
        let document = new_set("a");
        let mut proxy = Proxy::new(3, Ok(document.clone()));
        let names = proxy.names();
        proxy.run_beside(at(1), |world, _| {
            world.write(&names.schedule, &garbage);
            world.write(&names.set, &garbage);
        });
        assert!(proxy.all_have(&document));
        proxy.run_beside(at(INTERVAL + 10), |world, _| world.write(&names.schedule, &garbage));
        assert_eq!(proxy.started(), EACH_FOR_ITSELF);
        assert!(proxy.all_have(&document));
        assert!(proxy.world.counted("jwt.sharing.forged") >= 3 * 20 * INTERVAL);
    }
}

#[test]
fn a_set_that_is_garbled_every_time_is_fetched_by_each_worker_once_an_interval() {
    let document = new_set("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    let names = proxy.names();
    proxy.run_beside(at(1_000), |world, _| world.write(&names.set, &garbled(world.value(&names.set))));
    assert!(proxy.all_have(&document));
    for worker in &proxy.workers {
        assert!((3..=4).contains(&worker.started.len()), "{:?}", worker.started);
    }
    let looks = proxy.world.counted("jwt.sharing.forged");
    assert!((1..=3 * 1_000).contains(&looks), "each worker looks once a second at most: {looks}");
}

#[test]
fn a_schedule_that_is_written_again_is_passed_over() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    let names = proxy.names();
    let first = proxy.world.value(&names.schedule);
    proxy.run(at(1));
    let rotated = new_set("b");
    proxy.answer = Ok(rotated.clone());
    proxy.run_beside(at(INTERVAL + 10), |world, _| world.write(&names.schedule, &first));
    assert_eq!(proxy.started(), [0, 300, 300, 300]);
    assert!(proxy.all_have(&rotated));
    assert!(proxy.world.counted("jwt.sharing.outdated") > 0);
}

#[test]
fn an_old_set_never_replaces_a_newer_one() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    let names = proxy.names();
    proxy.run(at(1));
    let old = (proxy.world.value(&names.schedule), proxy.world.value(&names.set));
    let rotated = new_set("b");
    proxy.answer = Ok(rotated.clone());
    proxy.run(at(INTERVAL + 1));
    for _ in 0..20 {
        let next = proxy.now.plus(Duration::from_secs(1));
        proxy.run_beside(next, |world, _| {
            world.write(&names.schedule, &old.0);
            world.write(&names.set, &old.1);
        });
        assert!(proxy.all_have(&rotated));
    }
    assert_eq!(proxy.started(), [0, 300]);
}

#[test]
fn a_new_worker_does_not_take_an_older_set_than_the_schedule_tells_of() {
    let mut proxy = Proxy::new(1, Ok(new_set("a")));
    let names = proxy.names();
    proxy.run(at(1));
    let old = proxy.world.value(&names.set);
    let rotated = new_set("b");
    proxy.answer = Ok(rotated.clone());
    proxy.run(at(INTERVAL + 1));
    proxy.world.write(&names.set, &old);
    proxy.configure(1);
    assert_eq!(proxy.sets(), [None]);
    proxy.run(at(INTERVAL + 2));
    assert_eq!(proxy.started(), [301]);
    assert!(proxy.all_have(&rotated));
    assert!(proxy.world.counted("jwt.sharing.outdated") > 0);
}

#[test]
fn a_new_worker_is_held_up_by_old_news_for_one_attempt_at_most() {
    let document = new_set("a");
    let mut proxy = Proxy::new(1, Ok(document.clone()));
    let names = proxy.names();
    proxy.run(at_millis(50));
    let under_way = proxy.world.value(&names.schedule);
    proxy.run(at(1));
    let ended = proxy.world.value(&names.schedule);
    for (schedule, delay) in [(under_way, 3), (ended, 0)] {
        let mut proxy = Proxy::new(1, Ok(document.clone()));
        proxy.run_beside(at_millis(delay * 1_000 + 500), |world, _| {
            world.write(&names.schedule, &schedule);
            world.write(&names.set, b"withheld");
        });
        assert_eq!(proxy.started(), [delay]);
        assert!(proxy.all_have(&document));
    }
}

#[test]
fn values_of_another_secret_or_another_entry_are_not_taken() {
    let document = new_set("a");
    let mut other = Proxy::new(1, Ok(new_set("evil")));
    other.sharing = Some(Sharing::from_secret(&SECRET.to_uppercase()).unwrap());
    other.configure(1);
    other.run(at(1));
    let names = other.names();
    let (schedule, set) = (other.world.value(&names.schedule), other.world.value(&names.set));
    for (schedule, set) in [(&schedule, &set), (&set, &schedule)] {
        let mut proxy = Proxy::new(0, Ok(document.clone()));
        proxy.world.write(&names.schedule, schedule);
        proxy.world.write(&names.set, set);
        proxy.configure(3);
        assert!(proxy.sets().iter().all(Option::is_none));
        proxy.run(at(10));
        assert!(proxy.all_have(&document));
        assert_eq!(proxy.started(), [0]);
    }
}

/// What a writer does beside one tick of a worker.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Nothing,
    GarbleSchedule,
    GarbleSet,
    ReplaySchedule(prop::sample::Index),
    ReplaySet(prop::sample::Index),
    Exchange,
    KillWorker(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => Just(Deed::Nothing),
        4 => Just(Deed::GarbleSchedule),
        4 => Just(Deed::GarbleSet),
        8 => any::<prop::sample::Index>().prop_map(Deed::ReplaySchedule),
        8 => any::<prop::sample::Index>().prop_map(Deed::ReplaySet),
        2 => Just(Deed::Exchange),
        1 => (0..WORKERS).prop_map(Deed::KillWorker),
    ];
    prop::collection::vec(deed, 1..60)
}

const WORKERS: usize = 3;

/// The shortest that can be configured.
const SHORT_INTERVAL: u64 = 10;

/// How long the issuer serves each set.
const ROTATION: u64 = 7;

/// How long the attempts of all the others can hold up a worker, and its own.
const HELD_UP: u64 = 3 * WORKERS as u64 + 1;

/// A writer that remembers all that ever lay in the memory.
#[derive(Default)]
struct Writer {
    schedules: Vec<Vec<u8>>,
    sets: Vec<Vec<u8>>,
}

impl Writer {
    fn act(&mut self, deed: Deed, proxy: &mut Proxy) {
        let names = proxy.names();
        let (schedule, set) = (proxy.world.value(&names.schedule), proxy.world.value(&names.set));
        for (seen, value) in [(&mut self.schedules, &schedule), (&mut self.sets, &set)] {
            if seen.last() != Some(value) {
                seen.push(value.clone());
            }
        }
        match deed {
            Deed::Nothing => {}
            Deed::GarbleSchedule => proxy.world.write(&names.schedule, &garbled(schedule)),
            Deed::GarbleSet => proxy.world.write(&names.set, &garbled(set)),
            Deed::ReplaySchedule(index) => {
                proxy.world.write(&names.schedule, index.get(&self.schedules).as_slice());
            }
            Deed::ReplaySet(index) => proxy.world.write(&names.set, index.get(&self.sets).as_slice()),
            Deed::Exchange => {
                proxy.world.write(&names.schedule, &set);
                proxy.world.write(&names.set, &schedule);
            }
            Deed::KillWorker(worker) => proxy.workers[worker] = proxy.worker(),
        }
    }
}

/// What must hold for one worker all the time.
struct Watch {
    born: UnixTime,
    newest: Option<usize>,
}

impl Watch {
    fn look(&mut self, worker: &Worker, now: UnixTime, sets: &[KeySet]) -> Result<(), TestCaseError> {
        let set = worker.set(now);
        let number = set.map(|set| sets.iter().position(|served| *served == *set).expect("never served"));
        prop_assert!(number >= self.newest, "{number:?} after {:?}", self.newest);
        self.newest = number;
        for pair in worker.started.windows(2) {
            prop_assert!(pair[1].since(pair[0]) >= FLOOR, "{:?}", worker.started);
        }
        if now.since(self.born) > Duration::from_secs(HELD_UP) {
            let Some(number) = number else { return Err(TestCaseError::fail("starved")) };
            let last_served = at((number as u64 + 1) * ROTATION);
            prop_assert!(now.since(last_served) <= Duration::from_secs(SHORT_INTERVAL + HELD_UP));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_written_no_worker_goes_back_starves_or_asks_too_often(deeds in deeds()) {
        let documents: Vec<_> = (0..9).map(|number| new_set(&number.to_string())).collect();
        let sets: Vec<_> = documents.iter().map(|document| parsed(document)).collect();
        let mut proxy = Proxy::new(0, Err(FetchError::NoAnswer));
        if let RawKeys::Remote(raw) = &mut proxy.raw {
            raw.refresh_seconds = Some(SHORT_INTERVAL);
        }
        proxy.configure(WORKERS);
        let mut writer = Writer::default();
        let mut watches: Vec<_> = (0..WORKERS).map(|_| Watch { born: at(0), newest: None }).collect();
        for deed in deeds.iter().cycle() {
            if proxy.now >= at(60) {
                break;
            }
            writer.act(*deed, &mut proxy);
            if let Deed::KillWorker(worker) = *deed {
                watches[worker] = Watch { born: proxy.now, newest: None };
            }
            let second = proxy.now.since(at(0)).as_secs();
            proxy.answer = Ok(documents[(second / ROTATION) as usize].clone());
            proxy.run(proxy.now.plus(TICK));
            for (watch, worker) in watches.iter_mut().zip(&proxy.workers) {
                watch.look(worker, proxy.now, &sets)?;
            }
        }
    }
}
