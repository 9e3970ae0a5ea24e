"""What the imports of a workload cost, and which module costs most: measured in a fresh interpreter, outside any trial.

`python -X importtime` prints for each module its own microseconds and those with all that it imports, children first,
two spaces a level (docs.python.org/3/using/cmdline.html). What a set-up function imports is among them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.machine import child

LIMIT_S = 60.0
OWN = 0.3
"""Another package than the user's own module and this engine is named from this share of the imports on."""
_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)")
_CODE = """
import json, sys
from importlib import import_module
from engine.machine.lifeline import die_with_parent
from engine.workloads import modules_of
parent, name, options = json.load(sys.stdin)
die_with_parent(parent)
for module in modules_of(name, options):
    import_module(module)
if name == "function":
    from engine.workloads.function import function_of
    function_of(options, "function")
    if options.get("setup"):
        function_of(options, "setup")()
"""


@dataclass(frozen=True, slots=True)
class Imports:
    """All imports together, and the dearest package with what it imports itself, in seconds."""

    total_s: float
    module: str
    module_s: float


def measure_imports(workload: str, options: Mapping[str, Any], search_path: str) -> Imports | None:
    """Import what a worker imports, once, in a fresh interpreter; None where that fails or takes too long."""
    process = child.start(
        ["-X", "importtime", "-c", _CODE], path=search_path, variables={"OVERLAP_TRIAL": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    asked = json.dumps([os.getpid(), workload, dict(options)]).encode()
    try:
        said = process.communicate(asked, timeout=LIMIT_S)[1]
    except subprocess.TimeoutExpired:
        return None
    finally:
        child.end(process)
    own = {"engine", str(options.get("function", "")).partition(":")[0].partition(".")[0]}
    return dearest(said.decode("utf-8", "replace"), own) if process.returncode == 0 else None



def dearest(text: str, own: set[str]) -> Imports | None:
    """From what importtime says: the package that costs most, one that is not `own` where it costs enough."""
    packages: dict[str, int] = {}
    total = 0
    open_at: dict[int, str] = {}
    for _, with_all, spaces, name in reversed(_LINE.findall(text)):  # so that a module comes before what it imports
        depth, package = len(spaces) // 2, name.partition(".")[0]
        open_at = {level: above for level, above in open_at.items() if level < depth}
        if not open_at:
            total += int(with_all)
        if package not in open_at.values():
            packages[package] = packages.get(package, 0) + int(with_all)
        open_at[depth] = package
    if not packages:
        return None
    others = {package: cost for package, cost in packages.items() if package not in own}
    best = max(others, key=others.__getitem__, default="")
    if not best or others[best] < OWN * total:
        best = max(packages, key=packages.__getitem__)
    return Imports(total * 1e-6, best, packages[best] * 1e-6)
