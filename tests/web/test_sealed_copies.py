"""DUR-26 at the office: a sealed copy is brought in by an administrator or a lead, any number of times, and nothing in it is lost."""

from __future__ import annotations

import errno
import json
import logging
from typing import Any

import pytest

from fieldwork.actions import log_lines
from fieldwork.actions.sealed_copies import require_bringer
from fieldwork.domain.problems import NotFound
from fieldwork.store.accounts import all_accounts
from fieldwork.store.log import Log
from fieldwork.store.writer import LogClosed
from fieldwork.web.sealed_copies import MOST_BROUGHT_BYTES
from sync.central.line import Push, Receipt
from tests.web.office import Browser, Office, Tablet, form_fields, words_of

ADDRESS = "/sealed-copies"
NAME = "sealed-copy-2026-11-22-09-00.fieldwork"
WORDS = "You have to line up five times."


def _brings(browser: Browser, content: bytes, name: str = NAME) -> Any:
    fields = form_fields(browser.opens(ADDRESS), ADDRESS)
    return browser.post(ADDRESS, fields, files={"file": (name, content, "application/octet-stream")})


def _interview(office: Office, member: str = "A-I2") -> tuple[Tablet, bytes]:
    """A tablet with four changes that it could not send, and its copy."""
    tablet = office.tablet_of(member)
    tablet.records(f"visit:{office.visit_id('A')}", WORDS)
    return tablet, tablet.saves_a_copy()


def _standings(office: Office) -> list[tuple[str, str]]:
    """Everything that the copy's carrier has left in the log, in order."""
    rows = office.ask(
        "SELECT operation, standing FROM operation_evidence WHERE carrier = 'sealed copy' ORDER BY operation"
    )
    return [(row[0], row[1]) for row in rows]


def _unreadable(office: Office) -> list[tuple[bytes, str, str]]:
    return [(bytes(row[0]), row[1], row[2]) for row in office.ask("SELECT line, code, carrier FROM unreadable_line")]


@pytest.mark.parametrize("who", ["lead", "administrator"])
def test_a_copy_is_taken_in_once_however_often_it_is_brought(office: Office, who: str) -> None:
    """DUR-26."""
    tablet, copy = _interview(office)
    browser = office.signed_in(who)

    first = words_of(_brings(browser, copy).text)
    stored = _standings(office)
    second = words_of(_brings(browser, copy).text)

    assert f"{NAME} was saved on 22 November 2026" in first
    assert "Everything in it is at the office now. 4 changes were taken in now." in first
    assert "4 changes were here already." in second
    assert "taken in now" not in second
    assert [standing for _, standing in stored] == ["stored"] * 4
    assert _standings(office) == stored
    # The tablet learns of it as always.
    assert {receipt.verdict for receipt in tablet.sends()} == {"duplicate"}
    assert _standings(office) == stored


def test_what_the_tablet_sent_first_is_here_already(office: Office) -> None:
    """DUR-26."""
    tablet, copy = _interview(office)
    tablet.sends()

    shown = words_of(_brings(office.signed_in("lead"), copy).text)

    assert "4 changes were here already." in shown
    assert _standings(office) == []


