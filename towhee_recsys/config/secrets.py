"""Passwords and tokens, kept out of what is shown."""

from __future__ import annotations

import re

from towhee_recsys.config.schema import Config

HIDDEN = "***"
"""Replaces a secret that a config has as plain text. `${env:NAME}` is not a secret, and is kept."""

PASSWORD = re.compile(r"^([a-z+]+://(?:\$\{env:\w+\}|[^:$@/])*:)(.+)(?=@[^@]*$)")
"""In a URL as it is written: what goes before the password, and the password."""

VARIABLE = re.compile(r"\$\{env:\w+\}")
"""A text from the environment."""


def without_secrets(config: Config) -> Config:
    """`config` as it may be shown: with *** for every password and token that it has as plain text."""
    access, milvus = config.milvus.access, config.milvus
    hidden = {name: _hidden(getattr(access, name)) for name in ("token", "password")}
    shown = milvus.model_copy(update={"uri": without_password(milvus.uri), "access": access.model_copy(update=hidden)})
    return config.model_copy(update={"milvus": shown, "catalogue": without_password(config.catalogue)})


def without_password(url: str) -> str:
    """`url` with *** for a password that is not one `${env:NAME}`."""
    return PASSWORD.sub(lambda found: found[1] + str(_hidden(found[2])), url)


def _hidden(secret: str | None) -> str | None:
    return secret if secret is None or VARIABLE.fullmatch(secret) else HIDDEN
