"""`resize`: open one image and write it in the sizes that were asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from engine.errors import Later, TaskFailed
from engine.machine.remote_files import is_address, joined, read, write
from engine.model import Run, Task
from engine.workloads.base import Place, Workload
from engine.workloads.images.making.allocator import keep_freed_memory
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.parts import sweep
from engine.workloads.images.making.resizing import Output, resize_file, would_overwrite
from engine.workloads.images.sets.memory import limit_this_process, may_be_limited

AGAIN_S = 0.05
"""How soon a sample photo that is being painted is looked for again."""

_NAME_KEPT = 60
"""Characters at the end of a fetched file's name that its copy here has."""


class Resize(Workload):
    """The argument is {"source": path, "names": [one a size]}; relative sources lie in the run's folder.

    `originals` are those names that are originals of the run, by whatever spelling; `replace` those that may be
    replaced although they exist. The option `overwrite` "all" allows it for every name that is no original.

    Outputs go to the option `address` or `target` (a folder), else to the run's outputs. A worker with a process of
    its own may map so much memory and no more (`worker_memory_mb`), so that a runaway decoder fails alone.
    """

    name = "resize"
    preload = ("engine.workloads.images.making.resizing",)

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.resizing = resizing_from(options)
        # Until then a sample photo that is being painted is waited for.
        self.painted_by_s = time.monotonic() + float(options.get("painter_s") or 0.0)
        self.target = Path(options["target"]) if options.get("target") else place.outputs
        self.address: str = options.get("address", "")
        """Where results go instead, by an address."""
        # The run's own folder holds nothing but what this run wrote.
        self.replaces = self.target == place.outputs or options.get("overwrite") == "all"
        keep_freed_memory()
        if place.settings.worker_memory_mb and may_be_limited():
            limit_this_process(int(place.settings.worker_memory_mb * 1e6))

    @classmethod
    def files(
        cls, options: dict[str, Any], folder: Path, outputs: Path, arguments: Sequence[Any]
    ) -> tuple[list[str], list[str]]:
        """The pictures, and where their results go."""
        sources = [argument["source"] for argument in arguments]
        reads = [source if is_address(source) else str(folder / source) for source in sources]
        return reads, [options.get("address") or options.get("target") or str(outputs)]

    def run(self, argument: Any) -> Any:
        """{path, width, height, bytes} of the first size, what the source was, and `also`: the other sizes."""
        if argument.get("originals"):
            raise would_overwrite(argument["originals"][0])
        by_address = self.address or is_address(argument["source"])
        try:
            first, *rest = self._run_by_address(argument) if by_address else self._run_here(argument)
        except ModuleNotFoundError as missing:  # numpy, for 16 bits a channel and rare spaces of colour
            raise TaskFailed(
                "package_missing",
                f"This picture needs the package {missing.name}, which is not installed here: "
                "pip install 'overlap-workbench[pictures]'.",
            ) from None
        return {**asdict(first), "also": [asdict(output) for output in rest]}

    def _run_here(self, argument: Any) -> list[Output]:
        source = self.place.folder / argument["source"]
        if time.monotonic() < self.painted_by_s and not source.exists():
            raise Later(AGAIN_S)
        targets = [self.target / name for name in argument["names"]]
        return resize_file(source, targets, self.resizing, self.place.settings, self._replaceable(argument))

    def _run_by_address(self, argument: Any) -> list[Output]:
        """The same for what lies elsewhere: fetched, and sent, by way of a folder of this machine."""
        settings, names = self.place.settings, argument["names"]
        with TemporaryDirectory(prefix="overlap-", ignore_cleanup_errors=True) as scratch:
            source = self.place.folder / argument["source"]
            if is_address(argument["source"]):
                # A store takes longer names than a disk, whose limit is in bytes: the end of it tells the format.
                source = Path(scratch, "in", PurePosixPath(argument["source"]).name[-_NAME_KEPT:])
                source.parent.mkdir()
                source.write_bytes(read(argument["source"], settings.image_max_mb))
            target = Path(scratch, "out") if self.address else self.target
            targets = [target / name for name in names]
            outputs = resize_file(source, targets, self.resizing, settings, self._replaceable(argument))
            return [self._sent(output, name) for output, name in zip(outputs, names, strict=True)]

    def _replaceable(self, argument: Any) -> list[Path]:
        """The results that may replace what has their name in the folder."""
        allowed = argument["names"] if self.replaces else argument.get("replace", ())
        return [self.target / name for name in allowed]

    def _sent(self, output: Output, name: str) -> Output:
        if not self.address:
            return output
        address = joined(self.address, name)
        write(address, Path(output.path).read_bytes(), self.options.get("overwrite") == "all")
        return replace(output, path=address)

    @classmethod
    def clean_up(cls, options: Mapping[str, Any], outputs: Path, tasks: Iterable[Task]) -> None:
        """Remove the parts of files that were being written, from every folder that results go to."""
        target = options.get("target")
        folder = Path(target) if isinstance(target, str) and target else outputs
        sweep({folder, *(folder / os.path.dirname(name) for task in tasks for name in task.argument["names"])})

    @classmethod
    def conclude(cls, run: Run, outputs: Path, results: Iterable[tuple[str, Any]]) -> str | None:
        """Write the gallery page, where it was asked for; one that cannot be written is a remark and no failure."""
        if not run.options.get("html"):
            return None
        from engine.workloads.images.gallery import write_page

        try:
            write_page(run, outputs, results)
        except TaskFailed as failure:
            return f"The gallery page is missing: {failure.message}"
        return None

    @classmethod
    def fingerprint(cls, output: Any) -> str | None:
        """A digest of the files written: of their digests, so that none is read again."""
        digests = "".join(item["digest"] for item in (output, *output["also"]))
        return blake2b(digests.encode(), digest_size=8).hexdigest()
