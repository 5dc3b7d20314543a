use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use weir_run::{Event, EventKind, Observer, Progress};

use crate::output::{Output, count, seconds};

/// Seconds between two lines where there is no terminal.
const PLAIN_EVERY_SECONDS: f64 = 5.0;

/// Shows a run's progress: a bar on a terminal, plain lines elsewhere, nothing with `--json`.
pub fn observer(output: &Output) -> Option<Arc<dyn Observer>> {
    if output.is_json() {
        return None;
    }
    if std::io::stderr().is_terminal() {
        Some(Arc::new(Bar::default()))
    } else {
        Some(Arc::new(Plain {
            output: output.clone(),
            last: Mutex::new(0.0),
        }))
    }
}

/// What is left, in words.
fn left(progress: &Progress) -> String {
    let rate = progress.rate.map_or_else(String::new, |rate| {
        format!(", {} {}/s", count(rate.round() as u64), progress.unit)
    });
    let left = progress
        .seconds_left
        .map_or_else(String::new, |left| format!(", {} left", seconds(left)));
    format!("{rate}{left}")
}

#[derive(Default)]
struct Bar(Mutex<Option<ProgressBar>>);

impl Observer for Bar {
    fn on_event(&self, event: &Event) {
        let mut bar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &event.kind {
            EventKind::StageStarted { stage, total } => {
                let target = ProgressDrawTarget::stderr();
                let style = if total.count().is_some() {
                    "{prefix:>10} [{bar:32}] {percent:>3}%  {msg}"
                } else {
                    "{prefix:>10} {spinner} {msg}"
                };
                let new = ProgressBar::with_draw_target(total.count(), target);
                if let Ok(style) = ProgressStyle::with_template(style) {
                    new.set_style(style.progress_chars("=> "));
                }
                new.set_prefix(stage.clone());
                *bar = Some(new);
            }
            EventKind::Progress(progress) => {
                if let Some(bar) = &*bar {
                    bar.set_position(progress.done);
                    bar.set_message(format!(
                        "{} {}{}",
                        count(progress.done),
                        progress.unit,
                        left(progress)
                    ));
                }
            }
            EventKind::Warning { text } => {
                if let Some(bar) = &*bar {
                    bar.println(format!("warning: {text}"));
                }
            }
            EventKind::StageEnded(_)
            | EventKind::Finished { .. }
            | EventKind::Failed { .. }
            | EventKind::Cancelled { .. } => {
                if let Some(bar) = bar.take() {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }
}

struct Plain {
    output: Output,
    last: Mutex<f64>,
}

impl Observer for Plain {
    fn on_event(&self, event: &Event) {
        match &event.kind {
            EventKind::Progress(progress) if !progress.last => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if progress.seconds - *last >= PLAIN_EVERY_SECONDS {
                    *last = progress.seconds;
                    let of = progress
                        .fraction()
                        .map_or_else(String::new, |share| format!(" ({:.0} %)", share * 100.0));
                    self.output.message(&format!(
                        "{}: {} {}{of}{}",
                        progress.stage,
                        count(progress.done),
                        progress.unit,
                        left(progress)
                    ));
                }
            }
            EventKind::StageStarted { .. } => {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = 0.0;
            }
            EventKind::Warning { text } => self.output.message(&format!("warning: {text}")),
            _ => {}
        }
    }
}
