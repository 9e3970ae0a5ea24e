"""What an error of a socket, of TLS or of HTTP means for a fetch: one reason and one sentence.

Both drivers map their library's errors here, by what lies at the bottom of the chain.
"""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Iterator

from engine.errors import TaskFailed
from engine.workloads.web.fetching.answers import Transient

_BROKEN = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, EOFError, http.client.IncompleteRead)


def timed_out(limit_s: float) -> TaskFailed:
    """The failure of a fetch that reached its deadline, which was `limit_s` seconds."""
    return TaskFailed("timed_out", f"Timed out after {limit_s:g} s.")


def certificate(host: str, why: str) -> TaskFailed:
    """The failure of a certificate that cannot be trusted."""
    return TaskFailed("certificate_error", f"The certificate of {host} cannot be trusted ({why}).")


def broken(host: str) -> Transient:
    """The failure of a connection that ended before the answer did."""
    return Transient("incomplete", f"The connection to {host} ended before the page was complete.")


def garbled(host: str, why: str) -> TaskFailed:
    """The failure of an answer that is not HTTP."""
    return TaskFailed("bad_answer", f"{host} gave an answer that is not proper HTTP ({why[:120]}).")


def meaning(error: BaseException, host: str, limit_s: float) -> TaskFailed:
    """The failure that an error below HTTP means. What is unknown is a failed connection, with its text."""
    chain = list(causes(error))
    for item in chain:
        if isinstance(item, ssl.SSLCertVerificationError):
            return certificate(host, item.verify_message or str(item))
    for item in chain:
        if isinstance(item, TimeoutError):
            return timed_out(limit_s)
        if isinstance(item, _BROKEN):
            return broken(host)
    for item in chain:
        if isinstance(item, ssl.SSLError):
            why = item.reason or str(item)
            return TaskFailed("tls_failed", f"No secure connection to {host} could be made ({why}).")
        if isinstance(item, OSError):
            why = os.strerror(item.errno) if item.errno else str(item)
            return TaskFailed("connection_failed", f"No connection to {host} could be made ({why}).")
    return TaskFailed("connection_failed", f"The connection to {host} failed ({type(error).__name__}).")


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what caused it, however its library keeps that; the innermost first."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 20:
        item = waiting.pop(0)
        if item is None or item in found:
            continue
        found.append(item)
        inner = [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
        waiting += [part for part in inner if isinstance(part, BaseException)]
    return reversed(found)
