"""The HTTP coat of PROTOCOL.md section 4: push, pull, manifest, keys, report, contact. No cookie counts here, only the device's token.

Step 6 of the life of one note. The token names the carrier; whose words they are, and whether their author may write them, is
judged behind `actions`. A revoked tablet may still bring what it carries, and gets nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.carrying import Carrier, carrier_of, page_for, scopes_for
from fieldwork.actions.central import Central
from fieldwork.actions.tablet_contacts import is_contact_due, note_carrier, take_contact
from fieldwork.actions.tablet_reports import take_report
from fieldwork.web.errors import PRIVATE, refusal
from sync.central.contact import MOST_CONTACT_BYTES, read_contact, write_contacted
from sync.central.header import is_uuid
from sync.central.line import (
    LINES_MEDIA_TYPE,
    PushProblem,
    read_push,
    read_streams,
    write_keys,
    write_manifest,
    write_pull,
    write_receipts,
    write_scopes,
)
from sync.central.report import MOST_REPORT_BYTES, read_report, write_reported

Said = TypeVar("Said")
MOST_PUSH_BYTES = 8 * 1024 * 1024
MOST_STREAMS_BYTES = 256 * 1024
CUT = "request_cut"
"""The line broke before the request was whole: as usual as bad weather, and nobody is there to read the answer."""


async def push(request: Request) -> Response:
    """Take a push in. 200 with a receipt for each line; 400 only when not even the head can be read."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    try:
        body = await request.body()
        async with central.log.time_to_read(len(body)):
            brought = central.log.opened(read_push(body), carrier.device_id)
    except PushProblem as problem:
        return refusal(central, problem.code, 400)
    except ClientDisconnect:
        return refusal(central, CUT, 400)
    receipts = await central.log.take_in(brought)
    return _json(write_receipts(central.epoch, receipts), _sign_of_life(central, carrier))


async def pull(request: Request) -> Response:
    """A page of operations. What one may not read and what does not exist are the same 404."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None or not carrier.may_read:
        return _refused(central)
    scope, lane = request.query_params.get("scope", ""), request.query_params.get("lane", "")
    after = request.query_params.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 16 or not is_uuid(scope.partition(":")[2]):
        return refusal(central, "pull_not_readable", 400)
    page = await page_for(central, carrier, scope, lane, int(after))
    if page is None:
        return refusal(central, "not_found", 404)
    return Response(write_pull(*page), media_type=LINES_MEDIA_TYPE, headers=dict(PRIVATE))


async def manifest(request: Request) -> Response:
    """How far central has the streams that the tablet names. Knowing a stream's random incarnation is the right to ask."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    streams = await _read_or_refused(request, central, read_streams)
    if isinstance(streams, Response):
        return streams
    return _json(write_manifest(central.epoch, await central.log.marks(streams)))


async def keys(request: Request) -> Response:
    """The public halves of the ingest keys."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    return _json(write_keys(central.epoch, central.keyring.public_keys()), _sign_of_life(central, carrier))


async def scopes(request: Request) -> Response:
    """What the person behind the reading token may hold now."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None or not carrier.may_read:
        return _refused(central)
    return _json(write_scopes(central.epoch, await scopes_for(central, carrier)))


async def report(request: Request) -> Response:
    """Keep what a tablet found wrong with its own copies, as counts. A revoked tablet may report, as it may still bring."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    told = await _read_or_refused(request, central, read_report)
    if isinstance(told, Response):
        return told
    await take_report(central, carrier, told)
    return _json(write_reported(central.epoch, told.report))


async def contact(request: Request) -> Response:
    """Keep how much a tablet says is on it alone, as counts. A revoked tablet may say so, as it may still bring."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    said = await _read_or_refused(request, central, read_contact)
    if isinstance(said, Response):
        return said
    await take_contact(central, carrier, said)
    return _json(write_contacted(central.epoch))


async def _central_and_carrier(request: Request) -> tuple[Central, Carrier | None]:
    central: Central = request.state["central"]
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return central, None
    return central, await carrier_of(central, token)


async def _read_or_refused(request: Request, central: Central, read: Callable[[bytes], Said]) -> Said | Response:
    """What the whole body says; or the refusal to send, when it cannot be read or the line broke before it was whole."""
    try:
        return read(await request.body())
    except PushProblem as problem:
        return refusal(central, problem.code, 400)
    except ClientDisconnect:
        return refusal(central, CUT, 400)


def _sign_of_life(central: Central, carrier: Carrier) -> BackgroundTask | None:
    """What is done once the answer is out: that the tablet was here is written down, and whatever befalls that costs no answer."""
    return BackgroundTask(note_carrier, central, carrier) if is_contact_due(central, carrier) else None


def _json(body: bytes, afterwards: BackgroundTask | None = None) -> Response:
    return Response(body, media_type="application/json", headers=dict(PRIVATE), background=afterwards)


def _refused(central: Central) -> Response:
    answer = refusal(central, "not_enrolled", 401)
    answer.headers["www-authenticate"] = "Bearer"
    return answer


ROUTES = [
    Route("/sync/push", push, methods=["POST"], name="sync.push", max_body_size=MOST_PUSH_BYTES),
    Route("/sync/pull", pull, methods=["GET"], name="sync.pull"),
    Route("/sync/manifest", manifest, methods=["POST"], name="sync.manifest", max_body_size=MOST_STREAMS_BYTES),
    Route("/sync/report", report, methods=["POST"], name="sync.report", max_body_size=MOST_REPORT_BYTES),
    Route("/sync/contact", contact, methods=["POST"], name="sync.contact", max_body_size=MOST_CONTACT_BYTES),
    Route("/sync/keys", keys, methods=["GET"], name="sync.keys"),
    Route("/sync/scopes", scopes, methods=["GET"], name="sync.scopes"),
]
