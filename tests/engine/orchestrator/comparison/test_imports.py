"""Which import costs most at the start of a worker: asked of a fresh interpreter."""

from __future__ import annotations

import os
import time
from pathlib import Path

from engine.analysis.causes.startup import imports_cause
from engine.analysis.trials import Summary
from engine.machine.interpreters import engine_path
from engine.model import Configuration
from engine.orchestrator.comparison.imports import Imports, dearest, measure_imports

TEXT = """
import time: self [us] | cumulative | imported package
import time:       500 |        500 |   numbers
noise of a user's own
import time:      2000 |       2500 |     numpy.core
import time:      1000 |       3500 |   numpy
import time:     10000 |      13500 | pandas
import time:        10 |         10 |   mine.part
import time:        90 |        100 | mine
"""


def test_the_dearest_package_is_named_with_all_that_it_imports() -> None:
    assert dearest(TEXT, {"mine"}) == Imports(0.0136, "pandas", 0.0135)
    assert dearest("nothing", set()) is None


def test_a_users_own_module_is_named_where_nothing_else_costs_much() -> None:
    text = "import time:  10 |  10 |   json\nimport time:  990 |  1000 | mine\n"
    assert dearest(text, {"mine"}) == Imports(0.001, "mine", 0.001)


def test_what_a_set_up_imports_is_found_and_its_words_do_no_harm(tmp_path: Path) -> None:
    # It takes twice as long as all that was imported before it, however busy the machine is: the clock is everybody's.
    begun = time.monotonic()
    heavy = f"import time\ntime.sleep(max(0.2, 2 * (time.monotonic() - {begun!r})))\n"
    (tmp_path / "heavy_package.py").write_text(heavy, encoding="utf-8")
    (tmp_path / "mine.py").write_text(
        "import sys\nassert sys.stdin.read() == ''\ndef work(x): pass\n"
        "def prepare():\n    print('import time: lies', file=sys.stderr)\n    import heavy_package\n"
    )
    path = os.pathsep.join([engine_path(), str(tmp_path)])
    found = measure_imports("function", {"function": "mine:work", "setup": "mine:prepare"}, path)
    assert found is not None and found.module == "heavy_package" and found.module_s >= 0.2
    assert measure_imports("function", {"function": "absent:work"}, path) is None


def test_it_is_a_cause_where_workers_start_for_as_long_as_they_work() -> None:
    one = Configuration("processes", 2, "spawn")
    figure = Summary(one, 3, 0.2, 0.8, 0.0, None, None, None, None, 8, 0)
    cause = imports_cause(figure, Imports(0.5, "pandas", 0.4))
    assert cause is not None and cause.name == "imports" and abs(cause.lost - 0.8) < 1e-9
    assert "pandas" in cause.sentence and cause.experiment == "--start-method forkserver"
    assert imports_cause(figure, None) is None
    assert imports_cause(Summary(one, 3, 2.0, 0.8, 0.0, None, None, None, None, 8, 0), Imports(0.5, "x", 0.4)) is None
    assert imports_cause(Summary(one, 3, 0.1, 0.2, 0.0, None, None, None, None, 8, 0), Imports(0.09, "x", 0.08)) is None
    # Where imports are a small part of a long start, something else takes it.
    assert imports_cause(figure, Imports(0.05, "x", 0.04)) is None
