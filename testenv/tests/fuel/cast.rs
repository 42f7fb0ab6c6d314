//! The built modules, each loaded once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wasmhost::Module;

use wasmhost::built;

/// Who plays.
#[derive(Default)]
pub(crate) struct Cast(RefCell<BTreeMap<String, Rc<Module>>>);

impl Cast {
    /// The module to ship called `name`, translated as a whole.
    pub(crate) fn module(&self, name: &str) -> Rc<Module> {
        let mut loaded = self.0.borrow_mut();
        let load = || Rc::new(Module::load_whole(&built::path(name)).unwrap());
        Rc::clone(loaded.entry(name.to_owned()).or_insert_with(load))
    }
}
