"""What a cluster's workers must prove before the first task: that they see the run's files, and have its packages.

`Canary` is the trial's side: a file in each folder that tasks write to, and sizes of some files that they read.
`prove` is the worker's: it looks, and answers with a file of its own beside the canary, which the trial must see.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from engine.errors import NotAvailable, TaskFailed
from engine.machine import remote_files

_SLOTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Proof:
    """What each worker looks at: `reads` are (path, bytes), `writes` folders that hold a file of that `content`.

    The files are called like parts of results by this process, so that they are swept should it be killed.
    """

    reads: tuple[tuple[str, int], ...] = ()
    writes: tuple[str, ...] = ()
    numbers: tuple[int, int] = (0, 0)
    content: str = ""

    def name(self, slot: int = -1) -> str:
        """The file of the trial, or the answer of the worker in `slot`."""
        return f".{self.numbers[0]}-{self.numbers[1] + slot + 1}.part"


@dataclass(slots=True)
class Canary:
    """The files of one proof, as the trial keeps them."""

    proof: Proof
    made: list[str] = field(default_factory=list)

    @classmethod
    def set_out(cls, reads: Iterable[str], writes: Sequence[str]) -> Canary:
        """Put a canary into each place that tasks write to. Raises NotAvailable where one cannot be written."""
        sizes = tuple((path, size) for path in reads if (size := _size_here(path)) is not None)
        proof = Proof(sizes, tuple(writes), (os.getpid(), secrets.randbits(40) * _SLOTS), secrets.token_hex(16))
        canary = cls(proof)
        for place in writes:
            path = _inside(place, proof.name())
            try:
                _write(path, proof.content.encode())
            except (OSError, TaskFailed) as error:
                canary.take_away()
                why = _words(error.__cause__ or error)
                raise NotAvailable(f"Nothing can be written to {place} ({why}): choose another place.") from None
            canary.made.append(path)
        return canary

    def unseen(self, slot: int) -> list[tuple[str, str]]:
        """The places in which this worker's answer is not to be seen from here, and why."""
        proof, found = self.proof, []
        for place in proof.writes:
            path = _inside(place, proof.name(slot))
            if why := _differs(path, proof.content.encode()):
                found.append((place, why))
            _remove(path)
        return found

    def take_away(self) -> None:
        """Remove the canaries."""
        for path in self.made:
            _remove(path)


def prove(proof: Proof, slot: int) -> list[tuple[str, str]]:
    """In a worker: the files and places of the run that cannot be read or written from here, each with why."""
    unseen = []
    for path, size in proof.reads:
        try:
            if (found := _size(path)) != size:
                unseen.append((path, "it is not there" if found is None else f"it has {found} bytes, not {size}"))
        except Exception as error:  # an address: its store's libraries raise what they like
            unseen.append((path, _words(error)))
    for place in proof.writes:
        if why := _differs(_inside(place, proof.name()), proof.content.encode()):
            unseen.append((place, why))
            continue
        try:
            _write(_inside(place, proof.name(slot)), proof.content.encode())
        except Exception as error:  # as above
            unseen.append((place, _words(error)))
    return unseen


def _inside(place: str, name: str) -> str:
    return remote_files.joined(place, name) if remote_files.is_address(place) else os.path.join(place, name)


def _size(path: str) -> int | None:
    """Bytes of a file; None where there is none."""
    if remote_files.is_address(path):
        return remote_files.size(path)
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _size_here(path: str) -> int | None:
    """The same; what cannot be asked is left to its own task to say."""
    try:
        return _size(path)
    except Exception:
        return None


def _differs(path: str, content: bytes) -> str | None:
    """Why this file does not hold this content, as seen from here; None where it does."""
    try:
        found = remote_files.read(path, 1.0) if remote_files.is_address(path) else Path(path).read_bytes()
    except Exception as error:  # as in `prove`
        return _words(error)
    return None if found == content else "another file is there"


def _write(path: str, content: bytes) -> None:
    if remote_files.is_address(path):
        remote_files.write(path, content, replace=True)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)


def _remove(path: str) -> None:
    with suppress(Exception):  # what cannot be removed is swept when the trial has ended, or stays: it is a few bytes
        if remote_files.is_address(path):
            remote_files.remove(path)
        else:
            Path(path).unlink()


def _words(error: BaseException) -> str:
    return " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())


def packages_here() -> dict[str, str]:
    """The installed packages that this process has imported something of, with their versions."""
    known = packages_distributions()
    tops = {name.partition(".")[0] for name in list(sys.modules)}
    return {one: version(one) for top in tops for one in known.get(top, ())}


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(package, version here, version there) of what the workers have in another version than this process."""
    found = []
    for package, theirs in sorted(there.items()):
        ours = here.get(package) or _installed(package)
        if ours is not None and ours != theirs:
            found.append((package, ours, theirs))
    return found


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
