"""The commands about stored runs, and how every command fails: by its exit code and in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.cli.group import main
from engine.model import Configuration
from tests.engine.cli.conftest import ROOT, Cli, run_number
from tests.engine.support import faulty_plan, first_start


@pytest.fixture(scope="module")
def run(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The number of a finished run with one good and one failed task."""
    source = tmp_path_factory.mktemp("source")
    Image.new("RGB", (60, 40), "teal").save(source / "fine.png")
    (source / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    done = cli("resize", source, "--to", source / "out", "--size", "20", "--executor", "threads")
    assert done.returncode == 3
    return run_number(done)


def test_runs_lists_the_newest_as_a_table_and_as_json(cli: Cli, run: str) -> None:
    listed = json.loads(cli("runs", "--json").stdout)
    assert (str(listed[0]["run"]), listed[0]["state"], listed[0]["ok"], listed[0]["failed"]) == (run, "finished", 1, 1)
    table = cli("runs").stdout.splitlines()
    assert table[0].split()[:2] == ["run", "state"]
    assert table[1].split()[:2] == [run, "finished"]


def test_an_empty_history_says_how_to_fill_it(tmp_path: Path) -> None:
    done = Cli(tmp_path / "home", tmp_path)("runs")
    assert (done.returncode, done.stdout) == (0, "")
    assert "There is no run yet" in done.stderr


def test_show_tells_how_it_went_on_stderr_and_what_came_out_on_stdout(cli: Cli, run: str) -> None:
    words = cli.apart("show", run)
    assert words.returncode == 0
    assert "finished, 1 of 2 done" in words.stderr
    heading, *rows = words.stdout.splitlines()
    assert heading.split() == ["photo", "pixels", "before", "after", "remark"]
    assert sorted(row.split()[0] for row in rows) == ["broken.jpg", "fine.png"]
    document = json.loads(cli("show", run, "--json").stdout)
    assert document["state"] == "finished"
    assert [record["status"] for record in document["trials"][0]["records"]] in (["ok", "failed"], ["failed", "ok"])


def test_a_run_that_was_interrupted_says_how_it_goes_on(tmp_path: Path) -> None:
    store = first_start(tmp_path / "home")
    store.set_state(store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), "rone", {}), "interrupted")
    store.close()
    said = Cli(tmp_path / "home", tmp_path)("show", 1).stderr
    assert "interrupted, 0 of 1 done" in said and "`overlap resume 1` runs what is left" in said


@pytest.mark.parametrize("kind", ["json", "csv", "html"])
def test_export_writes_each_format_to_stdout_or_a_file(kind: str, cli: Cli, run: str, tmp_path: Path) -> None:
    to_file = cli("export", run, "--format", kind, "--to", tmp_path / "out")
    assert (to_file.returncode, to_file.stdout) == (0, "")
    text = (tmp_path / "out").read_text(encoding="utf-8-sig")
    assert "fine.png" in text
    if kind == "json":
        assert json.loads(cli("export", run, "--format", kind).stdout)["state"] == "finished"


def test_an_export_can_be_opened_elsewhere(cli: Cli, run: str, tmp_path: Path) -> None:
    cli("export", run, "--to", tmp_path / "run.json")
    elsewhere = Cli(tmp_path / "elsewhere", tmp_path)
    done = elsewhere("open", tmp_path / "run.json")
    assert done.returncode == 0
    (listed,) = json.loads(elsewhere("runs", "--json").stdout)
    assert (listed["state"], listed["ok"], listed["failed"]) == ("finished", 1, 1)


