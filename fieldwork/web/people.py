"""The administrator's pages: accounts, codes for tablets, and tablets. For everybody else they do not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions import accounts as actions
from fieldwork.actions.central import Central
from fieldwork.actions.restores import last_restore
from fieldwork.actions.signing_in import Seat
from fieldwork.actions.tablet_contacts import alarm_after, set_alarm_after
from fieldwork.domain.account import Account
from fieldwork.domain.device import Device, enrolment_code_as_shown
from fieldwork.domain.problems import FormFaults, NotFound
from fieldwork.domain.tablet_contact import TabletContact
from fieldwork.domain.tablet_report import TabletReport
from fieldwork.pages import people as pages
from fieldwork.pages.frame import summary
from fieldwork.pages.words import moment_in_words
from fieldwork.store.accounts import all_accounts
from fieldwork.store.devices import all_devices, devices_of_person
from fieldwork.store.people import Placed, all_placed, names_of
from fieldwork.store.records import record_of
from fieldwork.store.tablet_contacts import contacts_of
from fieldwork.store.tablet_reports import reports_of
from fieldwork.store.visit_evidence import visit_row
from fieldwork.web.access import central_in, form_in, go_to, seat_in, text_in
from fieldwork.web.htmx import page

ONCE = "It is shown once. Write it down, or pass it on by another way than the sign-in name."
FORM_FIELDS = ("name", "sign_in_name", "person_id", "is_administrator")


async def browse(request: Request) -> Response:
    """Everybody who may sign in."""
    central, _ = _administrator(request)
    placed = await all_placed(central.log)
    lines = [await _line(central, account, placed) for account in await all_accounts(central.database)]
    return page(request, "people/browse.html", pages.browse(lines), current="people")


async def draft(request: Request) -> Response:
    """The form for a new account."""
    central, _ = _administrator(request)
    return page(request, "people/draft.html", pages.draft(await _without_account(central)), current="people")


async def create(request: Request) -> Response:
    """Make an account; its first password is shown once."""
    central, seat = _administrator(request)
    form = await form_in(request)
    given = {name: text_in(form, name, 1000) for name in FORM_FIELDS}
    try:
        new = await actions.add_account(
            central,
            seat.account,
            name=given["name"],
            sign_in_name=given["sign_in_name"],
            person_id=given["person_id"],
            is_administrator=given["is_administrator"] == "1",
        )
    except FormFaults as problem:
        faults = {fault.field: fault.words for fault in problem.faults}
        shown = pages.draft(await _without_account(central), given, faults)
        return page(request, "people/draft.html", shown, status=422, current="people", problems=summary(faults))
    return _password_page(request, new.account, new.password, f"{new.account.name} can sign in")


async def show(request: Request) -> Response:
    """One account."""
    central, seat = _administrator(request)
    account = await actions.account_to_manage(central, seat.account, request.path_params["account_id"])
    line = await _line(central, account, await all_placed(central.log))
    found = await devices_of_person(central.database, account.person_id)
    shown = pages.show(
        line,
        await _device_lines(central, found, {str(account.person_id): account.name}),
        is_self=account.id == seat.account.id,
        alarm_after=await alarm_after(central),
        now=central.clock(),
    )
    return page(request, "people/show.html", shown, current="people")


async def disable(request: Request) -> Response:
    """Let a person in no more."""
    central, seat = _administrator(request)
    await form_in(request)
    account = await actions.disable(central, seat.account, request.path_params["account_id"])
    return go_to(f"/people/{account.id}?done=disabled")


async def enable(request: Request) -> Response:
    """Let a person in again."""
    central, seat = _administrator(request)
    await form_in(request)
    account = await actions.enable(central, seat.account, request.path_params["account_id"])
    return go_to(f"/people/{account.id}?done=enabled")


async def password(request: Request) -> Response:
    """Give a new first password."""
    central, seat = _administrator(request)
    await form_in(request)
    account = await actions.account_to_manage(central, seat.account, request.path_params["account_id"])
    new = await actions.new_password(central, seat.account, str(account.id))
    return _password_page(request, account, new, f"A new password for {account.name}")


async def code(request: Request) -> Response:
    """Make a code for one tablet."""
    central, seat = _administrator(request)
    await form_in(request)
    account = await actions.account_to_manage(central, seat.account, request.path_params["account_id"])
    made, facts = await actions.make_enrolment_code(central, seat.account, str(account.id))
    shown = pages.secret(
        title=f"A code for {account.name}’s tablet",
        told=[
            "Type it on the tablet when it asks. Small letters and hyphens do not matter.",
            f"It works once, until {moment_in_words(facts.expires_at)}. {ONCE}",
        ],
        words=enrolment_code_as_shown(made),
        back_href=f"/people/{account.id}",
        back_words=f"Go to {account.name}",
    )
    return page(request, "people/secret.html", shown, current="people")


async def devices(request: Request) -> Response:
    """Every tablet, with its last contact, what it says is on it alone and what it found wrong with its own copies."""
    central, _ = _administrator(request)
    return await _devices_page(request, central)


async def set_alarm(request: Request) -> Response:
    """Change after how many hours the office is warned of what waits on a tablet."""
    central, seat = _administrator(request)
    given = text_in(await form_in(request), "hours", 20)
    try:
        await set_alarm_after(central, seat.account, given)
    except FormFaults as problem:
        return await _devices_page(request, central, given, {one.field: one.words for one in problem.faults})
    return go_to("/devices?done=alarm")


async def _restored(central: Central) -> pages.RestoreLine | None:
    restored = await last_restore(central)
    return None if restored is None else pages.RestoreLine(restored.at, restored.backup_of, restored.arrived_since)


async def confirm_revoke(request: Request) -> Response:
    """One more look before a tablet is revoked."""
    central, _ = _administrator(request)
    for device in await all_devices(central.database):
        if str(device.id) == request.path_params["device_id"]:
            names = await names_of(central.log, [str(device.person_id)])
            said = await contacts_of(central.database, [device.id])
            line = _device(device, names.get(str(device.person_id), "Somebody"), said.get(device.id), [])
            shown = pages.confirm_revoke(line, alarm_after=await alarm_after(central), now=central.clock())
            return page(request, "devices/confirm.html", shown, current="devices")
    raise NotFound


async def revoke(request: Request) -> Response:
    """Refuse a lost tablet from now on."""
    central, seat = _administrator(request)
    await form_in(request)
    await actions.revoke(central, seat.account, request.path_params["device_id"])
    return go_to("/devices?done=revoked")


def _administrator(request: Request) -> tuple[Central, Seat]:
    seat = seat_in(request)
    actions.require_administrator(seat.account)
    return central_in(request), seat


def _password_page(request: Request, account: Account, password: str, title: str) -> Response:
    shown = pages.secret(
        title=title,
        told=[f"This is the password for {account.sign_in_name}. {ONCE}", "The person can change it after signing in."],
        words=password,
        back_href=f"/people/{account.id}",
        back_words=f"Go to {account.name}",
    )
    return page(request, "people/secret.html", shown, current="people")


async def _line(central: Central, account: Account, placed: list[Placed]) -> pages.AccountLine:
    mine = [part for part in placed if part.person_id == str(account.person_id)]
    return pages.AccountLine(
        account_id=str(account.id),
        name=account.name,
        sign_in_name=account.sign_in_name,
        is_administrator=account.is_administrator,
        is_demonstration=account.is_demonstration,
        disabled_at=account.disabled_at,
        parts=[(part.role, await _where(central, part), part.ended_at is not None) for part in mine],
    )


async def _where(central: Central, part: Placed) -> str:
    if part.visit_id is not None:
        visit = await visit_row(central.log, part.visit_id)
        return f"Area {visit.letter}" if visit else "a visit"
    review = await record_of(central.log, part.review_id)
    return str(review.get("short_title") or review.get("title")) if review else "a review"


async def _without_account(central: Central) -> list[tuple[str, str]]:
    known = {str(account.person_id) for account in await all_accounts(central.database)}
    people: dict[str, str] = {}
    for part in await all_placed(central.log):
        if part.person_id not in known and part.ended_at is None and part.person_id not in people:
            people[part.person_id] = f"{part.name or 'Name not stated'}, {await _where(central, part)}"
    return list(people.items())


async def _devices_page(
    request: Request, central: Central, given: str | None = None, faults: dict[str, str] | None = None
) -> Response:
    found = await all_devices(central.database)
    names = await names_of(central.log, [str(device.person_id) for device in found])
    shown = pages.devices(
        await _device_lines(central, found, names),
        alarm_after=await alarm_after(central),
        now=central.clock(),
        restored=await _restored(central),
        given=given,
        faults=faults,
    )
    status, problems = (422, summary(faults)) if faults else (200, [])
    return page(request, "devices/browse.html", shown, status=status, current="devices", problems=problems)


async def _device_lines(
    central: Central, devices: Sequence[Device], names: Mapping[str, str]
) -> list[pages.DeviceLine]:
    ids = [device.id for device in devices]
    said, told = await contacts_of(central.database, ids), await reports_of(central.database, ids)
    return [
        _device(one, names.get(str(one.person_id), "Somebody"), said.get(one.id), told.get(one.id, []))
        for one in devices
    ]


def _device(
    device: Device, person: str, contact: TabletContact | None, reports: Sequence[TabletReport]
) -> pages.DeviceLine:
    return pages.DeviceLine(
        device_id=str(device.id),
        person=person,
        label=device.label,
        last_seen_at=device.last_seen_at,
        revoked_at=device.revoked_at,
        contact=contact,
        reports=reports,
        reading_waits=device.reading_waits,
    )


ROUTES = [
    Route("/people", browse, methods=["GET"], name="people.browse"),
    Route("/people", create, methods=["POST"], name="people.create"),
    Route("/people/draft", draft, methods=["GET"], name="people.draft"),
    Route("/people/{account_id}", show, methods=["GET"], name="people.show"),
    Route("/people/{account_id}/disable", disable, methods=["POST"], name="people.disable"),
    Route("/people/{account_id}/enable", enable, methods=["POST"], name="people.enable"),
    Route("/people/{account_id}/password", password, methods=["POST"], name="people.password"),
    Route("/people/{account_id}/codes", code, methods=["POST"], name="people.code"),
    Route("/devices", devices, methods=["GET"], name="devices.browse"),
    Route("/devices/alarm", set_alarm, methods=["POST"], name="devices.alarm"),
    Route("/devices/{device_id}/revoke", confirm_revoke, methods=["GET"], name="devices.confirm"),
    Route("/devices/{device_id}/revoke", revoke, methods=["POST"], name="devices.revoke"),
]
