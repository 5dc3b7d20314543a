use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use weir_run::{Cancel, CancelReason};

use crate::failure::Failure;

/// Signals closer together than this are one: `timeout` and some terminals send each twice, to the process
/// and to its group.
const ONE_SIGNAL: Duration = Duration::from_secs(1);

/// The first Ctrl-C, SIGTERM or SIGHUP asks the run to stop after the parts under way; a second one, a
/// second later or more, ends the process at once, which loses nothing that is finished either.
pub fn cancel_on_signals() -> Result<Cancel, Failure> {
    let cancel = Cancel::new();
    let failed = |error| Failure::new("W0115", format!("cannot listen for signals: {error}"));
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(failed)?;
    let token = cancel.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .stack_size(64 << 10)
        .spawn(move || {
            let mut first: Option<Instant> = None;
            for _ in signals.forever() {
                token.cancel(CancelReason::Signal);
                let since = first.get_or_insert_with(Instant::now).elapsed();
                if since >= ONE_SIGNAL {
                    signal_hook::low_level::exit(130);
                }
            }
        })
        .map_err(failed)?;
    Ok(cancel)
}
