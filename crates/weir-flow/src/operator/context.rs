use std::path::PathBuf;
use std::sync::Arc;

use weir_files::Files;
use weir_memory::Holder;

/// What an operator gets of its surroundings when it is opened.
#[derive(Clone)]
pub struct Context {
    /// Its name in the pipeline.
    pub name: String,
    /// In whose name it reserves memory, in the pipeline's budget.
    pub holder: Holder,
    /// The files it may write.
    pub files: Arc<dyn Files>,
    /// A folder of its own for spilling, which may not exist yet; `None` where spilling is not allowed.
    pub spill: Option<PathBuf>,
    /// The most bytes of state it should keep in memory before it spills.
    pub memory: usize,
}
