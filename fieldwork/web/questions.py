"""Evidence under one review question, across the visits that somebody may read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.reading import ReviewSeen, review_to_read
from fieldwork.actions.record_as_read import labels_of_review
from fieldwork.domain.anchoring import Quoted, as_it_stands
from fieldwork.domain.plain_codings import is_plain
from fieldwork.domain.problems import NotFound
from fieldwork.pages import questions as pages
from fieldwork.pages.evidence import consent_words
from fieldwork.pages.frame import Page
from fieldwork.store.codebooks import codebook_terms
from fieldwork.store.gathered import around
from fieldwork.store.passages import PassageRow, Place, counts_by_code, left_out, passages
from fieldwork.store.records import Record, record_of, records_in, records_named
from fieldwork.web.access import central_in, seat_in
from fieldwork.web.htmx import page
from sync.central.body import shown

PAGE_LENGTH = 50
RESTRICTIONS_ONLY = ("Do not quote", "Restriction")


async def show(request: Request) -> Response:
    """One question, page by page; with `?code=` one code of it."""
    central, seat = central_in(request), seat_in(request)
    # Whether a record was looked through and what stands in it are read of one moment: no name comes in between.
    async with central.database.reading():
        told = await _told(request, central, await _review(central, seat.person_id, request))
    return page(request, "questions/show.html", told, current="reviews")


async def _review(central: Central, person_id: str, request: Request) -> ReviewSeen:
    review = await review_to_read(central, person_id, request.path_params["review_id"])
    if not review.readable_visits:
        raise NotFound
    return review


async def _told(request: Request, central: Central, review: ReviewSeen) -> Page:
    question = await _question(central, review, request.path_params["number"])
    number = str(question.get("number", ""))
    codes = await _codes_for(central, review, number)
    wanted = request.query_params.get("code", "")
    chosen = [wanted] if wanted in codes else list(codes)
    visit_ids = [visit.visit_id for visit in review.readable_visits]
    after = _after(request)
    rows = await passages(central.log, review.review_id, visit_ids, chosen, after, PAGE_LENGTH + 1)
    withdrawn_from_use, not_screened = await left_out(central.log, review.review_id, visit_ids, list(codes))
    last = rows[PAGE_LENGTH - 1] if len(rows) > PAGE_LENGTH else None
    counts = await counts_by_code(central.log, review.review_id, visit_ids, list(codes))
    return pages.show(
        review_id=review.review_id,
        review_title=str(review.record.get("short_title") or review.record.get("title", "Review")),
        number=number,
        text=str(question.get("text", "")),
        codes=codes,
        counts=[(row[0] or "", row[1] or "", row[2] or "", int(row[3])) for row in counts],
        passages=await _lines(central, review.review_id, rows[:PAGE_LENGTH]),
        next_after=pages.After(last.letter, last.ref, last.coding_id) if last else None,
        is_first=after is None,
        code=wanted if wanted in codes else "",
        withdrawn_from_use=withdrawn_from_use,
        not_screened=not_screened,
    )


async def _question(central: Central, review: ReviewSeen, number: str) -> Record:
    for question in await records_in(central.log, f"review:{review.review_id}", "question"):
        if str(question.get("number", "")) == number:
            return question
    raise NotFound


async def _codes_for(central: Central, review: ReviewSeen, number: str) -> dict[str, str]:
    """The codes that answer this question, by the codebook: reference and label, in the codebook's order."""
    codes = await records_in(central.log, f"review:{review.review_id}", "code")
    return {
        str(code.get("ref")): str(code.get("label", ""))
        for code in codes
        if code.get("ref") and str(code.get("question", "")) == number
    }


def _after(request: Request) -> Place | None:
    given = request.query_params
    return Place(given.get("letter", ""), given.get("ref", ""), given["after"]) if given.get("after") else None


async def _lines(central: Central, review_id: str, rows: list[PassageRow]) -> list[pages.PassageLine]:
    consents = await _consents(central, {row.evidence_id for row in rows})
    labels = await labels_of_review(central, review_id)
    terms = await codebook_terms(central.log, review_id)
    lines = []
    for row in rows:
        coding = await record_of(central.log, row.coding_id)
        block = await record_of(central.log, coding.parent_id) if coding and coding.parent_id else None
        if coding is None or block is None or block.withdrawn or not is_plain(coding.state.fields, terms):
            continue
        words = _words_of(coding, block) or Quoted(pages.CHANGED_SINCE, "", "")
        lines.append(
            pages.PassageLine(
                coding_id=row.coding_id,
                evidence_id=row.evidence_id,
                letter=row.letter,
                ref=row.ref,
                source_role=row.source_role,
                recorded_when=row.recorded_when,
                quote=words.quote,
                before=words.before,
                after=words.after,
                code=str(coding.get("code", "") or ""),
                valence=str(coding.get("valence", "") or ""),
                agency=str(coding.get("agency", "") or ""),
                consent=consents.get(row.evidence_id, ()),
                kind=str(block.get("kind", "") or ""),
                speaker=labels.roles.get(str(block.get("speaker_role")), ""),
            )
        )
    return lines


def _words_of(coding: Record, block: Record) -> Quoted | None:
    texts = [(by, str(shown(text))) for by, text in block.state.fields.get("text", []) if isinstance(text, str)]
    start, said = coding.get("start_cp"), (str(coding.get(name, "") or "") for name in ("quote", "before", "after"))
    revision = str(coding.get("revision", "") or "")
    return as_it_stands(texts, revision, start if isinstance(start, int) else 0, Quoted(*said))


async def _consents(central: Central, evidence_ids: set[str]) -> dict[str, list[str]]:
    """What must not be done with the words of each record: goes with every excerpt (rule R16)."""
    told = {}
    evidence = await records_named(central.log, evidence_ids)
    for evidence_id, (_, consents) in (await around(central.log, evidence)).items():
        fields = [{name: one.get(name) for name in one.state.fields} for one in consents]
        told[evidence_id] = [words for words in consent_words(fields) if words.startswith(RESTRICTIONS_ONLY)]
    return told


ROUTES = [Route("/reviews/{review_id}/questions/{number}", show, methods=["GET"], name="questions.show")]
