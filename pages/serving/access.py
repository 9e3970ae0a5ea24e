"""A token that all who may use this server share: it stands in the address once, then in a cookie.

Weaker than signing in (docs/deployment.md): whoever has the address is in, and everybody may do everything. The cookie
holds a hash of the token, so a new token shuts everybody out, and it reaches neither scripts nor other sites.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.config import load
from engine.errors import OverlapError
from pages.serving.health import PATH

COOKIE, NAME = "overlap_access", "token"
REFUSED = "This server is opened by an address that ends in ?token=…: ask whoever runs it for that.\n"
_KEPT_S = 30 * 24 * 3600


class Access:
    """ASGI middleware that lets in who has the token, where there is one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or connection on, take the token from its address, or refuse it with 403."""
        expected = _expected() if scope["type"] in ("http", "websocket") else ""
        if not expected or scope["path"] == PATH or _has_cookie(scope, expected):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await _answer(scope, expected)(scope, receive, send)


def _expected() -> str:
    """What the cookie has to be; empty where no token is asked for."""
    try:
        token = load().access_token
    except OverlapError:  # settings that cannot be used open nothing
        return "nothing"
    return sha256(f"overlap {token}".encode()).hexdigest() if token else ""


def _has_cookie(scope: Scope, expected: str) -> bool:
    found = HTTPConnection(scope).cookies.get(COOKIE, "")
    return hmac.compare_digest(found.encode("utf-8", "replace"), expected.encode())


def _answer(scope: Scope, expected: str) -> Response:
    """With the right token: the same address without it, and the cookie."""
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    given = next((value for name, value in query if name == NAME), "")
    hashed = sha256(f"overlap {given}".encode("utf-8", "replace")).hexdigest()
    if not given or not hmac.compare_digest(hashed, expected):
        return PlainTextResponse(REFUSED, 403)
    rest = urlencode([(name, value) for name, value in query if name != NAME])
    # Relative to this server, whatever the path: one that begins with two slashes would lead to another.
    path = "/" + scope["path"].lstrip("/\\")
    answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
    secure = scope["scheme"] in ("https", "wss")
    answer.set_cookie(COOKIE, expected, max_age=_KEPT_S, httponly=True, samesite="lax", secure=secure)
    return answer
