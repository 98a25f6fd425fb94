"""Secrets that are shown once and kept only as a hash: session cookies, device tokens, enrolment codes.

Whoever reads the database, or a backup of it, can sign in as nobody. The secrets are long and random, so a plain
SHA-256 is enough; passwords are not, and have their own slow hash elsewhere.
"""

from __future__ import annotations

import hashlib
import secrets

from fieldwork.domain.device import ENROLMENT_CODE_LENGTH_CP, ENROLMENT_CODE_LETTERS

SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits as 43 characters that fit a cookie or a header."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_enrolment_code() -> str:
    """60 random bits as 12 letters and digits that a person can type."""
    return "".join(secrets.choice(ENROLMENT_CODE_LETTERS) for _ in range(ENROLMENT_CODE_LENGTH_CP))


def hash_of(secret: str) -> str:
    """SHA-256 of the secret's UTF-8 bytes, 64 hex digits. What cannot be UTF-8 matches nothing and raises nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
