//! How much of this process is in memory, as the kernel sees it.

use crate::Bytes;

/// Resident memory of this process: anonymous, shared and file pages that are in RAM now.
///
/// Linux: `VmRSS` of `/proc/self/statm`. Newer kernels count per CPU and can be off by some
/// hundred KiB. Nothing on systems without `/proc`: there a budget bounds reservations only.
#[must_use]
pub fn resident() -> Option<Bytes> {
    parse_statm(&read("/proc/self/statm")?, rustix::param::page_size())
}

/// The most that was ever resident in this process, or since the last reset
/// ([`try_reset_peak`]): `VmHWM` of `/proc/self/status`. Nothing on systems without `/proc`.
#[must_use]
pub fn peak_resident() -> Option<Bytes> {
    parse_status(&read("/proc/self/status")?, "VmHWM:")
}

/// Sets [`peak_resident`] back to what is resident now, where the kernel permits; tells
/// whether it did. Whoever measures this process from outside by `VmHWM` loses the peak so far.
#[allow(
    clippy::disallowed_methods,
    reason = "an order to the kernel, not a file"
)]
pub fn try_reset_peak() -> bool {
    // 5: reset the peak resident set size; proc_pid_clear_refs(5).
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The second field is the resident set in pages; proc_pid_statm(5).
fn parse_statm(text: &str, page: usize) -> Option<Bytes> {
    let pages = text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()?;
    Bytes::of_usize(page).checked_mul(pages)
}

/// `VmHWM:     5120 kB`; proc_pid_status(5).
fn parse_status(text: &str, field: &str) -> Option<Bytes> {
    let value = text.lines().find_map(|line| line.strip_prefix(field))?;
    let kib = value
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()?;
    Bytes::kib(1).checked_mul(kib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statm_and_status_are_read_or_refused() {
        assert_eq!(
            parse_statm("900 256 100 1 0 50 0\n", 4096),
            Some(Bytes::mib(1))
        );
        assert_eq!(parse_statm("900", 4096), None);
        assert_eq!(parse_statm("900 18446744073709551615 1", 4096), None);
        let status = "Name:\tweir\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(parse_status(status, "VmHWM:"), Some(Bytes::mib(2)));
        assert_eq!(parse_status("VmHWM: many\n", "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_is_at_least_what_is_resident() {
        let now = resident().unwrap();
        assert!(now > Bytes::kib(500), "{now}");
        // The two counters are read at different moments and one is approximate.
        assert!(peak_resident().unwrap().saturating_add(Bytes::mib(2)) >= now);
    }
}
