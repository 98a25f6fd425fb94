"""The HTTP coat of PROTOCOL.md section 4: push, pull, manifest, keys, report, contact. No cookie counts here, only the device's token.

Step 6 of the life of one note. The token names the carrier; whose words they are, and whether their author may write them, is
judged behind `actions`. A revoked tablet may still bring what it carries, and gets nothing; after a restore every tablet does so until
somebody has said that it is still the office's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
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
from sync.central.contact import MOST_CONTACT_BYTES, Contact, read_contact, write_contacted
from sync.central.header import Stream, is_uuid
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
from sync.central.report import MOST_REPORT_BYTES, Report, read_report, write_reported

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
            brought = central.log.opened(read_push(body), carrier.device_id, carrier.person_id)
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
        return _refused_reading(central, carrier)
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

    async def marked(central: Central, carrier: Carrier, streams: Sequence[Stream]) -> bytes:
        return write_manifest(central.epoch, await central.log.marks(streams))

    return await _answered(request, read_streams, marked)


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
        return _refused_reading(central, carrier)
    return _json(write_scopes(central.epoch, await scopes_for(central, carrier)))


async def report(request: Request) -> Response:
    """Keep what a tablet found wrong with its own copies, as counts. A revoked tablet may report, as it may still bring."""

    async def kept(central: Central, carrier: Carrier, told: Report) -> bytes:
        await take_report(central, carrier, told)
        return write_reported(central.epoch, told.report)

    return await _answered(request, read_report, kept)


async def contact(request: Request) -> Response:
    """Keep how much a tablet says is on it alone, as counts. A revoked tablet may say so, as it may still bring."""

    async def kept(central: Central, carrier: Carrier, said: Contact) -> bytes:
        await take_contact(central, carrier, said)
        return write_contacted(central.epoch)

    return await _answered(request, read_contact, kept)


async def _central_and_carrier(request: Request) -> tuple[Central, Carrier | None]:
    central: Central = request.state["central"]
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return central, None
    return central, await carrier_of(central, token)


async def _answered(
    request: Request, read: Callable[[bytes], Said], answer: Callable[[Central, Carrier, Said], Awaitable[bytes]]
) -> Response:
    """The answer to what the whole body says; a refusal when it cannot be read, or the line broke before it was whole."""
    central, carrier = await _central_and_carrier(request)
    if carrier is None:
        return _refused(central)
    try:
        said = read(await request.body())
    except PushProblem as problem:
        return refusal(central, problem.code, 400)
    except ClientDisconnect:
        return refusal(central, CUT, 400)
    return _json(await answer(central, carrier, said))


def _sign_of_life(central: Central, carrier: Carrier) -> BackgroundTask | None:
    """What is done once the answer is out: that the tablet was here is written down, and whatever befalls that costs no answer."""
    return BackgroundTask(note_carrier, central, carrier) if is_contact_due(central, carrier) else None


def _json(body: bytes, afterwards: BackgroundTask | None = None) -> Response:
    return Response(body, media_type="application/json", headers=dict(PRIVATE), background=afterwards)


def _refused_reading(central: Central, carrier: Carrier | None) -> Response:
    """Nothing to read with this token; or not yet, which is another thing to a person who waits for it."""
    if carrier is not None and carrier.reading_waits:
        return refusal(central, "reading_waits", 403)
    return _refused(central)


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
