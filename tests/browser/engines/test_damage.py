"""Disks and browsers lose things without a word. The tablet notices at the next start, brings the notes back, and says so.

One tablet writes more than a hundred notes without a connection and is closed; each test takes a copy of its profile, damages one of
the two copies of the notes in it, and opens it again. The office stays closed until a test opens it: what comes back comes from the tablet.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.office import Office

pytestmark = pytest.mark.engine("chromium")

NOTES = [f"Note {number:03} of the visit: nobody had written to them since the plan ended" for number in range(110)]
FLIPPED_BYTES = 20


@dataclass(frozen=True)
class Written:
    """A closed tablet with notes that nobody else has, and the office that it belongs to, closed as well."""

    folder: Path
    record: str
    office: Office


@pytest.fixture(scope="module")
def written(
    prepared_office: Office, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Written]:
    """110 notes on a tablet, each said to be saved, none of them sent."""
    folder = tmp_path_factory.mktemp("written")
    office = prepared_office.copied_to(folder / "office")
    office.opens()
    profile = Profile(playwright, folder / "profile")
    try:
        tablet = KeptTablet(profile.opens(), office)
        tablet.enrols()
        record = tablet.begins_a_record()
        office.closes()
        for note in NOTES:
            tablet.saves(note)
        tablet.finishes_writing()
        tablet.locks()
        profile.closes()
        yield Written(folder / "profile", record, office)
    finally:
        profile.closes()
        office.closes()


@pytest.fixture
def chance() -> random.Random:
    """Printed, so that a failure can be had again."""
    seed = int(os.environ.get("FIELDWORK_SEED", random.SystemRandom().randrange(1_000_000)))
    print(f"FIELDWORK_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def reopened(
    written: Written, playwright: Playwright, tmp_path: Path
) -> Iterator[Callable[[Callable[[Path], None]], KeptTablet]]:
    """Damage a copy of the tablet, start it, unlock it at the record."""
    folder = tmp_path / "profile"
    shutil.copytree(written.folder, folder, ignore=shutil.ignore_patterns("Singleton*"))
    profile = Profile(playwright, folder)

    def damaged(damage: Callable[[Path], None]) -> KeptTablet:
        damage(folder)
        tablet = KeptTablet(profile.opens(), written.office)
        tablet.comes_back(f"/tablet/evidence/{written.record}")
        return tablet

    try:
        yield damaged
    finally:
        profile.closes()
        written.office.closes()


def test_flipped_bytes_in_the_database_lose_nothing_and_are_told(
    reopened: Callable[[Callable[[Path], None]], KeptTablet], chance: random.Random
) -> None:
    """DUR-06: twenty bytes of the database's files changed while the browser was closed."""

    def flip(profile: Path) -> None:
        files = [path for path in sorted(_database(profile).iterdir()) if path.suffix in (".log", ".ldb")]
        places = [(path, at) for path in files for at in range(path.stat().st_size)]
        for path, at in chance.sample(places, FLIPPED_BYTES):
            bytes_ = bytearray(path.read_bytes())
            bytes_[at] ^= 0xFF
            path.write_bytes(bytes_)

    tablet = reopened(flip)

    assert tablet.reads() == NOTES
    expect(tablet.notice).to_contain_text("This tablet’s main store was damaged.")
    expect(tablet.notice).to_contain_text("brought back from the second copy. Everything that was saved is there.")


def test_a_log_cut_short_is_noticed_at_the_start_and_loses_nothing(
    reopened: Callable[[Callable[[Path], None]], KeptTablet],
) -> None:
    """DUR-07: the newest log of the database ends at 60 % of its length, with no signal from the browser."""

    def cut(profile: Path) -> None:
        newest = max(_database(profile).glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        length = newest.stat().st_size
        assert length > 20_000, f"too little stands in {newest.name} for a test"
        os.truncate(newest, length * 60 // 100)

    tablet = reopened(cut)

    assert tablet.reads() == NOTES
    expect(tablet.notice).to_contain_text("This tablet’s main store was damaged.")


def test_a_wiped_database_comes_back_from_the_journal_and_goes_up_once(
    reopened: Callable[[Callable[[Path], None]], KeptTablet], written: Written
) -> None:
    """DUR-07, DUR-09: the browser drops the whole database without a word. Every note comes back and reaches the office."""
    tablet = reopened(lambda profile: shutil.rmtree(_database(profile).parent))

    assert tablet.reads() == NOTES
    expect(tablet.notice).to_contain_text("This tablet’s main store was damaged.")
    tablet.page.get_by_role("link", name="Write in this record").click()
    tablet.saves("Written after the loss")
    incarnations = {json.loads(row["header"])["operation"]: _incarnation(row) for row in tablet.rows("entries")}
    assert len(set(incarnations.values())) == 2
    assert list(incarnations.values()).count(incarnations[max(incarnations)]) == 1
    assert tablet.only_here() == len(incarnations) > len(NOTES)
    tablet.goes_to("Visits")
    expect(tablet.page.locator("main")).to_contain_text("Your visits are not on this tablet yet.")

    written.office.opens()
    tablet.sends()

    expect(tablet.lasting_words).to_have_text("Everything is safe at the office")
    tablet.opens_the_visit()
    expect(tablet.page.locator("#records a").first).to_be_visible()


def test_a_lost_journal_is_written_again_from_the_database(
    reopened: Callable[[Callable[[Path], None]], KeptTablet],
) -> None:
    """DUR-08, in small: the second copy is gone instead. Nothing is lost, and the copy is made again."""
    tablet = reopened(lambda profile: shutil.rmtree(_journal(profile)))

    assert tablet.reads() == NOTES
    expect(tablet.notice).to_contain_text("The second copy on this tablet was not whole.")
    expect(tablet.notice).to_contain_text("copied into it again.")
    # With the whole of it gone, nothing is left to say whether the database is an older one.
    expect(tablet.notice).not_to_contain_text("Everything that was saved is there.")


def _incarnation(row: dict[str, str]) -> str:
    return str(json.loads(row["header"])["incarnation"])


def _database(profile: Path) -> Path:
    """Chromium's LevelDB of the one origin that was visited: both databases of the tablet lie in it."""
    [found] = (profile / "Default" / "IndexedDB").glob("http_127.0.0.1_*.indexeddb.leveldb")
    return found


def _journal(profile: Path) -> Path:
    """Where Chromium keeps the files of the origin: the journal."""
    found = profile / "Default" / "File System"
    assert found.is_dir()
    return found
