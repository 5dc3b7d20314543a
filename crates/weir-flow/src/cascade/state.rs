//! State that outlives the process.

use std::collections::BTreeMap;

use super::node::Work;
use super::{Cascade, CascadeError, Failure};

impl Cascade {
    /// The operators' states by name, once everything is settled; `None` where one of them cannot be saved.
    pub(crate) fn save(&self) -> Result<Option<BTreeMap<String, Vec<u8>>>, CascadeError> {
        let mut states = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let Work::Operator(operator) = &node.work else {
                continue;
            };
            match operator.save() {
                Ok(Some(state)) => {
                    if !state.is_empty() {
                        states.insert(node.name.to_string(), state);
                    }
                }
                Ok(None) => return Ok(None),
                Err(error) => return Err(self.error(Failure::own(index, error), false)),
            }
        }
        Ok(Some(states))
    }

    /// Takes up states saved by an equal pipeline, before the first rows.
    pub(crate) fn restore(
        &mut self,
        states: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), CascadeError> {
        for index in 0..self.nodes.len() {
            let name = self.nodes[index].name.to_string();
            let Some(state) = states.get(&name) else {
                continue;
            };
            let restored = self
                .operator(index, |operator| operator.restore(state))
                .and_then(|()| self.account_state(index));
            restored.map_err(|failure| self.error(failure, false))?;
        }
        Ok(())
    }

    /// Whether rows that come because a run ends come again from a later run with the same label and key.
    pub(crate) fn keeps_names(&self) -> bool {
        self.nodes.iter().all(|node| match &node.work {
            Work::Operator(operator) => operator.keeps_names(),
            Work::Source | Work::Sink(_) => true,
        })
    }

    /// The sinks, with how many rows each was given.
    pub(crate) fn sinks(
        &mut self,
    ) -> impl Iterator<Item = (usize, &str, &mut super::node::SinkWork)> {
        self.nodes
            .iter_mut()
            .enumerate()
            .filter_map(|(index, node)| match &mut node.work {
                Work::Sink(work) => Some((index, &*node.name, work)),
                Work::Source | Work::Operator(_) => None,
            })
    }
}
