"""The life of one note in Firefox and in WebKitGTK, without the kill: the office's server is really gone while it is written.

Chromium's journey is `tests/browser/test_one_visit.py`. WebKitGTK has no OPFS: there the Cache API holds the second copy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.engines.driven_tablet import DrivenDesk, DrivenTablet
from tests.browser.engines.firefox import Firefox
from tests.browser.engines.webkit import WebKit
from tests.browser.office import Office, places_of

CODED = "You have to line up five times."
NAME = "My real name is Perpetua Quillfeather."
KINDS = {
    "Exact words": f"{CODED} {NAME}",
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


@pytest.fixture(params=[pytest.param(engine, marks=pytest.mark.engine(engine)) for engine in ("firefox", "webkit")])
def browser(request: pytest.FixtureRequest) -> Firefox | WebKit:
    """Each engine in turn, not yet open."""
    engine: Firefox | WebKit = request.getfixturevalue(request.param)
    return engine


def _writes_where_no_office_answers(browser: Firefox | WebKit, office: Office) -> DrivenTablet:
    """Set up while the office was open; now it is closed, and a record is begun."""
    office.opens()
    tablet = DrivenTablet(browser.opens(), office)
    tablet.enrols()
    office.closes()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    return tablet


def test_a_visit_goes_from_the_tablet_to_the_office(browser: Firefox | WebKit, closed_office: Office) -> None:
    office = closed_office
    tablet = _writes_where_no_office_answers(browser, office)
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
    _opens_the_record(tablet)
    tablet.checks_for_names()
    tablet.shows("#fw-saved", "Everything is safe at the office")
    texts = [json.loads(row["body"])["fields"].get("text") for row in office.log_rows("block")]
    assert sorted(text for text in texts if text is not None) == sorted([*KINDS.values(), CUT_OFF, LOCKED])

    coding = _seen_and_exported(DrivenDesk(tablet.driver, office))
    _one_sentence_removed(tablet, coding)


def _opens_the_record(tablet: DrivenTablet) -> None:
    tablet.opens_the_visit()
    tablet.shows("#records", "Safe at the office")
    tablet.follows("Child interview, A-C01")
    tablet.shows("#words", "What was said and seen")


def _first_block(tablet: DrivenTablet) -> str:
    """What the record says first, opened anew: the words go from the tablet before what was put in their place has been fetched."""
    _opens_the_record(tablet)
    return next(iter(tablet.reads()), "")


def _seen_and_exported(desk: DrivenDesk) -> str:
    """The lead has seen it; the row names the operations that the tablet minted. Returns the coding's operation id."""
    office = desk.office
    [coding] = office.log_rows("coding")
    said = json.loads(coding["body"])["fields"]
    assert said["quote"] == CODED

    desk.signs_in("lead")
    desk.marks_as_seen(office.log_rows("evidence")[0]["record"])

    rows, cells = office.exported_of(coding["operation"])
    assert len(rows) == 1
    wanted = {coding["operation"], said["revision"], CODED}
    assert wanted <= set(rows[0].values())
    assert wanted <= cells
    return str(coding["operation"])


def _one_sentence_removed(tablet: DrivenTablet, coding: str) -> None:
    """It goes from the database, the tablet's page and search, and the next export; the row of the coding stays and the log verifies."""
    office = tablet.office
    assert places_of(NAME, office.folder) != []

    DrivenDesk(tablet.driver, office).removes(NAME, office.log_rows("evidence")[0]["record"])
    tablet.opens()
    tablet.unlocks()
    tablet.until(lambda: _first_block(tablet).startswith(f"{CODED} [removed]"), "the record without the sentence")
    tablet.looks_for("Perpetua")
    tablet.shows("main", "These words are nowhere in the records on this tablet")
    office.closes()

    for old in office.folder.glob("coded*"):
        old.unlink()
    assert coding in office.exported("after.csv").read_text("utf-8-sig")
    assert places_of(NAME, office.folder) == []
    assert office.command("verify").returncode == 0


def test_without_a_lock_of_the_tablets_own_no_passkey_is_offered(
    browser: Firefox | WebKit, closed_office: Office
) -> None:
    """At an address with a name, where a passkey could be. Chromium's part is `tests/browser/test_passkeys.py`."""
    closed_office.address = f"http://localhost:{closed_office.port}"
    closed_office.opens()
    tablet = DrivenTablet(browser.opens(), closed_office)
    tablet.enrols()

    tablet.follows("Only here")
    tablet.follows("Ways to unlock")
    tablet.is_at("Ways to unlock")
    tablet.shows("main", "cannot be used in this way")
    assert tablet.driver.find_elements("css selector", "a[href='/tablet/passkeys/new']") == []
    tablet.locks()
    assert tablet.driver.find_elements("css selector", "[data-passkey]") == []
    tablet.unlocks()


def test_a_sealed_copy_is_saved_by_the_browser_and_comes_in_at_the_office(
    browser: Firefox | WebKit, closed_office: Office
) -> None:
    """DUR-26, as Chromium does it in `tests/browser/test_copies.py`."""
    office = closed_office
    tablet = _writes_where_no_office_answers(browser, office)
    tablet.writes(CODED)
    tablet.only_here()

    tablet.presses("Save a sealed copy")
    tablet.is_at("A sealed copy was made")
    [path] = tablet.until(lambda: _whole_copies(browser.downloads), "the file")
    first = path.read_bytes()
    # WebKitGTK's small browser writes over nothing.
    path.unlink()
    tablet.presses("Save this file again")
    [path] = tablet.until(lambda: _whole_copies(browser.downloads), "the file once more")

    assert path.read_bytes() == first
    done = office.command("import-copy", str(path))
    assert done.returncode == 0, done.stderr
    assert "3 changes were taken in now." in done.stdout


def _whole_copies(folder: Path) -> list[Path]:
    """What has been saved to its end: the head says how many bytes follow it."""
    found = []
    for path in sorted(folder.iterdir()):
        head, _, rest = path.read_bytes().partition(b"\n")
        if head.startswith(b"{") and json.loads(head)["bytes"] == len(rest):
            found.append(path)
    return found


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
