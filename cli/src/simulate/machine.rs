//! A module with a proxy around it that lets time pass and answers its calls.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use contract::UnixTime;
use wasmhost::{CalloutAnswer, Module, Proxy, Trap, Vm};

use crate::failure::Failure;
use crate::inquiry::{Engine, Found, Inquiry};

/// Ticks in a row on which something may be left to do before it counts as work that never ends.
const MAX_TICKS: usize = 100_000;

/// A running module.
pub(super) struct Machine<'a> {
    pub(super) inquiry: &'a Inquiry,
    pub(super) proxy: Proxy,
    pub(super) vm: Vm,
    /// How often it wants to be called while nothing is to be done.
    idle: Option<Duration>,
    notes: BTreeSet<String>,
}

impl<'a> Machine<'a> {
    /// Load the module at `path` and show it the configuration.
    pub(super) fn start(path: &Path, inquiry: &'a Inquiry) -> Result<Self, Failure> {
        let module = Module::load(path).map_err(|error| Failure::in_file(path, error))?;
        let at = inquiry.requests.first().map_or_else(UnixTime::default, |sent| sent.at);
        let proxy = Proxy::new(at.nanos());
        let environment = inquiry.secrets.pairs();
        let mut vm = Vm::start(&module, &proxy, &environment).map_err(trapped)?;
        if !vm.configure(inquiry.document.to_string()).map_err(trapped)? {
            let said = proxy.log().last().map(|line| line.text.clone()).unwrap_or_default();
            return Err(Failure::in_file(&inquiry.file, said));
        }
        let idle = vm.tick_period();
        let notes = inquiry.secrets.notes().into_iter().collect();
        Ok(Self { inquiry, proxy, vm, idle, notes })
    }

    /// Tick until nothing is left to do now.
    pub(super) fn work(&mut self) -> Result<(), Failure> {
        for _ in 0..MAX_TICKS {
            if !self.tick()? {
                return Ok(());
            }
        }
        Err(Failure::found("the module is busy without end"))
    }

    /// Let time pass until the module is called again, and answer what it asks. Whether something was left to do.
    pub(super) fn tick(&mut self) -> Result<bool, Failure> {
        let Some(period) = self.vm.tick_period() else { return self.answer() };
        self.proxy.advance(period);
        self.vm.tick().map_err(trapped)?;
        let answered = self.answer()?;
        Ok(answered || self.vm.tick_period() != self.idle)
    }

    /// Answer every call that is under way. Whether there was one.
    pub(super) fn answer(&mut self) -> Result<bool, Failure> {
        let mut any = false;
        for callout in self.vm.callouts() {
            any = true;
            let answer = self.document(&callout);
            self.vm.respond(callout.token, answer).map_err(trapped)?;
        }
        for question in self.vm.questions() {
            any = true;
            let told = self.engine().told();
            self.vm.tell(question.token, told).map_err(trapped)?;
        }
        Ok(any)
    }

    /// Everything that is to be said besides.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.iter().cloned().collect()
    }

    /// As the origin would answer; nothing where no file stands for the document.
    fn document(&mut self, callout: &wasmhost::Callout) -> Option<CalloutAnswer> {
        let field = |name: &str| callout.headers.first(name).unwrap_or_default();
        let cluster = String::from_utf8_lossy(&callout.cluster);
        match self.inquiry.documents.find(&cluster, &field(":authority"), &field(":path")) {
            Found::Document(bytes) => Some(CalloutAnswer::new(200, bytes)),
            Found::NotGiven(name) => {
                let note =
                    format!("`{name}` is not loaded from cluster `{cluster}`: give --keys {name}=FILE");
                self.notes.insert(note);
                None
            }
            Found::Unknown => None,
        }
    }

    fn engine(&mut self) -> Engine {
        self.inquiry.engine.unwrap_or_else(|| {
            self.notes
                .insert("an engine was asked, and was taken to say ok: --engine ok|over|down".to_owned());
            Engine::Ok
        })
    }
}

/// A module that has trapped.
pub(super) fn trapped(trap: Trap) -> Failure {
    Failure::found(trap)
}
