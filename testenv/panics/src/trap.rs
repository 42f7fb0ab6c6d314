//! Which instructions can be reached at all, by the rules of blocks alone (WebAssembly Core §3.3).
//!
//! A compiler puts `unreachable` behind every call that does not return, and behind every loop that does not end. These
//! are no traps of their own.

use wasmparser::{BinaryReaderError, BrTable, Operator};

/// A block that is open.
struct Frame {
    kind: Kind,
    /// Whether a branch that can be taken leads to its end.
    is_target: bool,
    /// Whether it could not even be entered.
    was_dead: bool,
}

enum Kind {
    Block,
    Loop,
    If,
    /// Whether the part before it ends alive.
    Else(bool),
}

/// What is known while the instructions of one function go by.
pub(crate) struct Flow {
    frames: Vec<Frame>,
    is_dead: bool,
    has_called: bool,
}

impl Flow {
    /// At the beginning of a function.
    pub(crate) fn new() -> Self {
        let body = Frame { kind: Kind::Block, is_target: false, was_dead: false };
        Self { frames: vec![body], is_dead: false, has_called: false }
    }

    /// Go over the next instruction: whether it is a trap that can be reached.
    pub(crate) fn passes(&mut self, operator: &Operator<'_>) -> Result<bool, BinaryReaderError> {
        let traps = matches!(operator, Operator::Unreachable) && !self.is_dead && !self.has_called;
        self.has_called = matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. });
        self.follow(operator)?;
        Ok(traps)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others go on with the next")]
    fn follow(&mut self, operator: &Operator<'_>) -> Result<(), BinaryReaderError> {
        match operator {
            Operator::Block { .. } => self.open(Kind::Block),
            Operator::Loop { .. } => self.open(Kind::Loop),
            Operator::If { .. } => self.open(Kind::If),
            Operator::Else => self.turn(),
            Operator::End => self.close(),
            Operator::BrIf { relative_depth } => self.branch(*relative_depth),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.is_dead = true;
            }
            Operator::BrTable { targets } => self.choose(targets)?,
            Operator::Return | Operator::Unreachable => self.is_dead = true,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind) {
        self.frames.push(Frame { kind, is_target: false, was_dead: self.is_dead });
    }

    fn turn(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.kind = Kind::Else(!self.is_dead);
            self.is_dead = frame.was_dead;
        }
    }

    /// A branch to a loop leads to its beginning.
    fn close(&mut self) {
        let Some(Frame { kind, is_target, was_dead }) = self.frames.pop() else { return };
        self.is_dead = match kind {
            Kind::Loop => self.is_dead,
            Kind::Block => self.is_dead && !is_target,
            Kind::If => was_dead,
            Kind::Else(is_alive) => self.is_dead && !is_alive && !is_target,
        };
    }

    fn choose(&mut self, targets: &BrTable<'_>) -> Result<(), BinaryReaderError> {
        self.branch(targets.default());
        for depth in targets.targets() {
            self.branch(depth?);
        }
        self.is_dead = true;
        Ok(())
    }

    fn branch(&mut self, depth: u32) {
        let place = usize::try_from(depth).unwrap_or(usize::MAX);
        if !self.is_dead
            && let Some(frame) = self.frames.iter_mut().rev().nth(place)
        {
            frame.is_target = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::BlockType;

    use super::*;

    const BLOCK: Operator<'static> = Operator::Block { blockty: BlockType::Empty };
    const LOOP: Operator<'static> = Operator::Loop { blockty: BlockType::Empty };
    const IF: Operator<'static> = Operator::If { blockty: BlockType::Empty };
    const CALL: Operator<'static> = Operator::Call { function_index: 0 };
    const AGAIN: Operator<'static> = Operator::Br { relative_depth: 0 };
    const MAYBE: Operator<'static> = Operator::BrIf { relative_depth: 0 };

    fn traps(operators: &[Operator<'_>]) -> usize {
        let mut flow = Flow::new();
        operators.iter().filter(|operator| flow.passes(operator).unwrap()).count()
    }

    #[test]
    fn a_trap_counts_where_it_can_be_reached() {
        let trap = Operator::Unreachable;
        assert_eq!(traps(&[Operator::Nop, trap.clone()]), 1);
        assert_eq!(traps(&[IF, trap.clone(), Operator::End, trap.clone()]), 2);
        assert_eq!(traps(&[BLOCK, MAYBE, Operator::Return, Operator::End, trap.clone()]), 1);
        assert_eq!(traps(&[IF, Operator::Return, Operator::Else, Operator::End, trap]), 1);
    }

    #[test]
    fn behind_a_call_a_return_or_an_endless_loop_it_does_not() {
        let trap = Operator::Unreachable;
        assert_eq!(traps(&[CALL, trap.clone()]), 0);
        assert_eq!(traps(&[Operator::Return, trap.clone()]), 0);
        assert_eq!(traps(&[LOOP, AGAIN, Operator::End, trap.clone()]), 0);
        assert_eq!(traps(&[BLOCK, Operator::Return, Operator::End, trap.clone()]), 0);
        assert_eq!(
            traps(&[IF, Operator::Return, Operator::Else, Operator::Return, Operator::End, trap]),
            0
        );
    }
}
