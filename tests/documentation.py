"""What the README and docs hold: their blocks of code, the commands in these, their links and headings."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN = [
    "README.md", "docs/quick-start.md", "docs/stories/prices.md", "docs/stories/photographs.md",
    "docs/stories/executor.md", "docs/slower.md", "docs/library.md", "docs/commands.md", "docs/deployment.md",
    "docs/pictures.md", "docs/extending.md",
]  # fmt: skip
"""Documents whose blocks are all run by one test."""
_TRIED = r"(?:^<!-- (?:tried by (?P<by>.+?)|not tried: (?P<why>.+?)) -->\n)?"
_BLOCK = re.compile(_TRIED + r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"')
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language and text; what tries it where the documents' own test cannot, or why nothing can."""

    document: str
    line: int
    kind: str
    text: str
    tried_by: tuple[str, ...]
    not_tried: str | None

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def file(self) -> str | None:
        """The name under which the reader is to save it, which its first line says."""
        found = re.match(r"# ([\w.]+\.(?:py|toml))\n", self.text)
        return found[1] if found else None


def documents() -> list[str]:
    """Every Markdown file of the repository, by its path from the root."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@cache
def read(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document, in their order."""
    text = read(document)
    return [
        Block(
            document, text.count("\n", 0, found.start("text")), found["kind"], found["text"],
            tuple(re.split(r",\s*", found["by"])) if found["by"] else (), found["why"],
        )
        for found in _BLOCK.finditer(text)
    ]  # fmt: skip


def commands(text: str, kind: str = "sh") -> Iterator[list[str]]:
    """The words behind each `overlap` in a shell's text: continued lines joined, comments and redirections left out."""
    text = text.replace("\\", "/").replace('"', " ") if kind == "bat" else re.sub(r"\\\n\s*", "", text)
    for line in re.sub(r"\$(?=\w)", "", text).splitlines():
        for words in _simple_commands(line.replace('"$(', "$(").replace(')"', ")")):
            at = next((at for at, word in enumerate(words) if word == "overlap" or word.endswith("/overlap")), None)
            if at is not None and at + 1 < len(words):
                yield words[at + 1 :]


def _simple_commands(line: str) -> Iterator[list[str]]:
    """The commands of a line, each without what it reads from and writes to."""
    words: list[str] = []
    try:
        tokens = list(shlex.shlex(line, posix=True, punctuation_chars=True))
    except ValueError:  # prose with an apostrophe, in a drawing
        return
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else "", tokens[at + 1] if at + 1 < len(tokens) else ""
        if set(token) <= set("|&;()"):
            yield words
            words = []
        elif not set(token) <= set("<>") and not set(before) & set("<>") and not (token.isdigit() and ">" in after):
            words.append(token)
    yield words


def links(document: str) -> list[str]:
    """Where a document's links and pictures lead, blocks of code aside."""
    prose = re.sub(r"`[^`\n]+`", "", _BLOCK.sub("", read(document)))
    return [one or other for one, other in _LINK.findall(prose)]


def anchors(document: str) -> set[str]:
    """What a link into a document may name behind its #, as both GitHub and the site make it of a heading."""
    headings = _HEADING.findall(_BLOCK.sub("", read(document)))
    return {_github(heading) for heading in headings} & {_site(heading) for heading in headings}


def _github(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", _plain(heading).strip().lower()).replace(" ", "-")


def _site(heading: str) -> str:
    from markdown.extensions.toc import slugify

    return str(slugify(_plain(heading), "-"))


def _plain(heading: str) -> str:
    return re.sub(r"\[(.+?)\]\(.+?\)", r"\1", heading).replace("`", "")
