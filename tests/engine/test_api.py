"""The engine from Python: `engine.compare`, and what it says when a function cannot travel."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy
import pytest

import engine
from engine.errors import InputRefused, SettingRefused
from engine.protocol.fingerprints import fingerprint
from engine.runs.functions import named, read_tasks
from engine.workloads.function import function_of
from tests.engine import compared
from tests.engine.support import TESTS
from tests.engine.workloads.images.pictures import photo
from tests.engine.workloads.web.servers import server

pytestmark = pytest.mark.usefixtures("inside")


class Adder:
    """A callable object, and one with a method."""

    def __init__(self, number: int) -> None:
        self.number = number

    def add(self, value: int) -> int:
        return value + self.number

    __call__ = add


ROOT = Path(engine.__file__).resolve().parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of this test's own, and the folder of the functions on the path."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("OVERLAP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.syspath_prepend(TESTS)
    yield tmp_path


def test_it_gives_what_the_page_draws(here: Path) -> None:
    found = engine.compare("compared:double", range(4), executors=["threads"], workers=[2], repeats=1)
    assert found.run.state == "finished"
    assert found.verdict == found.document["verdict"] == found.run.verdict
    assert str(found) == " ".join(found.verdict["sentences"]) != ""
    ours = [trial["executor"] for trial in found.document["trials"] if not trial["configuration"]["reference"]]
    assert ours.count("threads") == 1
    records = [record for trial in found.document["trials"] for record in trial["records"]]
    assert {record["output"] for record in records} == {None}, "a comparison keeps no outputs, only that they agree"
    assert len({record["fingerprint"] for record in records}) == 4


def test_a_set_up_runs_in_every_worker_first(here: Path) -> None:
    found = engine.compare(
        "compared:was_prepared", range(4), ["processes"], [2], repeats=1, setup="compared:prepare"
    )
    prints = {record["fingerprint"] for trial in found.document["trials"] for record in trial["records"]}
    assert prints == {fingerprint("1")}
    head, *rows = repr(found).splitlines()
    assert head.split()[:2] == ["Configuration", "Speedup"] and len(rows) == len(found.document["table"]) >= 2
    assert found._repr_html_().count("<tr>") == 1 + len(rows) and str(found) == found.verdict["text"]


def test_a_function_object_travels_by_its_name_and_folder() -> None:
    found = named(compared.double)
    assert found.label.endswith("compared:double") and found.pickled is None and str(ROOT) in found.search_path


def test_what_has_no_name_elsewhere_travels_by_value() -> None:
    factor = 3
    for function in (lambda value: value * factor, functools.partial(compared.double), Adder(1).add, Adder(2)):
        found = named(function)
        assert found.pickled is not None and found.is_async is False
        assert function_of(found.options("function"), "function")(5) == function(5)


def test_a_function_that_holds_what_cannot_be_sent_is_refused_with_the_part() -> None:
    with pytest.raises(SettingRefused, match=r"\.args\[0\], a lock, cannot be pickled"):
        named(functools.partial(compared.double, threading.Lock()))


def test_a_notebooks_function_and_its_classes_run_on_every_executor(here: Path) -> None:
    code = """
import engine
class Point:
    def __init__(self, x): self.x = x
