"""Reading prices from saved pages: ours beside extruct with price-parser, in one run over the same pages.

    python benchmarks/prices.py FOLDER                     6 rounds over the folder's pages: under a minute
    python benchmarks/prices.py FOLDER --rounds 2 --wrong  and name the pages that were read wrong or not at all
    python benchmarks/prices.py FOLDER --json FILE         the figures and every page's reading, as JSON too

FOLDER holds saved pages (.html, .html.gz) and `manifest.jsonl`, one object a page: `file`, `price` (a list of decimal
strings, any of which is right; empty where the page has none), `currency` (ISO 4217 or null) and, if known, `url`.
A label that the page shows struck out and nowhere else is named, with our figures without that page.
Every tool reads in a process of its own. CPU time (user and system, one thread) is taken for each page apart, after one
round that does not count; a page's time is the median of its rounds. Files are read and unpacked outside that time.
extruct and price-parser are installed by pip into a temporary environment; without a package index their row is left
out, and says so. extruct reads JSON-LD, microdata and Open Graph, which is what it offers for prices.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PACKAGES = ("extruct", "price-parser")
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
"""What price-parser's symbols most likely mean, so that they are not counted as wrong."""

Reading = tuple[Decimal | None, str | None, bool]
"""What a tool says of a page: amount, ISO 4217 currency, and whether it doubts them."""
Reader = Callable[[bytes, str | None], Reading]


@dataclass(frozen=True, slots=True)
class Score:
    """What one tool reached. Shares are of the priced pages; times are CPU milliseconds a page."""

    tool: str
    pages: int
    priced: int
    exact: float
    wrong: float
    silent: float
    currency: float
    undoubted: int
    undoubted_right: float
    unpriced: int
    unpriced_silent: int
    median_ms: float
    p90_ms: float
    mean_ms: float


# The tools.


def ours() -> Reader:
    """The reader of prices that Overlap has."""
    from engine.workloads.web.price import read_product

    def read(body: bytes, url: str | None) -> Reading:
        product = read_product(body, url)
        return product.price, product.currency, product.doubtful

    return read


def extruct_with_price_parser() -> Reader:
    """The first product with an offer that extruct finds, else Open Graph's price, read by price-parser."""
    import extruct  # type: ignore[import-not-found]
    from price_parser import Price

    def read(body: bytes, url: str | None) -> Reading:
        text = body.decode("utf-8", "replace")
        syntaxes = ["json-ld", "microdata", "opengraph"]
        found = extruct.extract(text, base_url=url, syntaxes=syntaxes, uniform=True, errors="ignore")
        for price, currency in _stated(found):
            amount = Price.fromstring(str(_first(price)))
            if amount.amount is not None:
                return amount.amount, _first(currency) or SYMBOLS.get(amount.currency or "", amount.currency), False
        return None, None, False

    return read


