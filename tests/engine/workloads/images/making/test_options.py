"""The options of a resizing: defaults, a round trip as plain values, refusals in sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import SettingRefused
from engine.workloads.images.making.options import Resizing, resizing_from


def test_the_defaults_are_usable_and_survive_json() -> None:
    assert resizing_from({}) == Resizing()
    assert resizing_from(json.loads(json.dumps(Resizing(sizes=("100", "50%"), quality_jpeg=70).plain()))) == Resizing(
        sizes=("100", "50%"), quality_jpeg=70
    )


def test_what_is_not_an_option_is_left_to_others() -> None:
    same = Resizing(quality_jpeg=80, quality_webp=80, quality_avif=80)
    assert resizing_from({"source": "somewhere", "quality": 80}) == resizing_from({"quality": "80"}) == same


def test_what_older_runs_were_stored_with_is_understood() -> None:
    older = resizing_from({"format": "webp", "quality": 70, "keep_copyright": True})
    assert (older.formats, older.quality_webp, older.metadata) == (("webp",), 70, "copyright")
    assert resizing_from({"quality": "jpeg=90, avif=50"}) == Resizing(quality_jpeg=90, quality_avif=50)


def test_sizes_may_be_one_text_and_are_said_once() -> None:
    assert resizing_from({"sizes": "400x400, 1600,400x400"}).sizes == ("400x400", "1600")


@pytest.mark.parametrize(
    "values",
    [
        {"sizes": []},
        {"sizes": ["huge"]},
        {"sizes": 5},
        {"sizes": [str(edge) for edge in range(1, 12)]},
        {"fit": "squeeze"},
        {"anchor": "middle"},
        {"format": "gif"},
        {"quality": 0},
        {"quality": 101},
        {"quality": "high"},
        {"quality": "gif=80"},
        {"quality": "jpeg=high"},
        {"format": "keep,bmp"},
        {"format": ""},
        {"metadata": "gps"},
        {"profile": "p3"},
        {"animation": "yes"},
        {"lossless": 1},
        {"max_kb": -1},
        {"max_kb": float("nan")},
        {"ssim": 1.5},
        {"ssim": 0.95, "max_kb": 20},
        {"quality": True},
        {"colour": "white"},
        {"colour": "#fff"},
        {"enlarge": "yes"},
        {"name": ""},
        {"name": "{stem"},
        {"name": "{stem.__class__}"},
        {"name": "{stem!r}"},
        {"name": "{stem:>999999999}"},
        {"name": "{0}"},
        {"name": "{password}"},
        {"name": "x" * 300},
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_a_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(SettingRefused, match=r"\.$"):
        resizing_from(values)
