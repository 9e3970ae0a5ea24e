"""Files by address: of a folder (file://) and of an S3 server on loopback, read, written and listed."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused, NotAvailable, TaskFailed
from engine.machine.remote_files import _unreadable, is_address, listed, must_be_writable, read, remove, size, write
from tests.engine.s3 import BUCKET, KEYS, s3_server


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
    write(f"{root}/[1].jpg", b"four", replace=False)
    assert listed(f"{root}/[1].jpg", (".jpg",))[1] == [f"{root}/[1].jpg"], "what is there by that name is no glob"
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


@pytest.mark.stress
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["s3://no-such-bucket", "s3://no-such-bucket/a/*.jpg", "s3://no-such-bucket/x.jpg"])
def test_what_is_looked_for_in_a_bucket_that_is_not_there_is_told_as_that(bucket: str, address: str) -> None:
    with pytest.raises(InputRefused, match=r"There is nothing at .*bucket does not exist.*check its spelling"):
        listed(address, (".jpg",))
    with pytest.raises(InputRefused, match=r"Nothing can be written to .*: name a bucket that is there"):
        must_be_writable("s3://no-such-bucket/small")


@contextmanager
def s3_that_says(status: int, code: str) -> Iterator[str]:
    """An S3 server that gives this answer to everything."""
    body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()

    class Refusing(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = answer

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as serving:
        threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_rights_and_credentials_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    s3fs = pytest.importorskip("s3fs")
    with s3_that_says(403, "AccessDenied") as endpoint:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true"}.items():
            monkeypatch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        for address in ("s3://own/a", "s3://own/*"):
            with pytest.raises(InputRefused, match="The credentials that are set here have no rights to s3://own"):
                listed(address, (".jpg",))
        with pytest.raises(InputRefused, match="have no rights to s3://own/small"):
            must_be_writable("s3://own/small")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        s3fs.S3FileSystem.clear_instance_cache()
        with pytest.raises(InputRefused, match="No credentials for s3:// are set where this runs"):
            listed("s3://own/a", (".jpg",))
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize("error", [ConnectionError("http://10.0.0.7:9000"), TimeoutError()])
def test_a_store_that_does_not_answer_is_told_without_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

    def fail(*args: object, **named: object) -> None:
        raise error

    monkeypatch.setattr(LocalFileSystem, "isfile", fail)
    with pytest.raises(InputRefused, match=r"does not answer .*: try again later") as refused:
        listed(f"file://{tmp_path}", (".jpg",))
    assert "10.0.0.7" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "variable"), [("s3://b/a", "AWS_SECRET"), ("gs://b/a", "GOOGLE_APP"), ("abfs://b/a", "AZURE_STORAGE")]
)
def test_credentials_are_called_as_each_store_calls_them(address: str, variable: str) -> None:
    said = _unreadable(address, RuntimeError("DefaultCredentialsError: Unable to locate credentials"))
    assert variable in said and "\n" not in said and ("AWS" in said) == (variable == "AWS_SECRET")
    assert ("AWS" in _unreadable(address, TimeoutError())) == (variable == "AWS_SECRET")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(NotAvailable, match=r"gs:// addresses need the package gcsfs .*pip install gcsfs"):
        listed("gs://bucket/a", (".jpg",))


def test_a_name_that_looks_like_an_address_behind_another_is_a_name(root: str, tmp_path: Path) -> None:
    (tmp_path / "own.jpg").write_bytes(b"own")
    chained = f"{root}/a::file://{tmp_path.as_posix()}/own.jpg"
    write(chained, b"named", replace=False)
    assert read(chained, 1) == b"named"
    assert (tmp_path / "own.jpg").read_bytes() == b"own"


def test_a_place_that_can_be_written_to_holds_nothing_more_afterwards(root: str) -> None:
    write(f"{root}/small/a.jpg", b"x", replace=False)
    must_be_writable(f"{root}/small")
    assert listed(f"{root}/small", ("",))[1] == [f"{root}/small/a.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="Links need rights on Windows.")
def test_a_result_takes_the_place_of_a_link_and_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "original.jpg").write_bytes(b"original")
    (tmp_path / "a.jpg").symlink_to("original.jpg")
    write(f"file://{tmp_path}/a.jpg", b"result", replace=True)
    assert (tmp_path / "original.jpg").read_bytes() == b"original"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "original.jpg"]


def test_addresses_are_told_from_paths_and_unknown_kinds_are_refused() -> None:
    found: dict[Any, bool] = {text: is_address(text) for text in ("s3://a/b", "file:///a", "/a", "C:\\a", "c://a", "a")}
    assert [text for text, yes in found.items() if yes] == ["s3://a/b", "file:///a"]
    for address in ("http://169.254.169.254/latest", "ftp://x/y", "memory://x"):
        with pytest.raises(InputRefused, match="is of a kind that is not read here"):
            listed(address, (".jpg",))
