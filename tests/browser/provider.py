"""An OpenID Connect provider on loopback, for the tests: whoever comes is who the test says."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route


@dataclass
class Provider:
    """The provider: its address, and the claims of whoever signs in next."""

    port: int
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    @property
    def url(self) -> str:
        """Its address, which is also its name."""
        return f"http://127.0.0.1:{self.port}"

    def configuration(self, _request: Request) -> Response:
        """OpenID Connect Discovery 1.0."""
        return JSONResponse({
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })  # fmt: skip

    def authorize(self, request: Request) -> Response:
        """Send whoever comes back at once, with a code."""
        code, asked = secrets.token_urlsafe(8), request.query_params
        self.codes[code] = {**self.claims, "nonce": asked.get("nonce"), "aud": asked["client_id"]}
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")

    async def token(self, request: Request) -> Response:
        """The signed claims of a code, once."""
        form = await request.form()
        claims = {**self.codes.pop(str(form["code"])), "iss": self.url, "iat": int(time.time()),
                  "exp": int(time.time()) + 600}  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": signed})

    def keys(self, _request: Request) -> Response:
        """The public half of the key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@contextmanager
def provider(port: int) -> Iterator[Provider]:
    """A provider, served in a thread."""
    made = Provider(port)
    routes = [
        Route("/.well-known/openid-configuration", made.configuration), Route("/authorize", made.authorize),
        Route("/token", made.token, methods=["POST"]), Route("/keys", made.keys),
    ]  # fmt: skip
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield made
    server.should_exit = True
    thread.join(10)
