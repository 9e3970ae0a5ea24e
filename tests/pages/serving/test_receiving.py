"""An upload on its way in, cut into pieces as networks do: its bytes go to disk, all else goes on as it came."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.serving.receiving import Receiving, Stored, Upload

BOUNDARY = b"----WebKitFormBoundaryEhr5"
CONTENT = b"\r\n--almost the boundary\r\n" + bytes(range(256)) * 40 + b"\r\n------WebKitFormBoundaryEhr"
HEADER = b'Content-Disposition: form-data; name="a"; filename="n\xc3\xa4me; \\"x\\".jpg"\r\nContent-Type: image/jpeg'
BODY = b"--" + BOUNDARY + b"\r\n" + HEADER + b"\r\n\r\n" + CONTENT + b"\r\n--" + BOUNDARY + b"--\r\n"
SCOPE = {"headers": [(b"content-type", b"multipart/form-data; boundary=" + BOUNDARY)]}


@pytest.fixture
def receiving(home: Path) -> Receiving:
    """The middleware, whose app is never reached."""

    async def app(*_: Any) -> None:
        raise AssertionError("not reached")

    return Receiving(app)


def taken(receiving: Receiving, body: bytes, step: int, ends: bool = True) -> tuple[Upload, bytes]:
    """An upload whose body came in pieces of so many bytes, and what is left of the request."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[at : at + step], "more_body": at + step < len(body) or not ends}
        for at in range(0, len(body), step)
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    upload = Upload(receiving)
    return upload, asyncio.run(upload.take(SCOPE, receive))


@pytest.mark.parametrize("step", [1, 7, 61, 100_000])
def test_the_bytes_are_on_disk_and_the_rest_goes_on(step: int, receiving: Receiving, home: Path) -> None:
    upload, left = taken(receiving, BODY, step)
    assert upload.path is not None and upload.path.read_bytes() == CONTENT
    assert upload.path.is_relative_to(home / "uploads") and upload.path.stat().st_mode & 0o077 == 0
    assert HEADER in left and b"almost" not in left and left.count(b"--overlap-without") == 2
    assert (upload.size, receiving.held_bytes) == (len(CONTENT), len(CONTENT))
    upload.close()
    assert receiving.held_bytes == 0 and not upload.path


@pytest.mark.parametrize("body", [BODY[:-3], BODY[:200], b"no multipart at all", b"\r\n" * 1000], ids=range(4))
def test_what_breaks_off_or_is_no_upload_leaves_nothing(body: bytes, receiving: Receiving, home: Path) -> None:
    upload, left = taken(receiving, body, 64, ends=False)
    upload.close()
    assert left == b"" and receiving.held_bytes == 0
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []


def test_over_the_budget_of_all_nothing_is_kept_and_the_setting_is_named(
    receiving: Receiving, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERLAP_UPLOADS_MAX_MB", "0.015")
    first, _ = taken(receiving, BODY, 500)
    second, left = taken(receiving, BODY, 500)
    assert first.refusal is None and second.refusal is not None and "OVERLAP_UPLOADS_MAX_MB" in second.refusal
    assert HEADER in left, "the browser is told that it was taken, and the page says that it was not"
    assert receiving.held_bytes == len(CONTENT) and second.path is None
    first.close()
    third, _ = taken(receiving, BODY, 500)
    assert third.refusal is None, "there is room again"
    third.close()


def test_a_full_disk_is_said(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receiving, "folder", full)
    upload, _ = taken(receiving, BODY, 500)
    assert upload.refusal is not None and "No space left on device" in upload.refusal and receiving.held_bytes == 0


def test_the_file_goes_with_what_stands_for_it(receiving: Receiving) -> None:
    upload, _ = taken(receiving, BODY, 500)
    manager = MemoryUploadedFileManager("/upload")
    manager.add_file("session", UploadedFileRec("id", "a.jpg", "image/jpeg", upload.stored()))
    upload.close()
    (record,) = manager.get_files("session", ["id"])
    assert isinstance(record.data, Stored) and record.data.path is not None and len(record.data) == len(CONTENT)
    path = record.data.path
    assert path.read_bytes() == CONTENT
    del record
    manager.remove_session_files("session")
    assert not path.exists() and receiving.held_bytes == 0


def test_no_page_reads_an_upload_otherwise_than_from_disk() -> None:
    """What Streamlit gives of an upload is empty: its bytes never came into memory."""
    pages = Path(__file__).parents[3] / "pages"
    reading = {path.name for path in pages.rglob("*.py") if "getvalue(" in path.read_text(encoding="utf-8")}
    assert reading == {"received.py"}
    for path in pages.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "st.file_uploader(" not in text or "received(" in text or "opened(" in text, path.name


def test_who_has_not_signed_in_uploads_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_SIGN_IN", "1")
    monkeypatch.setattr("pages.serving.receiving.runtime", Session())
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(*_: Any) -> None:
        raise AssertionError("not reached")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY, "more_body": False}

    scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/s/f", "scheme": "http",
             "headers": [*SCOPE["headers"], (b"host", b"here")], "query_string": b""}  # fmt: skip
    receiving = Receiving(app)
    asyncio.run(receiving(scope, receive, send))
    assert sent[0]["status"] == 403 and receiving.held_bytes == 0


class Session:
    """A Streamlit in which every session is active, also that of somebody who is asked to sign in."""

    def exists(self) -> bool:
        return True

    def get_instance(self) -> Session:
        return self

    def is_active_session(self, _: str) -> bool:
        return True
