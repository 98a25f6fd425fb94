"""The receipt for one record: a page that can be printed, and a file to keep."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.reading import evidence_to_read
from fieldwork.actions.record_as_read import record_as_read
from fieldwork.actions.record_receipts import receipt_of
from fieldwork.domain.record_receipts import ReceiptFacts
from fieldwork.pages import record_receipts as pages
from fieldwork.pages.evidence import title_of
from fieldwork.web.access import central_in, seat_in
from fieldwork.web.htmx import page


async def show(request: Request) -> Response:
    """The page."""
    return page(request, "record_receipts/show.html", pages.show(await _receipt(request)), current="reviews")


async def download(request: Request) -> Response:
    """The file."""
    facts = await _receipt(request)
    headers = {
        "content-disposition": f'attachment; filename="{pages.file_name(facts)}"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(pages.text_of(pages.show(facts)), media_type="text/plain; charset=utf-8", headers=headers)


async def _receipt(request: Request) -> ReceiptFacts:
    central, seat = central_in(request), seat_in(request)
    evidence = await evidence_to_read(central, seat.person_id, request.path_params["evidence_id"])
    facts, _ = await record_as_read(central, evidence)
    return await receipt_of(central, evidence, title_of(facts))


ROUTES = [
    Route("/evidence/{evidence_id}/receipt", show, methods=["GET"], name="record_receipts.show"),
    Route("/evidence/{evidence_id}/receipt.txt", download, methods=["GET"], name="record_receipts.download"),
]
