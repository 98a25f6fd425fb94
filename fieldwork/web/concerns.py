"""Concerns of a review, for the safeguarding lead alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.concerns import ConcernSeen, concerns_counted, open_concerns
from fieldwork.actions.reading import ReviewSeen, review_to_read
from fieldwork.domain.problems import FormFaults
from fieldwork.pages import concerns as pages
from fieldwork.pages.frame import summary
from fieldwork.web.access import central_in, form_in, seat_in, text_in
from fieldwork.web.htmx import page


async def show(request: Request) -> Response:
    """How many there are. None is opened."""
    central, review = await _review(request)
    return await _shown(request, central, review, [])


async def opened(request: Request) -> Response:
    """Open them, with a reason that is kept."""
    central, review = await _review(request)
    form = await form_in(request)
    reason = text_in(form, "reason")
    try:
        concerns = await open_concerns(central, seat_in(request).person_id, review, reason)
    except FormFaults as problem:
        return await _shown(request, central, review, [], error=problem.faults[0].words, reason=reason)
    return await _shown(request, central, review, concerns)


async def _review(request: Request) -> tuple[Central, ReviewSeen]:
    central, seat = central_in(request), seat_in(request)
    review = await review_to_read(central, seat.person_id, request.path_params["review_id"])
    await concerns_counted(central, review)
    return central, review


async def _shown(
    request: Request,
    central: Central,
    review: ReviewSeen,
    concerns: list[ConcernSeen],
    *,
    error: str = "",
    reason: str = "",
) -> Response:
    shown = pages.show(
        review_id=review.review_id,
        review_title=str(review.record.get("short_title") or review.record.get("title", "Review")),
        count=await concerns_counted(central, review),
        concerns=[
            pages.ConcernLine(one.letter, one.exact_words, one.said_at, one.about_whom, one.place, one.received_at)
            for one in concerns
        ],
        error=error,
        reason=reason,
    )
    problems = summary({"reason": error}) if error else []
    return page(
        request, "concerns/show.html", shown, status=422 if error else 200, current="reviews", problems=problems
    )


ROUTES = [
    Route("/reviews/{review_id}/concerns", show, methods=["GET"], name="concerns.show"),
    Route("/reviews/{review_id}/concerns", opened, methods=["POST"], name="concerns.open"),
]
