"""Files by address: of a folder (file://) and of an S3 server on loopback, read, written and listed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused, TaskFailed
from engine.machine.remote_files import is_address, listed, read, remove, size, write
from tests.engine.s3 import BUCKET, s3_server


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """An empty bucket's address, with the environment that reaches it."""
    if find_spec("moto") is None or find_spec("s3fs") is None:
        pytest.skip("moto and s3fs are not installed.")
    with pytest.MonkeyPatch.context() as patch, s3_server() as variables:
        for name, value in variables.items():
            patch.setenv(name, value)
        import s3fs  # type: ignore[import-untyped]

        s3fs.S3FileSystem().mkdir(BUCKET)
        yield f"s3://{BUCKET}"


@pytest.fixture(params=["file", pytest.param("s3", marks=[pytest.mark.stress, pytest.mark.filterwarnings("ignore")])])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for files of each kind."""
    if request.param == "file":
        return f"file://{tmp_path.as_posix()}"
    return f"{request.getfixturevalue('bucket')}/{tmp_path.name}"


def test_what_was_written_is_read_listed_and_removed(root: str) -> None:
    write(f"{root}/a/1.jpg", b"one", replace=False)
    write(f"{root}/a/2.JPG", b"two", replace=False)
    write(f"{root}/b/3.txt", b"three", replace=False)
    assert read(f"{root}/a/1.jpg", 1) == b"one"
    assert (size(f"{root}/a/1.jpg"), size(f"{root}/a/none.jpg")) == (3, None)
    names = {f"{root}/a/1.jpg", f"{root}/a/2.JPG"}
    assert set(listed(root, (".jpg",))[1]) == names
    assert set(listed(f"{root}/*/*.jpg", (".jpg",))[1]) == {f"{root}/a/1.jpg"}, "a glob is as its store takes it"
    assert listed(f"{root}/a/1.jpg", (".jpg",)) == (f"{root}/a", [f"{root}/a/1.jpg"])
    assert listed(f"{root}/a", (".jpg",))[0] == f"{root}/a", "names count from there"
    remove(f"{root}/a/1.jpg")
    assert size(f"{root}/a/1.jpg") is None


def test_nothing_is_replaced_unless_asked_but_for_the_very_same(root: str) -> None:
    write(f"{root}/x.png", b"old", replace=False)
    write(f"{root}/x.png", b"old", replace=False)
    with pytest.raises(TaskFailed, match="is there already, and this run did not write it"):
        write(f"{root}/x.png", b"new", replace=False)
    assert read(f"{root}/x.png", 1) == b"old"
    write(f"{root}/x.png", b"new", replace=True)
    assert read(f"{root}/x.png", 1) == b"new"


def test_what_cannot_be_read_is_a_reason(root: str) -> None:
    with pytest.raises(TaskFailed, match=r"There is no file .*none\.jpg") as missing:
        read(f"{root}/none.jpg", 1)
    assert missing.value.reason == "not_found"
    write(f"{root}/large.jpg", bytes(2000), replace=False)
    with pytest.raises(TaskFailed, match=r"at most 0\.001 are read") as large:
        read(f"{root}/large.jpg", 0.001)
    assert large.value.reason == "file_too_large"
    with pytest.raises(InputRefused, match=r"holds no files that end in \.gif"):
        listed(root, (".gif",))


@pytest.mark.stress
@pytest.mark.filterwarnings("ignore")
def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    with pytest.raises(TaskFailed) as read_failed:
        read("s3://no-such-bucket/x.jpg", 1)
    assert read_failed.value.reason in ("not_found", "not_readable")
    with pytest.raises(TaskFailed) as written:
        write("s3://no-such-bucket/x.jpg", b"x", replace=True)
    assert written.value.reason == "not_written"


def test_addresses_are_told_from_paths_and_unknown_kinds_are_refused() -> None:
    found: dict[Any, bool] = {text: is_address(text) for text in ("s3://a/b", "file:///a", "/a", "C:\\a", "c://a", "a")}
    assert [text for text, yes in found.items() if yes] == ["s3://a/b", "file:///a"]
    for address in ("http://169.254.169.254/latest", "ftp://x/y", "memory://x"):
        with pytest.raises(InputRefused, match="is of a kind that is not read here"):
            listed(address, (".jpg",))
