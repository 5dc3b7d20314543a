"""One measurement of bench/rasters by another program, or the check of a result: WHO WHAT ARGUMENT….

xarray both IN TOTAL MEAN    sum and mean by dask's coarsen
odc average IN OUT           odc-geo's reproject
duckdb|polars merge OUT IN…  long tables x, y, v joined on x, y
exact WHAT IN OUT            the exact result as .npy, by numpy in 64 bits
check WHAT EXACT OUT         prints how many cells of a raster are wrong, and its total by the exact one
check merge OUT              prints rows and totals of a joined table
"""

import sys

who, what, *paths = sys.argv[1:]
# 1/6°, or 1/4° for what does not nest.
HEIGHT, WIDTH = (720, 1440) if what.endswith("-quarter") else (1080, 2160)
# Results may be kept in 32 bits.
TOLERANCE = 1e-5


def xarray():
    import dask
    import rioxarray

    dask.config.set(scheduler="synchronous")
    source, total, mean = paths
    # Blocks of about 2,048 pixels a side that are whole numbers of tiles and of target cells.
    data = rioxarray.open_rasterio(source, masked=True, chunks={"x": 2560, "y": 2560}).squeeze("band", drop=True)
    factor = data.sizes["x"] // WIDTH
    coarse = data.coarsen(x=factor, y=factor)
    sums, means = dask.compute(coarse.sum(), coarse.mean())
    # Nothing is not zero.
    for result, path in ((sums.where(means.notnull()), total), (means, mean)):
        result.rio.write_crs("EPSG:4326").rio.to_raster(path)


def odc():
    import dask
    import odc.geo.xr  # noqa: F401, adds .odc
    import rioxarray
    from odc.geo.geobox import GeoBox

    dask.config.set(scheduler="synchronous")
    source, out = paths
    data = rioxarray.open_rasterio(source, chunks={"x": 4096, "y": 4096}).squeeze("band", drop=True)
    box = GeoBox.from_bbox((-180, -90, 180, 90), "epsg:4326", shape=(HEIGHT, WIDTH))
    # Results by tiles: without them it takes the source's chunks, which here hold the whole globe, and 12 GB.
    result = data.odc.reproject(box, resampling=what, dst_nodata=data.rio.nodata, chunks=(256, 256)).compute()
    result.rio.write_crs("EPSG:4326").rio.write_nodata(data.rio.nodata).rio.to_raster(out)


def duckdb():
    import duckdb

    out, *layers = paths
    db = duckdb.connect()
    db.execute("set threads = 1; set memory_limit = '1GB'; set preserve_insertion_order = false")
    db.execute(f"set temp_directory = '{out}.spill'")
    names = "abcd"[: len(layers)]
    columns = ", ".join(f"{name}.v as {name}" for name in names)
    joins = f"'{layers[0]}' a" + "".join(f" full join '{layer}' {name} using (x, y)" for name, layer in zip(names[1:], layers[1:]))
    db.execute(f"copy (select x, y, {columns} from {joins}) to '{out}' (format parquet, compression zstd)")


def polars():
    import polars as pl

    out, *layers = paths
    scans = [pl.scan_parquet(layer).rename({"v": name}) for name, layer in zip("abcd", layers)]
    joined = scans[0]
    for scan in scans[1:]:
        joined = joined.join(scan, on=["x", "y"], how="full", coalesce=True)
    joined.sink_parquet(out, compression="zstd", engine="streaming")


def exact():
    import numpy as np
    import rasterio
    from rasterio.windows import Window

    source, out = paths
    with rasterio.open(source) as file:
        if what == "sum-quarter":
            # In ticks of 0.05°: a source cell is 2 × 2 of them, a target cell 5 × 5.
            data = file.read(1)
            valid = data != file.nodata
            ticks = np.where(valid, data, 0).astype(np.float64).repeat(2, 0).repeat(2, 1) / 4
            sums = ticks.reshape(HEIGHT, 5, WIDTH, 5).sum((1, 3))
            any_valid = valid.repeat(2, 0).repeat(2, 1).reshape(HEIGHT, 5, WIDTH, 5).any((1, 3))
            np.save(out, np.where(any_valid, sums, np.nan))
        elif what == "mode-quarter":
            ticks = file.read(1).repeat(2, 0).repeat(2, 1).reshape(HEIGHT, 5, WIDTH, 5)
            counts = np.stack([(ticks == kind).sum((1, 3)) for kind in range(16)])
            # The classes with the largest area as bits: of equal ones any is right here, though weir promises the smallest.
            largest = (counts == counts.max(0)) << np.arange(16)[:, None, None]
            np.save(out, np.where(counts.max(0) > 0, largest.sum(0), np.nan))
        else:
            factor = file.width // WIDTH
            sums, counts = np.zeros((HEIGHT, WIDTH)), np.zeros((HEIGHT, WIDTH), int)
            rows = 128
            for first in range(0, HEIGHT, rows):
                some = min(rows, HEIGHT - first)
                data = file.read(1, window=Window(0, first * factor, file.width, some * factor))
                valid = data != file.nodata
                shape = (some, factor, WIDTH, factor)
                sums[first : first + some] = np.where(valid, data, 0).reshape(shape).sum((1, 3), dtype=np.float64)
                counts[first : first + some] = valid.reshape(shape).sum((1, 3))
            with np.errstate(invalid="ignore"):
                np.save(out, np.where(counts > 0, sums if what == "sum" else sums / counts, np.nan))


def check():
    import numpy as np

    if what == "merge":
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        file = pq.ParquetFile(paths[0])
        # A column for each layer, whatever it is called; NaN is no value either.
        rows, totals = 0, dict.fromkeys((name for name in file.schema_arrow.names if name not in ("row", "col", "x", "y")), 0.0)
        for batch in file.iter_batches(columns=list(totals)):
            rows += batch.num_rows
            for name in totals:
                column = batch.column(name).cast("float64")
                totals[name] += pc.sum(column.filter(pc.is_finite(column))).as_py() or 0.0
        print(rows, *(f"{total:.6g}" for total in totals.values()))
        return
    import rasterio

    want = np.load(paths[0])
    with rasterio.open(paths[1]) as file:
        have = file.read(1, masked=True).astype(np.float64).filled(np.nan)
    if have.shape != want.shape:
        print("shape", have.shape)
        return
    none = np.isnan(want)
    with np.errstate(invalid="ignore"):
        if what == "mode-quarter":
            kind = np.where(np.isnan(have), 31, have).astype(np.int64)
            near = (np.nan_to_num(want).astype(np.int64) >> kind) & 1 > 0
        else:
            near = np.abs(have - want) <= TOLERANCE * np.maximum(np.abs(want), 1e-30)
    right = np.where(none, np.isnan(have), near)
    print(int((~right).sum()), float(np.nansum(have) / np.nansum(want)))


{"xarray": xarray, "odc": odc, "duckdb": duckdb, "polars": polars, "exact": exact, "check": check}[who]()
