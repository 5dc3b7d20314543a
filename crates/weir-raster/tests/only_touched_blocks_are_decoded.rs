//! A part reads the blocks that its rows meet, each once, however small the windows are.
#![allow(clippy::unwrap_used)]

mod resampled;
mod tiff;

use std::{
    io,
    sync::{Arc, Mutex},
};

use resampled::grid;
use tiff::{Plain, holder, rows};
use weir_memory::Bytes;
use weir_raster::{Crs, GeoTiff, Layer, LayerOptions, Method, ReadAt, ReadLimits, Target};

/// A file that notes where it is read.
struct Noted {
    file: Vec<u8>,
    reads: Arc<Mutex<Vec<u64>>>,
}

impl ReadAt for Noted {
    fn length(&self) -> u64 {
        self.file.length()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.reads.lock().unwrap().push(offset);
        self.file.read_at(offset, buffer)
    }
}

#[test]
fn each_once() {
    // 4 × 4 tiles of 16 × 16; the first begins at byte 8, each has 1024 bytes.
    let values = (0..64 * 64).map(f64::from).collect();
    let plain = Plain::new(grid([0.0, 0.0, 64.0, 64.0], 64, 64), values);
    let block = |down: u64, across: u64| 8 + (down * 4 + across) * 1024;
    for (extent, shape, part, wanted) in [
        // The same grid, its second row of tiles.
        (
            [0.0, 0.0, 64.0, 64.0],
            64,
            16..32,
            vec![block(1, 0), block(1, 1), block(1, 2), block(1, 3)],
        ),
        // Coarser: target rows of 8 cells, the third and fourth.
        (
            [0.0, 0.0, 64.0, 64.0],
            8,
            2..4,
            vec![block(1, 0), block(1, 1), block(1, 2), block(1, 3)],
        ),
        // A target over one tile and a bit of those beside and below it.
        (
            [16.0, 31.0, 33.0, 48.0],
            17,
            0..17,
            vec![block(1, 1), block(1, 2), block(2, 1), block(2, 2)],
        ),
    ] {
        for window in [4, 2048] {
            let reads = Arc::new(Mutex::new(Vec::new()));
            let file = Noted {
                file: plain.bytes(),
                reads: Arc::clone(&reads),
            };
            let raster = GeoTiff::open("noted.tif", file, ReadLimits::default()).unwrap();
            let target = Target {
                grid: grid(extent, shape, shape),
                crs: Crs::Geographic(4326),
            };
            let results = [Method::Sum, Method::Average].map(LayerOptions::new);
            let mut layer = Layer::open(raster, &target, &results).unwrap();
            reads.lock().unwrap().clear();
            rows(&mut layer, part.clone(), window, &holder(Bytes::mib(64))).unwrap();
            assert_eq!(*reads.lock().unwrap(), wanted, "window {window}");
        }
    }
}
