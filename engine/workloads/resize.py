"""`resize`: open one image and write it in the sizes that were asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from engine.errors import TaskFailed
from engine.model import Run, Task
from engine.workloads.base import Place, Workload
from engine.workloads.images.making.allocator import keep_freed_memory
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.parts import sweep
from engine.workloads.images.making.resizing import resize_file, would_overwrite
from engine.workloads.images.sets.memory import limit_this_process, may_be_limited


class Resize(Workload):
    """The argument is {"source": path, "names": [one a size]}; relative sources lie in the run's folder.

    `originals` are those names that are originals of the run, by whatever spelling; `replace` those that may be
    replaced although they exist. The option `overwrite` "all" allows it for every name that is no original.

    Outputs go to the option `target` (a folder), else to the run's outputs. A worker with a process of
    its own may map so much memory and no more (`worker_memory_mb`), so that a runaway decoder fails alone.
    """

    name = "resize"
    preload = ("engine.workloads.images.making.resizing",)

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.resizing = resizing_from(options)
        self.target = Path(options["target"]) if options.get("target") else place.outputs
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
        return [str(folder / argument["source"]) for argument in arguments], [options.get("target") or str(outputs)]

    def run(self, argument: Any) -> Any:
        """{path, width, height, bytes} of the first size, what the source was, and `also`: the other sizes."""
        source = self.place.folder / argument["source"]
        targets = [self.target / name for name in argument["names"]]
        if argument.get("originals"):
            raise would_overwrite(argument["originals"][0])
        replace = targets if self.replaces else [self.target / name for name in argument.get("replace", ())]
        try:
            first, *rest = resize_file(source, targets, self.resizing, self.place.settings, replace)
        except ModuleNotFoundError as missing:  # numpy, for 16 bits a channel and rare spaces of colour
            raise TaskFailed(
                "package_missing",
                f"This picture needs the package {missing.name}, which is not installed here: "
                "pip install 'overlap-workbench[pictures]'.",
            ) from None
        return {**asdict(first), "also": [asdict(output) for output in rest]}

    @classmethod
    def clean_up(cls, options: Mapping[str, Any], outputs: Path, tasks: Iterable[Task]) -> None:
        """Remove the parts of files that were being written, from every folder that results go to."""
        target = options.get("target")
        folder = Path(target) if isinstance(target, str) and target else outputs
        sweep({folder / os.path.dirname(name) for task in tasks for name in task.argument["names"]})

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
