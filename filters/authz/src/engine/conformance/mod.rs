//! The engine beside Cedar's own authorizer: decision, determining policies and errors must be the same.
//!
//! Three bodies of evidence: the tests that Cedar's authors wrote by hand, a part of the corpus that their
//! fuzzing left behind, and policies generated here. The first two are no part of this repository; `corpora`
//! says where they come from. They bring entities and values that no request of a proxy has, so all three
//! ask the engine below its typed construction, at [`judge`](super::judge::judge). What is above has a
//! comparison of its own, `typed`.

mod corpora;
mod differential;
mod generate;
mod integration;
mod kinds;
mod said;
mod typed;
