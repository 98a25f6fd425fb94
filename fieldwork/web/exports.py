"""Exports of a review: asking, looking how far it is, and taking the files away. The writing is another process's."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fieldwork.actions import exports as actions
from fieldwork.actions.central import Central
from fieldwork.actions.reading import review_to_read
from fieldwork.domain.export_job import ExportJob
from fieldwork.domain.problems import NotFound
from fieldwork.pages import exports as pages
from fieldwork.pages.frame import Page, summary
from fieldwork.pages.words import size_in_words
from fieldwork.store.export_jobs import export_job_of
from fieldwork.web.access import central_in, form_in, go_to, seat_in, text_in
from fieldwork.web.htmx import fragment, nothing_new, page

MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def browse(request: Request) -> Response:
    """One's exports of a review, and the form that asks for one."""
    return await _shown(request)


async def create(request: Request) -> Response:
    """Ask for an export."""
    central, seat = central_in(request), seat_in(request)
    review = await review_to_read(central, seat.person_id, request.path_params["review_id"])
    form = await form_in(request)
    given = {name: text_in(form, name) for name in ("format", "purpose")}
    if given["format"] not in pages.FORMATS:
        return await _shown(request, given=given, faults={"format": "Choose what you need"})
    try:
        job = await actions.ask_for_export(central, seat.person_id, review.review_id, given["format"], given["purpose"])
    except actions.ExportRefused:
        raise NotFound from None
    except actions.ExportNotUnderstood as problem:
        return await _shown(request, given=given, faults={"purpose": str(problem)})
    return go_to(f"/exports/{job.id}")


async def show(request: Request) -> Response:
    """One export."""
    central, job = await _job(request)
    return page(request, "exports/show.html", await _state(request, central, job), current="reviews")


async def arrived(request: Request) -> Response:
    """How far it is."""
    if request.scope["state"]["seat"] is None:
        return nothing_new()
    central, job = await _job(request)
    shown = await _state(request, central, job)
    return fragment(request, "exports/_progress.html", shown, whole_at=f"/exports/{job.id}")


async def download(request: Request) -> Response:
    """One file of a finished export."""
    central, job = await _job(request)
    files = await _files(central, seat_in(request).person_id, job)
    name = request.path_params["name"]
    for path in files:
        if _name(path, job) == name:
            headers = {"content-security-policy": SANDBOX, "cache-control": "no-store"}
            media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
            return FileResponse(path, media_type=media_type, filename=name, headers=headers)
    raise NotFound


async def _job(request: Request) -> tuple[Central, ExportJob]:
    central, seat = central_in(request), seat_in(request)
    try:
        job = await export_job_of(central.database, UUID(request.path_params["job_id"]))
    except ValueError:
        raise NotFound from None
    if job is None or str(job.asked_by) != seat.person_id:
        raise NotFound
    await review_to_read(central, seat.person_id, str(job.review_id))
    return central, job


async def _files(central: Central, person_id: str, job: ExportJob) -> tuple[Path, ...]:
    try:
        return await actions.files_of(central, person_id, job.id)
    except actions.ExportRefused:
        return ()


async def _state(request: Request, central: Central, job: ExportJob) -> Page:
    seat = seat_in(request)
    files = await _files(central, seat.person_id, job) if job.state == "done" else ()
    return pages.show(
        job,
        review_id=str(job.review_id),
        asked_by=seat.account.name,
        files=[(_name(path, job), size_in_words(path.stat().st_size)) for path in files],
        ends=job.asked_at + actions.KEPT_FOR,
    )


def _name(path: Path, job: ExportJob) -> str:
    """What a file is called when it is taken away: the review's evidence and what the file holds."""
    return "evidence" + path.name.removeprefix(str(job.id))


async def _shown(
    request: Request, *, given: dict[str, str] | None = None, faults: dict[str, str] | None = None
) -> Response:
    central, seat = central_in(request), seat_in(request)
    review = await review_to_read(central, seat.person_id, request.path_params["review_id"])
    try:
        jobs = await actions.exports_shown(central, seat.person_id, review.review_id)
    except actions.ExportRefused:
        raise NotFound from None
    shown = pages.browse(
        review_id=review.review_id,
        review_title=str(review.record.get("short_title") or review.record.get("title", "Review")),
        jobs=jobs,
        names={seat.person_id: seat.account.name},
        given=given,
        faults=faults,
    )
    return page(
        request,
        "exports/browse.html",
        shown,
        status=422 if faults else 200,
        current="reviews",
        problems=summary(faults or {}),
    )


ROUTES = [
    Route("/reviews/{review_id}/exports", browse, methods=["GET"], name="exports.browse"),
    Route("/reviews/{review_id}/exports", create, methods=["POST"], name="exports.create"),
    Route("/exports/{job_id}", show, methods=["GET"], name="exports.show"),
    Route("/exports/{job_id}/arrived", arrived, methods=["GET"], name="exports.arrived"),
    Route("/exports/{job_id}/files/{name}", download, methods=["GET"], name="exports.download"),
]
