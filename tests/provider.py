"""An OpenID provider of our own: authorization code with PKCE, keys that turn, and every way to misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from standing import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "footnote", "a secret of the client"
REALM = "/realms/team"


def _plain(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def unsigned(claims: dict[str, Any], head: dict[str, str], key: bytes = b"") -> str:
    """A token with no signature, or with one by a secret."""
    text = ".".join(_plain(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_plain(hmac.digest(key, text.encode(), 'sha256')) if key else ''}"


@dataclass
class Provider:
    """What it knows, what it was asked, and how it misbehaves."""

    port: int = 0
    account: dict[str, Any] = field(default_factory=lambda: {"sub": "1234", "preferred_username": "ada"})
    told: dict[str, Any] = field(default_factory=dict)  # by the userinfo endpoint only
    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    sign: Callable[[dict[str, Any]], str] | None = None  # instead of with the newest key
    says: dict[str, Any] = field(default_factory=dict)  # of itself, otherwise than it should
    token_answer: Response | None = None
    refuses: str = ""
    wait: float = 0.0
    asked: list[str] = field(default_factory=list)
    ended: list[dict[str, str]] = field(default_factory=list)
    keys: list[RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}{REALM}"

    def turn_keys(self) -> None:
        """From now on another key signs, and the one before is forgotten."""
        self.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})]

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None, kid: str | None = None) -> str:
        key = key or self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": kid or key.kid or ""}, claims, key)

    def app(self) -> Starlette:
        places = {
            "/.well-known/openid-configuration": self._itself,
            "/keys": self._keys,
            "/authorize": self._authorize,
            "/account": self._account,
            "/end": self._end,
        }
        routes = [Route(REALM + path, place) for path, place in places.items()]
        return Starlette(routes=[*routes, Route(f"{REALM}/token", self._token, methods=["POST"])])

    def _itself(self, request: Request) -> Response:
        self.asked.append("itself")
        time.sleep(self.wait)
        at = self.issuer
        said = {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize?realm=team",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "userinfo_endpoint": f"{at}/account",
            "end_session_endpoint": f"{at}/end",
            "scopes_supported": ["openid", "profile", "email", "groups"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return JSONResponse(said | self.says)

    def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet(list(self.keys)).as_dict())

    def _authorize(self, request: Request) -> Response:
        self.asked.append("authorize")
        given = dict(request.query_params)
        assert given.pop("realm") == "team"
        assert (given["client_id"], given["response_type"]) == (CLIENT, "code")
        assert given["code_challenge_method"] == "S256"
        assert given["scope"] in ("openid profile email groups", "openid profile email")
        assert given["redirect_uri"].endswith("/signed-in")
        back = {"state": given["state"]}
        if self.refuses:
            back |= {"error": self.refuses, "error_description": "<b>call 555-1234</b>"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = given
            back |= {"code": code, "iss": self.issuer}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        if self.token_answer is not None:
            return self.token_answer
        form = await request.form()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        given = self.codes.pop(str(form.get("code")), None)
        challenge = _plain(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if given is None or challenge != given["code_challenge"] or form["redirect_uri"] != given["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        ours = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": given["nonce"]}
        claims = self.claims({**ours, **self.account})
        token = self.sign(claims) if self.sign else self.signed(claims)
        return JSONResponse({"access_token": "an access token", "token_type": "Bearer", "id_token": token})

    def _account(self, request: Request) -> Response:
        self.asked.append("account")
        assert request.headers["authorization"] == "Bearer an access token"
        return JSONResponse({"sub": self.account["sub"], **self.told})

    def _end(self, request: Request) -> Response:
        self.asked.append("end")
        self.ended.append(dict(request.query_params))
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that listens on this machine."""
    provider = Provider()
    provider.turn_keys()
    with serving(provider.app()) as send:
        provider.port = send.port
        yield provider
