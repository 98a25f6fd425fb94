"""Saved means on the disk: every transaction that writes is strict, and each saved note makes the browser sync. (DUR-01)"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from fieldwork.settings import ROOT
from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.office import Office

OPENS_TRANSACTIONS = "static/tablet/ports/indexeddb.js"
TRANSACTION = re.compile(r"\.transaction\(([^)]*)\)")
KEEPERS = re.compile(
    r"\b(indexedDB\.open|createSyncAccessHandle|createWritable|localStorage|sessionStorage|document\.cookie)\b"
)
ALLOWED_KEEPERS = {
    "static/tablet/ports/indexeddb.js": {"indexedDB.open"},
    "static/tablet/ports/journal.js": {"createSyncAccessHandle"},
    # Looks whether there are such handles, and lays room for words; neither keeps any.
    "static/tablet/ports/opfs.js": {"createSyncAccessHandle"},
    "static/tablet/ports/reserve.js": {"createSyncAccessHandle"},
}
NOTES = 10


def _sources() -> list[Path]:
    folders = (ROOT / "static" / "tablet", ROOT / "static" / "screen", ROOT / "sync" / "tablet")
    return [ROOT / "static" / "sw.js", *(path for folder in folders for path in sorted(folder.rglob("*.js")))]


def test_every_transaction_that_a_tablet_opens_is_strict() -> None:
    """DUR-01: one file opens transactions, each with strict durability; nothing else keeps anything where a power cut reaches it."""
    transactions: dict[str, list[str]] = {}
    keepers: dict[str, set[str]] = {}
    for path in _sources():
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT).as_posix()
        if found := TRANSACTION.findall(text):
            transactions[name] = found
        if kept := set(KEEPERS.findall(_without_comments(text))):
            keepers[name] = kept

    assert list(transactions) == [OPENS_TRANSACTIONS]
    assert all("durability: DURABILITY" in arguments for arguments in transactions[OPENS_TRANSACTIONS])
    assert "import { DURABILITY, " in (ROOT / OPENS_TRANSACTIONS).read_text("utf-8")
    assert "export const DURABILITY = 'strict';" in (ROOT / "sync" / "tablet" / "ports.js").read_text("utf-8")
    assert keepers == ALLOWED_KEEPERS


def test_every_database_is_opened_at_version_1_for_ever() -> None:
    """DUR-19, DUR-20: one file opens databases, in one place, in their one form; stores are made only where there is no database yet."""
    openings = {
        path.relative_to(ROOT).as_posix(): found
        for path in _sources()
        if (found := re.findall(r"indexedDB\.open\(([^)]*)\)", path.read_text("utf-8")))
    }

    assert openings == {OPENS_TRANSACTIONS: ["name, 1"]}


@pytest.mark.engine("chromium")
def test_each_saved_note_reaches_the_disk_in_both_copies(
    closed_office: Office, playwright: Playwright, tmp_path: Path
) -> None:
    """DUR-01, traced: at least two syncs for each note that is said to be saved, one for the database and one for the journal."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not on this machine")
    trace = tmp_path / "syncs"
    profile = Profile(playwright, tmp_path / "profile", traced_to=trace)
    closed_office.opens()
    try:
        tablet = KeptTablet(profile.opens(), closed_office)
        tablet.enrols()
        tablet.begins_a_record()
        closed_office.closes()
        syncs = []
        for number in range(NOTES):
            before = _syncs(trace)
            tablet.saves(f"Note {number} that must reach the disk")
            syncs.append(_syncs(trace) - before)
    finally:
        profile.closes()

    print(f"Syncs for each of {NOTES} notes: {syncs}")
    assert min(syncs) >= 2


def _syncs(trace: Path) -> int:
    """Syncs that have ended well so far."""
    return sum(line.rstrip().endswith("= 0") for line in trace.read_text("utf-8", "replace").splitlines())


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//.*?$|(?<=\s)//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