def test_retry_runs_the_failed_task_again(cli: Cli, run: str) -> None:
    done = cli("retry", run, "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert len(document["trials"]) >= 2
    assert [record["label"] for record in document["trials"][-1]["records"]] == ["broken.jpg"]


def test_resume_of_a_finished_run_is_refused_in_a_sentence(cli: Cli, run: str) -> None:
    done = cli("resume", run)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"overlap: Run {run} has no unfinished task: there is nothing to resume.\n"


def test_delete_asks_first_and_then_removes(cli: Cli, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    number = run_number(cli("resize", tmp_path / "a.png", "--to", tmp_path / "out", "--size", "20"))
    assert cli("delete", number, given="n\n").returncode == 1
    assert cli("show", number).returncode == 0
    assert cli("delete", number, "--yes").returncode == 0
    assert cli("show", number).returncode == 1


def test_cancelling_what_has_ended_says_so(cli: Cli, run: str) -> None:
    done = cli("cancel", run)
    assert done.returncode == 0
    assert "finished" in done.stderr


def test_price_reads_saved_pages(cli: Cli, tmp_path: Path) -> None:
    product = {"@type": "Product", "name": "Lamp", "offers": {"price": "9.50", "priceCurrency": "EUR"}}
    script = f'<script type="application/ld+json">{json.dumps(product)}</script>'
    (tmp_path / "page.html").write_text(f"<html><body>{script}<h1>Lamp</h1></body></html>")
    (found,) = json.loads(cli("price", tmp_path / "page.html", "--json").stdout)
    assert (found["price"], found["currency"], found["name"]) == ("9.50", "EUR", "Lamp")
    assert "9.50" in cli("price", tmp_path / "page.html").stdout


def test_price_takes_the_address_a_selector_and_tells_what_each_layer_saw(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Lamp</h1><i class=now>$9.50</i><b>$12.00</b>", encoding="utf-8")
    (tmp_path / "selectors.txt").write_text("shop.example .now\n", encoding="utf-8")
    common = ("price", tmp_path / "page.html", "--url", "https://www.shop.example/lamp", "--json")
    (found,) = json.loads(cli(*common, "--selectors", tmp_path / "selectors.txt", "--layers").stdout)
    assert (found["price"], found["source"], found["reason"]) == ("9.50", "selector", None)
    assert [layer["layer"] for layer in found["layers"]][:2] == ["selector", "JSON-LD"]
    (found,) = json.loads(cli(*common, "--selector", "b").stdout)
    assert found["price"] == "12.00" and "layers" not in found
    said = cli("price", tmp_path / "page.html", "--layers").stdout
    assert "visible text" in said and "Nothing here." in said


def test_price_guesses_the_currency_by_the_address(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Lamp</h1><b class=price>$9.50</b><button>Add to cart</button>")
    found = {
        url: json.loads(cli("price", tmp_path / "page.html", "--url", url, "--json").stdout)[0]["currency"]
        for url in ("https://shop.example.au/1", "https://shop.example.ca/1", "https://shop.example/1")
    }
    assert list(found.values()) == ["AUD", "CAD", "USD"]


def test_price_refuses_selectors_and_addresses_that_cannot_be_used(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>")
    (tmp_path / "wrong.txt").write_text("shop.example div[[")
    done = cli("price", tmp_path / "page.html", "--selectors", tmp_path / "wrong.txt")
    assert done.returncode == 1 and "not understood" in done.stderr
    assert cli("price", tmp_path / "page.html", "--url", "http://[").returncode == 1



def test_compare_gives_a_verdict_as_one_document(cli: Cli) -> None:
    done = cli(
        "compare", "compute", "--tasks", "8", "--amount", "3000", "--executors", "threads", "--workers", "2",
        "--repeats", "1", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["state"] == "finished"
    assert {trial["executor"] for trial in document["trials"]} == {"sequential", "threads"}
    assert document["verdict"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "99999"], "There is no run '99999'"),
        (["show", "rnosuchtoken"], "There is no run 'rnosuchtoken'"),
        (["retry", "99999"], "There is no run"),
        (["scrape", "no-such-file.txt"], "There is no file no-such-file.txt"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(arguments: list[str], said: str, cli: Cli) -> None:
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"overlap: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["resize"], ["resize", ".", "--to"], ["scrape", "-", "--executor", "magic"],
     ["resize", "no-such-folder", "--to", "x"], ["runs", "--limit", "0"], ["compare"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(arguments: list[str], cli: Cli) -> None:
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("OVERLAP_MAX_TASKS", "many", "OVERLAP_MAX_TASKS cannot be 'many'"),
        ("OVERLAP_CONFIG", "/no/such/file.toml", "OVERLAP_CONFIG names /no/such/file.toml"),
        ("OVERLAP_HOME", "/dev/null/home", "check its folder"),
    ],
)
def test_an_unusable_setting_is_named(setting: str, value: str, said: str, cli: Cli) -> None:
    named: dict[str, Any] = {setting: value}
    done = cli("runs", **named)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_misspelt_command_is_answered_with_one_like_it(cli: Cli) -> None:
    done = cli("resiz")
    assert done.returncode == 2
    assert "Did you mean 'resize'?" in done.stderr


@pytest.mark.parametrize(
    ("module", "also"),
    [("engine.cli.group", ""), ("engine.cli.work", ""), ("engine.cli.work", ", engine.orchestrator.job")],
    ids=["command line", "orchestrator's entry", "orchestrator of a job"],
)
def test_what_every_run_waits_for_imports_as_little_as_it_can(module: str, also: str) -> None:
    """The services are started before the database's packages come, and no package of a task comes at all."""
    looked_for = {module, "engine.runs.jobs", "PIL", "selectolax", *(() if also else ("sqlalchemy",))}
    looked_for |= {"click"} if module == "engine.cli.work" else set()
    code = f"import sys, {module}{also}; print({looked_for} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{{{module!r}}}\n"


def test_every_command_says_what_it_does(cli: Cli) -> None:
    shown = cli.apart("--help")
    assert shown.returncode == 0
    for name, command in main.commands.items():
        assert command.help, f"{name} has no help"
        assert command.hidden or name in shown.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Links need rights on Windows.")
def test_links_to_themselves_and_odd_references_are_told_in_a_sentence(cli: Cli, run: str, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "fine.png")
    done = cli("resize", tmp_path, "--to", tmp_path / "out", "--size", "20")
    assert done.returncode == 0 and "1 of 1 done" in done.stderr
    for arguments, settings in (
        (("resize", tmp_path / "fine.png", "--to", loop / "below"), {}),
        (("export", run, "--to", loop), {}),
        (("export", run, "--to", tmp_path / "no" / "such"), {}),
        (("show", "9" * 30), {}),
        (("runs",), {"OVERLAP_HOME": str(loop)}),
        (("runs",), {"OVERLAP_DATABASE_URL": "nonsense"}),
        (("runs",), {"OVERLAP_DATABASE_URL": "postgresql+nosuchdriver://me:secret@host/db"}),
    ):
        failed = cli(*arguments, **settings)
        assert failed.returncode == 1, (arguments, failed.stderr)
        assert failed.stderr.splitlines()[-1].startswith("overlap: ") and "secret" not in failed.stderr
    assert cli("runs", OVERLAP_FOLDERS=str(loop)).returncode == 0
