"""The reviews that somebody has a part in, and one of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.reading import ReviewSeen, review_to_read, reviews_of
from fieldwork.domain.rights import ANALYSTS, TEAM, may_export
from fieldwork.pages import reviews as pages
from fieldwork.store.people import placed_in_review
from fieldwork.store.records import record_of, records_in
from fieldwork.store.visit_evidence import counts_of_evidence
from fieldwork.web.access import central_in, seat_in
from fieldwork.web.htmx import page


async def home(request: Request) -> Response:
    """What one has a part in."""
    seat = seat_in(request)
    seen = await reviews_of(central_in(request), seat.person_id)
    lines = [
        (
            review.review_id,
            str(review.record.get("title", "Review")),
            pages.series_words({key: review.record.get(key) for key in ("series", "year")}),
            sorted(review.roles),
        )
        for review in seen
    ]
    shown = pages.home(lines, is_administrator=seat.account.is_administrator)
    return page(request, "home/show.html", shown, current="reviews")


async def show(request: Request) -> Response:
    """One review: its questions, its visits by letter, and what one may do."""
    central, seat = central_in(request), seat_in(request)
    review = await review_to_read(central, seat.person_id, request.path_params["review_id"])
    questions = await records_in(central.log, f"review:{review.review_id}", "question")
    reads_evidence = bool(review.readable_visits) or bool(review.roles & (TEAM | ANALYSTS))
    placed = await placed_in_review(central.log, review.review_id)
    shown = pages.show(
        review_id=review.review_id,
        title=str(review.record.get("title", "Review")),
        series=pages.series_words({key: review.record.get(key) for key in ("series", "year")}),
        theme=str(review.record.get("theme", "")),
        questions=[(str(one.get("number", "")), str(one.get("text", ""))) for one in questions],
        visits=await _visit_lines(central, review),
        people=len({part.person_id for part in placed if part.ended_at is None}),
        roles=sorted(review.roles),
        reads_evidence=reads_evidence,
        exports=may_export(review.roles),
        concerns="safeguarding_lead" in review.roles,
    )
    return page(request, "reviews/show.html", shown, current="reviews")


async def _visit_lines(central: Central, review: ReviewSeen) -> list[pages.VisitLine]:
    readable = {visit.visit_id for visit in review.readable_visits}
    counts = await counts_of_evidence(central.log, readable)
    lines = []
    for visit, roles in review.visits:
        if visit.visit_id not in readable:
            continue
        record = await record_of(central.log, visit.visit_id)
        if record is None or record.withdrawn:
            continue
        lines.append(
            pages.VisitLine(
                visit_id=visit.visit_id,
                letter=visit.letter,
                status=visit.status,
                on_site_from=str(record.get("on_site_from", "") or ""),
                on_site_to=str(record.get("on_site_to", "") or ""),
                roles=sorted(roles),
                records=counts.get(visit.visit_id, 0) if roles & TEAM else None,
            )
        )
    return lines


ROUTES = [
    Route("/", home, methods=["GET"], name="reviews.browse"),
    Route("/reviews/{review_id}", show, methods=["GET"], name="reviews.show"),
]
