"""One visit: its dates, its team, its evidence, and what arrives while somebody looks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.conflicts import conflicts_of_visit
from fieldwork.actions.reading import VisitSeen, visit_to_read
from fieldwork.actions.record_as_read import labels_of_review
from fieldwork.actions.seeing import seen_states
from fieldwork.actions.tablet_contacts import TabletOfVisit, alarm_after, tablets_of_visit
from fieldwork.actions.visits import left_out
from fieldwork.pages import visits as pages
from fieldwork.pages.frame import Page
from fieldwork.pages.tablet_contacts import TabletLine, board, is_on_site
from fieldwork.store.operations import last_position, not_taken_in, records_touched, set_aside, waiting_for_a_gap
from fieldwork.store.records import Record, record_of, records_in
from fieldwork.store.visit_evidence import blocks_counted, evidence_of_visit
from fieldwork.web.access import central_in, seat_in
from fieldwork.web.htmx import fragment, nothing_new, page


async def show(request: Request) -> Response:
    """The visit."""
    central, seat = central_in(request), seat_in(request)
    # Whether a record was looked through and what it says are read of one moment: no name comes in between.
    async with central.database.reading():
        visit = await visit_to_read(central, seat.person_id, request.path_params["visit_id"])
        shown = await _told(central, visit)
    return page(request, "visits/show.html", shown, current="reviews")


async def _told(central: Central, visit: VisitSeen) -> Page:
    # The position is read before the records: what comes in between is announced, never missed.
    position = await last_position(central.log, visit.scope)
    review = await record_of(central.log, visit.row.review_id)
    evidence = await evidence_of_visit(central.log, visit.visit_id, with_unscreened=visit.of_the_team)
    labels = await labels_of_review(central, visit.row.review_id)
    return pages.show(
        visit_id=visit.visit_id,
        letter=visit.row.letter,
        review_id=visit.row.review_id,
        review_title=str(review.get("title", "Review")) if review else "Review",
        fields={name: visit.record.get(name) for name in visit.record.state.fields},
        team=await _team(central, visit),
        evidence=await _lines(central, visit, evidence.records, evidence.unscreened_ids),
        activity_types=labels.activity_types,
        withdrawn_from_use=evidence.withdrawn_from_use,
        not_screened=evidence.not_screened,
        position=position,
        held=await held_count(central, visit) if visit.leads else None,
        conflicts=len(await conflicts_of_visit(central, visit)),
        tablets=await _tablets(central, visit) if visit.leads else None,
    )


async def arrived(request: Request) -> Response:
    """What has come since the page was made. Nothing, when there is nothing more to say than was said."""
    central, seat = central_in(request), request.scope["state"]["seat"]
    if seat is None:
        return nothing_new()
    visit = await visit_to_read(central, seat.person_id, request.path_params["visit_id"])
    after, told = _number(request, "after"), _number(request, "told")
    evidence = await evidence_of_visit(central.log, visit.visit_id, with_unscreened=visit.of_the_team)
    visible = {record.record_id for record in evidence.records}
    touched = await records_touched(central.log, visit.scope, after)
    new = {
        record for record, record_type, _, kind in touched if record_type == "evidence" and kind == "create"
    } & visible
    of_evidence = {record if record_type == "evidence" else parent for record, record_type, parent, _ in touched}
    changed = {record for record in of_evidence if record in visible} - new
    said = len(new) * 1000 + len(changed)
    if said == told:
        return nothing_new()
    shown = pages.arrived(visit_id=visit.visit_id, position=after, told=said, new=len(new), changed=len(changed))
    return fragment(request, "visits/_arrived.html", {"arrived": shown}, whole_at=f"/visits/{visit.visit_id}")


async def held_count(central: Central, visit: VisitSeen) -> int:
    """How many entries of the visit's evidence lane could not be taken in, without those that a lead left out."""
    left = await left_out(central, visit)
    stopped = [one.header.operation for one in await not_taken_in(central.log, visit.scope)]
    stopped += [header.operation for header, _, _ in await set_aside(central.log, visit.scope)]
    return sum(one not in left for one in stopped) + len(await waiting_for_a_gap(central.log, visit.scope))


async def _tablets(central: Central, visit: VisitSeen) -> Page:
    found = await tablets_of_visit(central, visit)
    return board(
        [_tablet_line(one) for one in found.tablets],
        found.without,
        alarm_after=await alarm_after(central),
        on_site=is_on_site(visit.record.get("on_site_from"), visit.record.get("on_site_to"), central.clock()),
        now=central.clock(),
    )


def _tablet_line(one: TabletOfVisit) -> TabletLine:
    return TabletLine(
        label=one.device.label,
        person=one.person,
        standing=one.standing,
        last_seen_at=one.device.last_seen_at,
        revoked_at=one.device.revoked_at,
        told_at=one.contact.told_at if one.contact else None,
        waiting=one.held.waiting if one.held else (0 if one.contact else None),
        oldest_age_s=one.held.oldest_age_s if one.held else None,
        persisted=one.contact.persisted if one.contact else None,
    )


async def _team(central: Central, visit: VisitSeen) -> list[pages.TeamLine]:
    parts = await records_in(central.log, f"review:{visit.row.review_id}", "assignment")
    return [
        pages.TeamLine(
            name=str(part.get("name", "") or ""),
            role=str(part.get("role", "")),
            discipline=str(part.get("discipline", "") or ""),
            body=str(part.get("body", "") or ""),
            ended=part.get("ended_at") is not None,
        )
        for part in parts
        if part.get("visit") == visit.visit_id
    ]


async def _lines(
    central: Central, visit: VisitSeen, records: list[Record], unscreened: frozenset[str]
) -> list[pages.EvidenceLine]:
    activities = {one.record_id: one for one in await records_in(central.log, visit.scope, "activity")}
    blocks = await blocks_counted(central.log, [record.record_id for record in records])
    seen = await seen_states(central, records)
    lines = []
    for record in records:
        activity = activities.get(str(record.get("activity")))
        lines.append(
            pages.EvidenceLine(
                evidence_id=record.record_id,
                fields={name: record.get(name) for name in record.state.fields},
                activity={name: activity.get(name) for name in activity.state.fields} if activity else {},
                blocks=blocks.get(record.record_id, 0),
                seen=seen[record.record_id].standing,
                screened=record.record_id not in unscreened,
            )
        )
    return lines


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


ROUTES = [
    Route("/visits/{visit_id}", show, methods=["GET"], name="visits.show"),
    Route("/visits/{visit_id}/arrived", arrived, methods=["GET"], name="visits.arrived"),
]
