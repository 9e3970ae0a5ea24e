"""Uploads on their way in: written to disk piece by piece, where Streamlit would hold each whole in memory, twice for
a moment, for as long as its session lasts.

    browser ──PUT──▶ Receiving: the file's bytes go to <home>/uploads/, within one budget for all users
                        │ the same request without them
                        ▼
                     Streamlit: checks the session and the token, keeps a Stored: no bytes, but where they lie

A file on disk goes with its Stored, so when its user takes it out of the form or the session is over. What is over the
budget is taken from the browser and thrown away: the page then says why (`pages.parts.uploads.received`).
"""

from __future__ import annotations

import atexit
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import IO, Any

import streamlit as st
from anyio import to_thread
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from engine.config import load
from engine.machine import private
from pages.parts.shared.person import NOBODY, person_of, signs_in

_PATH = re.compile(r".*/_stcore/upload_file/([^/]+)/([^/]+)")
_PIECE_BYTES = 1 << 20
_BOUNDARY = b"overlap-without-the-files-bytes"


class Stored(bytes):
    """What Streamlit keeps of an upload: empty, but as long as the file is; the file goes when this does."""

    path: Path | None
    refusal: str | None
    size: int
    forget: Callable[[], None] = staticmethod(lambda: None)

    def __len__(self) -> int:
        return self.size

    def __del__(self) -> None:
        self.forget()


class Receiving:
    """ASGI middleware: what is uploaded goes to disk. Its state is how much lies there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.held_bytes = 0
        self._lock = Lock()
        self._folder: Path | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the bytes out of an upload before it is passed on; all else is passed on as it is."""
        asked = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if asked is None or not runtime.exists() or not runtime.get_instance().is_active_session(asked[1]):
            await self.app(scope, receive, send)
            return
        if signs_in() and person_of(Request(scope)) == NOBODY:  # the budget is for people that are known
            await PlainTextResponse("Sign in first.", 403)(scope, receive, send)
            return
        upload = Upload(self)
        try:
            emptied = await upload.take(scope, receive)
            await self.app(_resized(scope, emptied), _replayed(emptied), _Answered(send, asked, upload))
        finally:
            upload.close()

    def folder(self) -> Path:
        """Where this server's uploads lie; those of servers that were killed are removed first."""
        if self._folder is None or not self._folder.is_dir():
            place = private.make_folder(load().home / "uploads")
            for left in private.abandoned(place):
                shutil.rmtree(left, ignore_errors=True)
            self._folder = private.scratch_folder("server", place)
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def hold(self, count: int) -> int:
        """Count bytes that lie here from now on, or no more; gives how many there are now."""
        with self._lock:
            self.held_bytes += count
            return self.held_bytes

    def release(self, path: Path, size: int) -> None:
        """Remove an upload."""
        path.unlink(missing_ok=True)
        self.hold(-size)


