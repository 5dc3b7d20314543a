//! What a run learns about its memory: samples with stage and operation, their mean and peak,
//! a timeline that stays bounded.

mod level;
mod sample;
mod timeline;
mod usage;
mod watch;

pub use level::{PressureLevel, PressureLevelError};
pub use sample::MemorySample;
pub use timeline::Timeline;
pub use usage::MemoryUsage;
pub(crate) use usage::UsageSums;
pub(crate) use watch::{Reading, Watch};
