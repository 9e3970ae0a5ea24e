"""`resize` among files that are there already: originals and other people's files stay, whatever they are called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.cli.terminal import asking
from tests.engine.cli.conftest import Cli


def picture(path: Path, colour: str = "teal", size: tuple[int, int] = (64, 48)) -> Path:
    """A small picture in the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def digests(*paths: Path) -> list[str]:
    """What the files hold."""
    return [blake2b(path.read_bytes()).hexdigest() for path in paths]


def reasons(done: subprocess.CompletedProcess[str]) -> dict[str, str | None]:
    """The reason of each task by its label."""
    (trial,) = json.loads(done.stdout)["trials"]
    return {record["label"]: record["reason"] for record in trial["records"]}


def resized(cli: Cli, *arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """The command, one task after the other."""
    return cli("resize", *arguments, "--size", "20", "--executor", "sequential", **settings)


def test_a_result_never_takes_the_place_of_another_original(cli: Cli, tmp_path: Path) -> None:
    sources = [picture(tmp_path / "b" / "x.jpg", "red"), picture(tmp_path / "a" / "x.jpg", "blue")]
    before = digests(*sources)
    for more in ([], ["--overwrite"], ["--overwrite", "all"]):
        resized(cli, *sources, "--to", tmp_path / "a", *more)
        assert digests(*sources) == before, more
    sources = [picture(tmp_path / "c" / "a.png"), picture(tmp_path / "c" / "a.jpg")]
    before = digests(*sources)
    resized(cli, *sources, "--to", tmp_path / "c", "--format", "jpeg", "--overwrite")
    assert digests(*sources) == before
    assert sorted(path.name for path in (tmp_path / "c").glob("*.jpg")) == ["a-jpg.jpg", "a-png.jpg", "a.jpg"]


def test_a_link_a_hard_link_or_a_linked_folder_does_not_make_an_original_a_free_name(cli: Cli, tmp_path: Path) -> None:
    sources = [picture(tmp_path / "in" / f"{name}.jpg", name) for name in ("red", "green", "blue")]
    out = tmp_path / "out"
    out.mkdir()
    (out / "red.jpg").symlink_to(sources[0])
    os.link(sources[1], out / "green.jpg")
    before = digests(*sources)
    done = resized(cli, tmp_path / "in", "--to", out, "--overwrite", "--json")
    assert done.returncode == 3
    assert reasons(done) == {"red.jpg": "would_overwrite", "green.jpg": "would_overwrite", "blue.jpg": None}
    assert digests(*sources) == before
    assert (out / "red.jpg").is_symlink() and (out / "green.jpg").samefile(sources[1])
    (tmp_path / "linked").symlink_to(tmp_path / "in")
    refused = resized(cli, tmp_path / "in", "--to", tmp_path / "linked", "--overwrite")
    assert refused.returncode == 1 and "Every result would replace an original" in refused.stderr
    assert digests(*sources) == before


def test_a_file_that_the_run_did_not_write_is_replaced_only_when_asked(cli: Cli, tmp_path: Path) -> None:
    source, theirs = picture(tmp_path / "in" / "a.jpg"), tmp_path / "out" / "a.jpg"
    picture(theirs, "black", (7, 7))
    before = digests(theirs)
    done = resized(cli, source, "--to", theirs.parent, "--json")
    assert (done.returncode, reasons(done)) == (3, {"a.jpg": "exists"})
    assert "--overwrite" in done.stderr and digests(theirs) == before
    assert resized(cli, source, "--overwrite", "--to", theirs.parent).returncode == 0
    assert digests(theirs) != before
    again = resized(cli, source, "--to", theirs.parent)
    assert again.returncode == 0, "the same command once more makes the very same file"


def test_ask_replaces_what_was_agreed_to_and_says_so_where_nobody_can_answer(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [picture(tmp_path / "in" / f"{name}.jpg") for name in "ab"]
    theirs = [picture(tmp_path / "out" / f"{name}.jpg", "black", (7, 7)) for name in "ab"]
    before = digests(*theirs)
    refused = resized(cli, *sources, "--to", tmp_path / "out", "--overwrite", "ask")
    assert refused.returncode == 1 and "nobody can be asked" in refused.stderr
    assert digests(*theirs) == before
    monkeypatch.setattr(asking, "_answers", lambda: True)
    done = resized(cli, tmp_path / "in", "--to", tmp_path / "out", "--overwrite", "ask", given="e\ny\nn\n")
    assert done.returncode == 3 and "2 of the results exist already: a.jpg, b.jpg" in done.stderr
    assert [one != other for one, other in zip(digests(*theirs), before, strict=True)] == [True, False]


def test_two_runs_into_one_folder_do_not_take_each_others_results(cli: Cli, tmp_path: Path) -> None:
    sources = [picture(tmp_path / name / "a.jpg", name) for name in ("red", "blue")]
    commands = [
        cli.start("resize", source, "--to", tmp_path / "out", "--size", "20", "--executor", "sequential")
        for source in sources
    ]
    ends = [(command.communicate(timeout=50), command.returncode)[1] for command in commands]
    assert sorted(ends) == [0, 3]
    assert [path.name for path in (tmp_path / "out").glob("[!.]*")] == ["a.jpg"]


def test_a_retry_of_the_same_run_finds_its_own_results_no_obstacle(cli: Cli, tmp_path: Path) -> None:
    source = picture(tmp_path / "in" / "a.jpg")
    picture(tmp_path / "out" / "a_10.jpg", "black", (7, 7))
    failed = resized(cli, source, "--to", tmp_path / "out", "--size", "10", "--json")
    assert reasons(failed) == {"a.jpg": "exists"}
    assert (tmp_path / "out" / "a_20.jpg").exists(), "the other size is made"
    (tmp_path / "out" / "a_10.jpg").unlink()
    again = cli("retry", json.loads(failed.stdout)["run"])
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_target_that_cannot_be_made_is_one_sentence(cli: Cli, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    done = resized(cli, picture(tmp_path / "a.jpg"), "--to", tmp_path / place)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"overlap: The folder {tmp_path / place} cannot be written (")


MOUNTED = """
set -e
mkdir -p "$1/full" "$1/readonly"
mount -t tmpfs -o size=64k tmpfs "$1/full"
mount -t tmpfs tmpfs "$1/readonly"
touch "$1/readonly/a.jpg" "$1/readonly/.99999999-1.part"
mount -o remount,ro "$1/readonly"
shift
for folder in full readonly; do
    "$1" -m engine resize "$2" --to "$3/$folder" --size 400 --format png --executor sequential && code=0 || code=$?
    echo "exit $code"
done
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of its own need Linux")
def test_a_full_disk_and_a_read_only_mount_are_sentences_with_the_documented_exit_codes(
    cli: Cli, tmp_path: Path
) -> None:
    source = tmp_path / "a.png"
    Image.effect_noise((500, 500), 80).save(source)
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", tmp_path, sys.executable, source, tmp_path]
    # The disk is to become full while the run writes: that it is too full to start would be said before.
    environment = {**cli.environment(), "OVERLAP_FREE_MIN_MB": "0"}
    done = subprocess.run([str(one) for one in command], env=environment, capture_output=True, text=True)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout.split("\n")[:2] == ["exit 3", "exit 1"], done.stderr
    assert "1 failed, not_written: a.png cannot be written: No space left on device." in done.stderr
    assert "readonly cannot be written (Read-only file system)" in done.stderr
    assert ".part" not in done.stderr


def test_results_beside_the_originals_get_a_suffix_and_are_no_originals_the_next_time(cli: Cli, tmp_path: Path) -> None:
    album = tmp_path / "album"
    sources = [picture(album / "a.jpg"), picture(album / "May: 2026" / "b.jpg")]
    before = digests(*sources)
    for command in (["--beside"], ["--to", album, "--name", "{stem}-small.{ext}"]):
        assert resized(cli, album, *command).returncode == 0
        assert (album / "a-small.jpg").exists()
    assert (album / "May: 2026" / "b-small.jpg").exists(), "beside its original, whatever the folder's name"
    told = resized(cli, album, "--beside").stderr
    assert "results of earlier runs" in told and "-small-small" not in str(list(album.rglob("*")))
    assert digests(*sources) == before
    assert "Every result would replace" in resized(cli, album, "--to", album).stderr
    assert resized(cli, album).returncode == 2, "one of --to and --beside is needed"


def test_links_are_followed_and_what_is_left_out_is_counted_and_said(cli: Cli, tmp_path: Path) -> None:
    picture(tmp_path / "album" / "a.jpg")
    picture(tmp_path / "album" / ".b.jpg")
    links = tmp_path / "links"
    links.mkdir()
    (links / "a.jpg").symlink_to(tmp_path / "album" / "a.jpg")
    (links / "album").symlink_to(tmp_path / "album")
    (links / "round").symlink_to(links)
    (links / "nowhere.jpg").symlink_to(links / "gone.jpg")
    done = resized(cli, links, "--to", tmp_path / "out")
    assert done.returncode == 0
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.jpg")) == [
        "a.jpg", "album/a.jpg",
    ]  # fmt: skip
    told = "Left out: 1 link that leads nowhere, 1 hidden image, 1 link to a folder that is read already."
    assert told in done.stderr
