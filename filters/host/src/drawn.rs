//! Unpredictable bytes, drawn in larger pieces than they are used in.

/// Bytes that are drawn at once: those of twenty traces, each of which would cost two calls to the host.
const BYTES: usize = 512;

/// Bytes that were drawn. Each is given to one user, and none that was given stays here.
pub(crate) struct Drawn {
    bytes: [u8; BYTES],
    /// How many of them, at the end, were not given yet.
    left: usize,
}

impl Drawn {
    /// None so far.
    pub(crate) const fn nothing() -> Self {
        Self { bytes: [0; BYTES], left: 0 }
    }

    /// Fill `buffer`. `draw` is asked for new bytes when there are too few.
    ///
    /// # Errors
    /// With the failure of `draw`; what is in `buffer` then is not to be used.
    pub(crate) fn fill<E>(
        &mut self,
        buffer: &mut [u8],
        draw: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if buffer.len() > BYTES {
            return draw(buffer);
        }
        if buffer.len() > self.left {
            self.left = 0;
            draw(&mut self.bytes)?;
            self.left = BYTES;
        }
        let unused = self.bytes.iter_mut().skip(BYTES.saturating_sub(self.left));
        buffer.iter_mut().zip(unused).for_each(|(to, from)| *to = std::mem::take(from));
        self.left = self.left.saturating_sub(buffer.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A source whose bytes count up, and never are 0.
    struct Source {
        next: Cell<u8>,
        draws: Cell<usize>,
    }

    impl Source {
        fn draw(&self, buffer: &mut [u8]) -> Result<(), ()> {
            self.draws.update(|draws| draws.saturating_add(1));
            for byte in buffer {
                *byte = self.next.get();
                self.next.update(|next| if next == 251 { 1 } else { next.saturating_add(1) });
            }
            Ok(())
        }
    }

    #[test]
    fn gives_every_byte_once_and_in_order_and_keeps_none() {
        let source = Source { next: Cell::new(1), draws: Cell::new(0) };
        let mut drawn = Drawn::nothing();
        let mut given = Vec::new();
        for _ in 0..64 {
            let mut buffer = [0; 16];
            drawn.fill(&mut buffer, |buffer| source.draw(buffer)).unwrap();
            given.extend(buffer);
        }
        let expected: Vec<u8> = (0..1024_u32).map(|at| u8::try_from(at % 251 + 1).unwrap()).collect();
        assert_eq!(given, expected);
        assert_eq!(source.draws.get(), 2);
        assert_eq!(drawn.bytes, [0; BYTES]);
    }

    #[test]
    fn what_does_not_reach_is_drawn_anew_and_what_is_too_large_by_itself() {
        let source = Source { next: Cell::new(1), draws: Cell::new(0) };
        let mut drawn = Drawn::nothing();
        for (bytes, draws) in [(500, 1), (12, 1), (13, 2), (BYTES, 3), (0, 3), (BYTES + 1, 4), (1, 5)] {
            let mut buffer = vec![0; bytes];
            drawn.fill(&mut buffer, |buffer| source.draw(buffer)).unwrap();
            assert!(!buffer.contains(&0), "{bytes}");
            assert_eq!(source.draws.get(), draws, "{bytes}");
        }
    }

    #[test]
    fn a_source_that_fails_gives_nothing() {
        let source = Source { next: Cell::new(1), draws: Cell::new(0) };
        let mut drawn = Drawn::nothing();
        drawn.fill(&mut [0; 500], |buffer| source.draw(buffer)).unwrap();
        assert_eq!(drawn.fill(&mut [0; 13], |_| Err("no")), Err("no"));
        assert_eq!(drawn.fill(&mut [0; 1], |_| Err("no")), Err("no"), "nor is what was left given");
    }
}
