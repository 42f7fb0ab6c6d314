//! The kind of stage that has the defect: one stage before all others, and one behind them.

use contract::{
    Compile, ConfigError, Env, Forward, Phase, Request, Route, Section, Stage, StageKind, StageName,
    Verdict,
};

use crate::defect::Defect;

/// The field by which a request asks for a defect.
const FIELD: &str = "x-trap";

/// The kind. It needs no section: no shipped configuration has one.
pub(crate) struct Traps;

/// One of its stages.
struct Trap(Phase);

impl StageKind for Traps {
    /// No other kind has this name, and no configuration can have a section of it.
    fn name(&self) -> StageName {
        StageName::Host
    }

    fn is_always_on(&self) -> bool {
        true
    }

    fn asked_for_by(&self, _: &Route) -> Option<&'static str> {
        None
    }

    fn compile(&self, _: &Section<'_>, _: &Compile<'_>) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        Ok(vec![Box::new(Trap(Phase::Hygiene)), Box::new(Trap(Phase::Finish))])
    }
}

impl Stage for Trap {
    fn name(&self) -> StageName {
        StageName::Host
    }

    fn phase(&self) -> Phase {
        self.0
    }

    fn decide(&self, request: &Request<'_>, _: &Env<'_>) -> Verdict {
        let named = request.head.values(FIELD).next().and_then(Defect::named);
        match named.filter(|defect| self.is_due(*defect)) {
            Some(Defect::PanicAtEnd) => Verdict::Forward(Forward {
                at_end: Some(Box::new(|_, _| Defect::PanicAtEnd.show())),
                ..Forward::default()
            }),
            Some(defect) => {
                defect.show();
                Verdict::pass()
            }
            None => Verdict::pass(),
        }
    }
}

impl Trap {
    fn is_due(&self, defect: Defect) -> bool {
        match defect {
            Defect::Panic | Defect::OutOfMemory | Defect::BoundedLoop => self.0 == Phase::Hygiene,
            Defect::PanicLast | Defect::PanicAtEnd => self.0 == Phase::Finish,
        }
    }
}
