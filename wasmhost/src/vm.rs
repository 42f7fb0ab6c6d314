//! One VM: the module of one worker, and the callbacks of its root context.

use std::collections::BTreeMap;
use std::time::Duration;

use wasmi::{Instance, Store, WasmParams, WasmResults};

use crate::guest::Guest;
use crate::{Callout, CalloutAnswer, Cost, Faults, Module, Proxy, Question, Trap, Violation};

/// Instructions that one callback may execute before it counts as one that never ends.
const FUEL_PER_CALLBACK: u64 = 20_000_000_000;

/// A running module with one root context, and a stream context per request.
pub struct Vm {
    pub(crate) store: Store<Guest>,
    instance: Instance,
    pub(crate) root: u32,
    next_context: u32,
    instructions: u64,
    trapped: bool,
    /// Fuel by callback, while it is measured.
    measured: Option<BTreeMap<&'static str, u64>>,
    start_cost: Cost,
}

/// # Lifecycle
impl Vm {
    /// Instantiate `module` as a worker of `proxy`, with these environment variables, up to `on_vm_start`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn start(module: &Module, proxy: &Proxy, environment: &[(&str, &str)]) -> Result<Self, Trap> {
        let environment = environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut store = Store::new(&module.engine, Guest::new(proxy.clone(), environment));
        let fueled = store.set_fuel(FUEL_PER_CALLBACK);
        let instance =
            fueled.and_then(|()| module.linker.instantiate_and_start(&mut store, &module.module));
        let instance = instance.map_err(|error| Trap::new("instantiate", &error, proxy))?;
        let spent = FUEL_PER_CALLBACK.saturating_sub(store.get_fuel().unwrap_or(FUEL_PER_CALLBACK));
        let measured = Some(BTreeMap::from([("instantiate", spent)]));
        let mut vm = Self {
            store,
            instance,
            root: 0,
            next_context: 1,
            instructions: 0,
            trapped: false,
            measured,
            start_cost: Cost::default(),
        };
        vm.call_if_exported("_initialize")?;
        vm.create_root()?;
        vm.vm_start()?;
        vm.start_cost = vm.cost_since(&BTreeMap::new());
        Ok(vm)
    }

    /// Create another root context, which from now on is configured and asked.
    ///
    /// # Errors
    /// When the module traps.
    pub fn create_root(&mut self) -> Result<(), Trap> {
        let root = self.new_context();
        self.guest().roots.push(root);
        self.root = root;
        self.call("proxy_on_context_create", root, (root, 0_u32))
    }

    /// The end of the root context, and another one in its place, not configured yet.
    ///
    /// # Errors
    /// When the module traps.
    pub fn replace_root(&mut self) -> Result<(), Trap> {
        let old = self.root;
        self.call::<_, u32>("proxy_on_done", old, old)?;
        self.call::<_, ()>("proxy_on_delete", old, old)?;
        self.guest().roots.retain(|root| *root != old);
        self.guest().callouts.retain(|_, callout| callout.context != old);
        self.guest().questions.clear();
        self.create_root()
    }

    /// `on_vm_start` of the root context; whether the module is content.
    ///
    /// # Errors
    /// When the module traps.
    pub fn vm_start(&mut self) -> Result<bool, Trap> {
        let started: u32 = self.call("proxy_on_vm_start", self.root, (self.root, 0_u32))?;
        Ok(started != 0)
    }

    /// `on_configure`; whether the module accepts `configuration`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn configure(&mut self, configuration: impl Into<Vec<u8>>) -> Result<bool, Trap> {
        let configuration = configuration.into();
        let size = size(configuration.len());
        self.guest().configuring = Some((self.root, configuration));
        let accepted = self.call::<_, u32>("proxy_on_configure", self.root, (self.root, size));
        self.guest().configuring = None;
        Ok(accepted? != 0)
    }

    /// `on_tick` of the root context.
    ///
    /// # Errors
    /// When the module traps.
    pub fn tick(&mut self) -> Result<(), Trap> {
        self.call("proxy_on_tick", self.root, self.root)
    }

    /// How often the module wants to be ticked.
    pub fn tick_period(&self) -> Option<Duration> {
        self.store.data().tick
    }

    /// `on_queue_ready` of the root context.
    ///
    /// # Errors
    /// When the module traps.
    pub fn queue_ready(&mut self, queue: u32) -> Result<(), Trap> {
        self.call("proxy_on_queue_ready", self.root, (self.root, queue))
    }

    /// The calls that the module has started and that have not ended yet.
    pub fn callouts(&self) -> Vec<Callout> {
        self.store.data().callouts.values().cloned().collect()
    }

    /// End the callout `token`: with an answer, or with none as when the connection breaks.
    ///
    /// # Errors
    /// When the module traps.
    pub fn respond(&mut self, token: u32, answer: Option<CalloutAnswer>) -> Result<(), Trap> {
        let context = self.guest().callouts.remove(&token).map_or(self.root, |callout| callout.context);
        let sizes = answer.as_ref().map(|answer| {
            (size(answer.headers.len()), size(answer.body.len()), size(answer.trailers.len()))
        });
        let (headers, body, trailers) = sizes.unwrap_or_default();
        self.guest().callout_answer = answer;
        let arguments = (context, token, headers, body, trailers);
        let ended = self.call("proxy_on_http_call_response", context, arguments);
        self.guest().callout_answer = None;
        ended
    }
}

