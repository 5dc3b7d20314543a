//! The canonical layout: after it, the data files' bytes depend only on the rows and the settings.

use std::ops::Range;

use weir_memory::Holder;

use crate::{
    commit::Change,
    data::DataFile,
    dataset::Dataset,
    manifest::Settings,
    merge::{Input, canonical, late_touches},
    write::{Job, Made, Output, Until, WriteError, WriteReport, facts, redo},
};

/// How to compact, and in whose memory.
#[derive(Debug, Clone)]
pub struct CompactOptions {
    /// Instead of the dataset's settings.
    pub settings: Option<Settings>,
    /// Whose memory it is.
    pub holder: Holder,
}

impl CompactOptions {
    /// By the dataset's settings.
    #[must_use]
    pub fn new(holder: Holder) -> Self {
        Self {
            settings: None,
            holder,
        }
    }
}

impl Dataset {
    /// Folds late rows in and cuts all files at the target, so that the dataset is as if all its rows had been written at once. Files that
    /// are so already stay; where nothing is to do, nothing is published. What a reader sees stays the same.
    ///
    /// With a target in rows one late row moves all rows behind it, so all files behind it are written again; with periods only the files
    /// of its period are.
    ///
    /// # Errors
    /// [`WriteError`]; nothing changed then.
    pub fn compact(&self, options: &CompactOptions) -> Result<WriteReport, WriteError> {
        redo(self, |writing| {
            let base = writing.base();
            let settings = options.settings.as_ref().unwrap_or(&base.settings);
            // Late rows mean what the dataset's own settings say.
            let settings = Settings {
                duplicates_on: base.settings.duplicates_on.clone(),
                ..settings.clone()
            };
            let job = Job::new(writing, &settings, &options.holder)?;
            let mut output = Output::new(writing, settings.compression, &options.holder);
            let mut change = Change::of(base.version);
            change.same_rows = true;
            match compact(&job, &mut output) {
                Ok(remove) => change.remove = remove,
                Err(error) => {
                    output.abandon();
                    return Err(error);
                }
            }
            output.finish(&mut change);
            if change.add.is_empty() && change.remove.is_empty() {
                change.same_rows = false;
            }
            Ok(Made {
                change,
                bytes_read: job.counter.bytes(),
            })
        })
    }
}

fn compact(job: &Job<'_>, output: &mut Output<'_>) -> Result<Vec<String>, WriteError> {
    let (base, late) = (job.base.base_files(), job.base.late_files());
    let facts = facts(base);
    let mut foreign = Vec::with_capacity(base.len());
    for entry in base {
        let path = job.base.describe_file(entry);
        let object = job.base.open_file(entry, &job.counter)?;
        let file = DataFile::open(object, entry, path, job.holder)?;
        let as_now = file.schema().fields() == job.base.schema.fields()
            && file.is_compressed(job.settings.compression);
        foreign.push(!as_now);
    }
    for file in late {
        for touched in late_touches(&facts, &file.min, &file.max) {
            foreign[touched] = true;
        }
    }
    let mut ranges: Vec<Range<usize>> = canonical(&facts, &foreign, &job.target);
    if base.is_empty() {
        // Late rows alone, where all others were removed meanwhile.
        ranges.push(0..0);
    }
    let mut removed: Vec<String> = late.iter().map(|file| file.name.clone()).collect();
    let mut feed = job.feed(late, None)?;
    for range in ranges {
        let next = base.get(range.end);
        let until = match next {
            Some(next) => Until::Below(next.min.clone()),
            None => Until::End,
        };
        removed.extend(base[range.clone()].iter().map(|file| file.name.clone()));
        let inputs = vec![
            Input {
                rows: job.stored(&base[range]),
                replaces: false,
            },
            Input {
                rows: Box::new(feed.portion(until)),
                replaces: true,
            },
        ];
        output.write_base(job.merge(inputs, true)?, &job.target, next)?;
    }
    feed.all_taken()?;
    Ok(removed)
}
