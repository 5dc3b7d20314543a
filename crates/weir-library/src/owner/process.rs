use std::fs;

/// When a process started, in clock ticks since the boot; `None` when there is none or only
/// a zombie.
///
/// On systems without `/proc`: 0 for a living process, so that an id used again is taken for its
/// former owner, which errs on the side of leaving runs alone.
pub(super) fn start_of(pid: u32) -> Option<u64> {
    if cfg!(target_os = "linux") {
        parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    } else {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?;
        rustix::process::test_kill_process(pid).ok().map(|()| 0)
    }
}

/// State and start time from `/proc/PID/stat`: fields 3 and 22, where field 2 is in parentheses
/// and may hold spaces and parentheses itself.
fn parse_stat(text: &str) -> Option<u64> {
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// The id of this boot; empty where the system does not tell.
pub(super) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// The namespace of process ids that this process is in; empty where the system does not tell.
pub(super) fn namespace() -> String {
    fs::read_link("/proc/self/ns/pid")
        .map(|link| link.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_past_hostile_names_and_zombies_are_dead() {
        let stat = |state: &str| {
            let middle = "1 ".repeat(18);
            format!("42 (a) b) (c) {state} {middle}987 5 6\n")
        };
        assert_eq!(parse_stat(&stat("S")), Some(987));
        assert_eq!(parse_stat(&stat("Z")), None);
        assert_eq!(parse_stat("42 (a) S 1 2"), None);
        assert_eq!(parse_stat(""), None);
    }
}
