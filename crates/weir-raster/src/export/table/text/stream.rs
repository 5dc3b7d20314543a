use std::io::{self, Write};

use flate2::write::GzEncoder;

use super::super::options::TableCompression;

/// Text on its way to the disk: each group of rows is a gzip member or a Zstandard frame of its own, which
/// readers take one after the other.
pub(super) enum Stream {
    Plain,
    Gzip(Option<GzEncoder<Vec<u8>>>),
    Zstd(Option<zstd::Encoder<'static, Vec<u8>>>),
}

/// Gzip's own default.
const GZIP_LEVEL: u32 = 6;

/// Zstandard's own default.
const ZSTD_LEVEL: i32 = 3;

impl Stream {
    pub(super) fn new(compression: TableCompression) -> Self {
        match compression {
            TableCompression::None => Self::Plain,
            TableCompression::Gzip => Self::Gzip(None),
            TableCompression::Zstd => Self::Zstd(None),
        }
    }

    /// Memory of the compressor, as measured, with its output.
    pub(super) fn bytes(compression: TableCompression) -> u64 {
        let compressor = match compression {
            TableCompression::None => 0,
            TableCompression::Gzip => 512 * 1024,
            TableCompression::Zstd => 4 << 20,
        };
        compressor + 4 * super::BLOCK as u64
    }

    /// Takes text; `out` gets what is ready.
    pub(super) fn take<E: From<io::Error>>(
        &mut self,
        text: &[u8],
        out: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let ready = match self {
            Self::Plain => return out(text),
            Self::Gzip(member) => {
                let member = member.get_or_insert_with(|| {
                    GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL))
                });
                member.write_all(text)?;
                member.get_mut()
            }
            Self::Zstd(frame) => {
                let frame = match frame {
                    Some(frame) => frame,
                    None => frame.insert(zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?),
                };
                frame.write_all(text)?;
                frame.get_mut()
            }
        };
        out(ready)?;
        ready.clear();
        Ok(())
    }

    /// Ends the member or frame that is under way.
    pub(super) fn end<E: From<io::Error>>(
        &mut self,
        out: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let last = match self {
            Self::Plain => None,
            Self::Gzip(member) => member.take().map(GzEncoder::finish).transpose()?,
            Self::Zstd(frame) => frame.take().map(zstd::Encoder::finish).transpose()?,
        };
        last.map_or(Ok(()), |last| out(&last))
    }
}
