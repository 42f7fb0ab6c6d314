//! Queues between workers.

use std::collections::VecDeque;

use crate::Status;

/// Named queues; a queue's number is its place here, counted from 1.
#[derive(Debug, Default)]
pub(crate) struct Queues(Vec<(Vec<u8>, VecDeque<Vec<u8>>)>);

impl Queues {
    /// The number of the queue called `name`, which is made if there is none.
    pub(crate) fn register(&mut self, name: &[u8]) -> u32 {
        self.resolve(name).unwrap_or_else(|_| {
            self.0.push((name.to_vec(), VecDeque::new()));
            u32::try_from(self.0.len()).unwrap_or(u32::MAX)
        })
    }

    pub(crate) fn resolve(&self, name: &[u8]) -> Result<u32, Status> {
        let found = self.0.iter().position(|(queue, _)| queue == name).ok_or(Status::NOT_FOUND)?;
        u32::try_from(found + 1).map_err(|_| Status::NOT_FOUND)
    }

    pub(crate) fn enqueue(&mut self, queue: u32, entry: &[u8]) -> Result<(), Status> {
        self.at(queue)?.push_back(entry.to_vec());
        Ok(())
    }

    pub(crate) fn dequeue(&mut self, queue: u32) -> Result<Vec<u8>, Status> {
        self.at(queue)?.pop_front().ok_or(Status::EMPTY)
    }

    fn at(&mut self, queue: u32) -> Result<&mut VecDeque<Vec<u8>>, Status> {
        let index = usize::try_from(queue).ok().and_then(|number| number.checked_sub(1));
        let found = index.and_then(|index| self.0.get_mut(index));
        found.map(|(_, entries)| entries).ok_or(Status::NOT_FOUND)
    }
}