def test_the_page_shows_no_word_of_what_it_takes_in_and_the_log_line_is_counts(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    _, copy = _interview(office)

    with caplog.at_level(logging.INFO, log_lines.LOGGER):
        answer = _brings(office.signed_in("administrator"), copy)

    assert "line up" not in answer.text
    [told] = [json.loads(line) for line in caplog.messages if "sealed_copy_taken_in" in line]
    assert told.pop("timestamp")
    counts = {"stored": 4, "already_here": 0, "held": 0, "attention": 0, "unreadable": 0}
    assert told == {"event": "sealed_copy_taken_in", "whole": True} | counts


def test_a_damaged_line_spoils_only_itself_and_is_kept_and_a_better_copy_mends_it(office: Office) -> None:
    """DUR-26: a cut or altered file is seen."""
    _, copy = _interview(office)
    lines = copy.split(b"\n")
    damaged = lines[3].replace(b'"fieldwork-operation/1"', b'"fieldwork-0peration/1"')
    altered = b"\n".join([*lines[:3], damaged, *lines[4:]])
    lead = office.signed_in("lead")

    shown = words_of(_brings(lead, altered).text)

    assert "Not everything in it could be read." in shown
    assert "it was cut or altered on the way" in shown
    assert "1 line could not be read. What came is kept." in shown
    assert "1 change was taken in now." in shown
    assert "2 changes wait for something that has not come" in shown
    assert _unreadable(office) == [(damaged, "header_wrong_value", "sealed copy")]

    again = words_of(_brings(lead, copy).text)

    assert "Everything in it is at the office now." in again
    assert [standing for _, standing in _standings(office)] == ["stored"] * 4


def test_a_copy_that_was_cut_gives_what_is_left_of_it(office: Office) -> None:
    """DUR-26."""
    _, copy = _interview(office)
    cut = copy[: copy.rindex(b"\t") + 20]
    lead = office.signed_in("lead")

    shown = words_of(_brings(lead, cut).text)

    assert "it was cut or altered on the way" in shown
    assert "3 changes were taken in now." in shown
    assert [code for _, code, _ in _unreadable(office)] == ["line_cut"]
    assert "1 change was taken in now. 3 changes were here already." in words_of(_brings(lead, copy).text)


def test_with_a_damaged_carry_key_the_words_wait_and_open_with_a_better_copy(office: Office) -> None:
    """DUR-26."""
    _, copy = _interview(office)
    head, _, rest = copy.split(b"\n", 2)
    lead = office.signed_in("lead")

    shown = words_of(_brings(lead, head + b"\n" + rest).text)

    assert "4 changes need a person" in shown
    assert "Area A: what could not be taken in" in shown
    assert {standing for _, standing in _standings(office)} == {"quarantined"}
    assert "4 changes were taken in now." in words_of(_brings(lead, copy).text)
    assert {standing for _, standing in _standings(office)} == {"stored"}


@pytest.mark.parametrize("content", [b"", b"{}\n", b"<!doctype html>\n", "\ufeff".encode() + b"{}\n"])
def test_what_is_no_copy_is_refused_in_words_and_nothing_is_taken_in(office: Office, content: bytes) -> None:
    """DUR-26: a damaged head."""
    before = office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0]

    answer = _brings(office.signed_in("lead"), content)

    assert answer.status_code == 422
    assert "This is not a sealed copy, or its first line is damaged. Nothing was taken in." in words_of(answer.text)
    assert office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0] == before
    assert _unreadable(office) == []


def test_a_copy_with_a_damaged_head_is_refused_and_the_same_lines_go_in_with_a_good_one(office: Office) -> None:
    """DUR-26."""
    _, copy = _interview(office)
    lead = office.signed_in("lead")

    assert _brings(lead, copy[1:]).status_code == 422
    assert "4 changes were taken in now." in words_of(_brings(lead, copy).text)


def test_nothing_chosen_is_said_at_the_field(office: Office) -> None:
    lead = office.signed_in("lead")
    fields = form_fields(lead.opens(ADDRESS), ADDRESS)

    answer = lead.post(ADDRESS, fields)

    assert answer.status_code == 422
    assert "Choose the file that was saved on the tablet" in words_of(answer.text)


def test_what_its_author_had_no_part_in_needs_the_lead_of_that_visit_and_is_shown_to_nobody_else(
    office: Office,
) -> None:
    tablet = office.tablet_of("B-I2")
    tablet.records(f"visit:{office.visit_id('A')}", WORDS)
    copy = tablet.saves_a_copy()

    to_administrator = _brings(office.signed_in("administrator"), copy)
    to_lead = _brings(office.signed_in("lead"), copy)

    for shown in (words_of(to_administrator.text), words_of(to_lead.text)):
        assert "4 changes need a person: the lead of the visit decides" in shown
    held = f"/visits/{office.visit_id('A')}/held"
    assert held in to_lead.text
    assert held not in to_administrator.text


def test_who_reads_a_visit_without_leading_it_is_not_sent_to_what_only_its_lead_may_decide(office: Office) -> None:
    tablet, visit_b = office.tablet_of("A-I2"), office.visit_id("B")
    tablet.records(f"visit:{visit_b}", WORDS)
    part = (office.id_of("assignments/made-up"), office.review_id, visit_b, office.person_id("A-I1"), "inspector")

    async def joins() -> None:
        asked = "INSERT INTO assignment (record, review, visit, person, role) VALUES (?, ?, ?, ?, ?)"
        async with office.central.database.writing() as connection:
            await connection.execute_query(asked, list(part))

    office.run(joins)
    lead = office.signed_in("lead")

    answer = _brings(lead, tablet.saves_a_copy())

    assert lead.get(f"/visits/{visit_b}").status_code == 200
    assert "4 changes need a person" in words_of(answer.text)
    assert f"/visits/{visit_b}/held" not in answer.text


