"""What the comparisons with other programs share: how a process is measured, where files are, how a table gets into README.md."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
EXAMPLES = TARGET / "release" / "examples"
PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
ONE_THREAD = dict.fromkeys(["POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "ARROW_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                            "GDAL_NUM_THREADS"], "1")


def scratch(name):
    """The folder of one comparison, below BENCH_SCRATCH."""
    return pathlib.Path(os.environ.get("BENCH_SCRATCH", TARGET / "bench")).resolve() / name


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def build(*what):
    """Builds each of (crate, "--example" or "--bin", name), and the runner that measures memory."""
    say("building")
    for crate, kind, name in [*what, ("weir-testkit", "--bin", "in-cgroup")]:
        subprocess.run(["cargo", "build", "--release", "--quiet", "-p", crate, kind, name], cwd=ROOT, check=True)


def can_limit():
    runner = TARGET / "release" / "in-cgroup"
    return runner.exists() and subprocess.run([runner, "--limit", "64MiB", "--", "true"], capture_output=True).returncode == 0


def versions(names):
    """The versions of those packages that the Python in BENCH_PYTHON has, by name."""
    code = "import sys, importlib.metadata as m\nfor n in sys.argv[1:]:\n  try: print(n, m.version(n))\n  except Exception: pass"
    found = subprocess.run([PYTHON, "-c", code, *names], capture_output=True, text=True).stdout
    return dict(line.split() for line in found.splitlines())


def measure(command, seconds, limited, folder, limit="4GiB"):
    """CPU seconds and peak MiB of a process on one core, and what it printed; None, and why, where it failed or took too long."""
    command = [str(word) for word in command]
    report = folder / "in-cgroup.json"
    if limited:
        report.unlink(missing_ok=True)
        command = [str(TARGET / "release" / "in-cgroup"), "--limit", limit, "--json", str(report), "--", *command]
    environment = dict(os.environ, **ONE_THREAD)
    out, errors = (folder / "out.txt").open("w+"), (folder / "errors.txt").open("w+")
    child = subprocess.Popen(["taskset", "-c", "0", *command], stdout=out, stderr=errors, env=environment, start_new_session=True)
    deadline = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            os.killpg(child.pid, 9)
            os.wait4(child.pid, 0)
            return None, f"more than {seconds} s"
        time.sleep(0.02)
    out.seek(0)
    errors.seek(0)
    text, error = out.read(), errors.read()
    if os.waitstatus_to_exitcode(status) != 0:
        lines = [line for line in error.splitlines() if line.strip()]
        return None, (lines[-1] if lines else "failed")[:80]
    peak = usage.ru_maxrss / 1024
    if limited and report.exists():
        peak = json.loads(report.read_text())["peak_resident_bytes"] / 2**20
    # The runner's own few milliseconds are in these, for everybody alike.
    return (usage.ru_utime + usage.ru_stime, peak), text


def median(measured):
    """Median CPU seconds and MiB of the runs that went well; None where none did."""
    good = [found for found, _ in measured if found]
    if not good:
        return None
    return statistics.median(cpu for cpu, _ in good), statistics.median(peak for _, peak in good)


def cell(measured):
    """Medians as a table shows them, or why there are none."""
    if not measured:
        return "–"
    found = median(measured)
    return f"{found[0]:.2f} s / {found[1]:.0f} MiB" if found else measured[-1][1]


def write_readme(name, lines):
    """Puts lines between the marks of this comparison in bench/README.md."""
    begin, end = f"<!-- {name}: made by bench/{name} -->", f"<!-- {name} end -->"
    readme = ROOT / "bench" / "README.md"
    head, rest = readme.read_text().split(begin)
    readme.write_text(f"{head}{begin}\n\n{lines}\n\n{end}{rest.split(end)[1]}")
