use super::line::{Bad, declared_length, decode};

/// What is good in a journal's bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Recovered<'a> {
    /// The records' JSON, in order.
    pub records: Vec<&'a [u8]>,
    /// The end of an interrupted write that is to be dropped.
    pub dropped: Option<DroppedTail>,
    /// The length of the good lines, in bytes.
    pub good: u64,
    /// The checksum that the next line starts from.
    pub crc: u32,
}

/// What an interrupted write left at a journal's end. Its record was never confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DroppedTail {
    /// Where it begins, in bytes from the start.
    pub offset: u64,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Tells good lines, an interrupted last write, and damage apart. Pure.
///
/// A last line is the rest of an interrupted write when it is cut short, or when it holds zero
/// bytes (blocks of the file that never reached the disk). A last line that is there to its end and
/// says something else than was written is damage, and so is every bad line with others after it.
///
/// # Errors
///
/// The offset of the damaged line and what is wrong with it.
pub fn recover(bytes: &[u8]) -> Result<Recovered<'_>, (u64, String)> {
    let mut records = Vec::new();
    let mut crc = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match decode(crc, rest) {
            Ok(line) => {
                records.push(line.record);
                crc = line.crc;
                at += line.length;
            }
            Err(bad) if is_interrupted_write(&bad, rest) => {
                let dropped = DroppedTail {
                    offset: at as u64,
                    bytes: rest.len() as u64,
                };
                return Ok(Recovered {
                    records,
                    dropped: Some(dropped),
                    good: at as u64,
                    crc,
                });
            }
            Err(bad) => return Err((at as u64, reason(&bad, rest))),
        }
    }
    Ok(Recovered {
        records,
        dropped: None,
        good: at as u64,
        crc,
    })
}

fn is_interrupted_write(bad: &Bad, rest: &[u8]) -> bool {
    // A line feed inside means that another line was begun, and no line is begun before the
    // one before it is on disk.
    let inner = &rest[..rest.len() - 1];
    if inner.contains(&b'\n') || declared_length(rest).is_some_and(|whole| rest.len() > whole) {
        return false;
    }
    match bad {
        Bad::Short => !rest.ends_with(b"\n"),
        Bad::Wrong(_) => rest.contains(&0),
    }
}

fn reason(bad: &Bad, rest: &[u8]) -> String {
    match bad {
        Bad::Short if rest.contains(&b'\n') => "the line is shorter than it says".to_owned(),
        Bad::Short => "the line is cut short".to_owned(),
        Bad::Wrong(reason) => (*reason).to_owned(),
    }
}
