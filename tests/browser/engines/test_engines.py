"""One visit from enrolment to words at the office, in Firefox and in WebKitGTK, with the office's server really gone in between.

Chromium's journey is `tests/browser/test_one_visit.py`. WebKitGTK has no OPFS: there the Cache API holds the second copy.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.engines.driven_tablet import DrivenTablet
from tests.browser.engines.firefox import Firefox
from tests.browser.engines.webkit import WebKit
from tests.browser.office import Office

KINDS = {
    "Exact words": "You have to line up five times. Everyone touches you.",
    "In our words": "Child says the line was the worst of it.",
    "Seen and heard": "Binder on the table, labels in his own writing.",
    "From a document": "Timetable dated 27 February 2023, no end date.",
    "My thought": "Who has seen this binder?",
}
CUT_OFF = "I was on amber all"
LOCKED = "Nobody asked. It just was the last day."
KILLS = 5


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    """Firefox on a profile of this test's own, not yet open."""
    if shutil.which("firefox-esr") is None:
        pytest.skip("Firefox is not on this machine")
    firefox = Firefox(tmp_path / "profile")
    yield firefox
    firefox.closes()


@pytest.fixture
def webkit() -> Iterator[WebKit]:
    """WebKitGTK, not yet open."""
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None:
        pytest.skip("WebKitGTK's driver, or a screen for it, is not on this machine")
    webkit = WebKit()
    yield webkit
    webkit.closes()


@pytest.mark.engine("firefox")
def test_a_visit_goes_from_the_tablet_to_the_office_in_firefox(firefox: Firefox, closed_office: Office) -> None:
    _goes_through_a_visit(firefox.opens, closed_office)


@pytest.mark.engine("webkit")
def test_a_visit_goes_from_the_tablet_to_the_office_in_webkit(webkit: WebKit, closed_office: Office) -> None:
    _goes_through_a_visit(webkit.opens, closed_office)


def _goes_through_a_visit(opens: Callable[[], WebDriver], office: Office) -> None:
    office.opens()
    tablet = DrivenTablet(opens(), office)
    tablet.enrols()
    office.closes()

    tablet.opens_the_visit()
    tablet.starts_a_record()
    for kind, words in KINDS.items():
        tablet.writes(words, kind)
    tablet.types(CUT_OFF)
    tablet.locks()
    assert "amber" not in tablet.sees()
    tablet.writes_locked(LOCKED)
    tablet.unlocks()
    tablet.until(lambda: tablet.reads() == [*KINDS.values(), CUT_OFF, LOCKED], "all words after unlocking")

    tablet.finishes_writing()
    tablet.codes_a_sentence("behaviour policy", "RSN-05")
    assert "line was the worst of it" in tablet.finds("worst of it")
    assert tablet.only_here() == 2 + len(KINDS) + 2 + 1

    office.opens()
    tablet.sends()
    tablet.shows("#fw-saved", "Everything is safe at the office")
    tablet.opens_the_visit()
    tablet.shows("#records", "Safe at the office")
    office.closes()

    texts = [body["fields"].get("text") for body in _bodies_at(office, "block")]
    assert sorted(text for text in texts if text is not None) == sorted([*KINDS.values(), CUT_OFF, LOCKED])
    assert len(_bodies_at(office, "coding")) == 1


@pytest.mark.engine("firefox")
def test_what_was_said_to_be_saved_is_there_after_kills_of_firefox(firefox: Firefox, closed_office: Office) -> None:
    """DUR-04, in Firefox: killed the moment a note is said to be saved, and once in the middle of the next."""
    closed_office.opens()
    tablet = DrivenTablet(firefox.opens(), closed_office)
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    closed_office.closes()
    wanted: list[str] = []
    for number in range(KILLS):
        tablet.writes(f"Note {number} before the kill")
        wanted.append(f"Note {number} before the kill")
        if number % 2:
            tablet.types(f"Draft {number} at the kill")
            tablet.shows("[data-saved]", "Draft kept")
            wanted.append(f"Draft {number} at the kill")
        firefox.kills()

        tablet = DrivenTablet(firefox.opens(), closed_office)
        tablet.opens()
        tablet.unlocks()

        tablet.until(lambda: tablet.reads() == wanted, f"{wanted} after kill {number}")  # noqa: B023


def _bodies_at(office: Office, record_type: str) -> list[dict[str, Any]]:
    """What tablets have brought of one type, as the closed office's own file has it."""
    with sqlite3.connect(f"file:{office.folder / 'central.sqlite3'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT body FROM operation_evidence JOIN stream ON stream.id = stream_id"
            " WHERE standing = 'stored' AND record_type = ? AND incarnation NOT LIKE 'import:%'",
            [record_type],
        ).fetchall()
    return [json.loads(body) for (body,) in rows]