class Upload:
    """One upload: its bytes on the way to the disk, and what is left of its request without them."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving = receiving
        self.size = 0
        self.refusal: str | None = None
        self.path: Path | None = None
        self._file: IO[bytes] | None = None
        self._piece = bytearray()
        self._kept = bytearray()
        self._in_value = False
        self._finished = False

    async def take(self, scope: Scope, receive: Receive) -> bytes:
        """Read the request to its end; gives its body without the files' bytes."""
        kind, options = parse_options_header(Headers(scope=scope).get("content-type", "").encode("latin-1"))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            return b""
        parser = MultipartParser(options[b"boundary"], self._callbacks())
        while True:
            message = await receive()
            if message["type"] != "http.request":  # the browser has gone
                return b""
            try:
                parser.write(message.get("body", b""))
            except MultipartParseError:
                return b""
            if len(self._piece) >= _PIECE_BYTES:
                await to_thread.run_sync(self._write)
            if not message.get("more_body", False):
                await to_thread.run_sync(self._write)
                return bytes(self._kept) + b"--" + _BOUNDARY + b"--\r\n" if self._finished else b""

    def stored(self) -> Stored:
        """What stands for this upload from now on."""
        made = Stored()
        made.path, made.size, made.refusal = self.path, self.size, self.refusal
        receiving, path, size = self.receiving, self.path, self.size
        made.forget = (lambda: receiving.release(path, size)) if path is not None else (lambda: None)
        self.path = None  # it is its own now
        return made

    def close(self) -> None:
        """Remove what was not handed on."""
        if self._file is not None:
            self._file.close()
        if self.path is not None:
            self.receiving.release(self.path, self.size)
            self.path = None

    def _callbacks(self) -> Any:
        return {
            "on_part_begin": lambda: self._kept.extend(b"--" + _BOUNDARY + b"\r\n"),
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": lambda: self._kept.extend(b"\r\n"),
            "on_headers_finished": lambda: self._kept.extend(b"\r\n"),
            "on_part_data": lambda data, start, end: self._piece.extend(data[start:end]),
            "on_part_end": lambda: self._kept.extend(b"\r\n"),
            "on_end": self._end,
        }

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._in_value = False
        self._kept.extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._kept.extend(data[start:end] if self._in_value else b": " + data[start:end])
        self._in_value = True  # a value may come in pieces

    def _end(self) -> None:
        self._finished = True

    def _write(self) -> None:
        """Put what has come onto the disk, or forget it once the upload is refused; in a thread."""
        piece, self._piece = self._piece, bytearray()
        self.size += len(piece)
        if self.refusal is None:
            held_bytes = self.receiving.hold(len(piece))
            self.refusal = self._store(piece, held_bytes)
            if self.refusal is not None:
                self._give_up()

    def _store(self, piece: bytearray, held_bytes: int) -> str | None:
        """Write a piece; gives why it could not be."""
        limit_mb, most_mb = load().uploads_max_mb, st.get_option("server.maxUploadSize")
        if self.size > most_mb << 20:
            return f"A file may have {most_mb:,} MB here (STREAMLIT_SERVER_MAX_UPLOAD_SIZE): it was not taken."
        if held_bytes > limit_mb * 1e6:
            return (
                f"All uploads on this server together may have {limit_mb:,.0f} MB (OVERLAP_UPLOADS_MAX_MB), and that "
                "is reached. Take out what you need no more or try again when others have gone, or start the server "
                "with the pictures' folder (OVERLAP_FOLDERS), which needs no upload."
            )
        try:
            if self._file is None:
                self.path = self.receiving.folder() / secrets.token_hex(16)
                self._file = open(self.path, "xb", opener=private.opener)  # noqa: SIM115 - closed by close
            self._file.write(piece)
            self._file.flush()
        except OSError as error:
            return f"The upload could not be stored here ({error.strerror or error}): tell whoever runs this server."
        return None

    def _give_up(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            self.path = None
        self.receiving.hold(-self.size)


class _Answered:
    """Sends the answer on; before the browser sees that an upload was taken, what stands for it is in its place."""

    def __init__(self, send: Send, asked: re.Match[str], upload: Upload) -> None:
        self._send, self._session, self._file_id, self._upload = send, asked[1], asked[2], upload

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 300:
            manager: Any = runtime.get_instance().uploaded_file_mgr
            for record in manager.get_files(self._session, [self._file_id]):
                manager.add_file(self._session, record._replace(data=self._upload.stored()))
        await self._send(message)


def _resized(scope: Scope, body: bytes) -> Scope:
    """The request's scope for this body."""
    changed = {b"content-length": str(len(body)).encode()}
    if body:
        changed[b"content-type"] = b"multipart/form-data; boundary=" + _BOUNDARY
    headers = [(name, value) for name, value in scope["headers"] if name not in (*changed, b"transfer-encoding")]
    return {**scope, "headers": [*headers, *changed.items()]}


def _replayed(body: bytes) -> Receive:
    """What gives this body, and then that the browser has gone."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive
