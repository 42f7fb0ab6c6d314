//! Answers that were given, by the whole question.
//!
//! An answer is a function of the rules and of the question, and of nothing else. So the cache belongs to one
//! ruleset and goes with it, and its key is everything that a policy can see of a request, byte for byte: what
//! no policy can see is no part of the question, nor is who asks, or about which resource, where nothing tells them from
//! others. Questions about the time never come twice and are not kept.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use contract::is_same;

use crate::engine::Answer;

/// Answers of one generation. There are two: when the younger is full, the older is forgotten, and what is
/// asked again in time moves to the younger. With [`MAX_KEY_BYTES`] and [`MAX_ANSWER_BYTES`] that is 12 MiB at worst
/// for each ruleset and worker, and 2 MiB with the questions of a shop; tokens that are remembered, of which there are
/// as many in use, take more.
pub const MAX_CACHED_ANSWERS: usize = 2_048;

/// Bytes of a question that is kept. One of a shop takes 300; who sends longer ones would fill the memory.
pub const MAX_KEY_BYTES: usize = 2_048;

/// Bytes of the texts of an answer that is kept: ids and notes of a dozen policies.
pub const MAX_ANSWER_BYTES: usize = 1_024;

/// Places for questions that were asked once, of eight bytes. Only what is asked a second time is kept: most orders
/// are looked at once. Four for each answer that is kept: of as many questions that are asked in turns, not three in a
/// hundred share a place with two others and never stay.
const ASKED_ONCE: usize = 8_192;

/// The answers.
#[derive(Debug)]
pub(crate) struct Cache {
    /// Seeded by chance, so that nobody can choose questions that fall together.
    hasher: RandomState,
    generations: RefCell<Generations>,
}

/// The key of a question, and the number that it is found by.
#[derive(Debug)]
pub(crate) struct Key {
    bytes: Vec<u8>,
    number: u64,
}

/// By their numbers. Of two questions with the same one the later stays.
type Answers = HashMap<u64, (Vec<u8>, Answer)>;

#[derive(Debug)]
struct Generations {
    young: Answers,
    old: Answers,
    /// In each place parts of the numbers of the last two, the later first.
    asked_once: Vec<[u32; 2]>,
}

impl Default for Cache {
    fn default() -> Self {
        let generations = Generations {
            young: Answers::new(),
            old: Answers::new(),
            asked_once: vec![[0; 2]; ASKED_ONCE],
        };
        Self { hasher: RandomState::new(), generations: RefCell::new(generations) }
    }
}

impl Cache {
    /// The key of the question that is these bytes.
    pub(crate) fn key(&self, bytes: Vec<u8>) -> Key {
        Key { number: self.hasher.hash_one(&bytes), bytes }
    }

    /// The answer to a question.
    pub(crate) fn find(&self, key: &Key) -> Option<Answer> {
        let generations = &mut *self.generations.borrow_mut();
        if let Some((bytes, answer)) = generations.young.get(&key.number) {
            return is_same(bytes, &key.bytes).then(|| answer.clone());
        }
        generations.old.get(&key.number).filter(|(bytes, _)| is_same(bytes, &key.bytes))?;
        let (bytes, answer) = generations.old.remove(&key.number)?;
        generations.keep(key.number, bytes, answer.clone());
        Some(answer)
    }

    /// Remember an answer, if it is short and the question was asked before.
    pub(crate) fn keep(&self, key: Key, answer: &Answer) {
        if answer.bytes() > MAX_ANSWER_BYTES {
            return;
        }
        let generations = &mut *self.generations.borrow_mut();
        if generations.was_asked(key.number) {
            generations.keep(key.number, key.bytes, answer.clone());
        }
    }
}

impl Generations {
    /// That two questions are taken for one costs a place among the answers, and nothing else.
    fn was_asked(&mut self, number: u64) -> bool {
        let [a, b, c, d, low @ ..] = number.to_be_bytes();
        let part = u32::from_be_bytes([a, b, c, d]);
        let place =
            usize::try_from(u32::from_be_bytes(low)).ok().and_then(|low| low.checked_rem(ASKED_ONCE));
        let place = place.and_then(|place| self.asked_once.get_mut(place));
        let Some([later, earlier]) = place else { return false };
        let was_asked = part == *later || part == *earlier;
        if !was_asked {
            *earlier = std::mem::replace(later, part);
        }
        was_asked
    }

    fn keep(&mut self, number: u64, bytes: Vec<u8>, answer: Answer) {
        if self.young.len() >= MAX_CACHED_ANSWERS {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(number, (bytes, answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Outcome, Ruling};

    fn answer(name: usize) -> Answer {
        let ruling = Ruling { outcome: Outcome::Permitted, policies: vec![name.to_string()] };
        Answer { ruling, notes: Vec::new(), public_reasons: Vec::new(), shadow: None }
    }

    fn ask(cache: &Cache, name: usize) -> Option<Answer> {
        let key = cache.key(name.to_be_bytes().to_vec());
        let found = cache.find(&key);
        if found.is_none() {
            cache.keep(key, &answer(name));
        }
        found
    }

    #[test]
    fn keeps_what_is_asked_a_second_time() {
        let cache = Cache::default();
        assert_eq!([(); 4].map(|()| ask(&cache, 7)), [None, None, Some(answer(7)), Some(answer(7))]);
    }

    #[test]
    fn forgets_the_oldest_and_never_mistakes_one_for_another() {
        let cache = Cache::default();
        let names = MAX_CACHED_ANSWERS * 4;
        for name in 0..names {
            for _ in 0..3 {
                assert!(ask(&cache, name).is_none_or(|found| found == answer(name)), "{name}");
                assert!(
                    name == 0 || ask(&cache, 0) == Some(answer(0)),
                    "{name}: what is asked again stays"
                );
            }
        }
        let generations = cache.generations.borrow();
        assert!(
            generations.young.len() <= MAX_CACHED_ANSWERS && generations.old.len() <= MAX_CACHED_ANSWERS
        );
        assert!(generations.young.len() + generations.old.len() > MAX_CACHED_ANSWERS);
    }

    #[test]
    fn questions_that_are_asked_in_turns_stay_nearly_all() {
        let cache = Cache::default();
        for _ in 0..2 {
            (0..MAX_CACHED_ANSWERS).for_each(|name| drop(ask(&cache, name)));
        }
        let known = (0..MAX_CACHED_ANSWERS).filter(|name| ask(&cache, *name).is_some()).count();
        assert!(known > MAX_CACHED_ANSWERS * 9 / 10, "{known}");
    }
}
