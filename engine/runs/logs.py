"""What happened, one JSON object a line on stderr, for whoever collects logs; off unless OVERLAP_LOG asks for it.

Each line has ``time`` (UTC, ISO 8601), ``level``, ``event`` and what belongs to it: ``run`` (its number), ``person``,
``state`` and so on. No token, no password, no title and no path of a user's file stands in it.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from engine.errors import SettingRefused

RUNS = logging.getLogger("overlap.runs")
"""What happens to runs: say it with `extra={"told": {...}}`."""


class JsonLines(logging.Formatter):
    """A record as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what a record was given as `told` stands beside its event."""
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            values["error"] = self.formatException(record.exc_info)
        return json.dumps(values, default=str)


def set_up(kind: str) -> None:
    """Have this process log as the setting says: ``json``, or nothing. Raises SettingRefused for another word."""
    if kind not in ("", "json"):
        raise SettingRefused(f"OVERLAP_LOG cannot be {kind!r}: write json, or leave it empty.")
    logger = logging.getLogger("overlap")
    ours = [one for one in logger.handlers if isinstance(one.formatter, JsonLines)]
    if not kind or ours:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
