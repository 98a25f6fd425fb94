"""Whatever comes back instead of the office's answer, the notes stay where they are, the screen says so, and nobody is hammered.

A gate stands between the tablet and a real office and answers pushes as cafés, proxies and restarting servers do. (DUR-23)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.engines.gate import Gate, Push, Said
from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.office import Office

pytestmark = pytest.mark.engine("chromium")

PROBLEM = b'{"format":"fieldwork-problem/1","epoch":"00000000-0000-4000-8000-000000000000","problem":"%s"}'
LOGIN = b"<!DOCTYPE html><title>Sign in to the guest network</title><form method=post><input name=password></form>"
CUT = b'{"format":"fieldwork-receipts/1","epoch":"00000000-0000-4000-8000-000000000000","receipts":[{"operation":"'
ANSWERS = {
    "401": Said(401, PROBLEM % b"not_enrolled"),
    "403": Said(403, b"Forbidden", "text/plain"),
    "409": Said(409, PROBLEM % b"conflict"),
    "413": Said(413, b"Payload Too Large", "text/plain"),
    "422": Said(422, PROBLEM % b"not_readable"),
    "429": Said(429, b"", retry_after_s=30),
    "500": Said(500, b"Internal Server Error", "text/plain"),
    "503": Said(503, b"", retry_after_s=30),
    "a sign-in page with 200": Said(200, LOGIN, "text/html"),
    "nothing, with 200": Said(200),
    "an answer that ends in the middle": Said(200, CUT),
    "an answer that is cut on the way": Said(200, CUT, cut=True),
}
ASKED_TO_WAIT_S = 11
LONGEST_WAIT_S = 25


@pytest.fixture
def gate(closed_office: Office) -> Iterator[Gate]:
    """A gate in front of an open office."""
    closed_office.opens()
    gate = Gate(closed_office.address)
    closed_office.address = gate.address
    try:
        yield gate
    finally:
        gate.closes()


def test_no_answer_but_the_offices_own_moves_a_note(
    gate: Gate, closed_office: Office, playwright: Playwright, tmp_path: Path
) -> None:
    """DUR-23: nothing leaves the outbox, the screen goes on saying so, no loop is faster than one in five seconds, all goes up once."""
    profile = Profile(playwright, tmp_path / "profile")
    try:
        tablet = KeptTablet(profile.opens(), closed_office)
        tablet.enrols()
        gate.pushes.clear()

        gate.says = Said(429, b"", retry_after_s=ASKED_TO_WAIT_S)
        tablet.begins_a_record()
        _writes_until(tablet, gate, pushes=2)

        assert _pauses(gate.pushes)[0] >= ASKED_TO_WAIT_S
        tablet.finishes_writing()
        waiting, outbox = tablet.only_here(), tablet.rows("outbox")
        assert waiting == len(outbox)
        assert waiting >= 4
        assert [row["standing"] for row in outbox] == ["unsent"] * waiting

        for name, answer in ANSWERS.items():
            gate.says = answer
            came = len(gate.pushes)
            tablet.sends()
            _waits_for(tablet, gate, came + 1)

            assert tablet.only_here() == waiting, name
            expect(tablet.lasting_words).to_have_text(f"{waiting} changes only on this tablet")
            assert tablet.rows("outbox") == outbox, name
            assert len(gate.pushes) == came + 1, f"{name}: asked again within moments"

        gate.says = None
        gate.pushes.clear()
        tablet.sends()

        expect(tablet.lasting_words).to_have_text("Everything is safe at the office", timeout=15_000)
        assert tablet.only_here() == 0
    finally:
        profile.closes()

    assert _at_the_office(closed_office) == sorted(row["operation"] for row in outbox)


def _writes_until(tablet: KeptTablet, gate: Gate, pushes: int) -> None:
    """Save a note every half second: each of them would like to be sent at once."""
    for number in range(LONGEST_WAIT_S * 2):
        if len(gate.pushes) >= pushes:
            return
        tablet.saves(f"Note {number} while the office refuses")
        tablet.page.wait_for_timeout(500)
    raise AssertionError(f"only {len(gate.pushes)} pushes in {LONGEST_WAIT_S} s")


def _waits_for(tablet: KeptTablet, gate: Gate, pushes: int) -> None:
    for _ in range(100):
        if len(gate.pushes) >= pushes:
            return
        tablet.page.wait_for_timeout(50)
    raise AssertionError("nothing was sent when somebody asked for it")


def _pauses(pushes: list[Push]) -> list[float]:
    return [after.at - before.at for before, after in pairwise(pushes)]


def _at_the_office(office: Office) -> list[str]:
    """The operations that tablets have brought, as the office's own file has them."""
    with sqlite3.connect(f"file:{office.folder / 'central.sqlite3'}?mode=ro", uri=True) as database:
        return sorted(row[0] for row in database.execute(
            "SELECT operation FROM operation_evidence JOIN stream ON stream.id = stream_id"
            " WHERE standing = 'stored' AND incarnation NOT LIKE 'import:%'"
        ))  # fmt: skip
