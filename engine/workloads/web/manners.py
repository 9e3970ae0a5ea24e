"""What a run says of its reader to the shops: languages and the name of the program, where others than ours are wanted.

Whatever name is given, robots.txt is asked for our own ("Overlap"): a shop's word to us counts, also when pages are
asked for as a browser would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputRefused

LONGEST_LANGUAGE = 100
LONGEST_AGENT = 300
"""Characters; servers cut off or refuse longer header fields."""
_RANGE = r"(?:\*|[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)(?: *; *q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?"
_LANGUAGES = re.compile(rf"{_RANGE}(?: *, *{_RANGE})*")
_AGENT = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Manners:
    """Accept-Language and User-Agent of a run; empty stands for ours. Raises InputRefused for what no header can be."""

    language: str = ""
    user_agent: str = ""

    def __post_init__(self) -> None:
        for name in ("language", "user_agent"):
            object.__setattr__(self, name, getattr(self, name).strip(" "))
        if len(self.language) > LONGEST_LANGUAGE or (self.language and not _LANGUAGES.fullmatch(self.language)):
            raise InputRefused(
                f"The language {self.language[:40]!r} cannot be used: write it like de-DE, or several like "
                "de-AT, de;q=0.8, en;q=0.5."
            )
        if len(self.user_agent) > LONGEST_AGENT or (self.user_agent and not _AGENT.fullmatch(self.user_agent)):
            raise InputRefused(
                f"The User-Agent {self.user_agent[:40]!r} cannot be used: it must be one line of at most "
                f"{LONGEST_AGENT} plain ASCII characters."
            )

    def plain(self) -> dict[str, str]:
        """The options of a run that say so: those that are set."""
        told = {"language": self.language, "user_agent": self.user_agent}
        return {name: value for name, value in told.items() if value}


OURS = Manners()


def manners_of(options: Mapping[str, Any]) -> Manners:
    """The manners that a run's options name. Raises InputRefused."""
    return Manners(str(options.get("language") or ""), str(options.get("user_agent") or ""))
