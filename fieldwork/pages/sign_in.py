"""The pages of signing in and out, and of one's own account."""

from __future__ import annotations

from fieldwork.pages.frame import Page, field
from fieldwork.pages.words import seconds_in_words

WRONG = "The sign-in name or the password is not right"


def sign_in(*, typed_name: str = "", next_path: str = "", faults: dict[str, str] | None = None) -> Page:
    """The sign-in form. The password is never shown again, also not in a form that comes back."""
    faults = faults or {}
    return {
        "title": "Sign in",
        "next": next_path,
        "sign_in_name": field("sign_in_name", "Sign-in name", value=typed_name, error=faults.get("sign_in_name", "")),
        "password": field("password", "Password", error=faults.get("password", "")),
    }


def wait_words(seconds: int) -> str:
    """Too many wrong passwords: how long to wait, and that nothing is lost by waiting."""
    return f"Too many wrong passwords. Wait {seconds_in_words(seconds)}, then try again"


def account(*, name: str, sign_in_name: str, ends: str, faults: dict[str, str] | None = None) -> Page:
    """One's own account: who one is, a new password, and the way out."""
    faults = faults or {}
    return {
        "title": "Your account",
        "name": name,
        "sign_in_name": sign_in_name,
        "ends": ends,
        "old_password": field("old_password", "Your password now", error=faults.get("old_password", "")),
        "new_password": field(
            "new_password",
            "Your new password",
            hint="At least 12 characters. Three words that you do not say aloud are a good start.",
            error=faults.get("new_password", ""),
        ),
    }
