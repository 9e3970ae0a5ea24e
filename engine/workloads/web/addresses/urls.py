"""One address of a web page, checked for its spelling before anything else happens.

Every parser in the process (requests, urllib3, yarl, glibc) must read the same host out of a URL, so only what
all of them read alike passes: `urlsplit` and urllib3 differ on `http://127.0.0.1:80\\@example.com/`, and glibc
takes `0x7f.1` and `127。0。0。1` for loopback. Hosts follow the WHATWG URL standard (what ends in a number is an
IPv4 address) and are mapped by UTS 46 (package idna, which requests brings along).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

from engine.errors import TaskFailed

LONGEST = 8_000
"""Characters; servers refuse more (RFC 9110 asks them to take 8,000)."""
PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\Z")
# Control characters, spaces other than U+0020, and the marks that turn the reading direction.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb]"
)
_KEPT = "%/:?=&;,+$!*'()@~[]|^{}\"`<>#"
_UNSAFE = str.maketrans({character: f"%{ord(character):02X}" for character in ' "<>`^{|}'})


@dataclass(frozen=True, slots=True)
class Url:
    """A checked address. `host` is in lower case and ASCII; `target` is path and query; a fragment is dropped."""

    scheme: str
    host: str
    port: int
    target: str
    literal: bool
    """Whether the host is an IP address rather than a name."""

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL: without the scheme's own port, IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt speaks for."""
        return f"{self.scheme}://{self.authority}"

    @property
    def text(self) -> str:
        """The whole address, as it is sent."""
        return self.origin + self.target


@lru_cache(maxsize=4096)
def checked_url(text: str) -> Url:
    """The parts of an http or https address. Raises TaskFailed: invalid_url, invalid_host or scheme."""
    if "\0" in text:
        raise TaskFailed("invalid_host", f"{shown(text)} holds a NUL character: correct the address.")
    if _HIDDEN.search(text) or "\\" in text:
        raise TaskFailed("invalid_url", f"{shown(text)} holds a control character or a backslash: correct the address.")
    if len(text) > LONGEST:
        raise TaskFailed("invalid_url", f"The address is {len(text):,} characters long; {LONGEST:,} is the limit.")
    scheme, rest = _scheme(text)
    authority, tail = _split(rest)
    if not rest.startswith("//") or not authority:
        raise TaskFailed("invalid_url", f"{shown(text)} names no host: write it like https://shop.example/page.")
    if "@" in authority:
        raise TaskFailed("invalid_url", f"{shown(text)} holds a user name before the host: remove it.")
    host, port = _host_and_port(text, authority)
    name, literal = _checked_host(host)
    return Url(scheme, name, PORTS[scheme] if port is None else port, _target(tail), literal)


def joined(base: Url, location: str) -> Url:
    """Where a redirect from `base` leads. Raises TaskFailed like `checked_url`."""
    if _HIDDEN.search(location) or "\\" in location:
        raise TaskFailed("invalid_url", f"{shown(location)} holds a control character or a backslash.")
    return checked_url(urljoin(base.text, location.strip(" ")))


def shown(text: str, limit: int = 120) -> str:
    """A piece of foreign text for a sentence: escaped, quoted and cut."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return ascii(cut) if _HIDDEN.search(cut) else f"'{cut}'"


def _scheme(text: str) -> tuple[str, str]:
    found = _SCHEME.match(text)
    if found is None:
        raise TaskFailed("invalid_url", f"{shown(text)} is no address: write it like https://shop.example/page.")
    scheme = found[1].lower()
    if scheme not in PORTS:
        raise TaskFailed("scheme", f"Only http and https pages can be fetched, not '{scheme[:40]}:'.")
    return scheme, text[found.end() :]


def _split(rest: str) -> tuple[str, str]:
    """Authority and what follows it."""
    found = re.search(r"[/?#]", rest[2:])
    return (rest[2:], "") if found is None else (rest[2 : 2 + found.start()], rest[2 + found.start() :])


def _host_and_port(text: str, authority: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", authority, re.ASCII)
    if found is None or not found[1]:
        raise TaskFailed("invalid_url", f"{shown(text)} has a host or a port that cannot be read: correct it.")
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 65_536:
        raise TaskFailed("invalid_url", f"{shown(text)} names port {port}, which does not exist.")
    return found[1], port


def _checked_host(host: str) -> tuple[str, bool]:
    """The host as it is looked up, and whether it is an address."""
    if host.startswith("["):
        try:
            # A scope ("%eth0") names an interface of this machine: no shop has one.
            if "%" in host:
                raise AddressValueError(host)
            return IPv6Address(host[1:-1]).compressed, True
        except AddressValueError:
            raise TaskFailed("invalid_host", f"{shown(host)} is no IPv6 address.") from None
    name = _mapped(host).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.match(labels[-1]):
        return _ipv4(host, name), True
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise TaskFailed("invalid_host", f"{shown(host)} is no host name: check its spelling.")
    return name, False


def _mapped(host: str) -> str:
    if host.isascii():
        return host.lower()
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise TaskFailed("invalid_host", f"{shown(host)} is no host name: check its spelling.") from None


def _ipv4(host: str, name: str) -> str:
    """A dotted quad in its one canonical spelling; ipaddress refuses short forms and leading zeros."""
    try:
        return IPv4Address(name).compressed
    except AddressValueError:
        raise TaskFailed("invalid_host", f"{shown(host)} is an unusual spelling of an IP address.") from None


def _target(tail: str) -> str:
    path = tail.partition("#")[0]
    if not path.startswith("/"):
        path = "/" + path
    if not path.isascii():
        path = quote(path, safe=_KEPT + " ")
    return path.translate(_UNSAFE)
