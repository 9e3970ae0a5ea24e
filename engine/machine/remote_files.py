"""Files by address (`s3://bucket/name.jpg`), by fsspec: places that machines share without sharing a disk.

Credentials and endpoints are those of the environment in which a process runs (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL
and so on): Overlap neither asks for them nor passes them on. fsspec and the packages of each kind of store are imported
when an address is first met.
"""

from __future__ import annotations

import re
from typing import Any

from engine.errors import InputRefused, NotAvailable, TaskFailed

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "file": "fsspec"}
"""Kinds of addresses, and the package that each needs."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: one is a drive of Windows
_WILD = re.compile(r"[*?\[]")


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
        if not system.exists(parent := path.rpartition("/")[0]) and _kind(address) == "file":
            system.makedirs(parent, exist_ok=True)
        system.pipe_file(path, content)
    except TaskFailed:
        raise
    except Exception as error:  # as in `read`
        raise TaskFailed("not_written", f"{address} cannot be written ({_why(error)}).") from error


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
        if _WILD.search(path):
            root, found = _fixed(path), [one for one in system.glob(path) if system.isfile(one)]
        elif system.isfile(path):
            return f"{kind}://{path.rpartition('/')[0]}", [address]
        else:
            root, found = path.rstrip("/"), list(system.find(path))
    except Exception as error:  # as in `read`
        raise InputRefused(f"{address} cannot be read ({_why(error)}): check its spelling and credentials.") from error
    addresses = sorted(f"{kind}://{one}" for one in found if one.lower().endswith(endings))
    if not addresses:
        raise InputRefused(f"{address} holds no files that end in {', '.join(endings)}.")
    return f"{kind}://{root}", addresses


def _fixed(path: str) -> str:
    """The folders of a glob before its first wildcard."""
    fixed: list[str] = []
    for part in path.split("/")[:-1]:
        if _WILD.search(part):
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

        system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    except ImportError as error:
        needed = PACKAGES[kind]
        raise NotAvailable(f"{kind}:// addresses need the package {needed} ({error}): pip install {needed}.") from None
    return system, str(path)


def _why(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text or type(error).__name__
