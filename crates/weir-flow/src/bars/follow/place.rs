//! Where a target stands: the version of the source that its bars are of.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use weir_store::{Dataset, Snapshot, Version};

use super::{FOLLOWED_KEY, Follow, FollowError};
use crate::{CHECKPOINT_KEY, Checkpoint, StreamSchema};

/// What a target's bars are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The source's identity.
    pub(super) source: String,
    pub(super) version: u64,
    /// The greatest order value read.
    pub(super) last: i64,
    /// The description of the bars.
    pub(super) bars: String,
    /// Whether the open bars were left for later.
    #[serde(default)]
    pub(super) kept_open: bool,
}

/// A target before an update.
pub(super) struct Standing {
    /// `None` where nothing was written yet, or a pipeline's bars are to be made anew.
    pub(super) place: Option<Place>,
    /// What its metadata must still say when the update is committed.
    pub(super) followed: Option<Value>,
    pub(super) checkpoint: Option<Value>,
    pub(super) rows: u64,
    pub(super) version: Version,
}

impl Follow<'_> {
    pub(super) fn standing(
        &self,
        target: &Dataset,
        output: &StreamSchema,
        now: &Snapshot,
    ) -> Result<Standing, FollowError> {
        let wrong = |what: &str| FollowError::Target {
            target: target.describe(),
            what: what.to_owned(),
        };
        let manifest = target.latest()?;
        let same = manifest.schema.fields().len() == output.schema().fields().len()
            && output.schema().fields().iter().all(|field| {
                manifest
                    .schema
                    .field_with_name(field.name())
                    .is_ok_and(|stored| stored.data_type() == field.data_type())
            });
        if !same || Some(manifest.order_column.as_str()) != output.order_name() {
            return Err(wrong(
                "its columns are not those of the bars; write into another dataset",
            ));
        }
        let followed = manifest.metadata.get(FOLLOWED_KEY).cloned();
        let checkpoint = manifest.metadata.get(CHECKPOINT_KEY).cloned();
        let place = match (&followed, &checkpoint) {
            (None, None) if manifest.rows() > 0 => {
                return Err(wrong(
                    "it holds rows that are no bars of this source; write into a new dataset",
                ));
            }
            (None, None) => None,
            (Some(_), Some(_)) => {
                return Err(wrong(
                    "a pipeline with checkpoints has written over bars that follow a dataset; write into a new dataset",
                ));
            }
            (None, Some(checkpoint)) => {
                let ours = Checkpoint::deserialize(checkpoint)
                    .is_ok_and(|checkpoint| Some(checkpoint.pipeline) == self.options.takes_over);
                if !ours {
                    return Err(wrong(
                        "it was written by another pipeline, or by this one before it was changed; write into a new dataset",
                    ));
                }
                None
            }
            (Some(place), None) => Some(self.known(place, now).map_err(|what| wrong(&what))?),
        };
        Ok(Standing {
            place,
            followed,
            checkpoint,
            rows: manifest.rows(),
            version: manifest.version,
        })
    }

    fn known(&self, place: &Value, now: &Snapshot) -> Result<Place, String> {
        let place = Place::deserialize(place).map_err(|error| {
            format!(
                "its metadata `{FOLLOWED_KEY}` cannot be read ({error}); write into a new dataset"
            )
        })?;
        if place.source != now.id {
            return Err("its bars are of another source; write into a new dataset".to_owned());
        }
        if place.bars != self.description() {
            return Err("its bars were described otherwise; write into a new dataset".to_owned());
        }
        Ok(place)
    }

    pub(super) fn description(&self) -> String {
        match &self.options.described {
            Some(described) => described.clone(),
            None => format!("{:?}", self.spec),
        }
    }
}