def _stated(found: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Every price that the mark-up states, with its currency: offers of products first, then Open Graph."""
    for syntax in ("json-ld", "microdata"):
        for node in _nodes(found.get(syntax)):
            if "Product" not in str(node.get("@type")):
                continue
            for offer in _nodes(node.get("offers")):
                price = offer.get("price") or offer.get("lowPrice")
                if price:
                    yield price, offer.get("priceCurrency")
    for node in _nodes(found.get("opengraph")):
        for prefix in ("product:price", "og:price"):
            if node.get(f"{prefix}:amount"):
                yield node[f"{prefix}:amount"], node.get(f"{prefix}:currency")


def _first(value: Any) -> Any:
    """A value, or the first of several: microdata may state a property more than once."""
    return value[0] if isinstance(value, list) and value else value


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, dict):
        yield value
        yield from _nodes(value.get("@graph"))


TOOLS: dict[str, Callable[[], Reader]] = {
    "ours": ours,
    "extruct + price-parser": extruct_with_price_parser,
}


# One tool over all pages, in this process.


def manifest(folder: Path) -> list[dict[str, Any]]:
    """The rows of the folder's manifest."""
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def body(path: Path) -> bytes:
    """A saved page, unpacked."""
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def read_all(tool: str, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Every page's reading and CPU milliseconds."""
    read = TOOLS[tool]()
    pages = [(row["file"], body(folder / row["file"]), row.get("url")) for row in manifest(folder)]
    readings: dict[str, Reading] = {}
    times_ms: dict[str, list[float]] = {file: [] for file, _, _ in pages}
    for number in range(rounds + 1):
        for file, data, url in pages:
            begun = time.process_time()
            readings[file] = read(data, url)
            if number:
                times_ms[file].append((time.process_time() - begun) * 1000)
    return [
        {
            "file": file,
            "price": None if price is None else format(price, "f"),
            "currency": currency,
            "doubtful": doubtful,
            "cpu_ms": statistics.median(times_ms[file]),
        }
        for file, (price, currency, doubtful) in readings.items()
    ]


# All tools, compared.


def score(tool: str, wanted: list[dict[str, Any]], readings: list[dict[str, Any]]) -> Score:
    """How right and how dear a tool's readings are; invented prices count among the undoubted."""
    by_file = {reading["file"]: reading for reading in readings}
    priced = [(row, by_file[row["file"]]) for row in wanted if row["price"]]
    unpriced = [by_file[row["file"]] for row in wanted if not row["price"]]
    verdicts = [verdict(row, reading) for row, reading in priced]
    undoubted = [verdict(row, by_file[row["file"]]) for row in wanted if _undoubted(by_file[row["file"]])]
    right_currency = sum(reading["currency"] == row["currency"] for row, reading in priced)
    times_ms = sorted(reading["cpu_ms"] for reading in readings)
    share = 1 / max(1, len(priced))
    return Score(
        tool, len(wanted), len(priced), verdicts.count("exact") * share, verdicts.count("wrong") * share,
        verdicts.count("silent") * share, right_currency * share, len(undoubted),
        undoubted.count("exact") / max(1, len(undoubted)), len(unpriced),
        sum(reading["price"] is None for reading in unpriced), statistics.median(times_ms),
        times_ms[int(0.9 * (len(times_ms) - 1))], statistics.fmean(times_ms),
    )  # fmt: skip


def _undoubted(reading: dict[str, Any]) -> bool:
    return reading["price"] is not None and not reading["doubtful"]


def verdict(row: dict[str, Any], reading: dict[str, Any]) -> str:
    """`exact` for one of the page's amounts, `wrong` for any other, `silent` for none."""
    if reading["price"] is None:
        return "silent"
    return "exact" if Decimal(reading["price"]) in [Decimal(price) for price in row["price"]] else "wrong"


def show(scores: list[Score]) -> None:
    """The table."""
    first = scores[0]
    print(f"{first.pages} pages, {first.priced} with a price, {first.unpriced} without.")
    head = "".join(f"{name:>{width}}" for name, width in (("exact", 9), ("wrong", 8), ("silent", 8), ("currency", 10)))
    print(f"{'':24}{head}{'undoubted right':>19}{'silent where none':>19}{'CPU ms: median':>16}{'p90':>8}{'mean':>8}")
    for each in scores:
        shares = f"{each.exact:9.1%}{each.wrong:8.1%}{each.silent:8.1%}{each.currency:10.1%}"
        none = f"{each.unpriced_silent} of {each.unpriced}"
        sure = f"{each.undoubted_right:.1%} of {each.undoubted}"
        print(f"{each.tool:24}{shares}{sure:>19}{none:>19}{each.median_ms:16.2f}{each.p90_ms:8.2f}{each.mean_ms:8.2f}")


def show_wrong(wanted: list[dict[str, Any]], readings: list[dict[str, Any]]) -> None:
    """The pages that our reader got wrong, or said nothing of."""
    by_file = {reading["file"]: reading for reading in readings}
    for row in wanted:
        reading = by_file[row["file"]]
        told = verdict(row, reading)
        if told == "wrong" or (row["price"] and told == "silent"):
            sure = ", without a doubt" if _undoubted(reading) else ""
            right = " or ".join(row["price"]) or "none"
            print(f"  {told}: {row['file']}, right is {right}, read {reading['price']}{sure}")


def disputed(wanted: list[dict[str, Any]], folder: Path) -> list[str]:
    """The pages whose label is an amount that the page itself shows struck out, and nowhere else: no price to pay."""
    from engine.workloads.web.price.deciding.visible import look
    from engine.workloads.web.price.page import open_page

    found = []
    for row in wanted:
        right = {Decimal(price) for price in row["price"]}
        sights = look(open_page(body(folder / row["file"]), row.get("url"))).sights
        shown = [sight.struck for sight in sights if sight.amount.value in right]
        if shown and all(shown):
            found.append(row["file"])
    return found


def show_disputed(wanted: list[dict[str, Any]], readings: list[dict[str, Any]], folder: Path) -> None:
    """The labels that the pages themselves dispute, and what is reached without those pages."""
    files = disputed(wanted, folder)
    if files:
        rest = [row for row in wanted if row["file"] not in files]
        without = score("ours", rest, readings)
        print(f"Struck out by the page itself is the labelled price of {', '.join(files)}. Without: ours exact "
              f"{without.exact:.1%}, wrong {without.wrong:.1%}, undoubted right {without.undoubted_right:.1%} of "
              f"{without.undoubted}.")  # fmt: skip


def with_packages(folder: Path) -> Path | None:
    """A Python with extruct and price-parser in a temporary environment; None where they cannot be installed."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], capture_output=True, text=True)
    return python if done.returncode == 0 else None


def run(tool: str, python: Path, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """One tool in a fresh process."""
    command = [python, __file__, folder.resolve(), "--run", tool, "--rounds", rounds]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{tool} failed: {done.stderr.strip()[-500:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(arguments: argparse.Namespace) -> None:
    """All tools over the folder, in one run."""
    wanted = manifest(arguments.folder)
    with tempfile.TemporaryDirectory() as folder:
        pythons = {"ours": Path(sys.executable)}
        python = None if arguments.alone else with_packages(Path(folder))
        if python is None:
            print("extruct and price-parser are left out: pip could not install them here, or they were not wanted.")
        else:
            pythons["extruct + price-parser"] = python
        readings = {tool: run(tool, path, arguments.folder, arguments.rounds) for tool, path in pythons.items()}
    scores = [score(tool, wanted, found) for tool, found in readings.items()]
    show(scores)
    show_disputed(wanted, readings["ours"], arguments.folder)
    if arguments.wrong:
        show_wrong(wanted, readings["ours"])
    if arguments.json:
        figures = {"scores": [asdict(each) for each in scores], "readings": readings}
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--alone", action="store_true", help="without extruct and price-parser")
    parser.add_argument("--wrong", action="store_true", help="name the pages that ours read wrong or not at all")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--run", choices=TOOLS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not (arguments.folder / "manifest.jsonl").is_file():
        parser.error(f"{arguments.folder} holds no manifest.jsonl: name a folder of saved pages that has one.")
    if arguments.run:
        print(json.dumps(read_all(arguments.run, arguments.folder, arguments.rounds)))
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
