"""A line as small as a word, beside a tile's label: `st.metric`'s own chart doubles the height of a whole row."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

WIDTH, HEIGHT = 56, 24


def sparkline(values: Sequence[float], colour: str) -> str:
    """The values, at even distances and from zero up, as a picture in Markdown; nothing for fewer than three."""
    most = max(values, default=0.0)
    if len(values) < 3 or most <= 0:
        return ""
    step = WIDTH / (len(values) - 1)
    points = [f"{at * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * value / most:.1f}" for at, value in enumerate(values)]
    line = " ".join(points)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<polygon points="0,{HEIGHT} {line} {WIDTH},{HEIGHT}" fill="{colour}" fill-opacity="0.2"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/></svg>'
    )
    return f" ![over time](data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()})"
