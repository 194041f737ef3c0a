"""Talks with an OpenID provider: where people sign in there, and who has.

Only addresses that the issuer names are asked, redirects are not followed, and what the issuer has not signed is not
believed. This module does not know sessions.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from rag.server.sign_on import OpenIdSignOn, SignedIn, is_secure
from rag.server.users import is_user_name

__all__ = ["Leg", "Provider", "SignInProblem"]

SECONDS = 10.0  # until the provider has answered
_FRESH = 3600.0  # seconds that what it says of itself is believed
_PAUSE = 2.0  # seconds after it could not be reached until it is asked again
_AT_ONCE = 8  # conversations with it
_CLOCK = 60  # seconds by which its clock may differ
_MOST_GROUPS = 200
# Signed with a key that only the provider has. No "none", and none by a secret that both sides have.
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_NAMES = ("preferred_username", "email", "sub")

_log = logging.getLogger(__name__)


class SignInProblem(Exception):
    """Why somebody is not let in: one sentence, and the status of the answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True, slots=True)
class Leg:
    """One way to the provider and back: what binds its answer to the browser that was sent there."""

    state: str
    nonce: str
    verifier: str
    back_to: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider says of itself."""

    issuer: str
    scope: str
    method: str
    authorization: str
    token: str
    keys: str
    account: str
    end: str


class Provider:
    """One provider, asked when somebody signs in and not before."""

    def __init__(self, sign_on: OpenIdSignOn) -> None:
        self._sign_on, self._host = sign_on, urlsplit(sign_on.issuer).netloc
        self._trust = ssl.create_default_context()
        self._known: _Known | None = None
        self._keys: KeySet | None = None
        self._until = 0.0
        self._problem: SignInProblem | None = None
        self._asking, self._turns = asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)

    async def sign_in_address(self, leg: Leg) -> str:
        """Where a browser is sent. Raises SignInProblem."""
        known = await self._found()
        given = {"nonce": leg.nonce, "redirect_uri": leg.back_to, "scope": known.scope}
        async with self._client(known) as client:
            where, _ = client.create_authorization_url(known.authorization, leg.state, leg.verifier, **given)
        return f"{where}#"  # or the browser would add what stands behind `#` where it comes from: names of sources

    async def account(self, leg: Leg, code: str, issuer: str | None) -> tuple[SignedIn, str]:
        """Who has come back with a code, and the token that says so. Raises SignInProblem."""
        known = await self._found()
        if issuer not in (None, known.issuer):
            raise self._unverified("another issuer has answered")
        async with self._talking(known) as client:
            token = await client.fetch_token(
                known.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=leg.verifier,
                redirect_uri=leg.back_to,
            )
            claims = await self._verified(client, known, token, leg.nonce)
            name, groups = self._name(claims), claims.get(self._sign_on.groups_claim)
            if known.account and (not name or groups is None):
                claims = {**await self._told(client, known, claims["sub"]), **claims}
                name, groups = self._name(claims), claims.get(self._sign_on.groups_claim)
        if not name:
            raise SignInProblem("Your account has no name that can be used here. Ask whoever runs this page.", 403)
        return SignedIn(name, _names(groups)), str(token["id_token"]) if known.end else ""

    def sign_out_address(self, proof: str, back_to: str) -> str:
        """Where a browser is sent to sign out there as well; "" where there is no such address."""
        if self._known is None or not self._known.end:
            return ""
        given = {"id_token_hint": proof, "client_id": self._sign_on.client, "post_logout_redirect_uri": back_to}
        return f"{self._known.end}{'&' if '?' in self._known.end else '?'}{urlencode(given)}"

    def refused(self, code: str) -> SignInProblem:
        """What is said where the provider sends somebody back with an error."""
        plain = code if code.replace("_", "").isalpha() and code.isascii() and len(code) <= 40 else "an error"
        return SignInProblem(f"{self._host} did not sign you in ({plain}).", 403)

    async def _found(self) -> _Known:
        """What the provider says of itself, asked anew now and then."""
        async with self._asking:
            if time.monotonic() < self._until:
                if self._problem is not None:
                    raise self._problem
                if self._known is not None:
                    return self._known
            try:
                async with self._talking(None) as client:
                    address = f"{self._sign_on.issuer.rstrip('/')}/.well-known/openid-configuration"
                    found = self._read(await _json(client, address))
            except SignInProblem as problem:
                self._problem, self._until = problem, time.monotonic() + _PAUSE
                raise
            self._known, self._keys, self._problem = found, None, None
            self._until = time.monotonic() + _FRESH
            return found

    def _read(self, said: Mapping[str, Any]) -> _Known:
        """Raises ValueError for what is no description of this issuer, or sends people or secrets by plain HTTP."""
        issuer = str(said.get("issuer"))
        if issuer.rstrip("/") != self._sign_on.issuer.rstrip("/"):
            raise ValueError(f"it calls itself {issuer[:200]!r}")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
        places = tuple(str(said.get(name) or "") for name in names)
        for name, place in zip(names, places, strict=True):
            safe = is_secure(place) and not (place.startswith("http:") and issuer.startswith("https:"))
            if not safe and (place or name in names[:3]):
                raise ValueError(f"its {name} is {place[:200]!r}")
        scopes, groups = said.get("scopes_supported") or (), self._sign_on.groups_claim
        methods = said.get("token_endpoint_auth_methods_supported") or ("client_secret_basic",)
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        scope = " ".join(("openid", "profile", "email", *((groups,) if groups in scopes else ())))
        return _Known(issuer, scope, method if self._sign_on.secret else "none", *places)

    def _client(self, known: _Known | None) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._sign_on.client,
            self._sign_on.secret or None,
            token_endpoint_auth_method=known.method if known else None,
            code_challenge_method="S256",
            leeway=0,
            trust_env=False,
            follow_redirects=False,
            timeout=SECONDS,
            verify=self._trust,
        )

    @asynccontextmanager
    async def _talking(self, known: _Known | None) -> AsyncIterator[AsyncOAuth2Client]:
        """A client for a few requests. Whatever goes wrong meanwhile is raised as SignInProblem."""
        try:
            async with self._turns, asyncio.timeout(SECONDS), self._client(known) as client:
                yield client
        except OAuthError as error:
            _log.warning("%s refused a sign-in: %s", self._host, error)
            raise self.refused(str(error.error)) from None
        except httpx2.HTTPStatusError as error:
            status = error.response.status_code
            raise SignInProblem(f"{self._host} answered with an error ({status}). Try again later.", 502) from None
        except (TimeoutError, httpx2.HTTPError, OSError) as error:
            _log.warning("%s cannot be reached: %s", self._host, error or type(error).__name__)
            raise SignInProblem(f"{self._host} cannot be reached to sign you in. Try again later.", 502) from None
        except (JoseError, httpx2.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unverified(str(error)) from None

    def _unverified(self, why: str) -> SignInProblem:
        _log.warning("What %s answered is not accepted: %s", self._host, why)
        return SignInProblem(f"What {self._host} answered could not be verified. Ask whoever runs this page.", 502)

    async def _verified(
        self, client: AsyncOAuth2Client, known: _Known, token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """The claims of an ID token that the issuer has signed, for us, for this browser, just now."""
        registry = JWSRegistry(algorithms=_SIGNED, strict_check_header=False)
        fresh = self._keys is None
        keys = self._keys or await self._new_keys(client, known)
        try:
            signed = jwt.decode(token["id_token"], keys, registry=registry)
        except (InvalidKeyIdError, BadSignatureError):
            if fresh:
                raise
            signed = jwt.decode(token["id_token"], await self._new_keys(client, known), registry=registry)
        ours: dict[str, Any] = {
            "iss": {"essential": True, "value": known.issuer},
            "aud": {"essential": True, "value": self._sign_on.client},
        }
        given = {"nonce": nonce, "client_id": self._sign_on.client, "access_token": token.get("access_token")}
        claims = CodeIDToken(signed.claims, signed.header, ours, given)
        claims.validate(leeway=_CLOCK)
        return dict(claims)

    async def _new_keys(self, client: AsyncOAuth2Client, known: _Known) -> KeySet:
        said = (await _json(client, known.keys))["keys"]
        usable = [each for each in said if each.get("kty") in ("RSA", "EC", "OKP") and each.get("use") in (None, "sig")]
        self._keys = KeySet.import_key_set({"keys": usable})
        return self._keys

    async def _told(self, client: AsyncOAuth2Client, known: _Known, sub: str) -> dict[str, Any]:
        """What else the provider tells of who has signed in."""
        answer = await client.get(known.account)
        answer.raise_for_status()
        said = answer.json()
        if said["sub"] != sub:
            raise ValueError("it told of another account")
        return dict(said)

    def _name(self, claims: Mapping[str, Any]) -> str:
        """What somebody is called; an address that nobody has verified is anybody's."""
        chosen = self._sign_on.name_claim
        for claim in (chosen,) if chosen else _NAMES:
            value, verified = claims.get(claim), claims.get("email_verified")
            doubtful = claim == "email" and (verified is False if chosen else verified not in (True, "true"))
            if isinstance(value, str) and is_user_name(value) and not doubtful:
                return value
        return ""


async def _json(client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
    answer = await client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    if answer.status_code != 200:
        raise ValueError(f"{address} answers with {answer.status_code}")
    return dict(answer.json())


def _names(groups: object) -> tuple[str, ...]:
    """Groups that have a usable name."""
    told = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return tuple(dict.fromkeys(one for one in told if isinstance(one, str) and is_user_name(one)))[:_MOST_GROUPS]
