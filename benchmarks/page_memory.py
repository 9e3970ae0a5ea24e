"""Memory of a scrape run on real pages: its peak as the engine reports it, beside its time.

    python benchmarks/page_memory.py FOLDER                       576 fetches by 128 threads, three rounds
    python benchmarks/page_memory.py FOLDER --executor asyncio --workers 128
    python benchmarks/page_memory.py FOLDER --beside CHECKOUT     another state of the code in turns with this one

FOLDER holds saved pages (.html, .html.gz), which benchmarks/web.py serves, gzipped and 50 ms away, from a process of
its own. Each run is `python -m engine scrape LIST --json` with a home of its own and politeness off by configuration;
the peak is the trial's `peak_pss_mb`. Figures are medians over the rounds. Exits with 1 where --most is given and this
state's median peak is above it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from web import server

ROOT = Path(__file__).resolve().parents[1]


def run(root: Path, port: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """One run of a checkout: its trial."""
    with tempfile.TemporaryDirectory() as home:
        urls = Path(home, "list.txt")
        urls.write_text("\n".join(f"http://127.0.0.1:{port}/p/{number}" for number in range(arguments.pages)))
        command = ["scrape", str(urls), "--executor", arguments.executor, "--workers", str(arguments.workers), "--json"]
        own = {"HOME": home, "ALLOWED_HOSTS": f"127.0.0.1:{port}", "HOST_GAP_S": "0", "HOST_PARALLEL": "0"}
        environment = {**os.environ, **{f"OVERLAP_{name}": value for name, value in own.items()}}
        done = subprocess.run(
            [sys.executable, "-m", "engine", *command], cwd=root, env=environment, capture_output=True, text=True
        )
        if not done.stdout.startswith("{"):
            sys.exit(f"The run failed: {done.stderr.strip()[-500:]}")
        trial: dict[str, Any] = json.loads(done.stdout)["trials"][0]
        return trial


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--pages", type=int, default=576)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=128)
    parser.add_argument("--executor", default="threads")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="another state of the code, in turns")
    parser.add_argument("--most", type=float, metavar="MB", help="the highest peak that is good enough")
    arguments = parser.parse_args()
    roots = {"this state": ROOT, **({"beside": arguments.beside} if arguments.beside else {})}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in roots}
    with server(arguments.folder) as port:
        for number in range(arguments.rounds):
            for name in list(roots)[:: 1 if number % 2 else -1]:
                found[name].append(run(roots[name], port, arguments))
    print(f"{arguments.pages:,} pages from {arguments.folder}, {arguments.workers} workers ({arguments.executor})")
    print(f"{'':14}{'peak PSS MB':>13}{'wall s':>9}{'CPU s':>9}")
    for name, rows in found.items():
        figures = [statistics.median(row[key] for row in rows) for key in ("peak_pss_mb", "wall_s", "cpu_s")]
        print(f"{name:14}{figures[0]:13.0f}{figures[1]:9.2f}{figures[2]:9.2f}")
    peak_mb = statistics.median(row["peak_pss_mb"] for row in found["this state"])
    if arguments.most and peak_mb > arguments.most:
        sys.exit(f"The peak of {peak_mb:.0f} MB is above {arguments.most:.0f} MB.")


if __name__ == "__main__":
    main()
