"""What every answer of central has in common: the hosts it answers to, and the headers that keep a page to itself.

Plain ASGI, because it stands before everything else (server paper, 2.1). `Clear-Site-Data` is never sent: on a tablet it would
delete unsent notes (assurance 0.6, DUR-22).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = ", ".join(
    (
        "camera=()",
        "microphone=()",
        "geolocation=()",
        # A tablet is unlocked with a passkey, by its own page and by nobody's that is put inside another.
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
    "cache-control": "no-store",
}
A_YEAR = "max-age=31536000; includeSubDomains"


class Guard:
    """Refuses requests for other hosts and completes the headers of every answer that has not set them itself."""

    def __init__(self, app: ASGIApp, allowed_hosts: tuple[str, ...], secure: bool) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in allowed_hosts)
        self.headers = HEADERS | ({"strict-transport-security": A_YEAR} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._is_ours(scope):
            await self.app(scope, receive, send_guarded)
        else:
            await PlainTextResponse("This address is not served here.\n", 400)(scope, receive, send_guarded)

    def _is_ours(self, scope: MutableMapping[str, Any]) -> bool:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        name = hosts[0].lower()
        if not name.startswith("[") or "]:" in name:
            name = name.rpartition(":")[0] if ":" in name else name
        return name in self.hosts
