"""Values as people write them on the command line."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from engine.cli.values import NegativeArguments, configuration_of, wholes
from engine.errors import SettingRefused
from engine.model import Configuration
from engine.runs.functions import read_tasks


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


@pytest.mark.parametrize(
    ("words", "inputs", "repeats"),
    [
        (["-1", "-2.5e3", "-Infinity"], [-1, -2500.0, float("-inf")], 0),
        (["--repeats", "3", "-4", "[-5]"], [-4, [-5]], 3),
        (["--", "-7"], [-7], 0),
    ],
)
def test_negative_numbers_are_arguments_and_no_options(words: list[str], inputs: list[Any], repeats: int) -> None:
    seen: dict[str, Any] = {}

    @click.command(cls=NegativeArguments)
    @click.argument("inputs", nargs=-1)
    @click.option("--repeats", type=click.IntRange(0), default=0)
    def command(**given: Any) -> None:
        seen.update(given)

    assert CliRunner().invoke(command, words).exit_code == 0
    assert [value for text in seen["inputs"] for value in read_tasks(text)] == inputs
    assert seen["repeats"] == repeats
    refused = CliRunner().invoke(command, ["--repeats", "-3"])
    assert (refused.exit_code, "-3 is not in the range" in refused.output) == (2, True)
    assert CliRunner().invoke(command, ["--repeat", "-x"]).exit_code == 2, "a slip in an option is still told"


def test_a_configuration_is_written_as_its_label_or_with_a_colon() -> None:
    assert configuration_of("threads:4") == configuration_of("threads × 4") == Configuration("threads", 4)
    assert configuration_of("sequential") == Configuration("sequential", 1)
    with pytest.raises(SettingRefused, match="write it like"):
        configuration_of("threads four")
