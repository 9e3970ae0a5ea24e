"""What the site takes from outside docs/: the README as its first page, and the documents beside docs/.

A hook of mkdocs (mkdocs.yml). Links between documents are turned to where these lie on the site, so that the same link
leads somewhere in the repository, too.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md", "THIRD-PARTY.md": "third-party.md",
}  # fmt: skip
"""Documents beside docs/, and what they are called on the site."""
_LINK = re.compile(r'(\]\(|(?:src|srcset)=")([^)#":\s]+)')
_COMMENT = re.compile(r"<!-- (?:tried by|not tried:) .*? -->\n")


def on_files(files: Files, config: Any) -> Files:
    """Adds the documents."""
    for name, page in OUTSIDE.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_turned(text, name, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_more: Any) -> str:
    """A page of docs/ with its links to those documents turned."""
    where = str(page.file.src_uri)
    markdown = _COMMENT.sub("", markdown)
    return markdown if where in OUTSIDE.values() else _turned(markdown, f"docs/{where}", where)


def _turned(markdown: str, source: str, page: str) -> str:
    """`markdown` of the repository's file `source` with its relative links as they are from `page` of the site."""

    def turn(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[2]))
        on_site = OUTSIDE.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)
        if on_site is None:  # a file that the site does not have: a test holds these links
            return found[0]
        return found[1] + posixpath.relpath(on_site, posixpath.dirname(page) or ".")

    return _LINK.sub(turn, markdown)
