//! Truncated, lying and random files: a typed error with a place, within bounds, and never a panic.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use weir_raster::{GeoTiff, GeoTiffError, Place, ReadLimits, with_samples};

/// One entry of a directory: tag, type, count, value or offset.
type Entry = (u16, u16, u32, u32);

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A little-endian TIFF of 40 × 24 bytes in two strips, deflated, with its directory behind the data.
fn small(change: impl Fn(&mut Vec<Entry>)) -> Vec<u8> {
    packed(&deflated, change)
}

fn deflated(values: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(values).unwrap();
    encoder.finish().unwrap()
}

/// The same, with strips packed in another way.
fn packed(pack: &dyn Fn(&[u8]) -> Vec<u8>, change: impl Fn(&mut Vec<Entry>)) -> Vec<u8> {
    let mut file = vec![b'I', b'I', 42, 0, 0, 0, 0, 0];
    let mut strips = Vec::new();
    for strip in 0..2u8 {
        let values: Vec<u8> = (0..480u32).map(|at| (at % 97) as u8 + strip).collect();
        let bytes = pack(&values);
        strips.push((file.len() as u32, bytes.len() as u32));
        file.extend(bytes);
    }
    let tables = file.len() as u32;
    for (offset, _) in &strips {
        file.extend(offset.to_le_bytes());
    }
    for (_, length) in &strips {
        file.extend(length.to_le_bytes());
    }
    let mut entries: Vec<Entry> = vec![
        (256, SHORT, 1, 40),
        (257, SHORT, 1, 24),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 8),
        (262, SHORT, 1, 1),
        (273, LONG, 2, tables),
        (277, SHORT, 1, 1),
        (278, SHORT, 1, 12),
        (279, LONG, 2, tables + 8),
    ];
    change(&mut entries);
    let directory = file.len() as u32;
    file[4..8].copy_from_slice(&directory.to_le_bytes());
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

const LIMITS: ReadLimits = ReadLimits {
    block_bytes: 1 << 20,
    entry_bytes: 1 << 16,
};

/// Opens a file and reads all its blocks, at most 100.
fn read(bytes: Vec<u8>) -> Result<u64, GeoTiffError> {
    let mut raster = GeoTiff::open("x.tif", bytes, LIMITS)?;
    let info = raster.info().clone();
    let mut cells = 0;
    for down in 0..info.blocks_down().min(10) {
        for across in 0..info.blocks_across().min(10) {
            let samples = raster.block(info.bands, across, down)?;
            with_samples!(samples, values => cells += values.len() as u64);
        }
    }
    Ok(cells)
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) -> GeoTiffError {
    let error = read(bytes).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.to_string().contains("x.tif"), "{error}");
    error
}

/// A change of one entry.
fn with(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    small(|entries| {
        entries.retain(|entry| entry.0 != tag);
        entries.push((tag, kind, count, value));
    })
}

#[test]
fn the_file_itself_is_fine() {
    assert_eq!(read(small(|_| ())).unwrap(), 960);
}

#[test]
fn what_is_wrong_is_named() {
    refused(b"not a tiff at all".to_vec(), "neither II nor MM");
    refused(
        b"II\x2b\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        "the file ends",
    );
    refused(b"II*\x00\x08\x00\x00\x00\x00\x00".to_vec(), "0 entries");
    refused(with(256, LONG, 1, 4_000_000_000), "may be held");
    refused(with(257, LONG, 1, u32::MAX), "2 offsets");
    refused(with(256, SHORT, 1, 0), "0 × 24");
    refused(with(259, SHORT, 1, 7), "compression 7 is not read");
    refused(with(258, SHORT, 1, 12), "12 bits");
    refused(with(339, SHORT, 1, 6), "sample format 6");
    refused(with(277, SHORT, 1, 0), "in 0 bands");
    refused(with(317, SHORT, 1, 3), "predictor 3 of values of type Byte");
    refused(with(317, SHORT, 1, 9), "predictor 9");
    refused(with(273, LONG, u32::MAX, 8), "not in the file");
    refused(with(273, SHORT, 2, 8), "");
    refused(with(273, 12, 1, 8), "not whole numbers");
    refused(with(262, SHORT, 1, 6), "colour model 6");
    refused(with(266, SHORT, 1, 2), "fill order");
    refused(with(33922, 12, 6, 8), "do not describe a grid");
    refused(
        small(|entries| entries.retain(|entry| entry.0 != 257)),
        "tag 257 is missing",
    );
    refused(
        small(|entries| entries.retain(|entry| entry.0 != 279)),
        "2 offsets and 0 lengths",
    );
}

#[test]
fn a_directory_that_points_at_itself_is_read_once() {
    // Only the first directory is read, so a loop has nowhere to go.
    let mut bytes = small(|_| ());
    let directory = bytes[4..8].to_vec();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&directory);
    assert_eq!(read(bytes).unwrap(), 960);
}

