use std::sync::mpsc::SyncSender;

use weir_run::{Event, Observer};

use super::Message;

/// Hands a run's events to its recorder.
#[derive(Debug)]
pub struct RecorderObserver {
    sender: SyncSender<Message>,
}

impl RecorderObserver {
    pub(super) fn new(sender: SyncSender<Message>) -> Self {
        Self { sender }
    }
}

impl Observer for RecorderObserver {
    fn on_event(&self, event: &Event) {
        let message = Message::Event(Box::new(event.clone()));
        // Errors mean that the queue is full, which is what skipping is for, or that the recorder
        // was ended, after which nothing is recorded.
        if event.kind.may_be_skipped() {
            let _ = self.sender.try_send(message);
        } else {
            let _ = self.sender.send(message);
        }
    }
}
