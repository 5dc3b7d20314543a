use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use weir_run::{Cancel, CancelReason};

use crate::failure::Failure;

/// The first Ctrl-C, SIGTERM or SIGHUP asks the run to stop after the parts under way; a second one ends
/// the process at once, which loses nothing that is finished either.
pub fn cancel_on_signals() -> Result<Cancel, Failure> {
    let cancel = Cancel::new();
    let failed = |error| Failure::new("W0115", format!("cannot listen for signals: {error}"));
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Registered first, so that it acts on the second signal only.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&asked))
            .map_err(failed)?;
        signal_hook::flag::register(signal, Arc::clone(&asked)).map_err(failed)?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(failed)?;
    let token = cancel.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .stack_size(64 << 10)
        .spawn(move || {
            for _ in signals.forever() {
                token.cancel(CancelReason::Signal);
            }
        })
        .map_err(failed)?;
    Ok(cancel)
}
