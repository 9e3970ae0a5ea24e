"""Values as people write them on the command line."""

from __future__ import annotations

import pytest

from engine.cli.values import configuration_of, wholes
from engine.errors import SettingRefused
from engine.model import Configuration


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,2,8", [1, 2, 8]), ("1-4", [1, 2, 3, 4]), ("1-2, 8", [1, 2, 8]), ("2,1-3", [2, 1, 3]), ("3-3", [3]),
        (None, []), ("", []),
    ],
)  # fmt: skip
def test_counts_are_numbers_and_ranges_each_once_and_in_their_order(text: str | None, numbers: list[int]) -> None:
    assert wholes(text, "--workers") == numbers


@pytest.mark.parametrize("text", ["0", "4-1", "-3", "a", "1-", "1.5", "1-99999999999", "²", "1--2"])
def test_what_is_no_count_is_refused_with_the_options_name(text: str) -> None:
    with pytest.raises(SettingRefused, match="--chunk cannot be"):
        wholes(text, "--chunk")


def test_a_configuration_is_written_as_its_label_or_with_a_colon() -> None:
    assert configuration_of("threads:4") == configuration_of("threads × 4") == Configuration("threads", 4)
    assert configuration_of("sequential") == Configuration("sequential", 1)
    with pytest.raises(SettingRefused, match="write it like"):
        configuration_of("threads four")
