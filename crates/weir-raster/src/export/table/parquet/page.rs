//! Pages of a column chunk, and the chunk made of them.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use bytes::{Buf, Bytes};
use parquet::{
    basic::{Compression as Codec, Encoding, EncodingMask, GzipLevel, ZstdLevel},
    column::{
        page::{CompressedPage, Page, PageWriter},
        writer::ColumnCloseResult,
    },
    errors::Result,
    file::{
        metadata::ColumnChunkMetaData,
        reader::{ChunkReader, Length},
        statistics::Statistics,
        writer::{SerializedPageWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};

use crate::export::table::options::TableCompression;

/// Compresses pages and puts their headers before them.
pub(super) struct Packer {
    compression: TableCompression,
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Packer {
    /// Memory of the compressor and of one page under way, as measured.
    pub(super) const BYTES: u64 = 4 << 20;

    pub(super) fn new(compression: TableCompression) -> io::Result<Self> {
        let zstd = match compression {
            TableCompression::Zstd => Some(zstd::bulk::Compressor::new(1)?),
            _ => None,
        };
        Ok(Self { compression, zstd })
    }

    /// What footers call the compression.
    pub(super) fn codec(compression: TableCompression) -> Codec {
        match compression {
            TableCompression::None => Codec::UNCOMPRESSED,
            TableCompression::Gzip => Codec::GZIP(GzipLevel::default()),
            TableCompression::Zstd => Codec::ZSTD(ZstdLevel::default()),
        }
    }

    fn compress(&mut self, plain: &[u8]) -> Result<Bytes> {
        let compressed = match &mut self.zstd {
            Some(zstd) => zstd.compress(plain)?,
            None if self.compression == TableCompression::Gzip => {
                let level = flate2::Compression::new(6);
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(plain)?;
                encoder.finish()?
            }
            None => plain.to_vec(),
        };
        Ok(compressed.into())
    }

    /// A page as it is in the file, and its length without compression.
    fn pack(&mut self, plain: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<(Bytes, i64)> {
        let page = page(self.compress(plain)?);
        let mut sink = TrackedWrite::new(Vec::new());
        let written = SerializedPageWriter::new(&mut sink)
            .write_page(CompressedPage::new(page, plain.len()))?;
        let mut bytes = sink.into_inner()?;
        bytes.shrink_to_fit();
        Ok((bytes.into(), written.uncompressed_size as i64))
    }

    /// A data page of version 1: levels, then values.
    pub(super) fn data(&mut self, plain: &[u8], rows: usize, encoding: Encoding) -> Result<Packed> {
        let (bytes, uncompressed) = self.pack(plain, |buf| Page::DataPage {
            buf,
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        Ok(Packed {
            bytes,
            uncompressed,
            encoding,
        })
    }

    /// A page of a dictionary's entries.
    pub(super) fn dictionary(&mut self, plain: &[u8], entries: usize) -> Result<Packed> {
        let (bytes, uncompressed) = self.pack(plain, |buf| Page::DictionaryPage {
            buf,
            num_values: entries as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })?;
        Ok(Packed {
            bytes,
            uncompressed,
            encoding: Encoding::PLAIN,
        })
    }
}

/// A page as it is in the file.
#[derive(Clone)]
pub(super) struct Packed {
    bytes: Bytes,
    uncompressed: i64,
    encoding: Encoding,
}

/// The data pages of a chunk so far.
#[derive(Default)]
pub(super) struct Pages(Vec<Packed>);

impl Pages {
    pub(super) fn push(&mut self, page: Packed) {
        self.0.push(page);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes in memory.
    pub(super) fn held(&self) -> u64 {
        let pages = self.0.iter();
        pages.map(|page| page.bytes.len() as u64 + 64).sum()
    }

    /// The chunk of these pages after a dictionary, if there is one.
    pub(super) fn close(
        &mut self,
        dictionary: Option<Packed>,
        column: &ColumnDescPtr,
        compression: TableCompression,
        rows: u64,
        statistics: Option<Statistics>,
    ) -> Result<Chunk> {
        let first = dictionary.as_ref().map_or(0, |page| page.bytes.len());
        let with_dictionary = dictionary.is_some();
        let pages: Vec<Packed> = dictionary.into_iter().chain(self.0.drain(..)).collect();
        let compressed: usize = pages.iter().map(|page| page.bytes.len()).sum();
        let encodings = pages.iter().map(|page| page.encoding);
        let encodings: Vec<Encoding> = encodings.chain([Encoding::RLE]).collect();
        let mut metadata = ColumnChunkMetaData::builder(column.clone())
            .set_compression_codec(Packer::codec(compression).into())
            .set_encodings_mask(EncodingMask::new_from_encodings(encodings.iter()))
            .set_total_compressed_size(compressed as i64)
            .set_total_uncompressed_size(pages.iter().map(|page| page.uncompressed).sum())
            .set_num_values(rows as i64)
            .set_data_page_offset(first as i64)
            .set_dictionary_page_offset(with_dictionary.then_some(0));
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        Ok(Chunk {
            close: ColumnCloseResult {
                bytes_written: compressed as u64,
                rows_written: rows,
                metadata: metadata.build()?,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            },
            pieces: Pieces(pages.into_iter().map(|page| page.bytes).collect()),
        })
    }
}

/// An encoded chunk and what its file has to know of it.
pub(super) struct Chunk {
    pub(super) pieces: Pieces,
    pub(super) close: ColumnCloseResult,
}

/// Bytes in pieces, read from their beginning.
pub(super) struct Pieces(Arc<[Bytes]>);

impl Length for Pieces {
    fn len(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }
}

impl ChunkReader for Pieces {
    type T = PiecesRead;

    fn get_read(&self, start: u64) -> Result<PiecesRead> {
        let mut read = PiecesRead {
            pieces: Arc::clone(&self.0),
            next: 0,
            rest: Bytes::new(),
        };
        io::copy(&mut (&mut read).take(start), &mut io::sink())?;
        Ok(read)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Reads pieces one after the other.
pub(super) struct PiecesRead {
    pieces: Arc<[Bytes]>,
    next: usize,
    rest: Bytes,
}

impl Read for PiecesRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let Some(piece) = self.pieces.get(self.next) else {
                return Ok(0);
            };
            self.rest = piece.clone();
            self.next += 1;
        }
        let taken = self.rest.len().min(out.len());
        self.rest.copy_to_slice(&mut out[..taken]);
        Ok(taken)
    }
}
