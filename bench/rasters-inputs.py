"""Inputs of bench/rasters: FOLDER NAME…. Global rasters in degrees, one third land, values by formula and hash: the same on every machine.

Parquet names make the long table x, y, v of a raster. What is there already is left alone. Needs numpy, rasterio, pyarrow.
"""

import pathlib
import sys

import numpy as np

NODATA = -9999.0
# Width, what it holds, seed, how it is stored.
RASTERS = {
    "cont_12": (4320, "cont", 1, {}),
    "count_12": (4320, "count", 2, {"predictor": 3}),
    "cont_24": (8640, "cont", 3, {"block": 512}),
    "count_24": (8640, "count", 4, {"compress": "LZW", "predictor": 3}),
    "third_24": (8640, "cont", 8, {}),
    "fourth_24": (8640, "count", 9, {}),
    "third_12": (4320, "cont", 8, {}),
    "fourth_12": (4320, "count", 9, {}),
    "tenth": (3600, "count", 5, {}),
    "tenth_classes": (3600, "class", 6, {"dtype": "uint8", "nodata": 255}),
    "big_120": (43200, "cont", 7, {"block": 512, "bigtiff": "YES"}),
}


def land(longitude, latitude):
    """About a third: smooth continents with rough coasts."""
    height = (np.sin(3 * longitude + 1.0) * np.cos(2 * latitude) + 0.7 * np.sin(2 * longitude - 1.7 * latitude + 0.5)
              + 0.4 * np.cos(7 * longitude) * np.sin(5 * latitude + 0.3) + 0.15 * np.sin(23 * longitude) * np.cos(29 * latitude))
    return height > 0.35


def noise(width, first, rows, seed):
    """0 to 1 from row, column and seed, whatever is made together."""
    column = np.arange(width, dtype=np.uint64)[None, :]
    row = np.arange(first, first + rows, dtype=np.uint64)[:, None]
    with np.errstate(over="ignore"):
        mixed = (row * np.uint64(0x9E3779B97F4A7C15)) ^ (column * np.uint64(0xC2B2AE3D27D4EB4F)) ^ np.uint64(seed * 0x165667B19E3779F9 & (2**64 - 1))
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            mixed ^= mixed >> np.uint64(33)
            mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(33)
    return (mixed >> np.uint64(40)).astype(np.float64) / float(1 << 24)


def values(kind, width, first, rows, seed):
    longitude = np.radians(-180 + (np.arange(width) + 0.5) * 360.0 / width)[None, :]
    latitude = np.radians(90 - (np.arange(first, first + rows) + 0.5) * 360.0 / width)[:, None]
    random = noise(width, first, rows, seed)
    if kind == "cont":
        made = np.round((25 * np.cos(latitude) + 4 * np.sin(5 * longitude) * np.cos(3 * latitude) + 3 * random) * 10) / 10
    elif kind == "count":
        made = np.floor(np.maximum(0, (np.cos(latitude) ** 2 * 200 + 30 * np.sin(4 * longitude)) * random))
    else:
        made = np.floor(((np.sin(6 * longitude) * np.cos(4 * latitude) + 1) * 0.4 + 0.2 * random) * 16)
    return made, land(longitude, latitude)


def raster(path, name):
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    width, kind, seed, how = RASTERS[name]
    options = {"block": 256, "dtype": "float32", "nodata": NODATA, "compress": "DEFLATE"} | how
    block, nodata, dtype = options.pop("block"), options["nodata"], options["dtype"]
    if options["compress"] == "DEFLATE":
        options["zlevel"] = 6
    height = width // 2
    with rasterio.open(path, "w", driver="GTiff", width=width, height=height, count=1, crs="EPSG:4326", tiled=True, blockxsize=block, blockysize=block,
                       transform=from_origin(-180, 90, 360 / width, 180 / height), **options) as file:
        for first in range(0, height, block):
            rows = min(block, height - first)
            made, is_land = values(kind, width, first, rows, seed)
            file.write(np.where(is_land, made, nodata).astype(dtype), 1, window=Window(0, first, width, rows))


def table(path, source):
    import pyarrow as pa
    import pyarrow.parquet as pq
    import rasterio
    from rasterio.windows import Window

    schema = pa.schema([("x", pa.float64()), ("y", pa.float64()), ("v", pa.float32())])
    with rasterio.open(source) as file, pq.ParquetWriter(path, schema, compression="zstd") as writer:
        size = 360 / file.width
        x = -180 + (np.arange(file.width) + 0.5) * size
        # Row groups of about a million rows.
        for first in range(0, file.height, 360):
            rows = min(360, file.height - first)
            data = file.read(1, window=Window(0, first, file.width, rows))
            row, column = np.nonzero(data != file.nodata)
            y = 90 - (first + row + 0.5) * size
            writer.write_table(pa.table([x[column], y, data[row, column]], schema=schema))


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        path = folder / name
        part = path.with_name(f"part-{name}")
        if path.exists():
            continue
        print("making", name, file=sys.stderr, flush=True)
        if path.suffix == ".parquet":
            table(part, pathlib.Path(sys.argv[1]) / f"{path.stem}.tif")
        else:
            raster(part, path.stem)
        part.rename(path)


main()
