"""Files by address (`s3://bucket/name.jpg`), by fsspec: places that machines share without sharing a disk.

Credentials and endpoints are those of the environment in which a process runs (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL
and so on): Overlap neither asks for them nor passes them on. fsspec and the packages of each kind of store are imported
when an address is first met.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import InputRefused, NotAvailable, OverlapError, TaskFailed

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "file": "fsspec"}
"""Kinds of addresses, and the package that each needs."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: one is a drive of Windows
WILD = re.compile(r"[*?\[]")
"""What makes an address a glob."""
PROBE = ".overlap-probe"
"""The name of the empty file that is written, and removed, to see whether a place can be written to."""
_NO_RIGHTS = re.compile(
    r"AccessDenied|Access Denied|Forbidden|AllAccessDisabled|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken"
    r"|InvalidToken|\b40[13]\b"
)
_NO_CREDENTIALS = re.compile(r"NoCredentials|Unable to locate credentials|DefaultCredentialsError|PartialCredentials")
_AWAY = re.compile(r"EndpointConnection|ConnectionError|ConnectTimeout|ReadTimeout|Could not connect|ConnectorError")

_CREDENTIALS = {
    "s3fs": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "gcsfs": "GOOGLE_APPLICATION_CREDENTIALS",
    "adlfs": "AZURE_STORAGE_CONNECTION_STRING", "fsspec": "those of its store",
}  # fmt: skip
"""By the package of a kind of address: the variables that its credentials stand in."""


def is_address(text: object) -> bool:
    """Whether this names a file by an address rather than by a path of this machine."""
    return isinstance(text, str) and _ADDRESS.match(text) is not None


def checked(address: str) -> str:
    """The address, if it is of a known kind. Raises InputRefused, or NotAvailable where its package is missing."""
    _opened(address)
    return address


def joined(address: str, name: str) -> str:
    """The address of `name` below another one."""
    return f"{address.rstrip('/')}/{name}"


def size(address: str) -> int | None:
    """Bytes of the file there; None where there is none. Raises OSError where the store does not answer."""
    system, path = _opened(address)
    try:
        return int(system.info(path)["size"] or 0) if system.isfile(path) else None
    except FileNotFoundError:
        return None


def read(address: str, most_mb: float) -> bytes:
    """The content of a file. Raises TaskFailed: not_found, file_too_large, not_readable."""
    try:
        system, path = _opened(address)
        length = int(system.info(path)["size"] or 0)
        if length > most_mb * 1e6:
            raise TaskFailed("file_too_large", f"{address} has {length / 1e6:,.0f} MB; at most {most_mb:g} are read.")
        content: bytes = system.cat_file(path)
        return content
    except FileNotFoundError:
        raise TaskFailed("not_found", f"There is no file {address}.") from None
    except TaskFailed:
        raise
    except Exception as error:  # stores raise what their libraries do: botocore, aiohttp, OSError
        raise TaskFailed("not_readable", f"{address} cannot be read ({_why(error)}).") from error


def write(address: str, content: bytes, replace: bool) -> None:
    """Put a file there, whole or not at all as far as its store promises that. One with this very content may stay.

    Raises TaskFailed: exists (without `replace`), not_written.
    """
    try:
        system, path = _opened(address)
        if not replace and system.exists(path):
            if system.info(path)["size"] == len(content) and system.cat_file(path) == content:
                return
            raise TaskFailed(
                "exists",
                f"{address} is there already, and this run did not write it: choose another place or name, "
                "or allow overwriting (--overwrite).",
            )
        if _kind(address) == "file":
            _put_here(path, content)
        else:
            system.pipe_file(path, content)
    except TaskFailed:
        raise
    except Exception as error:  # as in `read`
        raise TaskFailed("not_written", f"{address} cannot be written ({_why(error)}).") from error


