//! Who takes rows from whom.

use std::collections::BTreeMap;

use super::PipelineFile;

/// A source or a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Giver {
    Source(usize),
    Step(usize),
}

/// Why a name does not say whose rows are meant.
pub(super) enum Unresolved {
    /// There is no such source or step; what may have been meant.
    Name { known: Vec<String> },
    /// It has no such way out; those that it has.
    Way { giver: String, ways: Vec<String> },
    /// It has several ways out and none is named.
    Unsaid { giver: String, ways: Vec<String> },
}

/// The givers by name.
pub(super) struct Givers<'f> {
    file: &'f PipelineFile,
    by_name: BTreeMap<&'f str, Giver>,
}

impl<'f> Givers<'f> {
    pub(super) fn of(file: &'f PipelineFile) -> Self {
        let steps = file.steps.iter().enumerate();
        let mut by_name: BTreeMap<&str, Giver> = steps
            .map(|(index, (name, _))| (name.as_str(), Giver::Step(index)))
            .collect();
        for (index, (name, _)) in file.sources.iter().enumerate() {
            by_name.insert(name, Giver::Source(index));
        }
        Self { file, by_name }
    }

    /// The ways out of a giver by name; none for one that needs no name.
    pub(super) fn ways(&self, giver: Giver) -> Vec<String> {
        match giver {
            Giver::Source(_) => Vec::new(),
            Giver::Step(index) => self.file.steps[index].1.ways(),
        }
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Giver> {
        self.by_name.get(name).copied()
    }

    pub(super) fn name(&self, giver: Giver) -> &'f str {
        match giver {
            Giver::Source(index) => &self.file.sources[index].0,
            Giver::Step(index) => &self.file.steps[index].0,
        }
    }

    /// Whose rows `from` means, and which way out.
    pub(super) fn resolve(&self, from: &str) -> Result<(Giver, usize), Unresolved> {
        let (name, way) = match from.split_once('.') {
            Some((name, way)) => (name, Some(way)),
            None => (from, None),
        };
        let Some(&giver) = self.by_name.get(name) else {
            let mut known = Vec::new();
            for (name, giver) in &self.by_name {
                let ways = self.ways(*giver);
                if ways.is_empty() {
                    known.push((*name).to_owned());
                }
                known.extend(ways.iter().map(|way| format!("{name}.{way}")));
            }
            return Err(Unresolved::Name { known });
        };
        let ways = self.ways(giver);
        let owned = name.to_owned();
        match (way, ways.is_empty()) {
            (None, true) => Ok((giver, 0)),
            (None, false) if ways.len() == 1 => Ok((giver, 0)),
            (None, false) => Err(Unresolved::Unsaid { giver: owned, ways }),
            (Some(way), _) => match ways.iter().position(|known| known == way) {
                Some(way) => Ok((giver, way)),
                None => Err(Unresolved::Way { giver: owned, ways }),
            },
        }
    }

    /// The steps of a circle, if there is one, its first again at its end.
    pub(super) fn circle(&self) -> Option<Vec<usize>> {
        let inputs: Vec<Vec<usize>> = self
            .file
            .steps
            .iter()
            .map(|(_, step)| {
                let given = step.inputs();
                let found = given.iter().filter_map(|(_, from)| self.resolve(from).ok());
                found
                    .filter_map(|(giver, _)| match giver {
                        Giver::Step(step) => Some(step),
                        Giver::Source(_) => None,
                    })
                    .collect()
            })
            .collect();
        // 0: not seen, 1: on the way, 2: done.
        let mut state = vec![0_u8; inputs.len()];
        for start in 0..inputs.len() {
            let mut way: Vec<(usize, usize)> = Vec::new();
            if state[start] == 0 {
                state[start] = 1;
                way.push((start, 0));
            }
            while let Some((step, next)) = way.last_mut() {
                match inputs[*step].get(*next) {
                    None => {
                        state[*step] = 2;
                        way.pop();
                    }
                    Some(&input) => {
                        *next += 1;
                        if state[input] == 1 {
                            let begin = way.iter().position(|(step, _)| *step == input);
                            let mut circle: Vec<usize> = way[begin.unwrap_or(0)..]
                                .iter()
                                .map(|(step, _)| *step)
                                .collect();
                            circle.push(input);
                            circle.reverse();
                            return Some(circle);
                        }
                        if state[input] == 0 {
                            state[input] = 1;
                            way.push((input, 0));
                        }
                    }
                }
            }
        }
        None
    }
}
