"""/health: whether this server can do its work, for whoever watches it. It tells nothing of runs or people."""

from __future__ import annotations

import shutil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.config import load
from engine.errors import OverlapError
from engine.store.listing import Wanted

PATH = "/health"


def health(_request: Request) -> Response:
    """200 when the database answers and the disk has room for a run; else 503, and which of them fails."""
    checks = {"database": _database(), "disk": _disk()}
    ok = all(value == "ok" for value in checks.values())
    status = {"status": "ok" if ok else "failing", **checks}
    return JSONResponse(status, 200 if ok else 503, {"Cache-Control": "no-store"})


def _database() -> str:
    from pages.parts.shared.server import whole_store

    try:
        whole_store().count_runs(Wanted(state="failed"))
    except OverlapError:
        return "does not answer"
    return "ok"


def _disk() -> str:
    try:
        settings = load()
        free_mb = shutil.disk_usage(settings.home).free / 1e6
    except (OverlapError, OSError):
        return "cannot be read"
    return "ok" if free_mb >= settings.free_min_mb else "nearly full"
