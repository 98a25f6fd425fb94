"""A tablet's own lock, a finger, a face or a PIN, as Chromium's protocol plays it; and what a person does with it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.tablet import Tablet

UNLOCK = "Unlock with this tablet’s fingerprint, face or PIN"
ADD = "Add fingerprint, face or PIN"
A_PRESS_MS = 100
"""A person holds a button down for a moment. What the page does meanwhile, because the caret left the box, must not take it away."""

KIND = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class OwnLock:
    """What asks the person who holds the tablet. It knows them until somebody says otherwise."""

    def __init__(self, page: Page, **other: Any) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self._id = self._added(KIND | other)

    def passkeys(self) -> list[dict[str, Any]]:
        """Those in the tablet's own list."""
        found: list[dict[str, Any]] = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return found

    def refuses(self) -> None:
        """The finger, face or PIN is not the right one: to a page the same as if somebody cancels."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": False})

    def is_not_touched(self) -> None:
        """Nobody answers."""
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self._id, "enabled": False})

    def is_new(self) -> None:
        """One that has never been tried wrongly, because that many wrong tries block it for good; it holds no passkey."""
        self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
        self._id = self._added(KIND)

    def _added(self, options: dict[str, Any]) -> str:
        return str(self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])

    def forgets(self) -> None:
        """Somebody removed every passkey in the tablet's settings."""
        self._session.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})


def enrols_with_a_passkey(tablet: Tablet) -> None:
    """Set up, and add a passkey when it is offered."""
    tablet.opens()
    tablet.sets_up()
    tablet.is_at("Unlock without typing")
    adds_a_passkey(tablet.page)
    tablet.page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def adds_a_passkey(page: Page) -> None:
    """Where one is offered."""
    page.get_by_role("button", name=ADD).click()
    expect(page.locator(".fw-notice")).to_contain_text("You can now unlock this tablet")


def unlocks_with_the_passkey(page: Page) -> None:
    page.get_by_role("button", name=UNLOCK).click(delay=A_PRESS_MS)
    expect(page.locator("#fw-lock button")).to_be_visible(timeout=20_000)