#[test]
fn a_truncated_block_is_told_with_its_offset() {
    let mut bytes = small(|_| ());
    // The second strip's data become zeros.
    let second = bytes[8..]
        .windows(2)
        .skip(1)
        .position(|pair| pair == [0x78, 0x01])
        .unwrap()
        + 9;
    bytes[second..second + 30].fill(0);
    match refused(bytes, "block 1") {
        GeoTiffError::Damaged {
            place: Place::Block { block: 1, offset },
            ..
        } => assert_eq!(offset as usize, second),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_truncation_is_an_error_or_reads_what_is_whole() {
    let whole = small(|_| ());
    for length in 0..whole.len() {
        let _ = read(whole[..length].to_vec());
    }
    // Without its last entry's bytes the directory is not whole.
    refused(whole[..whole.len() - 20].to_vec(), "the file ends");
}

#[test]
fn a_bomb_stays_within_the_block() {
    use std::io::Write;
    // A strip that inflates to 64 MiB where 480 bytes belong.
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![7; 64 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let mut bytes = small(|_| ());
    let at = bytes.len() as u32;
    bytes.extend(&bomb);
    let table = bytes
        .windows(8)
        .position(|pair| pair[..4] == 8u32.to_le_bytes() && pair[4..] != [0; 4])
        .unwrap();
    bytes[table..table + 4].copy_from_slice(&at.to_le_bytes());
    let lengths = table + 8;
    bytes[lengths..lengths + 4].copy_from_slice(&(bomb.len() as u32).to_le_bytes());
    refused(bytes, "more than 960 bytes come out of it, and 480 belong");
}

#[test]
fn a_checksum_that_does_not_fit_is_told() {
    // The last four bytes of a stream are its checksum, of deflate and of zstd.
    let spoilt = |mut bytes: Vec<u8>| {
        *bytes.last_mut().unwrap() ^= 1;
        bytes
    };
    let zstd = |values: &[u8]| {
        use std::io::Write;
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(values).unwrap();
        encoder.finish().unwrap()
    };
    let as_zstd = |entries: &mut Vec<Entry>| {
        entries.retain(|entry| entry.0 != 259);
        entries.push((259, SHORT, 1, 50000));
    };
    assert_eq!(read(packed(&zstd, as_zstd)).unwrap(), 960);
    refused(packed(&|values| spoilt(zstd(values)), as_zstd), "block 0");
    refused(
        packed(&|values| spoilt(deflated(values)), |_| ()),
        "block 0",
    );
    // Without the checksum.
    let cut = |values: &[u8]| {
        let mut bytes = deflated(values);
        bytes.truncate(bytes.len() - 4);
        bytes
    };
    refused(packed(&cut, |_| ()), "block 0");
}

#[test]
fn a_last_strip_may_be_whole_and_streams_may_be_padded() {
    let padded = |values: &[u8]| {
        let mut bytes = deflated(values);
        bytes.extend([0xAA; 5]);
        bytes
    };
    assert_eq!(read(packed(&padded, |_| ())).unwrap(), 960);
    // Of the second strip's 12 rows 8 are the raster's; its checksum is still looked at.
    let of_20_rows = |entries: &mut Vec<Entry>| entries[1] = (257, SHORT, 1, 20);
    assert_eq!(read(small(of_20_rows)).unwrap(), 800);
    let spoilt = |values: &[u8]| {
        let mut bytes = deflated(values);
        // Of the second strip, whose first value is 1.
        *bytes.last_mut().unwrap() ^= values[0];
        bytes
    };
    refused(packed(&spoilt, of_20_rows), "block 1");
}

/// A directory of one entry behind the file's own, of this kind (tag 254).
fn followed_by(kind: u32) -> Vec<u8> {
    let mut bytes = small(|_| ());
    let (end, at) = (bytes.len() - 4, bytes.len() as u32);
    bytes[end..].copy_from_slice(&at.to_le_bytes());
    bytes.extend([1, 0, 254, 0, 4, 0, 1, 0, 0, 0]);
    bytes.extend(kind.to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes
}

#[test]
fn a_mask_is_refused_and_overviews_are_not() {
    refused(
        followed_by(4),
        "a mask within the file is not read; make what it hides nodata",
    );
    // An overview, its mask, another page; the directory then points at itself.
    for kind in [1, 5, 2] {
        assert_eq!(read(followed_by(kind)).unwrap(), 960);
    }
}

#[test]
fn a_band_of_opacity_is_known() {
    let alpha = |kind| {
        let bytes = with(338, SHORT, 1, kind);
        GeoTiff::open("x.tif", bytes, LIMITS).unwrap().info().alpha
    };
    assert_eq!((alpha(0), alpha(1), alpha(2)), (None, Some(1), Some(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn flipped_bits_never_panic_hostile(bit in 0usize..8 * 300, more in prop::collection::vec(0usize..8 * 300, 0..3)) {
        let mut bytes = small(|_| ());
        for bit in more.into_iter().chain([bit]) {
            let at = bit / 8 % bytes.len();
            bytes[at] ^= 1 << (bit % 8);
        }
        let _ = read(bytes);
    }

    #[test]
    fn random_entries_never_panic_hostile(entries in prop::collection::vec((250u16..345, 0u16..20, any::<u32>(), any::<u32>()), 0..12)) {
        let _ = read(small(|all| all.extend(&entries)));
        let _ = read(small(|all| *all = entries.clone()));
    }

    #[test]
    fn random_bytes_never_panic_hostile(mut bytes in prop::collection::vec(any::<u8>(), 0..400), big in any::<bool>()) {
        let head: &[u8] = if big { b"II\x2b\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00" } else { b"II*\x00\x08\x00\x00\x00" };
        bytes.splice(0..0, head.iter().copied());
        let _ = read(bytes);
    }
}
