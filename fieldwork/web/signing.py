"""Signing what a browser carries: the session's cookie, and the token of the sign-in form, where there is no session yet.

The keys lie in the data folder, made once, readable by their owner alone. The last one signs and all of them verify, so a key can be
changed without signing everybody out (server paper, 3.3).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from fieldwork.store.key_files import write_key_once

KEYS_FILE = "signing.json"
SESSION_SECONDS = 12 * 60 * 60
FORM_SECONDS = 60 * 60


class Signer:
    """Signs and reads two kinds of text, which cannot be taken for one another."""

    def __init__(self, keys: list[str]) -> None:
        self._sessions = _serializer(keys, "fieldwork session")
        self._forms = _serializer(keys, "fieldwork sign-in form")

    def sign_session(self, secret: str) -> str:
        """The cookie's value for a session's secret."""
        return str(self._sessions.dumps(secret))

    def session_secret(self, cookie: str) -> str | None:
        """The secret in a cookie, or None for anything that was not signed here in the last 12 hours."""
        return _read(self._sessions, cookie, SESSION_SECONDS)

    def sign_in_token(self) -> str:
        """A token for the sign-in form, good for an hour."""
        return str(self._forms.dumps("sign in"))

    def is_sign_in_token(self, token: str) -> bool:
        """Whether the sign-in form that brought this token was made here in the last hour."""
        return _read(self._forms, token, FORM_SECONDS) == "sign in"


def open_signer(folder: Path) -> Signer:
    """Read the signing keys from the folder; make the first one when there is none. The second time it reads the same."""
    path = folder / KEYS_FILE
    if not path.exists():
        write_key_once(path, json.dumps([secrets.token_urlsafe(32)]).encode())
    return Signer([str(key) for key in json.loads(path.read_text("utf-8"))])


def _serializer(keys: list[str], salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        keys, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )


def _read(serializer: URLSafeTimedSerializer, text: str, most_seconds: int) -> str | None:
    try:
        said = serializer.loads(text, max_age=most_seconds)
    except BadData:
        return None
    return said if isinstance(said, str) else None
