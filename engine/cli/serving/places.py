"""Where the app is served: from options, else from Streamlit's own settings, of which none is passed over in silence.

In this order: what the command line says, the environment (STREAMLIT_SERVER_PORT), `.streamlit/config.toml` of the
current folder, that of the app, that of the user's home. Streamlit reads all other settings itself. It lets the app's
file win over the current folder's; an installed app's file is nobody's to change, so here it is the other way round.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import SettingRefused

FIRST_PORT, LAST_PORT = 8501, 8599
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """An address to serve on, and by what the app is reached there."""

    address: str
    port: int
    base_path: str = ""
    """Below which path the app lies; without slashes at its ends."""
    is_https: bool = False
    allowed_hosts: tuple[str, ...] = ()
    """Names by which browsers may open the app besides this machine's own."""
    opens_browser: bool = False

    @property
    def url(self) -> str:
        """What a browser on this machine opens."""
        host = {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(self.address, self.address)
        host = f"[{host}]" if ":" in host else host
        path = f"/{self.base_path}" if self.base_path else ""
        return f"{'https' if self.is_https else 'http'}://{host}:{self.port}{path}"


@dataclass(frozen=True, slots=True)
class Said:
    """A setting's value, and where it was said."""

    value: Any
    where: str


class ServerSettings:
    """Streamlit's settings of its server, from the environment and the files, each with its origin."""

    def __init__(self, files: Iterable[Path], environment: Mapping[str, str]) -> None:
        """`files`: the first one that has a setting wins. Raises SettingRefused for a file that is no TOML."""
        self._environment = environment
        self._tables = [(path, _server_table(path)) for path in files]

    def said(self, name: str) -> Said | None:
        """What is said about `server.NAME` (in camel case, as in the file); None where nothing is."""
        variable = "STREAMLIT_SERVER_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
        if variable in self._environment:
            return Said(self._environment[variable], variable)
        for path, table in self._tables:
            if name in table:
                return Said(self._resolved(table[name]), f"server.{name} in {path}")
        return None

    def text(self, name: str) -> str:
        """The setting as text; empty where it is not set."""
        said = self.said(name)
        return str(said.value).strip() if said else ""

    def names(self, name: str) -> tuple[str, ...]:
        """The setting as a list: of the file, or of the words of a variable."""
        said = self.said(name)
        values = said.value if said else []
        return tuple(map(str, values if isinstance(values, list) else re.split(r"[\s,]+", str(values))))

    def _resolved(self, value: Any) -> Any:
        """A value that names a variable (`port = "env:PORT"`) is that variable's, as Streamlit has it."""
        if isinstance(value, str) and value.startswith("env:"):
            return self._environment.get(value.removeprefix("env:"), value)
        return value


def settings_for(app_folder: Path, current_folder: Path) -> ServerSettings:
    """The settings that hold for the app in `app_folder`, when it is started in `current_folder`."""
    folders = dict.fromkeys([current_folder.resolve(), app_folder.resolve(), Path("~").expanduser()])
    return ServerSettings([folder / ".streamlit" / "config.toml" for folder in folders], os.environ)


def place_for(
    settings: ServerSettings, port: int | None = None, address: str | None = None, opens_browser: bool | None = None
) -> Place:
    """Where to serve: options first, then the settings, then the first free port on this machine alone.

    Raises SettingRefused, saying where it was asked for, for a port that is none or is in use.
    """
    address = address or settings.text("address") or LOOPBACK[1]
    if opens_browser is None:
        opens_browser = settings.text("headless").lower() in ("false", "0", "no")
    return Place(
        address=address,
        port=_port(settings, port, address),
        base_path=settings.text("baseUrlPath").strip("/"),
        is_https=bool(settings.text("sslCertFile")),
        allowed_hosts=tuple(name for name in settings.names("allowedHosts") if name),
        opens_browser=opens_browser,
    )


def is_free(address: str, port: int) -> bool:
    """Whether nothing listens there. Raises SettingRefused for what is no port or no address of this machine."""
    # ::1 too: "localhost" would lead a browser to whatever answers there.
    addresses = [address, "::1"] if address in ("127.0.0.1", "localhost") and socket.has_ipv6 else [address]
    return not any(_is_taken(each, port) for each in addresses)


def _port(settings: ServerSettings, option: int | None, address: str) -> int:
    said = Said(option, "--port") if option is not None else settings.said("port")
    if said is None or not str(said.value).strip():
        return _first_free(address)
    port = _number(said)
    if not is_free(address, port):
        remedy = "give another, or none to take the first free one."
        asked = "" if said.where == "--port" else f" (asked for by {said.where})"
        raise SettingRefused(f"Port {port}{asked} is in use: {remedy}")
    return port


def _number(said: Said) -> int:
    text = str(said.value).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SettingRefused(f"{said.where}: {said.value} is no port: give one from 1 to 65535.")
    return int(text)


def _first_free(address: str) -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if is_free(address, port):
            return port
    raise SettingRefused(f"No port from {FIRST_PORT} to {LAST_PORT} is free: name one with --port.")


def _is_taken(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        probe = socket.socket(family)
    except OSError:  # a kernel without IPv6
        return False
    with probe:
        if os.name != "nt":  # elsewhere a port that was just left counts as taken for a minute
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return _means_taken(error, address, port)
    return False


def _means_taken(error: OSError, address: str, port: int) -> bool:
    """Whether `bind` failed because of another program. Raises SettingRefused where it can never succeed."""
    if error.errno == errno.EADDRINUSE:
        return True
    if address == "::1":  # no IPv6 here
        return False
    if error.errno == errno.EACCES:
        raise SettingRefused(f"Port {port} may not be used by this user: give one above 1023.") from None
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        raise SettingRefused(f"{address} is no address of this machine: correct --address, or leave it out.") from None
    return True


def _server_table(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError:  # another user's folder: Streamlit cannot read it either
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingRefused(f"{path} is not valid TOML ({error}): correct it.") from None
    table = values.get("server", {})
    return table if isinstance(table, dict) else {}
