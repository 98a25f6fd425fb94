"""The tablet is full: what is said to be saved is there, what is not stays on the screen and can be copied, and the reserve helps first.

On a disk that has not a byte left. An override of the quota is no help: Chromium 156 let 9 MB through one of a thousand bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.engines.small_disk import CannotMount, SmallDisk
from tests.browser.office import Office

pytestmark = pytest.mark.engine("chromium")

NOTE_BYTES = 60_000
MOST_NOTES = 80
SLICES = """async () => {
  let held = 0;
  try {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('fieldwork-reserve');
    for await (const file of folder.values()) if ((await file.getFile()).size >= 1048576) held += 1;
  } catch (problem) {
    if (problem.name !== 'NotFoundError') throw problem;
  }
  return held;
}"""
SAID = """() => ({
  box: document.querySelector('form[data-stays] textarea').value.length,
  saved: document.querySelector('form[data-stays] [data-saved]').textContent.trim(),
  failed: document.querySelector('form[data-stays] [data-failed]').textContent.trim(),
})"""
ALMOST_FULL = "This tablet is almost full."


@dataclass
class Told:
    """What the screen said of each note, by the words that the note begins with."""

    twice: list[str] = field(default_factory=list)
    once: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk with room enough, which a test makes full."""
    try:
        disk = SmallDisk(tmp_path / "disk")
    except CannotMount:
        pytest.skip("this machine lets nobody mount a file system")
    yield disk
    disk.ends()


@pytest.fixture
def opened(closed_office: Office, playwright: Playwright) -> Iterator[Callable[[Path], KeptTablet]]:
    """A tablet on a profile in a folder, set up, with an evidence record open."""
    profiles: list[Profile] = []
    closed_office.opens()

    def opens(folder: Path) -> KeptTablet:
        profile = Profile(playwright, folder)
        profiles.append(profile)
        tablet = KeptTablet(profile.opens(), closed_office)
        tablet.enrols()
        tablet.begins_a_record()
        return tablet

    yield opens
    for profile in profiles:
        profile.closes()


def test_on_a_disk_without_a_byte_left_nothing_is_called_saved_that_is_not(
    disk: SmallDisk, opened: Callable[[Path], KeptTablet]
) -> None:
    """DUR-02, DUR-03: the browser's profile lies on a file system that is really full; notes of 60 kB."""
    tablet = opened(disk.folder / "profile")
    assert _reserve_is_laid(tablet, 20) == 20
    tablet.goes_offline()

    disk.leaves(100_000)
    told = _writes_until_full(tablet, most=4)
    given_up = tablet.page.evaluate(SLICES)
    disk.leaves(0)
    last = _writes_until_full(tablet)

    print(f"With 100 kB left: {told}, {given_up} slices. With nothing left: {last}")
    assert told.twice
    assert given_up == 0
    assert last.refused
    expect(tablet.page.locator("#fw-standing")).to_contain_text(ALMOST_FULL)
    _words_can_be_copied(tablet, last.refused[-1])
    disk.has_room()
    _is_whole_again(tablet, Told(told.twice + last.twice, told.once + last.once, last.refused))


def _note(name: str) -> str:
    return f"{name}: {'the meals had stopped, ' * NOTE_BYTES}"[:NOTE_BYTES]


def _reserve_is_laid(tablet: KeptTablet, slices: int) -> int:
    """Wait for the reserve, which is laid behind the start."""
    held = 0
    for _ in range(600):
        held = tablet.page.evaluate(SLICES)
        if held >= slices:
            break
        tablet.page.wait_for_timeout(100)
    return int(held)


def _settled(tablet: KeptTablet) -> dict[str, Any]:
    """What the screen says of the note when it has made up its mind: an empty box, or words of alarm."""
    for _ in range(400):
        said: dict[str, Any] = tablet.page.evaluate(SAID)
        if said["failed"] or not said["box"]:
            return said
        tablet.page.wait_for_timeout(50)
    raise AssertionError(f"nothing was said of the note: {said}")


def _writes_until_full(tablet: KeptTablet, most: int = MOST_NOTES) -> Told:
    told = Told()
    for number in range(most):
        name = f"note {number:02} with {most} at most"
        tablet.box.fill(_note(name))
        tablet.box.press("Control+Enter")
        said = _settled(tablet)
        if said["failed"]:
            assert said["failed"].startswith("Not saved."), said
            assert not said["saved"], "it says Saved beside words that are not"
            told.refused.append(name)
            return told
        (told.twice if said["saved"] == "Saved on this tablet" else told.once).append(name)
    return told


def _words_can_be_copied(tablet: KeptTablet, name: str) -> None:
    """The words stand in the box; the alarm is told to everybody; one touch copies them."""
    alarm = tablet.page.locator("form[data-stays] [role=alert]")
    expect(alarm).to_contain_text("Not saved.")
    expect(tablet.lasting_words).to_be_hidden()
    assert tablet.box.input_value() == _note(name)
    tablet.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=tablet.office.address)
    tablet.page.get_by_role("button", name="Copy these words").click()
    expect(tablet.page.locator("[data-copied]")).to_have_text("Copied. Paste them where they are safe.")
    assert tablet.page.evaluate("navigator.clipboard.readText()") == _note(name)
    assert tablet.box.input_value() == _note(name)


def _is_whole_again(tablet: KeptTablet, told: Told) -> None:
    """There is room: the words are saved, and after a new start exactly the notes that were said to be saved are there."""
    tablet.box.press("Control+Enter")
    expect(tablet.box).to_have_value("")
    expect(tablet.saved).to_have_text("Saved on this tablet")
    expect(tablet.page.get_by_role("button", name="Copy these words")).to_be_hidden()
    path = tablet.page.url.removeprefix(tablet.office.address)
    tablet.comes_back(path)

    names = [words.partition(":")[0] for words in tablet.reads()]

    assert sorted(names) == sorted([*told.twice, *told.once, told.refused[-1]])
