//! The simulator against published trials: arms in, scores out.
//!
//! A targets file holds published outcomes by arm. For each arm the entry criteria, the regimen and the treatment
//! of missing values are found from its facts ([`Plan`]), its eyes are simulated ([`simulate`]), and every number
//! is scored ([`Scores`]): `z = (simulated − published)/√(SE² + tau²)`. What cannot be run or scored is listed with
//! its reason. The crate stands above `weir-sim`, as neither biology nor engine may know a study.
//!
//! ```
//! use weir_validate::{Regimen, Rule, Targets};
//!
//! let regimen = Regimen::parse("3 monthly then fixed q8w", "2q8", "VIEW 1")?;
//! assert_eq!((regimen.loading, regimen.stages[0].rule), (3, Rule::Fixed { weeks: 8 }));
//! assert!(Targets::shipped().arms.len() > 60);
//! # Ok::<(), weir_validate::NotUnderstood>(())
//! ```

mod arm;
mod measure;
mod parameters;
mod regimen;
mod report;
mod run;
mod score;
mod targets;

pub use arm::{Estimand, NotRun, Plan};
pub use measure::{KNOWN, Kind, Measure, Quantity, Window};
pub use parameters::ParameterSet;
pub use regimen::{NotUnderstood, Regimen, Rule, Stage};
pub use report::{caveats, report, table};
pub use run::{Asked, Interrupted, Simulated, Unscored, simulate};
pub use score::{Contrast, RoleSummary, Row, Scores, Status, Summary};
pub use targets::{Arm, Baseline, Outcome, Role, Targets};
