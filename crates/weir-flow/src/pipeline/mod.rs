//! A pipeline: sources, operators and sinks by name; built once, run or fed.

mod build;
mod builder;
mod checkpoint;
mod error;
mod feed;
mod order;
mod plan;
mod registry;
mod run;
mod setting;

pub use builder::{NodeOptions, PipelineBuilder, Port};
pub use error::{BuildError, FlowError};
pub use feed::Pipeline;
pub use plan::{NodePlan, NodeRole, Plan};
pub use registry::{MakeByName, Registry};
pub use run::{Ending, FlowReport, FollowedSource, RunOptions};
pub use setting::Setting;
