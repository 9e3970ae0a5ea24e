"""What commands write to files: whole or not at all, so that a failure costs nobody the file of last time."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engine.report
from engine.cli.terminal.files import write_whole
from engine.model import Run
from engine.store import Store
from tests.engine.cli.conftest import Cli, run_number
from tests.engine.report.made import compared, document, record


@pytest.fixture(scope="module")
def job(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The number of a run that came from a file: it has records, and no inputs."""
    file = tmp_path_factory.mktemp("made") / "run.json"
    file.write_text(json.dumps(document([record(0, "a", 1), record(1, "b", 2)], "compute")))
    return run_number(cli("open", file))


def test_an_export_that_cannot_be_made_leaves_the_file_that_was_there(cli: Cli, job: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("the script of last week")
    done = cli("export", job, "--format", "script", "--to", tmp_path / "mine.py")
    assert done.returncode == 1 and done.stderr.startswith("overlap: ") and "Written" not in done.stderr
    assert (tmp_path / "mine.py").read_text() == "the script of last week"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"], "and nothing beside it"


@pytest.mark.parametrize("file_format", ["json", "csv", "markdown", "trace"])
def test_a_file_holds_what_stdout_would_have_had(file_format: str, cli: Cli, job: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("older and longer than what comes" * 999)
    done = cli("export", job, "--format", file_format, "--to", tmp_path / "out")
    assert done.returncode == 0 and done.stderr.endswith(f"Written to {tmp_path / 'out'}.\n")
    printed = cli("export", job, "--format", file_format).stdout
    assert (tmp_path / "out").read_text() == printed.replace("\r\n", "\n")


def test_a_disk_that_is_full_in_the_middle_costs_no_older_file(
    cli: Cli, job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: Store, run: Run, file_format: str) -> Iterator[bytes]:
        yield b"half of it"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/out")

    monkeypatch.setattr(engine.report, "export_chunks", full)
    (tmp_path / "out").write_text("older")
    done = cli("export", job, "--to", tmp_path / "out")
    assert done.returncode == 1 and "No space left on device" in done.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out": "older"}


def test_a_folder_that_is_not_there_is_told_in_a_sentence(cli: Cli, job: str, tmp_path: Path) -> None:
    done = cli("export", job, "--to", tmp_path / "nowhere" / "out.json")
    file = tmp_path / "nowhere" / "out.json"
    assert done.returncode == 1 and f"{file} cannot be used (No such file or directory)" in done.stderr


# Writing itself.


def chunks(*parts: Any) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, BaseException):
            raise part
        yield part


def test_all_pieces_are_written_in_their_order_over_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"something longer")
    write_whole(tmp_path / "out", chunks(b"a", b"", b"bc"))
    assert (tmp_path / "out").read_bytes() == b"abc" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1)])
def test_whatever_stops_it_nothing_is_left_and_nothing_lost(error: BaseException, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"older")
    with pytest.raises(type(error)):
        write_whole(tmp_path / "out", chunks(b"new", error))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out": b"older"}
    with pytest.raises(type(error)):
        write_whole(tmp_path / "fresh", chunks(b"new", error))
    assert not (tmp_path / "fresh").exists()


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"older")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", chunks(b"new"))
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_a_link_to_nothing_yet_makes_its_file_and_one_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("fresh")
    write_whole(tmp_path / "link", chunks(b"new"))
    assert (tmp_path / "fresh").read_bytes() == b"new"
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "loop", chunks(b"new"))
    assert (tmp_path / "loop").is_symlink()


def test_a_file_keeps_its_rights_and_a_new_one_has_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "open").write_bytes(b"older")
    (tmp_path / "open").chmod(0o640)
    write_whole(tmp_path / "open", chunks(b"new"))
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "fresh", chunks(b"new"))
    finally:
        os.umask(mask)
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_such_as_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    """As in ``--to /dev/stdout``, or a shell's ``>(gzip > file)``."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(tmp_path / "pipe", chunks(b"a", b"b"))
        assert os.read(reading, 99) == b"ab"
    finally:
        os.close(reading)
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_in_a_folder_that_takes_no_other_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: Any) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    (tmp_path / "out").write_bytes(b"something longer")
    write_whole(tmp_path / "out", chunks(b"new"))
    assert (tmp_path / "out").read_bytes() == b"new"


def test_the_reports_of_a_comparison_are_written_whole_too(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(compared()))
    number = run_number(cli("open", tmp_path / "run.json"))
    done = cli("export", number, "--format", "markdown", "--to", tmp_path / "told.md")
    assert done.returncode == 0 and "## Verdict" in (tmp_path / "told.md").read_text()
