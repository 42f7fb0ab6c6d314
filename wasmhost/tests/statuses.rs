//! Every callback while any one hostcall answers any status but success: the module neither traps, nor lets
//! through what it should refuse, nor stays broken once the host works again.
//!
//! A callback that does not make a hostcall runs the same whatever that call would answer, because the
//! module and this host are deterministic. Such cases count as passed by the rehearsal of the callback.

#[path = "support/guard.rs"]
mod guard;
#[path = "support/scenes.rs"]
mod scenes;
mod support;

use std::collections::BTreeMap;

use scenes::{Prepared, SCENES, Scene, Set};
use support::shop::{START, Shop};
use wasmhost::{Module, Proxy, Status, Trap, Violation, Vm, built};

/// The level of a log line that says that something failed.
const ERROR: u32 = 4;

/// A fault and the scene in which it is met.
struct Case<'a> {
    scene: &'a Scene,
    call: &'a str,
    status: Status,
    /// How many calls do their work before it.
    spared: usize,
}

/// What went wrong in a case.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// The VM is dead.
    Trapped(String),
    /// A request went on that must not, or with what it must not carry.
    Opened,
    /// A request was ended twice.
    Ended(Vec<Violation>),
    /// After the fault the module does not serve any more.
    Broken(String),
}

/// A stage on which scenes are played, with a new worker after each death.
struct Stage<'a> {
    module: &'a Module,
    shop: &'a Shop,
    proxy: Proxy,
    vm: Vm,
}

impl<'a> Stage<'a> {
    fn new(module: &'a Module, shop: &'a Shop) -> Self {
        let proxy = Proxy::new(START * 1_000_000_000);
        let vm = shop.configured(module, &proxy);
        Self { module, shop, proxy, vm }
    }

    fn set(&mut self) -> Set<'_> {
        Set { vm: &mut self.vm, proxy: &self.proxy, shop: self.shop }
    }

    /// How often a scene makes each hostcall when nothing fails. Then nothing is an error either.
    fn rehearse(&mut self, scene: &Scene) -> Result<BTreeMap<String, usize>, Failure> {
        self.proxy.clear_log();
        let at = (scene.prepare)(&mut self.set()).unwrap();
        self.vm.faults().clear();
        let acted = (scene.act)(&mut self.set(), at);
        let calls = self.vm.faults().calls().clone();
        self.judge(scene, at, acted)?;
        match self.proxy.log().into_iter().find(|line| line.level >= ERROR) {
            Some(line) => Err(Failure::Broken(line.text)),
            None => Ok(calls),
        }
    }

    fn play(&mut self, case: &Case<'_>) -> Result<(), Failure> {
        self.proxy.clear_log();
        let outcome = self.perform(case);
        if outcome.is_err() {
            *self = Self::new(self.module, self.shop);
        }
        outcome
    }

    fn perform(&mut self, case: &Case<'_>) -> Result<(), Failure> {
        let Case { scene, call, status, spared } = case;
        let at = (scene.prepare)(&mut self.set()).unwrap();
        self.vm.faults().clear();
        self.vm.faults().set_after(*spared, call, *status);
        let acted = (scene.act)(&mut self.set(), at);
        self.vm.faults().clear();
        self.judge(scene, at, acted)
    }

    /// What a scene has done to its request, and whether the worker serves the next one.
    fn judge(&mut self, scene: &Scene, at: Prepared, acted: Result<(), Trap>) -> Result<(), Failure> {
        acted.map_err(|trap| Failure::Trapped(trap.to_string()))?;
        if at.stream.is_some_and(|stream| !scene.guard.holds(&self.vm, stream)) {
            return Err(Failure::Opened);
        }
        match scene.strike(&mut self.set(), at) {
            Ok(true) if self.vm.violations().is_empty() => Ok(()),
            Ok(true) => Err(Failure::Ended(self.vm.violations().to_vec())),
            Ok(false) => Err(Failure::Broken("a good request is not forwarded".to_owned())),
            Err(trap) => Err(Failure::Broken(trap.to_string())),
        }
    }
}

/// A scene that failed.
struct Failed {
    scene: &'static str,
    /// The fault; none in the rehearsal.
    fault: String,
    failure: Failure,
    /// How many cases fail with it: without rehearsal, all of the scene.
    cases: usize,
}

/// How every scene fares while each of `calls` answers each failure, after `spared` calls that work; and
/// how many cases met the fault.
fn play_all(stage: &mut Stage<'_>, calls: &[String], spared: usize) -> (Vec<Failed>, usize) {
    let mut failed = Vec::new();
    let mut played = 0;
    for scene in &SCENES {
        let made = stage.rehearse(scene).unwrap_or_else(|failure| {
            *stage = Stage::new(stage.module, stage.shop);
            let (fault, cases) = ("no fault".to_owned(), calls.len() * Status::failures().count());
            failed.push(Failed { scene: scene.name, fault, failure, cases });
            BTreeMap::new()
        });
        for call in calls.iter().filter(|call| made.get(*call).is_some_and(|made| *made > spared)) {
            for status in Status::failures() {
                played += 1;
                if let Err(failure) = stage.play(&Case { scene, call, status, spared }) {
                    let fault = format!("{call} = {}", status.0);
                    failed.push(Failed { scene: scene.name, fault, failure, cases: 1 });
                }
            }
        }
    }
    (failed, played)
}

fn imports(module: &Module, from: &str) -> Vec<String> {
    let imports = module.imports().into_iter().filter(|import| import.module == from);
    // `proc_exit` answers nothing.
    imports.map(|import| import.name).filter(|name| name != "proc_exit").collect()
}

/// Play all and print the gate.
fn gate(name: &str, from: &str, spared: usize) {
    let module = built::load("watchword");
    let shop = Shop::new();
    let calls = imports(&module, from);
    let (failed, played) = play_all(&mut Stage::new(&module, &shop), &calls, spared);
    let all = calls.len() * SCENES.len() * Status::failures().count();
    let got = all - failed.iter().map(|failed| failed.cases).sum::<usize>();
    let verdict = if got == all { "ok" } else { "short" };
    println!("gate {name} {got}/{all} {all}/{all} {verdict}");
    println!(
        "{name}: {} calls x {} callbacks x {} statuses; {played} cases meet the fault, in the other {} the \
         callback runs without making the call that often",
        calls.len(),
        SCENES.len(),
        Status::failures().count(),
        all - played
    );
    check(&failed);
}

fn check(failed: &[Failed]) {
    let line = |Failed { scene, fault, failure, .. }: &Failed| format!("{scene} with {fault}: {failure:?}");
    let lines: Vec<_> = failed.iter().map(line).collect();
    assert!(lines.is_empty(), "{} failures:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn no_status_of_a_hostcall_traps_the_module_or_opens_it() {
    gate("host.statuses", "env", 0);
}

#[test]
fn no_hostcall_that_works_once_and_then_fails_traps_the_module_or_opens_it() {
    gate("host.late_statuses", "env", 1);
}

#[test]
fn no_errno_of_a_wasi_call_traps_the_module_or_opens_it() {
    gate("host.wasi_errnos", "wasi_snapshot_preview1", 0);
}
