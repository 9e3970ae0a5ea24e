"""`resize`: open one image and write it in the sizes that were asked for."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from engine.images.options import resizing_from
from engine.images.resizing import resize_file
from engine.workloads.base import Place, Workload


class Resize(Workload):
    """The argument is {"source": path, "names": [one a size]}; relative sources lie in the run's folder.

    Outputs go to the option `target` (a folder), else to the run's outputs.
    """

    name = "resize"
    preload = ("engine.images.resizing",)

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.resizing = resizing_from(options)
        self.target = Path(options["target"]) if options.get("target") else place.outputs

    def run(self, argument: Any) -> Any:
        """{path, width, height, bytes} of the first size, what the source was, and `also`: the other sizes."""
        source = self.place.folder / argument["source"]
        targets = [self.target / name for name in argument["names"]]
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
        first, *rest = resize_file(source, targets, self.resizing, self.place.settings)
        return {**asdict(first), "also": [asdict(output) for output in rest]}

    def fingerprint(self, output: Any) -> str | None:
        """A digest of the files written."""
        digest = blake2b(digest_size=8)
        for item in (output, *output["also"]):
            digest.update(Path(item["path"]).read_bytes())
        return digest.hexdigest()
