"""What was read of a page the last time, and the shop's mark of that version: so that a shop may answer "unchanged".

    find ──▶ LastReading ──▶ the request carries If-None-Match, If-Modified-Since ──▶ 304: the output of then
                                                                                  └▶ 200: read, and keep

One small database in the home, for all processes: what cannot be had or kept in a moment is asked for anew. A reading
counts for the same address, selector, language, name and reader only. What is older than a month is removed, and
above the limit what was read longest ago.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.machine.private import make_folder, opener
from engine.workloads.web.fetching.answers import FetchedPage, Validators
from engine.workloads.web.manners import Manners

if TYPE_CHECKING:
    import sqlite3

KEPT_S = 30 * 86_400.0
"""Age at which a reading is removed."""
MOST = 100_000
"""Readings that are kept; a kilobyte each."""
LONGEST = 20_000
"""Characters of an output that is kept: one that is longer holds something odd."""
BUSY_S = 0.2
"""How long another process is waited for."""
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Za-z0-9 ,:+\-]{10,40}")
_TABLE = "CREATE TABLE IF NOT EXISTS readings (key TEXT PRIMARY KEY, reading TEXT NOT NULL, at REAL NOT NULL)"


@dataclass(frozen=True, slots=True)
class LastReading:
    """What was read of a page, when (UTC, ISO 8601), and what the shop marked that version with."""

    validators: Validators
    output: dict[str, Any]
    read_at: str

    def again(self) -> dict[str, Any]:
        """The output of a page that is unchanged, which says since when."""
        return {**self.output, "unchanged_since": self.read_at}


def validators_of(page: FetchedPage) -> Validators | None:
    """The marks of a page's version; None where the shop gives none, or wants nothing kept."""
    headers = page.headers
    if page.status != 200 or "no-store" in headers.get("cache-control", "").lower():
        return None
    etag, modified = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    found = Validators(
        page.final_url, etag if _ETAG.fullmatch(etag) else "", modified if _DATE.fullmatch(modified) else ""
    )
    return found if found.etag or found.modified else None


class Readings:
    """The last readings of pages. Safe to share between threads; processes share the folder."""

    def __init__(self, folder: Path, manners: Manners) -> None:
        self._path = folder / "readings.db"
        self._salt = json.dumps([reader_version(), manners.plain()])
        self._lock = Lock()
        self._database: sqlite3.Connection | None = None
        with self._lock:
            self._open()

    def find(self, url: str, selector: str | None) -> LastReading | None:
        """What was read of this page the last time; None where nothing that may count now was kept."""
        rows = self._do("SELECT reading FROM readings WHERE key = ? AND at > ?", self._key(url, selector), _oldest())
        if not rows:
            return None
        try:
            values = json.loads(rows[0][0])
            return LastReading(Validators(**values["validators"]), dict(values["output"]), str(values["read_at"]))
        except (ValueError, TypeError, KeyError):  # a damaged row
            return None

    def keep(
        self, url: str, selector: str | None, validators: Validators | None, output: Mapping[str, Any]
    ) -> None:
        """Keep what was read of a page, where its shop marks versions; else forget what was kept."""
        key = self._key(url, selector)
        text = "" if validators is None else json.dumps(
            {
                "validators": {"url": validators.url, "etag": validators.etag, "modified": validators.modified},
                "output": output,
                "read_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
        )  # fmt: skip
        if not text or len(text) > LONGEST:
            self._do("DELETE FROM readings WHERE key = ?", key)
        else:
            self._do("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", key, text, time.time())

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _key(self, url: str, selector: str | None) -> str:
        return sha256(json.dumps([url, selector, self._salt]).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _open(self) -> None:
        try:
            import sqlite3
        except ImportError:  # a Python without SQLite asks for every page anew
            return
        for _ in range(2):
            try:
                self._database = self._opened()
                return
            except sqlite3.OperationalError:  # another process has it, or the disk is full: asked for anew
                return
            except sqlite3.DatabaseError:  # damaged: it only spares time, so it begins anew
                with suppress(OSError):
                    self._path.unlink()

    def _opened(self) -> sqlite3.Connection:
        import sqlite3

        make_folder(self._path.parent)
        with open(self._path, "ab", opener=opener):  # for the owner alone, as all in the home
            pass
        database = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            # A crash may cost the whole file, which costs no more than asking for the pages.
            database.execute("PRAGMA journal_mode = MEMORY")
            database.execute("PRAGMA synchronous = OFF")
            database.execute(_TABLE)
            database.execute("DELETE FROM readings WHERE at < ?", (_oldest(),))
            too_many = "SELECT key FROM readings ORDER BY at DESC LIMIT -1 OFFSET ?"
            database.execute(f"DELETE FROM readings WHERE key IN ({too_many})", (MOST,))
        except BaseException:
            database.close()
            raise
        return database

    def _do(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement; none where the database cannot be used now."""
        with self._lock:
            if self._database is None:
                return []
            import sqlite3

            try:
                return self._database.execute(statement, values).fetchall()
            except sqlite3.Error:  # busy, full, or damaged meanwhile: this page is asked for as if it were new
                return []


@cache
def reader_version() -> str:
    """What tells one state of the reader of prices from another: its version and its source."""
    digest = sha256(__version__.encode())
    with suppress(OSError):
        for path in sorted((Path(__file__).parent / "price").rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _oldest() -> float:
    return time.time() - KEPT_S
