//! How pages are compressed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The compression of data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Zstandard at its fastest level: the smallest files.
    #[default]
    Zstd,
    /// Snappy: larger and faster.
    Snappy,
    /// Gzip, for readers that know nothing else.
    Gzip,
    /// None.
    None,
}

impl Compression {
    pub(crate) fn codec(self) -> parquet::basic::Compression {
        use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};
        match self {
            Self::Zstd => Codec::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()),
            Self::Snappy => Codec::SNAPPY,
            Self::Gzip => Codec::GZIP(GzipLevel::default()),
            Self::None => Codec::UNCOMPRESSED,
        }
    }

    /// Whether a chunk was compressed so.
    pub(crate) fn is(self, codec: parquet::basic::Compression) -> bool {
        std::mem::discriminant(&self.codec()) == std::mem::discriminant(&codec)
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zstd => "zstd",
            Self::Snappy => "snappy",
            Self::Gzip => "gzip",
            Self::None => "none",
        })
    }
}