/// # gRPC
impl Vm {
    /// The gRPC calls that the module has started and that have not ended yet.
    pub fn questions(&self) -> Vec<Question> {
        self.store.data().questions.values().cloned().collect()
    }

    /// End the gRPC call `token`: with a message, or with a status and none. The root context is told, as Envoy does,
    /// whoever has asked.
    ///
    /// # Errors
    /// When the module traps.
    pub fn tell(&mut self, token: u32, outcome: Result<Vec<u8>, u32>) -> Result<(), Trap> {
        self.guest().questions.remove(&token);
        let root = self.root;
        match outcome {
            Ok(message) => {
                let bytes = size(message.len());
                self.guest().grpc_message = Some(message);
                let told = self.call("proxy_on_grpc_receive", root, (root, token, bytes));
                self.guest().grpc_message = None;
                told
            }
            Err(status) => self.call("proxy_on_grpc_close", root, (root, token, status)),
        }
    }
}

/// # Faults and figures
impl Vm {
    /// The hostcalls that fail in this VM.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.guest().faults
    }

    /// The requests that the module has ended twice, in this VM's life.
    pub fn violations(&self) -> &[Violation] {
        &self.store.data().violations
    }

    /// Whether a callback has trapped; then nothing more can be asked of it.
    pub fn is_dead(&self) -> bool {
        self.trapped
    }

    /// Bytes of memory that the module has. It is never given back, so it is the most that was needed at once.
    pub fn memory_bytes(&self) -> usize {
        let memory = self.instance.get_memory(&self.store, "memory");
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// Instructions that the last callback has executed, as the interpreter counts them.
    pub fn instructions(&self) -> u64 {
        self.instructions
    }

    /// What the start has cost: the instance, its root context and `on_vm_start`.
    pub const fn start_cost(&self) -> &Cost {
        &self.start_cost
    }

    /// Do `work`, and count what all its callbacks cost. `work` may not clear [`Self::faults`], which count too.
    pub fn measure<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Cost) {
        let before = self.faults().calls().clone();
        self.measured = Some(BTreeMap::new());
        let done = work(self);
        (done, self.cost_since(&before))
    }

    /// What was measured, with the hostcalls beyond those made `before`. The end of the measuring.
    fn cost_since(&mut self, before: &BTreeMap<String, usize>) -> Cost {
        let made = |name: &String, calls: usize| calls - before.get(name).copied().unwrap_or_default();
        let calls = self.faults().calls().iter().map(|(name, calls)| (name.clone(), made(name, *calls)));
        let hostcalls = calls.filter(|(_, calls)| *calls > 0).collect();
        Cost { callbacks: self.measured.take().unwrap_or_default(), hostcalls }
    }
}

impl Vm {
    pub(crate) fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        callback: &'static str,
        context: u32,
        arguments: P,
    ) -> Result<R, Trap> {
        if self.trapped {
            let last_words = "the VM is dead".to_owned();
            return Err(Trap { callback, message: String::new(), last_words });
        }
        self.guest().effective = context;
        let outcome = self.run(callback, arguments);
        self.guest().effective = 0;
        outcome.map_err(|error| {
            self.trapped = true;
            Trap::new(callback, &error, &self.store.data().proxy)
        })
    }

    fn run<P: WasmParams, R: WasmResults>(
        &mut self,
        callback: &'static str,
        arguments: P,
    ) -> Result<R, wasmi::Error> {
        self.store.set_fuel(FUEL_PER_CALLBACK)?;
        let function = self.instance.get_typed_func::<P, R>(&self.store, callback)?;
        let result = function.call(&mut self.store, arguments);
        self.instructions = FUEL_PER_CALLBACK.saturating_sub(self.store.get_fuel()?);
        if let Some(measured) = &mut self.measured {
            *measured.entry(callback).or_default() += self.instructions;
        }
        result
    }

    fn call_if_exported(&mut self, name: &'static str) -> Result<(), Trap> {
        match self.instance.get_func(&self.store, name) {
            Some(_) => self.call(name, 0, ()),
            None => Ok(()),
        }
    }

    pub(crate) fn new_context(&mut self) -> u32 {
        let context = self.next_context;
        self.next_context += 1;
        context
    }

    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.store.data_mut()
    }
}

pub(crate) fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
