"""Room on the disk: what the history takes, whether a run may start, and which runs retention removes.

An ended run is removed when it is older than OVERLAP_KEEP_DAYS, and, the oldest first, while all together are larger
than OVERLAP_KEEP_GB. What is pinned stays, and what lies in another home is that home's to remove.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.config import Settings
from engine.errors import InputRefused, OverlapError, StoreUnusable
from engine.model import ENDED, Run
from engine.store import Store
from engine.store.database import database_bytes, shrink
from engine.store.listing import Wanted

_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Use:
    """Bytes: the database, the runs' files below the home, and what is free on the home's disk."""

    database: int
    files: int
    free: int

    @property
    def history(self) -> int:
        """All that the history takes."""
        return self.database + self.files


@dataclass(frozen=True, slots=True)
class Removed:
    """What retention removed: runs, the bytes that came back from the database and the folders, and what went wrong."""

    runs: tuple[Run, ...]
    freed: int
    problems: tuple[str, ...] = ()


def use(store: Store) -> Use:
    """What the history takes, and what is left."""
    home = store.settings.home
    return Use(database_bytes(store.engine), folder_bytes(store.settings.runs), shutil.disk_usage(home).free)


def folder_bytes(folder: Path) -> int:
    """Bytes of the files below a folder as the disk counts them; a file with two names there counts once."""
    seen: set[tuple[int, int]] = set()
    return sum(_bytes_below(folder, seen))


def _bytes_below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[int]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _bytes_below(Path(entry.path), seen)
                    continue
                status = entry.stat(follow_symlinks=False)
                if status.st_nlink == 1 or (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield getattr(status, "st_blocks", (status.st_size + 511) // 512) * 512
    except OSError:  # gone meanwhile, or not to be read: what is counted is an estimate
        return


def must_have_room(settings: Settings, target: Path | None = None) -> None:
    """Raises InputRefused where the disk of the home, or that of the results, is too full for a run to start."""
    for place in [settings.home, *([target] if target else [])]:
        free_mb = shutil.disk_usage(_existing(place)).free / 1e6
        if free_mb < settings.free_min_mb:
            raise InputRefused(
                f"The disk of {place} has {free_mb:,.0f} MB left, and {settings.free_min_mb:,.0f} have to be free "
                "before a run starts (OVERLAP_FREE_MIN_MB): free some space, or remove runs that are needed no more "
                "(History, or the command overlap tidy)."
            )


def _existing(place: Path) -> Path:
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def tidy(store: Store, days: float, gigabytes: float, dry: bool = False, now: datetime | None = None) -> Removed:
    """Remove what is too old or too much (0 is no limit), and give its room back; `dry` only says what would go.

    A run that cannot be removed is told among the problems, and the others go all the same.
    """
    before = use(store)
    going = _too_old(store, days, now or datetime.now(UTC))
    if gigabytes:
        going = _too_many(store, going, before.history - gigabytes * 1e9)
    if dry:
        return Removed(tuple(going), sum(size_of(store, run) for run in going))
    problems = [problem for run in going if (problem := _remove(store, run))]
    try:
        shrink(store.engine)
    except StoreUnusable as error:  # another program is at it: the next time will do
        problems.append(str(error))
    return Removed(tuple(going), max(0, before.history - use(store).history), tuple(problems))


def _ours(store: Store) -> Iterator[Run]:
    """The ended and unpinned runs of this home, the oldest first."""
    offset = 0
    while runs := store.runs(_AT_A_TIME, wanted=Wanted(pinned=False), sort="oldest", offset=offset):
        yield from (run for run in runs if run.state in ENDED and _is_here(store, run))
        offset += len(runs)


def _is_here(store: Store, run: Run) -> bool:
    return run.home in (None, str(store.settings.home)) or store.folder(run).path.is_dir()


def _too_old(store: Store, days: float, now: datetime) -> list[Run]:
    if not days:
        return []
    limit = (now - timedelta(days=min(days, 100_000))).isoformat()
    return [run for run in _ours(store) if (run.ended_at or run.created_at) < limit]


def _too_many(store: Store, going: list[Run], over: float) -> list[Run]:
    """What goes already, and the oldest of the others until it makes up for the bytes that are too many."""
    over -= sum(size_of(store, run) for run in going)
    known = {run.id for run in going}
    for run in _ours(store):
        if over <= 0:
            break
        if run.id not in known:
            going.append(run)
            over -= size_of(store, run)
    return going


def size_of(store: Store, run: Run) -> int:
    """About how many bytes would come back if this run went: its files, and its share of the database."""
    return folder_bytes(store.folder(run).path) + store.records.bytes_of(run)


def _remove(store: Store, run: Run) -> str | None:
    try:
        now = store.run(run.token)
        if now.state in ENDED:  # somebody may have resumed it a moment ago
            store.delete(now)
    except OverlapError as error:
        return str(error)
    return None


def must_have_share(store: Store, person: str) -> None:
    """Raises InputRefused where a person has as many runs under way, or as much on the disk, as one may have here."""
    settings, own = store.settings, Wanted(person=person)
    if settings.runs_each and (under_way := len(store.active(own))) >= settings.runs_each:
        raise InputRefused(
            f"You have {under_way} runs under way, and one person may have {settings.runs_each} here "
            "(OVERLAP_RUNS_EACH): wait for one to end, or cancel one."
        )
    if settings.gb_each:
        taken = sum(size_of(store, run) for run in store.runs(limit=10_000, wanted=own))
        if taken > settings.gb_each * 1e9:
            raise InputRefused(
                f"Your runs take {taken / 1e9:.1f} GB, and those of one person may take {settings.gb_each:g} here "
                "(OVERLAP_GB_EACH): delete some in the History."
            )
