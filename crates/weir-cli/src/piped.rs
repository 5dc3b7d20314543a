//! Standard input and output as pipes: a reader that goes away, a writer that says nothing.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Stdout, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use weir_run::{Cancel, CancelReason};

/// How long a wait for input lasts before somebody is asked whether it is still wanted.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Something that happened, for those who look later.
#[derive(Debug, Clone, Default)]
pub struct Noted(Arc<AtomicBool>);

impl Noted {
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Standard output that remembers whether its reader went away.
pub struct Piped {
    out: Stdout,
    gone: Noted,
}

impl Piped {
    pub fn new(gone: &Noted) -> Self {
        Self {
            out: io::stdout(),
            gone: gone.clone(),
        }
    }

    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() == ErrorKind::BrokenPipe
        {
            self.gone.note();
        }
        done
    }
}

impl Write for Piped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.told(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.told(flushed)
    }
}

/// Standard output whose rows are dropped once its reader has gone away, so that what else a run writes is whole. Where nothing else is
/// written, the run is asked to end.
pub struct Unheard {
    out: Piped,
    end: Option<Cancel>,
}

impl Unheard {
    pub fn new(gone: &Noted, end: Option<Cancel>) -> Self {
        Self {
            out: Piped::new(gone),
            end,
        }
    }

    fn told<T>(&self, done: io::Result<T>, instead: T) -> io::Result<T> {
        match done {
            Err(_) if self.out.gone.is_so() => {
                if let Some(end) = &self.end {
                    end.cancel(CancelReason::User);
                }
                Ok(instead)
            }
            done => done,
        }
    }
}

impl Write for Unheard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.out.gone.is_so() {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.told(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.out.gone.is_so() {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.told(flushed, ())
    }
}

/// Standard input that is not waited for once the run was cancelled.
pub struct Patient {
    bytes: File,
    cancel: Cancel,
    left: Noted,
}

impl Patient {
    /// `left` says later whether it was given up.
    ///
    /// # Errors
    /// Where the process has no standard input.
    pub fn stdin(cancel: Cancel, left: &Noted) -> io::Result<Self> {
        Ok(Self {
            bytes: File::from(io::stdin().as_fd().try_clone_to_owned()?),
            cancel,
            left: left.clone(),
        })
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.cancel.is_cancelled() {
                self.left.note();
                // Not `Interrupted`, after which callers try again.
                return Err(io::Error::other("the run was stopped while it waited"));
            }
            let mut waited = [PollFd::new(&self.bytes, PollFlags::IN)];
            match poll(&mut waited, Some(&WAIT)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return self.bytes.read(buffer),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
