#!/usr/bin/env python3
"""Merges four rasters into one Parquet table: weir's example `merge`, DuckDB and Polars in one run, CPU and peak memory from outside.

    cargo build --release -p weir-raster --example merge
    bench/merge-peers.py target/release/examples/merge A.tif B.tif C.tif D.tif

The peers get the layers as long Parquet tables (row, col, x, y, value) and join them on (row, col); weir gets the GeoTIFFs, so
that its figures have the decoding in them. One thread each. Needs duckdb and polars where they are to be measured.
"""
import os, subprocess, sys, tempfile

DUCKDB = """
import duckdb, sys
table = duckdb.connect()
for setting in ("threads=1", "memory_limit='1GB'", "preserve_insertion_order=false", "enable_progress_bar=false"):
    table.execute("set " + setting)
out, names, paths = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
join = f"'{paths[0]}' t0" + "".join(f" full join '{path}' t{at} using (row, col)" for at, path in enumerate(paths) if at)
first = lambda name: "coalesce(" + ", ".join(f"t{at}.{name}" for at in range(len(paths))) + f") {name}"
values = ", ".join(f't{at}."{name}"' for at, name in enumerate(names))
table.execute(f"copy (select row, col, {first('x')}, {first('y')}, {values} from {join} order by row, col) to '{out}' (format parquet, compression zstd)")
"""

POLARS = """
import polars, sys
out, paths = sys.argv[1], sys.argv[3:]
table = polars.read_parquet(paths[0])
for path in paths[1:]:
    table = table.join(polars.read_parquet(path), on=["row", "col", "x", "y"], how="full", coalesce=True)
table.sort("row", "col").write_parquet(out, compression="zstd")
"""


def measured(command, **environment):
    """CPU seconds and peak resident MiB of a command."""
    pid = os.posix_spawnp(command[0], command, {**os.environ, **environment})
    _, status, usage = os.wait4(pid, 0)
    if status:
        return None
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    merge, rasters = sys.argv[1], sys.argv[2:]
    names = [os.path.splitext(os.path.basename(path))[0] for path in rasters]
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        layers = [place(f"{name}.parquet") for name in names]
        for raster, layer in zip(rasters, layers):
            subprocess.run([merge, "--keys", layer, raster], check=True, stdout=subprocess.DEVNULL)
        script = lambda code, out: [sys.executable, "-c", code, place(out), ",".join(names), *layers]
        print(f"{'':8} {'CPU s':>7} {'peak MiB':>9} {'file MB':>8}")
        for name, command in (
            ("weir", [merge, "--keys", place("weir.parquet"), *rasters]),
            ("duckdb", script(DUCKDB, "duckdb.parquet")),
            ("polars", script(POLARS, "polars.parquet")),
        ):
            figures = measured(command, POLARS_MAX_THREADS="1")
            if figures is None:
                print(f"{name:8} did not finish, or is not installed")
                continue
            size = os.path.getsize(place(f"{name}.parquet")) / 1e6
            print(f"{name:8} {figures[0]:7.2f} {figures[1]:9.1f} {size:8.1f}", flush=True)


main()
