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
    made: list[Path] = field(default_factory=list)

    @classmethod
    def set_out(cls, reads: Iterable[str], writes: Sequence[str]) -> Canary:
        """Put a canary into each folder. Raises OSError where one cannot be written."""
        sizes = tuple((path, os.stat(path).st_size) for path in reads if os.path.isfile(path))
        proof = Proof(sizes, tuple(writes), (os.getpid(), secrets.randbits(40) * _SLOTS), secrets.token_hex(16))
        canary = cls(proof)
        for folder in writes:
            path = Path(folder, proof.name())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(proof.content, encoding="ascii")
            canary.made.append(path)
        return canary

    def unseen(self, slot: int) -> list[str]:
        """The folders in which this worker's answer is not to be seen from here."""
        proof, answered = self.proof, []
        for folder in proof.writes:
            path = Path(folder, proof.name(slot))
            if _text(path) == proof.content:
                answered.append(folder)
                with suppress(OSError):  # a part that stays is swept when the trial has ended
                    path.unlink()
        return [folder for folder in proof.writes if folder not in answered]

    def take_away(self) -> None:
        """Remove the canaries."""
        for path in self.made:
            with suppress(OSError):
                path.unlink()


def prove(proof: Proof, slot: int) -> list[str]:
    """In a worker: the files and folders of the run that are not to be seen, or not to be written, from here."""
    unseen = [path for path, size in proof.reads if _size(path) != size]
    for folder in proof.writes:
        try:
            if _text(Path(folder, proof.name())) != proof.content:
                unseen.append(folder)
                continue
            Path(folder, proof.name(slot)).write_text(proof.content, encoding="ascii")
        except OSError:
            unseen.append(folder)
    return unseen


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None


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
