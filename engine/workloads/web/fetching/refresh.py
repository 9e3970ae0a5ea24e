"""The page that an HTML page sends its readers on to: `<meta http-equiv="refresh" content="0; url=…">`.

Found in the source, without a parser: it stands in the head. Read as browsers do (WHATWG HTML, "shared declarative
refresh steps"), but only where it comes soon, since pages that reload themselves later hold their own content, and not
within noscript, comments or scripts.
"""

from __future__ import annotations

import html
import re

HEAD = 30_000
"""Characters in which it is looked for."""
LONGEST_DELAY_S = 10.0
"""Beyond that a page is meant to be read."""
_IDLE = re.compile(r"<!--.*?(?:-->|\Z)|<(noscript|script|style|template)\b.*?(?:</\1|\Z)", re.I | re.S)
_META = re.compile(r"<meta\s[^<>]*http-equiv\s*=\s*[\"']?\s*refresh\b[^<>]*>", re.I)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)
_STEPS = re.compile(r"\s*(\d{1,5})?(?:\.[\d.]*)?\s*[;,]?\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))", re.I | re.S)


def may_refresh(body: bytes) -> bool:
    """Whether a page has the word in its head: a look at the bytes, which spares most pages being decoded for it."""
    head = body[: 4 * HEAD]  # no charset of the web has more bytes a character
    return b"refresh" in head.lower() or b"\0" in head  # a UTF-16 page's letters are parted by zeros


def refresh_target(text: str) -> str | None:
    """The address, as written, to which the page sends its readers on; None where it does not."""
    head = text[:HEAD]
    if "refresh" not in head and "refresh" not in head.lower():
        return None
    meta = _META.search(_IDLE.sub(" ", head))
    content = _CONTENT.search(meta[0]) if meta else None
    if content is None:
        return None
    steps = _STEPS.match(html.unescape(next(filter(None, content.groups()), "")))
    if steps is None or steps[1] is None or float(steps[1]) > LONGEST_DELAY_S:
        return None
    return next(filter(None, steps.groups()[1:]), "").strip() or None
