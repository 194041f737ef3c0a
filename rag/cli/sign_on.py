"""Which way of signing in the settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigProblem

if TYPE_CHECKING:
    from rag.config import Config
    from rag.server import HeaderSignOn, OpenIdSignOn

__all__ = ["chosen_sign_on"]


def chosen_sign_on(config: Config, users: Path | None) -> HeaderSignOn | OpenIdSignOn | None:
    """How people sign in beside a file of users, None where they do not. Raises ConfigProblem for two ways at once, and
    for one that cannot work or would let anybody in.
    """
    from rag.server import HeaderSignOn, OpenIdSignOn, check_sign_on

    by_header = config.sign_on_header or config.sign_on_groups_header
    by_provider = config.oidc_issuer or config.oidc_client
    ways = {"--auth": users, "sign_on_header": by_header, "oidc_issuer": by_provider}
    taken = [way for way, given in ways.items() if given]
    if len(taken) > 1:
        raise ConfigProblem(
            f"People can sign in one way only, and {' and '.join(taken)} are set.", "Leave one of them."
        )
    sign_on: HeaderSignOn | OpenIdSignOn | None = None
    if by_header:
        sign_on = HeaderSignOn(config.sign_on_header, config.sign_on_groups_header)
    if by_provider:
        sign_on = OpenIdSignOn(
            config.oidc_issuer,
            config.oidc_client,
            config.oidc_secret,
            config.oidc_name_claim,
            config.oidc_groups_claim,
            config.oidc_group,
        )
    check_sign_on(sign_on, config.host)
    return sign_on