def work(point, factor=2): return Point(point.x * factor)
found = engine.compare(work, [Point(1), Point(2)], executors=["threads", "processes"], workers=[2], repeats=1)
print([(trial["configuration"]["executor"], trial["ok"], trial["failed"]) for trial in found.document["trials"]])
records = [record for trial in found.document["trials"] for record in trial["records"]]
print(found.verdict["left_out"], {record["status"] for record in records})
"""
    ended = _python(here, ["-c", code])
    assert ended.returncode == 0, ended.stderr
    trials, left_out = ended.stdout.strip().splitlines()
    assert "('processes', 2, 0)" in trials and ", 0, " not in trials
    assert left_out == "[] {'ok'}"


def test_a_script_that_compares_at_its_top_level_is_told_about_the_main_guard(here: Path) -> None:
    script = here / "careless.py"
    script.write_text(
        textwrap.dedent("""
            import engine
            def work(x):
                return x
            engine.compare(work, [1, 2], executors=["threads"], workers=[2], repeats=1)
        """)
    )
    ended = _python(here, [str(script)])
    assert ended.returncode == 1
    assert 'if __name__ == "__main__":' in ended.stderr


def test_no_task_and_one_that_cannot_be_sent_are_refused(here: Path) -> None:
    with pytest.raises(InputRefused, match="no task"):
        engine.compare("compared:double", [])
    with pytest.raises(InputRefused, match=r"the argument\['lock'\], a lock, cannot be pickled"):
        engine.compare("compared:double", [{"lock": threading.Lock()}])


ODD = [(1, "a"), {1: 2}, b"\x00", PurePosixPath("/x"), {2, 3}, None, float("inf"), numpy.arange(3, dtype="int16")]


def test_arguments_arrive_as_they_were_given_on_every_executor(here: Path) -> None:
    found = engine.compare("compared:words", ODD, executors=["threads", "processes"], workers=[2], repeats=1)
    records = [record for trial in found.document["trials"] for record in trial["records"]]
    assert {record["status"] for record in records} == {"ok"}
    assert {record["task"]: record["fingerprint"] for record in records} == {
        task: fingerprint(compared.words(argument)) for task, argument in enumerate(ODD)
    }


def test_a_task_that_reads_stdin_reads_nothing_and_does_not_hang(here: Path) -> None:
    found = engine.compare("compared:reads", [1, 2], executors=["threads", "processes"], workers=[2], repeats=1)
    prints = {record["fingerprint"] for trial in found.document["trials"] for record in trial["records"]}
    assert prints == {fingerprint("")}


def test_a_line_is_a_json_value_or_else_plain_text() -> None:
    assert read_tasks('1\n"a"\n\nplain text\n{"k": [2]}\n') == [1, "a", "plain text", {"k": [2]}]


def _python(here: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OVERLAP_HOME": str(here / "home")}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=50, cwd=here, env=environment, check=False
    )


def test_pictures_are_resized_from_python_and_a_bad_one_is_a_sentence(here: Path) -> None:
    (here / "in").mkdir()
    photo(320, 240).save(here / "in" / "a.jpg")
    (here / "in" / "bad.jpg").write_bytes(b"no picture")
    done = engine.resize([here / "in"], here / "out", workers=1, sizes=["80"], formats=["avif", "jpeg"], html=True)
    assert sorted(path.name for path in done.paths) == ["a.avif", "a.jpg"]
    assert list(done.failures) == ["bad.jpg"] and done.failures["bad.jpg"].endswith(".")
    assert (here / "out" / "gallery.html").is_file()
    with pytest.raises(SettingRefused, match="one of"):
        engine.resize([here / "in"], here / "out", fit="squeeze")


def test_prices_are_read_from_python_and_a_page_without_one_is_a_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b"<title>Kettle</title><meta property=og:price:amount content=19.90>"
    page += b"<meta property=og:price:currency content=EUR>"
    answers = {"/kettle": lambda reply: reply.send(body=page), "/gone": lambda reply: reply.send(404, b"")}
    with server(answers) as shop:
        monkeypatch.setenv("OVERLAP_ALLOWED_HOSTS", f"127.0.0.1:{shop.port}")
        kettle, gone = f"{shop.url}/kettle", f"{shop.url}/gone"
        done = engine.scrape([kettle, gone, kettle], executor="threads", workers=2)
        assert engine.scrape(kettle).pages.keys() == {kettle}, "one address alone is no list of characters"
    assert (done.run.state, len(done.records)) == ("finished", 2)
    assert [(page.price_text, page.currency) for page in done.pages.values()] == [("19.90", "EUR")]
    assert list(done.failures) == [gone]
    assert "404" in done.failures[gone]
    with pytest.raises(InputRefused, match="no address to fetch"):
        engine.scrape([])