def test_more_than_one_push_may_carry_fits_in_one_copy(office: Office) -> None:
    """DUR-26: 1,000 operations are the most in a push, and no gap comes of the cut."""
    tablet, scope = office.tablet_of("A-I2"), f"visit:{office.visit_id('A')}"
    for number in range(1_003):
        tablet.writes(scope, "block", {"text": f"note {number}"})

    shown = words_of(_brings(office.signed_in("lead"), tablet.saves_a_copy()).text)

    assert "1,003 changes were taken in now." in shown
    assert "waits" not in shown
    assert "wait for" not in shown


@pytest.mark.parametrize("error", [LogClosed(), OSError(errno.ENOSPC, "invented")])
def test_a_copy_of_which_only_a_part_found_room_is_not_called_untouched_and_goes_in_whole_the_next_time(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """DUR-26, OPS-02."""
    tablet, scope = office.tablet_of("A-I2"), f"visit:{office.visit_id('A')}"
    for number in range(1_003):
        tablet.writes(scope, "block", {"text": f"note {number}"})
    copy, lead, parts = tablet.saves_a_copy(), office.signed_in("lead"), []
    real = Log.accept

    async def takes_one_part(log: Log, push: Push, carrier: str) -> tuple[Receipt, ...]:
        parts.append(push)
        if len(parts) > 1:
            raise error
        return await real(log, push, carrier)

    with monkeypatch.context() as full, caplog.at_level(logging.INFO, log_lines.LOGGER):
        full.setattr(Log, "accept", takes_one_part)
        answer = _brings(lead, copy)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "What was taken in before is safe; the rest was not taken in." in words_of(answer.text)
    assert "othing was changed" not in words_of(answer.text)
    assert "note " not in caplog.text
    assert [json.loads(line)["stored"] for line in caplog.messages] == [1_000]

    shown = words_of(_brings(lead, copy).text)

    assert "3 changes were taken in now. 1,000 changes were here already." in shown


def test_a_copy_that_is_too_large_for_the_page_is_refused_with_another_way(office: Office) -> None:
    lead = office.signed_in("lead")

    answer = _brings(lead, b"x" * (MOST_BROUGHT_BYTES + 1_000_000))

    assert answer.status_code == 413
    assert "fieldwork import-copy" in words_of(answer.text)


@pytest.mark.parametrize("who", ["inspector", "researcher", "safeguarding"])
def test_for_everybody_else_there_is_no_such_page(office: Office, who: str) -> None:
    _, copy = _interview(office)
    browser = office.signed_in(who)
    token = browser.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    answer = browser.post(ADDRESS, {"csrf_token": token}, files={"file": (NAME, copy, "application/octet-stream")})

    assert answer.status_code == 404
    assert _standings(office) == []


def test_a_lead_whose_part_has_ended_brings_nothing_in_any_more(office: Office) -> None:
    async def asks(how: str) -> None:
        [lead] = [one for one in await all_accounts(office.central.database) if one.sign_in_name.startswith("lead@")]
        if how == "ended":
            ended = "UPDATE assignment SET ended_at = '2026-11-22T08:00:00.000Z' WHERE person = ?"
            async with office.central.database.writing() as connection:
                await connection.execute_query(ended, [str(lead.person_id)])
        await require_bringer(office.central, lead)

    office.run(asks, "still")
    with pytest.raises(NotFound):
        office.run(asks, "ended")


def test_the_way_to_the_page_stands_where_it_is_needed(office: Office) -> None:
    assert f'href="{ADDRESS}"' in office.signed_in("administrator").opens("/devices")
    assert f'href="{ADDRESS}"' in office.signed_in("lead").opens(f"/visits/{office.visit_id('A')}")
    assert f'href="{ADDRESS}"' not in office.signed_in("inspector").opens(f"/visits/{office.visit_id('A')}")
