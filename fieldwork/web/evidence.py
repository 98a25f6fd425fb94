"""One evidence record: reading it, marking it as seen, looking it through for names, and adding a file to it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.files import add_file, file_to_read
from fieldwork.actions.looking import look_through, not_looked_through
from fieldwork.actions.reading import EvidenceSeen, evidence_to_read, require_lead, require_team
from fieldwork.actions.record_as_read import record_as_read
from fieldwork.actions.seeing import heads_of, mark_seen
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.documents import ACCEPTED_IN_WORDS, MOST_FILE_BYTES
from fieldwork.domain.evidence import RecordFacts
from fieldwork.domain.problems import Fault, FormFaults, TooLarge
from fieldwork.pages import evidence as pages
from fieldwork.pages import looking
from fieldwork.pages.frame import Page, field, summary
from fieldwork.pages.visits import arrived as arrived_line
from fieldwork.store.gathered import Gathered
from fieldwork.store.operations import last_position, records_touched
from fieldwork.web.access import BEYOND_ANY_UPLOAD_BYTES, central_in, form_in, go_to, limit_body, seat_in, text_in
from fieldwork.web.htmx import fragment, nothing_new, page

MOST_UPLOAD_BYTES = MOST_FILE_BYTES + 64 * 1024
"""A file and the few fields around it."""
MOST_NAMED_CP = 1_000_000
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def show(request: Request) -> Response:
    """The record as read."""
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    return await _shown(request, central, evidence, {})


async def arrived(request: Request) -> Response:
    """Whether the record has changed since the page was made."""
    central, seat = central_in(request), request.scope["state"]["seat"]
    if seat is None:
        return nothing_new()
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    given = {name: request.query_params.get(name, "0") for name in ("after", "told")}
    after, told = (int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0 for text in given.values())
    touched = await records_touched(central.log, evidence.visit.scope, after)
    mine = {evidence.evidence_id}
    changed = sum(1 for record, _, parent, _ in touched if record in mine or parent in mine)
    if changed == told:
        return nothing_new()
    shown = {"arrived": _arrived(evidence.evidence_id, after, changed)}
    return fragment(request, "visits/_arrived.html", shown, whole_at=f"/evidence/{evidence.evidence_id}")


async def seen(request: Request) -> Response:
    """The lead has seen it."""
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    require_lead(evidence.visit)
    form = await form_in(request)
    operation, heads = text_in(form, "operation"), text_in(form, "heads", MOST_NAMED_CP)
    written = await mark_seen(central, seat.person_id, evidence, operation, heads)
    return go_to(f"/evidence/{evidence.evidence_id}?done={'seen' if written else 'seen_before'}")


async def looked_through(request: Request) -> Response:
    """Somebody of the team has looked the record through for names, as the page showed it."""
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    require_team(evidence.visit)
    form = await form_in(request)
    try:
        written = await look_through(
            central,
            seat.person_id,
            evidence,
            operation=text_in(form, "operation"),
            shown=text_in(form, "shown", MOST_NAMED_CP),
            opened=[str(one) for one in form.getlist("opened")],
        )
    except FormFaults as problem:
        return await _shown(request, central, evidence, {fault.field: fault.words for fault in problem.faults})
    return go_to(f"/evidence/{evidence.evidence_id}?done={'looked_through' if written else 'looked_through_before'}")


async def add(request: Request) -> Response:
    """Take a file in. What is too large is refused in words, also when its length was not announced."""
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    require_team(evidence.visit)
    limit_body(request, MOST_UPLOAD_BYTES, TooLarge)
    form = await form_in(request)
    upload = form.get("file")
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise FormFaults(Fault("file", "Choose a file"))
        await add_file(
            central,
            seat.person_id,
            evidence,
            operation=text_in(form, "operation"),
            given_name=upload.filename,
            source=upload,
        )
    except FormFaults as problem:
        return await _shown(request, central, evidence, {fault.field: fault.words for fault in problem.faults})
    finally:
        await form.close()
    return go_to(f"/evidence/{evidence.evidence_id}?done=file")


async def download(request: Request) -> Response:
    """A file goes out as an attachment that nothing runs, under its own name (RFC 6266)."""
    central, seat = central_in(request), seat_in(request)
    file = await file_to_read(central, seat.person_id, request.path_params["file_id"])
    plain = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "._- " else "_" for letter in file.name
    )
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "content-security-policy": SANDBOX,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return FileResponse(file.path, media_type=file.media_type, headers=headers)


async def _shown(request: Request, central: Central, evidence: EvidenceSeen, faults: dict[str, str]) -> Response:
    position = await last_position(central.log, evidence.visit.scope)
    facts, gathered = await record_as_read(central, evidence)
    team = evidence.visit.of_the_team
    address = f"/evidence/{evidence.evidence_id}"
    shown = {
        "title": pages.title_of(facts),
        "place": f"Area {evidence.visit.row.letter}",
        "visit": {
            "href": f"/visits/{evidence.visit.visit_id}",
            "words": f"Area {evidence.visit.row.letter}: all records",
        },
        "record": pages.record(facts),
        "arrived": _arrived(evidence.evidence_id, position, 0),
        "seeing": {
            "may": evidence.visit.leads and facts.seen_standing != "seen",
            "action": f"{address}/seen",
            "operation": new_operation_id(central),
            "heads": " ".join(heads_of([gathered.evidence, *gathered.blocks])),
        },
        "names": _names(central, gathered, facts, faults) if team else looking.NOTHING_TO_LOOK_AT,
        "receipt_href": f"{address}/receipt" if team else "",
        "removal_href": f"{address}/removal" if team else "",
        "upload": {
            "action": f"{address}/files",
            "operation": new_operation_id(central),
            "file": field(
                "file",
                "Add a file",
                hint=f"It can be {ACCEPTED_IN_WORDS}, of at most 25 MB.",
                error=faults.get("file", ""),
            ),
        },
    }
    return page(
        request,
        "evidence/show.html",
        shown,
        status=422 if faults else 200,
        current="reviews",
        problems=summary(faults),
    )


def _names(central: Central, gathered: Gathered, facts: RecordFacts, faults: dict[str, str]) -> Page:
    left = not_looked_through(gathered, facts.labels)
    return looking.names(
        evidence_id=facts.evidence_id,
        operation=new_operation_id(central),
        shown=left.shown,
        words=left.words,
        memos=left.memos,
        looked=left.looked,
        again=left.again,
        kept=left.kept,
        files=left.files,
        error=faults.get("opened", ""),
    )


def _arrived(evidence_id: str, position: int, changed: int) -> dict[str, str]:
    line = arrived_line(visit_id="", position=position, told=changed, new=0, changed=0)
    return line | {
        "words": "This record has changed." if changed else "",
        "show": "Show it as it is now",
        "href": f"/evidence/{evidence_id}",
        "again_href": f"/evidence/{evidence_id}/arrived?after={position}&told={changed}",
    }


ROUTES = [
    Route("/evidence/{evidence_id}", show, methods=["GET"], name="evidence.show"),
    Route("/evidence/{evidence_id}/arrived", arrived, methods=["GET"], name="evidence.arrived"),
    Route("/evidence/{evidence_id}/seen", seen, methods=["POST"], name="evidence.seen"),
    Route("/evidence/{evidence_id}/looked-through", looked_through, methods=["POST"], name="evidence.looked_through"),
    Route(
        "/evidence/{evidence_id}/files",
        add,
        methods=["POST"],
        name="files.create",
        max_body_size=BEYOND_ANY_UPLOAD_BYTES,
    ),
    Route("/files/{file_id}", download, methods=["GET"], name="files.show"),
]