def _put_here(path: str, content: bytes) -> None:
    """A file of this machine, which appears whole and takes the place of a link instead of following it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = os.path.join(os.path.dirname(path), f".{os.getpid()}-{secrets.randbits(60)}.part")
    try:
        Path(part).write_bytes(content)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise


def remove(address: str) -> None:
    """Remove a file. Raises what its store does."""
    system, path = _opened(address)
    system.rm_file(path)


def listed(address: str, endings: tuple[str, ...]) -> tuple[str, list[str]]:
    """The address below which names count, and the addresses of files with these endings, sorted.

    `address` is one file, a folder with all that is below it, or a glob (`*`, `?`, `[…]` and `**`). Raises InputRefused
    where it has none, or cannot be read.
    """
    system, path = _opened(address)
    kind = _kind(address)
    try:
        if WILD.search(path) and not system.isfile(path):  # a name may hold what is a wildcard elsewhere
            root = _fixed(path)
            told = system.glob(path, detail=True)
            links = {one for one, about in told.items() if about.get("islink") and system.isfile(one)}
            found = [one for one, about in told.items() if about["type"] == "file" or one in links]
            if not found:  # fsspec's glob says nothing of a bucket that is not there or that it may not look into
                system.ls(root, detail=False)
        elif system.isfile(path):
            return f"{kind}://{path.rpartition('/')[0]}", [address]
        else:
            root, found = path.rstrip("/"), list(system.find(path))
    except Exception as error:  # as in `read`
        raise InputRefused(_unreadable(address, error)) from error
    addresses = sorted(f"{kind}://{one}" for one in found if one.lower().endswith(endings))
    if not addresses:
        raise InputRefused(f"{address} holds no files that end in {', '.join(endings)}.")
    return f"{kind}://{root}", addresses


def must_be_writable(address: str) -> None:
    """Try with a file of no bytes, which is removed again. Raises InputRefused, saying why nothing can be put there."""
    try:
        system, path = _opened(address)
        probe = f"{path.rstrip('/')}/{PROBE}"
        if _kind(address) == "file":
            system.makedirs(path, exist_ok=True)
        system.pipe_file(probe, b"")
    except OverlapError:
        raise
    except Exception as error:  # as in `read`
        raise InputRefused(_unwritable(address, error)) from error
    with suppress(Exception):  # who may write need not be allowed to remove
        system.rm_file(probe)


def _unreadable(address: str, error: BaseException) -> str:
    """Why an address cannot be listed, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"There is nothing at {address} ({_why(error)}): check its spelling."
    return _of_the_store(address, error) or (
        f"{address} cannot be read ({_why(error)}): check its spelling and credentials."
    )


def _unwritable(address: str, error: BaseException) -> str:
    """Why nothing can be written below an address, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"Nothing can be written to {address} ({_why(error)}): name a bucket that is there."
    return _of_the_store(address, error) or (
        f"Nothing can be written to {address} ({_why(error)}): choose another place."
    )


def _of_the_store(address: str, error: BaseException) -> str | None:
    """What is wrong with the rights or the way to a store, whichever library says so; None for anything else."""
    text = f"{type(error).__name__} {error}"
    if isinstance(error, PermissionError) or _NO_RIGHTS.search(text):
        return (
            f"The credentials that are set here have no rights to {address} ({_why(error)}): choose another place, "
            "or have them given."
        )
    if _NO_CREDENTIALS.search(text):
        return (
            f"No credentials for {_kind(address)}:// are set where this runs ({_why(error)}): set them in its "
            f"environment, such as {_CREDENTIALS[PACKAGES[_kind(address)]]}."
        )
    if isinstance(error, (ConnectionError, TimeoutError)) or _AWAY.search(text):
        return (
            f"The store of {address} does not answer ({type(error).__name__}): try again later, or check its endpoint"
            f"{', such as AWS_ENDPOINT_URL' if _kind(address) == 's3' else ''}."
        )
    return None


def _fixed(path: str) -> str:
    """The folders of a glob before its first wildcard."""
    fixed: list[str] = []
    for part in path.split("/")[:-1]:
        if WILD.search(part):
            break
        fixed.append(part)
    return "/".join(fixed)


def _kind(address: str) -> str:
    found = _ADDRESS.match(address)
    return found[1].lower() if found else ""


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    kind = _kind(address)
    if kind not in PACKAGES:
        known = ", ".join(f"{name}://" for name in PACKAGES)
        raise InputRefused(f"{address} is of a kind that is not read here: use a path, or one of {known}.")
    try:
        import fsspec  # type: ignore[import-untyped]

        # Not url_to_fs: to that a `::` in a name is another address behind this one, and a name may hold anything.
        store = fsspec.get_filesystem_class(kind)
        path = store._strip_protocol(address)
        system = store(**store._get_kwargs_from_urls(address), use_listings_cache=False)
    except ImportError as error:
        needed = PACKAGES[kind]
        raise NotAvailable(f"{kind}:// addresses need the package {needed} ({error}): pip install {needed}.") from None
    return system, str(path)


def _why(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text or type(error).__name__
