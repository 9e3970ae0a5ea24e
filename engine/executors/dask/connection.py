"""To the scheduler: by the address and the TLS files of the configuration, or one clear sentence why not."""

from __future__ import annotations

import pickle
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distributed import Client
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.security import Security

from engine.errors import NotAvailable
from engine.executors.dask.ledger import NAME, Ledger
from engine.executors.dask.shipment import by_value

ANSWER_S = 5.0
"""How long a scheduler may take to answer."""
_TLS_FILES = ("dask_tls_ca", "dask_tls_cert", "dask_tls_key")


async def connected(settings: Mapping[str, Any]) -> Any:
    """An asynchronous Client of the configured scheduler. Raises NotAvailable with what to do."""
    address = settings["dask_address"]
    security = security_of(settings)
    client: Any = None
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, asynchronous=True, timeout=ANSWER_S, set_as_default=False, security=security
        )
        return await client
    except Exception as error:  # distributed lets pass whatever the transport or an older version raises
        if client is not None:
            with suppress(Exception):  # it has never been open
                await client.close(timeout=1)
        raise NotAvailable(_why(address, security is not None, error)) from error


def security_of(settings: Mapping[str, Any]) -> Security | None:
    """The TLS files as distributed takes them; None where none are named. Raises NotAvailable for what is missing."""
    files = {name: settings.get(name) or "" for name in _TLS_FILES}
    if not any(files.values()):
        return None
    for name, path in files.items():
        variable = f"OVERLAP_{name.upper()}"
        if not path:
            raise NotAvailable(f"TLS to the Dask cluster needs three files, and {variable} names none: set it, too.")
        if not Path(path).is_file():
            raise NotAvailable(f"{variable} names {path}, which is no file here: correct it.")
    ca, cert, key = files.values()
    return Security(  # type: ignore[no-untyped-call]
        tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True
    )


def _why(address: str, tls: bool, error: BaseException) -> str:
    text = " ".join(str(one) for one in _causes(error))
    if tls and not address.startswith("tls://"):
        return (
            f"OVERLAP_DASK_ADDRESS is {address}, which is not encrypted, although TLS files are named: "
            "write it with tls:// in front, or unset OVERLAP_DASK_TLS_CA, _CERT and _KEY."
        )
    if "KEY_VALUES_MISMATCH" in text:
        return "OVERLAP_DASK_TLS_KEY is not the key of OVERLAP_DASK_TLS_CERT: name the two that belong together."
    if "WRONG_VERSION_NUMBER" in text or "cannot convert to SSL" in text:
        return f"What answers at {address} speaks no TLS: write the address with tcp:// in front, or correct its port."
    if any(isinstance(one, ssl.SSLError) for one in _causes(error)) or "certificate" in text.lower():
        return (
            f"The Dask scheduler at {address} and this server do not trust each other's certificates "
            f"({_short(error)}): name the cluster's own files in "
            "OVERLAP_DASK_TLS_CA, OVERLAP_DASK_TLS_CERT and OVERLAP_DASK_TLS_KEY."
        )
    if address.startswith("tls://") and not tls:
        return (
            f"The Dask scheduler at {address} is asked for by TLS, and no certificate is named: "
            "set OVERLAP_DASK_TLS_CA, OVERLAP_DASK_TLS_CERT and OVERLAP_DASK_TLS_KEY."
        )
    return (
        f"No Dask scheduler answers at {address} ({_short(error)}): start it, correct OVERLAP_DASK_ADDRESS, "
        "or, where it speaks TLS only, write the address with tls:// and name its certificates."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(error: BaseException) -> str:
    *_, last = _causes(error)
    return " ".join(str(last).split())[:200] or type(last).__name__


class Carried(SchedulerPlugin):
    """A plugin that the scheduler can unpickle without having its module; one that it has already stays."""

    idempotent = True

    def __init__(self, plugin: Any) -> None:
        self.name = plugin.name
        self._content = by_value(plugin, type(plugin).__module__)

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle.loads, (self._content,)


async def keep_turns(client: Any, address: str) -> None:
    """Have the scheduler keep the turns at hosts, unless it does. Raises NotAvailable where it takes no plugins."""
    try:
        await client.register_plugin(Carried(Ledger()), name=NAME)
    except Exception as error:  # distributed raises whatever the scheduler did
        raise NotAvailable(
            f"The Dask scheduler at {address} cannot keep the turns of its workers at hosts ({_short(error)}): "
            "start it with DASK_DISTRIBUTED__SCHEDULER__PICKLE=true, or scrape on this machine."
        ) from error


async def must_match(client: Any, address: str) -> None:
    """Raises NotAvailable where scheduler or workers have another Python or another distributed than this process."""
    found = await client.get_versions()
    parties = {f"The Dask scheduler at {address}": found["scheduler"]}
    parties |= {f"The Dask worker at {worker}": versions for worker, versions in found["workers"].items()}
    for whom, versions in parties.items():
        if why := mismatch(whom, versions):
            raise NotAvailable(why)


def mismatch(whom: str, versions: Mapping[str, Any] | None) -> str | None:
    """Why a scheduler or worker with these versions cannot work with this process, in one sentence."""
    if not versions:
        return None
    python = ".".join(str(versions["host"].get("python", "")).split(".")[:2])
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if python and python != here:
        return f"{whom} runs Python {python}, and this server {here}: start it with Python {here}."
    theirs = versions["packages"].get("distributed")
    if theirs and theirs != (ours := version("distributed")):
        return (
            f"{whom} has distributed {theirs}, and this server {ours}: "
            f"install the same there (pip install distributed=={ours} dask=={ours})."
        )
    return None
