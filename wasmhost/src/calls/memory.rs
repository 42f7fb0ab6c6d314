//! Arguments, and the memory of the module that they point into.

use wasmi::{Caller, Extern, Memory, Val};

use crate::Status;
use crate::guest::Guest;

/// The exports by which a module hands out memory, the SDK's first.
const ALLOCATORS: [&str; 2] = ["proxy_on_memory_allocate", "malloc"];

/// One call under way.
pub(crate) struct Call<'a, 'c> {
    caller: &'a mut Caller<'c, Guest>,
    arguments: &'a [Val],
}

impl<'a, 'c> Call<'a, 'c> {
    pub(crate) fn new(caller: &'a mut Caller<'c, Guest>, arguments: &'a [Val]) -> Self {
        Self { caller, arguments }
    }

    /// The state of this VM.
    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.caller.data_mut()
    }

    /// The argument at `index`.
    pub(crate) fn word(&self, index: usize) -> Result<u32, Status> {
        let value = self.arguments.get(index).and_then(Val::i32);
        value.map(i32::cast_unsigned).ok_or(Status::BAD_ARGUMENT)
    }

    /// The 64-bit argument at `index`.
    pub(crate) fn long(&self, index: usize) -> Result<i64, Status> {
        self.arguments.get(index).and_then(Val::i64).ok_or(Status::BAD_ARGUMENT)
    }

    /// The bytes that the arguments at `index` and behind it point to.
    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>, Status> {
        let (at, length) = (self.word(index)?, self.word(index + 1)?);
        self.read(at, length)
    }

    /// Write `bytes` where the argument at `index` points to.
    pub(crate) fn put(&mut self, index: usize, bytes: &[u8]) -> Result<(), Status> {
        let at = self.word(index)?;
        self.write(at, bytes)
    }

    /// Hand `bytes` over in memory of the module's own, and write address and length where the arguments at
    /// `index` and behind it point to. No bytes need no memory.
    pub(crate) fn give(&mut self, index: usize, bytes: &[u8]) -> Result<(), Status> {
        let length = u32::try_from(bytes.len()).map_err(|_| Status::INTERNAL_FAILURE)?;
        let at = if bytes.is_empty() { 0 } else { self.allocate(length)? };
        self.write(at, bytes)?;
        self.put(index, &at.to_le_bytes())?;
        self.put(index + 1, &length.to_le_bytes())
    }

    pub(crate) fn read(&self, at: u32, length: u32) -> Result<Vec<u8>, Status> {
        let memory = self.memory()?.data(&*self.caller);
        let (at, length) = (index(at)?, index(length)?);
        let end = at.checked_add(length).ok_or(Status::INVALID_MEMORY_ACCESS)?;
        memory.get(at..end).map(<[u8]>::to_vec).ok_or(Status::INVALID_MEMORY_ACCESS)
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Status> {
        let memory = self.memory()?;
        memory.write(&mut *self.caller, index(at)?, bytes).map_err(|_| Status::INVALID_MEMORY_ACCESS)
    }

    fn memory(&self) -> Result<Memory, Status> {
        self.caller.get_export("memory").and_then(Extern::into_memory).ok_or(Status::INTERNAL_FAILURE)
    }

    fn allocate(&mut self, length: u32) -> Result<u32, Status> {
        let export = ALLOCATORS.iter().find_map(|name| self.caller.get_export(name)?.into_func());
        let allocate = export.and_then(|export| export.typed::<u32, u32>(&*self.caller).ok());
        let allocate = allocate.ok_or(Status::INTERNAL_FAILURE)?;
        allocate.call(&mut *self.caller, length).map_err(|_| Status::INTERNAL_FAILURE)
    }
}

fn index(word: u32) -> Result<usize, Status> {
    usize::try_from(word).map_err(|_| Status::INVALID_MEMORY_ACCESS)
}
