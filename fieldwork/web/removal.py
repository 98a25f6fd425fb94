"""Removing words from a record for good, in three steps: choose the part, name the words, look once more and do it (A11Y-13)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.evidence import REASONS, plan_removal, redact_words
from fieldwork.actions.reading import EvidenceSeen, evidence_to_read, require_team
from fieldwork.actions.record_as_read import record_as_read
from fieldwork.actions.writing import minted, new_operation_id
from fieldwork.domain.evidence import BlockFacts
from fieldwork.domain.problems import FormFaults, NotFound
from fieldwork.pages import removing as pages
from fieldwork.pages.frame import Page, summary
from fieldwork.pages.words import RECORD_TYPE_WORDS
from fieldwork.store.records import record_of
from fieldwork.web.access import central_in, form_in, seat_in, text_in
from fieldwork.web.htmx import page


async def draft(request: Request) -> Response:
    """Which part, or, with `?block=`, which words."""
    central, evidence = await _evidence(request)
    facts, _ = await record_as_read(central, evidence)
    block_id = request.query_params.get("block", "")
    if not block_id:
        shown = pages.choose(evidence.evidence_id, facts.blocks)
        return page(request, "evidence/choose_words.html", _placed(evidence, shown), current="reviews")
    block = _block(facts.blocks, block_id)
    shown = pages.name_words(
        evidence_id=evidence.evidence_id,
        block=block,
        operation=new_operation_id(central),
        words="",
        instead="",
        reason="",
        reasons=REASONS,
    )
    return page(request, "evidence/name_words.html", _placed(evidence, shown), current="reviews")


async def create(request: Request) -> Response:
    """Look once more, or do it. What cannot be done comes back as the same form with what is wrong."""
    central, evidence = await _evidence(request)
    form = await form_in(request)
    try:
        if text_in(form, "step") == "remove":
            return await _remove(request, central, evidence, form)
        return await _confirm(request, central, evidence, form)
    except FormFaults as problem:
        return await _again(request, central, evidence, form, {fault.field: fault.words for fault in problem.faults})


async def _confirm(request: Request, central: Central, evidence: EvidenceSeen, form: FormData) -> Response:
    plan = await plan_removal(central, seat_in(request).person_id, evidence, **_wish(form))
    shown = pages.confirm(
        evidence_id=evidence.evidence_id,
        block_id=plan.block.record_id,
        operation=minted(text_in(form, "operation")),
        words=plan.removal.words,
        instead=plan.removal.instead,
        reason=plan.reason,
        text_after=plan.removal.text,
        operations=len(plan.operations),
        codings=len(plan.codings) - len(plan.swallowed),
        swallowed=len(plan.swallowed),
    )
    return page(request, "evidence/confirm_removal.html", _placed(evidence, shown), current="reviews")


async def _remove(request: Request, central: Central, evidence: EvidenceSeen, form: FormData) -> Response:
    done = await redact_words(
        central, seat_in(request).person_id, evidence, operation=text_in(form, "operation"), **_wish(form)
    )
    elsewhere = [await _place(central, *place) for place in done.elsewhere]
    shown = pages.removed(
        evidence_id=evidence.evidence_id,
        operations=done.operations,
        elsewhere=list(dict.fromkeys(place for place in elsewhere if place)),
    )
    return page(request, "evidence/removed.html", _placed(evidence, shown), current="reviews")


async def _again(
    request: Request, central: Central, evidence: EvidenceSeen, form: FormData, faults: dict[str, str]
) -> Response:
    facts, _ = await record_as_read(central, evidence)
    shown = pages.name_words(
        evidence_id=evidence.evidence_id,
        block=_block(facts.blocks, text_in(form, "block")),
        operation=minted(text_in(form, "operation")),
        words=text_in(form, "words").replace("\r\n", "\n"),
        instead=text_in(form, "instead"),
        reason=text_in(form, "reason"),
        reasons=REASONS,
        faults=faults,
    )
    return page(
        request,
        "evidence/name_words.html",
        _placed(evidence, shown),
        status=422,
        current="reviews",
        problems=summary(faults),
    )


async def _evidence(request: Request) -> tuple[Central, EvidenceSeen]:
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    require_team(evidence.visit)
    return central, evidence


def _wish(form: FormData) -> dict[str, str]:
    names = {"block_id": "block", "words": "words", "instead": "instead", "reason": "reason"}
    return {key: text_in(form, name) for key, name in names.items()}


def _block(blocks: Sequence[BlockFacts], block_id: str) -> BlockFacts:
    for block in blocks:
        if block.block_id == block_id:
            return block
    raise NotFound


def _placed(evidence: EvidenceSeen, shown: Page) -> Page:
    return shown | {"place": f"Area {evidence.visit.row.letter}"}


async def _place(central: Central, record_id: str, record_type: str, parent_id: str | None) -> tuple[str, str] | None:
    """Where a record that holds the words is read: an address, and words for the link."""
    evidence_id = record_id if record_type == "evidence" else parent_id
    if record_type == "coding" and parent_id:
        block = await record_of(central.log, parent_id)
        evidence_id = block.parent_id if block else None
    record = await record_of(central.log, evidence_id) if evidence_id else None
    if record is None or record.record_type != "evidence":
        return None
    what = RECORD_TYPE_WORDS.get(record_type, "a part of it")
    return f"/evidence/{evidence_id}", f"{record.get('ref', 'A record')}: {what}"


ROUTES = [
    Route("/evidence/{evidence_id}/removal", draft, methods=["GET"], name="removal.draft"),
    Route("/evidence/{evidence_id}/removal", create, methods=["POST"], name="removal.create"),
]
