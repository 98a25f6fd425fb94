"""What central gives a tablet besides the release: the shell, the service worker, and its enrolment.

The shell holds no words: it starts the worker, which makes every page from then on. It is kept by the service worker, so that it opens
without a signal.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.enrolling import enrol_tablet
from fieldwork.actions.installing import must_be_installed
from fieldwork.release import compressed
from fieldwork.settings import ROOT
from fieldwork.web.assets import Assets, accepts_brotli

SHELL = "/tablet/shell"
ENROLMENT = "fieldwork-enrolment/1"


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a tablet sends with its code."""

    format: str
    code: str
    label: str
    app_version: str


async def installed_only_at(request: Request) -> bool:
    """What the organisation of the central that is asked wants."""
    central: Central = request.state["central"]
    return await must_be_installed(central)


class TabletRoutes:
    """The routes of one release."""

    def __init__(
        self, assets: Assets, installed_only: Callable[[Request], Awaitable[bool]] = installed_only_at
    ) -> None:
        """`installed_only`: whether the shell is to say that it must be on the Home Screen."""
        self._installed_only = installed_only
        facts = {"release": assets.release, "shell": SHELL, "addresses": assets.kept_addresses()}
        script = (ROOT / "static" / "sw.js").read_text("utf-8")
        self._shells = {
            wanted: _BothForms(
                SHELL_HTML.format(assets=assets.prefix, wanted=" data-installed-only" * wanted), "text/html"
            )
            for wanted in (True, False)
        }
        self._service_worker = _BothForms(f"self.RELEASE = {json.dumps(facts)};\n{script}", "text/javascript")
        self.routes = [
            Route("/tablet/", self.shell, methods=["GET"], name="tablet.home"),
            Route("/tablet/{path:path}", self.shell, methods=["GET"], name="tablet.shell"),
            Route("/sw.js", self.service_worker, methods=["GET"], name="tablet.service_worker"),
            Route("/sync/enrol", enrol, methods=["POST"], name="sync.enrol"),
        ]

    async def shell(self, request: Request) -> Response:
        """The same bytes at every address of the tablet."""
        return self._shells[await self._installed_only(request)].answer(request)

    async def service_worker(self, request: Request) -> Response:
        """One fixed address for ever; its bytes change with the release."""
        return self._service_worker.answer(request)


class _BothForms:
    """A text that is asked for anew each time, as it is and compressed once for all."""

    def __init__(self, text: str, media_type: str) -> None:
        self._plain = text.encode()
        self._small = compressed(self._plain)
        self._media_type = media_type

    def answer(self, request: Request) -> Response:
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        if not accepts_brotli(request.headers.get("accept-encoding", "").encode()):
            return Response(self._plain, media_type=self._media_type, headers=headers)
        return Response(self._small, media_type=self._media_type, headers={**headers, "content-encoding": "br"})


async def enrol(request: Request) -> Response:
    """Use a code up. No cookie and no token: the code is the right."""
    central: Central = request.state["central"]
    try:
        asked = msgspec.json.decode(await request.body(), type=Asked)
    except (msgspec.DecodeError, RecursionError):
        return _said(central, 400, {"problem": "enrolment_not_readable"})
    if asked.format != ENROLMENT or not asked.label.strip():
        return _said(central, 400, {"problem": "enrolment_not_readable"})
    enrolled = await enrol_tablet(central, asked.code, asked.label.strip(), asked.app_version)
    if enrolled is None:
        return _said(central, 403, {"problem": "code_not_good"})
    return _said(
        central,
        200,
        {
            "person": str(enrolled.device.person_id),
            "name": enrolled.name,
            "device": str(enrolled.device.id),
            "carrying_token": enrolled.carrying_token,
            "reading_token": enrolled.reading_token,
        },
    )


def _said(central: Central, status: int, facts: dict[str, str]) -> Response:
    form = ENROLMENT if status == 200 else "fieldwork-problem/1"
    body = msgspec.json.encode({"format": form, "epoch": central.epoch, **facts})
    return Response(body, status, media_type="application/json")


SHELL_HTML = """<!DOCTYPE html>
<html lang="en-GB" class="govuk-template">
<head>
  <meta charset="utf-8">
  <title>Fieldwork</title>
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <meta name="htmx-config" content='{{"includeIndicatorCSS":false,"mode":"same-origin"}}'>
  <link rel="stylesheet" href="{assets}/static/vendor/fieldwork.css">
  <link rel="icon" type="image/svg+xml" href="{assets}/static/icons/fieldwork.svg">
  <link rel="apple-touch-icon" href="{assets}/static/icons/fieldwork-180.png">
  <link rel="manifest" href="{assets}/static/manifest.webmanifest">
  <script type="module" src="{assets}/static/screen/shell.js"></script>
</head>
<body class="govuk-template__body" data-shell="{assets}"{wanted}>
  <main class="govuk-width-container" id="main" tabindex="-1">
    <h1 class="govuk-heading-l">Fieldwork</h1>
    <p class="govuk-body" role="status">Opening. Your words are on this tablet.</p>
    <noscript><p class="govuk-body">The tablet needs JavaScript. At a desk without it, sign in at the office’s address.</p></noscript>
  </main>
</body>
</html>
"""
