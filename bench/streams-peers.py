"""One measurement of bench/streams by another program: PEER WHAT TRADES QUOTES LATE; prints `answer NUMBERS`."""

import sys

peer, what, trades, quotes, late = sys.argv[1:6]

# All columns that the answer needs are made, then summed; prices are summed as whole cents.
BARS = """select count(*)::bigint, sum(n)::bigint, sum(volume)::bigint, sum(round(open * 100))::bigint, sum(round(close * 100))::bigint,
    sum(round(low * 100))::bigint, sum(round(high * 100))::bigint from ({})"""
EQUAL = """select count(*) as a, sum(cast(round(price * 100) as bigint) * bsize) as b, sum(cast(t.symbol as bigint) * q.symbol) as c,
    sum(case when t.symbol = q.symbol then 1 else 0 end) as d from trades t join quotes q on t.seq = q.ref"""
INTERVAL = """select count(*) as a, sum(bsize) as b from trades t join quotes q
    on t.symbol = q.symbol and q.ts > t.ts - interval '60 seconds' and q.ts <= t.ts"""


def answer(*numbers):
    print("answer", *(int(number) for number in numbers))


def duckdb():
    import duckdb

    db = duckdb.connect()
    db.execute("set threads = 1; set memory_limit = '512MB'; set preserve_insertion_order = false")
    db.execute(f"create view trades as from '{trades}'; create view quotes as from '{quotes}'")
    if what == "bars":
        every = []
        for unit in ["hour", "day"]:
            bars = f"""select symbol, date_trunc('{unit}', ts) as bar, arg_min(price, seq) as open, arg_max(price, seq) as close,
                min(price) as low, max(price) as high, sum(size) as volume, count(*) as n from trades group by all"""
            every += db.execute(BARS.format(bars)).fetchone()
        answer(*every)
    elif what == "asof":
        sql = """select count(*), sum(case when bid is null then 1 else 0 end), sum(round(bid * 100)), sum(round(ask * 100)), sum(bsize)
            from trades t asof left join quotes q on t.symbol = q.symbol and t.ts >= q.ts"""
        answer(*db.execute(sql).fetchone())
    else:
        answer(*db.execute(EQUAL if what == "equal" else INTERVAL).fetchone())


def polars():
    import polars as pl

    t, q = pl.scan_parquet(trades), pl.scan_parquet(quotes)
    cents = lambda name: (pl.col(name) * 100).round().cast(pl.Int64).sum().alias(name)
    if what == "bars":
        every = []
        for unit in ["1h", "1d"]:
            bars = t.group_by("symbol", pl.col("ts").dt.truncate(unit).alias("bar")).agg(
                open=pl.col("price").first(), close=pl.col("price").last(), low=pl.col("price").min(), high=pl.col("price").max(),
                volume=pl.col("size").sum(), n=pl.len())
            sums = bars.select(pl.len().alias("rows"), pl.col("n").cast(pl.Int64).sum(), pl.col("volume").sum(),
                               cents("open"), cents("close"), cents("low"), cents("high"))
            every += sums.collect(engine="streaming").row(0)
        answer(*every)
    elif what == "asof":
        joined = t.select("ts", "symbol", "price", "size", "seq").sort("ts", maintain_order=True).join_asof(
            q.select("ts", "symbol", "bid", "ask", "bsize").sort("ts", maintain_order=True), on="ts", by="symbol")
        sums = joined.select(pl.len().alias("rows"), pl.col("bid").null_count().alias("none"), cents("bid"), cents("ask"), pl.col("bsize").sum())
        answer(*sums.collect(engine="streaming").row(0))
    elif what == "equal":
        joined = t.select("symbol", "price", "seq").join(q.select("bsize", "ref", pl.col("symbol").alias("other")), left_on="seq", right_on="ref")
        sums = joined.select(pl.len().alias("rows"), ((pl.col("price") * 100).round().cast(pl.Int64) * pl.col("bsize")).sum().alias("b"),
                             (pl.col("symbol").cast(pl.Int64) * pl.col("other")).sum().alias("c"),
                             (pl.col("symbol") == pl.col("other")).sum().alias("d"))
        answer(*sums.collect(engine="streaming").row(0))
    else:
        joined = t.select("symbol", "ts").join_where(
            q.select(pl.col("symbol").alias("other"), pl.col("ts").alias("at"), "bsize"),
            pl.col("symbol") == pl.col("other"), pl.col("at") > pl.col("ts").dt.offset_by("-60s"), pl.col("at") <= pl.col("ts"))
        answer(*joined.select(pl.len().alias("a"), pl.col("bsize").sum().alias("b")).collect(engine="streaming").row(0))


def datafusion():
    import datafusion as df

    config = df.SessionConfig().with_target_partitions(1)
    runtime = df.RuntimeEnvBuilder().with_disk_manager_os().with_fair_spill_pool(512 << 20)
    context = df.SessionContext(config, runtime)
    context.register_parquet("trades", trades)
    context.register_parquet("quotes", quotes)
    one = lambda sql: list(context.sql(sql).to_arrow_table().to_pylist()[0].values())
    if what == "bars":
        every = []
        for unit in ["hour", "day"]:
            bars = f"""select symbol, date_trunc('{unit}', ts) as bar, first_value(price order by seq) as open, last_value(price order by seq) as close,
                min(price) as low, max(price) as high, sum(size) as volume, count(*) as n from trades group by symbol, date_trunc('{unit}', ts)"""
            sql = """select count(*) as a, sum(n) as b, sum(volume) as c, sum(round(open * 100)) as d, sum(round(close * 100)) as e,
                sum(round(low * 100)) as f, sum(round(high * 100)) as g from ({})"""
            every += one(sql.format(bars))
        answer(*every)
    else:
        answer(*one(EQUAL if what == "equal" else INTERVAL))


def oups():
    import shutil
    import tempfile

    import pandas as pd
    import pyarrow.parquet as pq
    from oups.store import OrderedParquetDataset

    folder = tempfile.mkdtemp()
    try:
        data = OrderedParquetDataset(folder + "/trades", ordered_on="ts")
        file = pq.ParquetFile(trades)
        rows = file.metadata.num_rows
        correct = pq.read_table(late).to_pandas() if what == "store-late" else None
        done = 0
        for batch in file.iter_batches(batch_size=max(rows // 100, 1)):
            new = batch.to_pandas()
            if correct is not None:
                # In each chunk corrections of rows of all earlier chunks.
                some = correct[(correct["seq"] < done) & (correct["seq"] % 100 == (done * 100 // rows))]
                new = pd.concat([new, some]).sort_values("ts", kind="stable")
            data.write(df=new, row_group_target_size=rows // 100, duplicates_on=["ts", "symbol", "seq"] if correct is not None else None)
            done += batch.num_rows
        answer()
    finally:
        shutil.rmtree(folder)


{"duckdb": duckdb, "polars": polars, "datafusion": datafusion, "oups": oups}[peer]()
