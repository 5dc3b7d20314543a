//! Which kind a mapping with a `kind` or `preset` is.

use super::decoder::{Decoder, Found};
use crate::declare::Union;
use crate::report::Code;
use crate::tree::join;

impl<'a> Decoder<'a, '_, '_> {
    fn union_preset(&mut self, value: &mut dyn Union) -> Option<&'static str> {
        if value.presets().is_empty() {
            return None;
        }
        let found = self.find("preset")?;
        let preset = self.pick(&found, "preset", value.presets());
        if let (Some(preset), Some(frame)) = (preset, self.frames.last_mut()) {
            value.set_preset(preset);
            frame.preset = true;
            return value.presets().get(preset).map(|named| named.name);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.unclear = true;
        }
        None
    }

    /// Settles the kind; `false` when it is not known.
    pub(super) fn union_kind(&mut self, found: &Found<'a>, value: &mut dyn Union) -> bool {
        let preset = self.union_preset(value);
        let unclear = self.frames.last().is_some_and(|frame| frame.unclear);
        let kinds = value.kinds();
        let Some(kind) = self.find("kind") else {
            if preset.is_none() && !unclear {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
                let path = join(&found.path, "kind");
                let remedy = format!("add kind: and one of {}", names.join(", "));
                self.report
                    .add(Code::MISSING_KEY, &path, found.place, "missing", remedy);
            }
            return preset.is_some();
        };
        let Some(chosen) = self.pick(&kind, "kind", kinds) else {
            return false;
        };
        if unclear {
            return false;
        }
        match preset {
            Some(preset) if value.kind() != chosen => {
                let own = kinds.get(value.kind()).map_or("", |kind| kind.name);
                self.report.add(
                    Code::PRESET_CONFLICT,
                    &kind.path,
                    kind.node.place,
                    format!("the preset {preset} is of kind {own}"),
                    "remove kind, or remove preset and give every value",
                );
                false
            }
            Some(_) => true,
            None => {
                value.set_kind(chosen);
                true
            }
        }
    }
}
