"""Conflicts at the office: the list of a visit, the versions of one record, and a decision."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.conflicts import Choice, conflict_to_read, conflicts_of_visit, decide
from fieldwork.actions.reading import require_team, visit_to_read
from fieldwork.actions.record_as_read import labels_of_review
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.conflicts import FREE_WORDS
from fieldwork.domain.problems import Fault, FormFaults
from fieldwork.pages import conflicts as pages
from fieldwork.pages.frame import summary
from fieldwork.pages.visits import record_title
from fieldwork.store.records import records_in
from fieldwork.web.access import central_in, form_in, go_to, seat_in, text_in
from fieldwork.web.htmx import page

MOST_NAMED_CP = 10_000
MOST_WORDS_CP = 1_000_000


async def browse(request: Request) -> Response:
    """What stands to be decided in a visit."""
    central, seat = central_in(request), seat_in(request)
    async with central.database.reading():
        visit = await visit_to_read(central, seat.person_id, request.path_params["visit_id"])
        require_team(visit)
        found = await conflicts_of_visit(central, visit)
        activities = {one.record_id: one for one in await records_in(central.log, visit.scope, "activity")}
        labels = await labels_of_review(central, visit.row.review_id)
    lines = []
    for record, fields, inside in found:
        activity = activities.get(str(inside.get("activity"))) if inside else None
        told = {name: inside.get(name) for name in inside.state.fields} if inside else {}
        around = {name: activity.get(name) for name in activity.state.fields} if activity else {}
        title = record_title(told, around, labels.activity_types) if inside else "Beside the records"
        lines.append((record.record_id, title, fields))
    shown = pages.browse(visit_id=visit.visit_id, letter=visit.row.letter, lines=lines)
    return page(request, "conflicts/browse.html", shown, current="reviews")


async def show(request: Request) -> Response:
    """The versions."""
    central, seat = central_in(request), seat_in(request)
    async with central.database.reading():
        conflict = await conflict_to_read(central, seat.person_id, request.path_params["record_id"])
    shown = pages.show(conflict.facts, operation=new_operation_id(central))
    return page(request, "conflicts/show.html", shown, current="reviews")


async def update(request: Request) -> Response:
    """The decision. What cannot be taken comes back with every word that was written."""
    central, seat = central_in(request), seat_in(request)
    # First the whole form, which may be long on its way: what was removed meanwhile is not to be written again.
    form = await form_in(request)
    conflict = await conflict_to_read(central, seat.person_id, request.path_params["record_id"])
    base = text_in(form, "base", MOST_NAMED_CP)
    try:
        written = await decide(
            central,
            seat.person_id,
            conflict,
            operation=text_in(form, "operation"),
            base=base.split(),
            choices=_choices(form),
        )
    except FormFaults as problem:
        faults = {fault.field: fault.words for fault in problem.faults}
        # What was removed in the meantime is not shown once more.
        conflict = await conflict_to_read(central, seat.person_id, conflict.record.record_id)
        given = {name: _typed(form, name) for name in form}
        shown = pages.show(conflict.facts, operation=text_in(form, "operation"), given=given, faults=faults)
        # A field that somebody else decided meanwhile is not on the page any more.
        gone = {name: "main" for name in faults if name.partition("-")[2] not in conflict.facts.fields}
        return page(
            request,
            "conflicts/show.html",
            shown | {"base": base},
            status=422,
            current="reviews",
            problems=summary(faults, gone),
        )
    done = "decided" if written else "not_decided"
    if text_in(form, "operation") in conflict.operations:
        done = "decided_before"
    facts = conflict.facts
    back = f"/evidence/{facts.evidence_id}" if facts.evidence_id else f"/visits/{facts.visit_id}"
    return go_to(f"{back}?done={done}")


def _choices(form: FormData) -> dict[str, Choice]:
    """What was chosen, by field. Raises FormFaults where words were written and would be lost."""
    choices = {}
    faults = []
    for name in sorted(one.removeprefix("choice-") for one in form if one.startswith("choice-")):
        chosen, own = text_in(form, f"choice-{name}"), _typed(form, f"own-{name}")
        if chosen == pages.OWN:
            choices[name] = Choice("", own)
            continue
        if name in FREE_WORDS and pages.is_edited(own, text_in(form, f"began-{name}")):
            words = "You wrote words of your own. Choose them, or leave the box as it was"
            faults.append(Fault(f"choice-{name}", words))
        elif chosen != pages.KEEP:
            choices[name] = Choice(chosen)
    if faults:
        raise FormFaults(*faults)
    return choices


def _typed(form: FormData, name: str) -> str:
    """A form sends line breaks as CR LF; words are kept as they were typed."""
    return text_in(form, name, MOST_WORDS_CP).replace("\r\n", "\n")


ROUTES = [
    Route("/visits/{visit_id}/conflicts", browse, methods=["GET"], name="conflicts.browse"),
    Route("/conflicts/{record_id}", show, methods=["GET"], name="conflicts.show"),
    Route("/conflicts/{record_id}", update, methods=["POST"], name="conflicts.update"),
]
