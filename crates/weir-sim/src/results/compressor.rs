use std::io::Write;

use bytes::Bytes;
use parquet::basic::Compression as Codec;
use parquet::errors::{ParquetError, Result};

use super::table_file::Compression;

/// Compresses pages one by one, as Parquet wants them; the same settings as the Parquet library's own.
pub(super) struct Compressor {
    compression: Compression,
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Compressor {
    pub(super) fn new(compression: Compression) -> Result<Self> {
        let zstd = match compression.codec() {
            Codec::ZSTD(level) => Some(zstd::bulk::Compressor::new(level.compression_level())?),
            _ => None,
        };
        Ok(Self { compression, zstd })
    }

    /// What footers call it.
    pub(super) fn codec(&self) -> Codec {
        self.compression.codec()
    }

    /// A page's bytes as they go to the file.
    pub(super) fn compress(&mut self, plain: &[u8]) -> Result<Bytes> {
        let compressed = match (self.compression, &mut self.zstd) {
            (Compression::Zstd, Some(zstd)) => zstd.compress(plain)?,
            (Compression::Snappy, _) => snap::raw::Encoder::new()
                .compress_vec(plain)
                .map_err(|error| ParquetError::External(Box::new(error)))?,
            (Compression::Gzip, _) => {
                let level = flate2::Compression::new(6);
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(plain)?;
                encoder.finish()?
            }
            (Compression::None | Compression::Zstd, _) => plain.to_vec(),
        };
        Ok(compressed.into())
    }
}
