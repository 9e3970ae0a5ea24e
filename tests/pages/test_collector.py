"""What modules bring is set aside once, before there is a session, and nothing of a session ever is."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVED = """
import gc, json, time
from pages.parts.shared.collector import freeze_modules
freeze_modules()
left, began_s = len(gc.get_objects()), time.process_time()
gc.collect()
print(json.dumps([gc.get_freeze_count(), left, time.process_time() - began_s]))
"""


def test_an_app_that_is_served_leaves_the_collector_little_to_look_through() -> None:
    done = subprocess.run([sys.executable, "-c", SERVED], cwd=ROOT, capture_output=True, text=True, check=True)
    frozen, left, collect_s = json.loads(done.stdout.splitlines()[-1])
    assert frozen > 100_000 and frozen > 20 * left
    assert collect_s < 0.05


def test_nothing_is_set_aside_where_sessions_are() -> None:
    """A session's uploads, tables and figures would stay in memory when it is over."""
    calls = {
        path.relative_to(ROOT).as_posix()
        for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("freeze_modules", "gc.freeze")
    }
    assert calls == {"pages/serving/forgetting.py", "pages/parts/shared/collector.py"}
