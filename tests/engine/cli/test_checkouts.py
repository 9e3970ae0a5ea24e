"""Two commits of a repository against each other, the working copy left alone and nothing left behind."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.cli.checkouts import checked_out
from engine.errors import InputRefused
from tests.engine.cli.conftest import Cli


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two commits, the second of which takes three times as long, and a changed working copy."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    for seconds in (0.01, 0.03):
        (folder / "work.py").write_text(f"import time\ndef work(x):\n    time.sleep({seconds})\n")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "work")
    (folder / "work.py").write_text("1 / 0\n")
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    monkeypatch.chdir(folder)
    return folder


def compare(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    grid = ["--executors", "threads", "--workers", "2", "--repeats", "4", "--no-references"]
    cli = Cli(folder.parent / "home", folder.parent / "tmp")
    return cli("compare", "work:work", "1", "2", "3", "4", *grid, *options)


def test_the_slower_commit_is_told_and_ends_with_the_code_for_changes(repository: Path, tmp_path: Path) -> None:
    ended = compare(repository, "--checkout", "HEAD~1,HEAD", "--fail-if-slower", "5%")
    assert ended.returncode == 4, ended.stderr
    told = ended.stderr.partition("HEAD (")[2]
    assert "Threads × 2: slower at HEAD" in ended.stderr and "by the clock" in told
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert (repository / "work.py").read_text() == "1 / 0\n" and not (tmp_path / "hooked").exists()


def test_both_commits_lie_apart_and_are_removed_whatever_happens(repository: Path) -> None:
    with pytest.raises(ZeroDivisionError), checked_out("HEAD~1,HEAD") as (top, trees):
        assert top == repository.resolve() and [tree.name for tree in trees] == ["HEAD~1", "HEAD"]
        assert ["0.01" in (tree.folder / "work.py").read_text() for tree in trees] == [True, False]
        raise ZeroDivisionError
    assert not any(tree.folder.exists() for tree in trees)
    assert len(git(repository, "worktree", "list").splitlines()) == 1


@pytest.mark.parametrize("names", ["HEAD", "HEAD,", "HEAD,nowhere", "--help,HEAD", "a,b,c"])
def test_what_is_no_two_commits_is_refused_in_a_sentence(repository: Path, names: str) -> None:
    with pytest.raises(InputRefused, match="two commits"), checked_out(names):
        pass
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_outside_of_a_repository_and_with_options_of_one_run_it_is_refused(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option, words in (("--json", ()), ("--precision", ("5%",)), ("--baseline", ("threads:2",))):
        ended = compare(repository, "--checkout", "HEAD~1,HEAD", option, *words)
        assert ended.returncode == 2 and f"{option} cannot be used with it" in ended.stderr
    (tmp_path / "work.py").write_text("def work(x): pass")
    monkeypatch.chdir(tmp_path)
    ended = compare(tmp_path, "--checkout", "HEAD~1,HEAD")
    assert ended.returncode == 1 and "start this in your repository" in ended.stderr
