use super::EventTime;

/// How far a stream is settled: the least event time that a row still to come may have.
///
/// Rows *below* a frontier are complete; rows *at* it may still get company, since rows of
/// equal event time keep their order of arrival. So an operator may pass on what depends only on
/// rows strictly below the common frontier of its inputs. A frontier never goes back.
///
/// ```
/// use weir_flow::{EventTime, Frontier};
/// let inputs = [Frontier::At(EventTime::Int(7)), Frontier::End];
/// assert_eq!(Frontier::common(&inputs), Frontier::At(EventTime::Int(7)));
/// assert!(inputs[0].passes(&EventTime::Int(6)) && !inputs[0].passes(&EventTime::Int(7)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frontier {
    /// Nothing is known yet (or the stream has no order): any row may come.
    #[default]
    Start,
    /// Rows still to come have this event time or a later one.
    At(EventTime),
    /// No row comes any more.
    End,
}

impl Frontier {
    /// The least of them; [`Frontier::End`] of none.
    #[must_use]
    pub fn common(inputs: &[Self]) -> Self {
        inputs.iter().min().cloned().unwrap_or(Self::End)
    }

    /// Whether no row of this event time can come any more.
    #[must_use]
    pub fn passes(&self, time: &EventTime) -> bool {
        match self {
            Self::Start => false,
            Self::At(frontier) => time < frontier,
            Self::End => true,
        }
    }

    /// The event time, where there is one.
    #[must_use]
    pub fn time(&self) -> Option<&EventTime> {
        match self {
            Self::At(time) => Some(time),
            Self::Start | Self::End => None,
        }
    }
}
