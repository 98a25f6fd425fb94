"""Read this first. One note, from the first key stroke on a tablet without signal to a row in an exported workbook, and out again.

A real browser, a real server process, the demonstration review. The numbers in the comments are the steps of the README's table.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.office import Office, places_of

pytestmark = pytest.mark.engine("chromium")

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSPHRASE = "kettle ribbon orchard lantern"
FIRST = "The dinner lady let me hold the bell. "
SECOND = "My real name is Perpetua Quillfeather."
THIRD = "And then it was not her any"
LOCKED = "more. I put the last one in my fist."
PATIENCE_MS = 30_000


@contextmanager
def browser_on(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A Chromium with a profile on the disk, as an installed tablet has one."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=ARGUMENTS, viewport={"width": 820, "height": 1180}
    )
    try:
        yield context
    finally:
        try:
            context.close()
        except PlaywrightError as problem:
            if "closed" not in str(problem):  # closed it is when it has been killed, as this test does
                raise


def enrol(page: Page, office: Office, code: str) -> None:
    page.goto(f"{office.address}/tablet/")
    page.fill("#code", code)
    page.fill("#label", "The tablet of this test")
    page.fill("#passphrase", PASSPHRASE)
    page.click("main button[type=submit]")
    expect(page.get_by_role("link", name="Area A")).to_be_visible(timeout=PATIENCE_MS)


def unlock(page: Page) -> None:
    page.fill("#passphrase", PASSPHRASE)
    page.click('form[action="/tablet/unlock"] button[type=submit]')


def begin_a_child_interview(page: Page) -> None:
    page.get_by_role("link", name="Area A").click()
    page.locator('a[href$="/activities/new"]').first.click()
    page.locator("#type").select_option("child_interview")
    page.locator("input[name=source_role][value=child]").check(force=True)
    page.locator("#place_kind").select_option("home")
    page.click("main form button[type=submit]")
    expect(page.locator("#text")).to_be_visible(timeout=PATIENCE_MS)


def writes(page: Page, words: str) -> None:
    page.locator("#text").press_sequentially(words, delay=5)


def kill_the_browser(profile: Path) -> None:
    """SIGKILL every process of the browser that has this profile, and no other."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={profile}".encode() in command:
                os.kill(int(folder.name), signal.SIGKILL)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_life_of_one_note(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    office = Office(tmp_path / "office")
    office.folder.mkdir()
    office.takes_in_the_pack()
    code = office.code_for("A-I2")
    office.opens()
    try:
        with sync_playwright() as playwright:
            _written_offline_and_killed(playwright, office, profile, code)
            _coded_and_sent(playwright, office, profile)
            _seen_by_the_lead(playwright, office, tmp_path / "desk")
            coding = _exported_with_the_same_ids(office)
            _one_sentence_removed(playwright, office, tmp_path / "desk", profile, coding)
    finally:
        office.closes()


def _written_offline_and_killed(playwright: Playwright, office: Office, profile: Path, code: str) -> None:
    with browser_on(playwright, profile) as context:
        page = context.pages[0]
        enrol(page, office, code)

        office.closes()  # 1: no signal from here on
        begin_a_child_interview(page)
        writes(page, FIRST + SECOND)  # 2
        page.locator(".fw-capture__write button[type=submit]").click()
        expect(page.locator("#text-saved")).to_contain_text("Saved on this tablet", timeout=PATIENCE_MS)  # 3, 4

        writes(page, THIRD)
        page.locator("#fw-lock button").click()  # in the middle of a sentence
        expect(page.get_by_role("heading", name="Locked")).to_be_visible(timeout=PATIENCE_MS)
        assert FIRST.strip() not in page.content()
        page.locator("#sealed-text").press_sequentially(LOCKED, delay=5)
        page.get_by_role("button", name="Seal these words").click()
        expect(page.locator("#sealed-saved")).to_contain_text("Saved on this tablet", timeout=PATIENCE_MS)
        kill_the_browser(profile)

    with browser_on(playwright, profile) as context:
        page = context.pages[0]
        page.goto(f"{office.address}/tablet/")  # 5: no server, no network
        unlock(page)  # and one is where one was: in the interview
        expect(page.get_by_text("Finish writing")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_text("Finish writing").click()
        for words in (FIRST.strip(), THIRD, LOCKED):
            expect(page.locator(".fw-record")).to_contain_text(words, timeout=PATIENCE_MS)


def _coded_and_sent(playwright: Playwright, office: Office, profile: Path) -> None:
    with browser_on(playwright, profile) as context:
        page = context.pages[0]
        page.goto(f"{office.address}/tablet/")
        unlock(page)
        page.get_by_role("link", name="Area A").click()
        page.get_by_role("link", name="Child interview").first.click()
        expect(page.locator(".fw-block__text", has_text=FIRST.strip())).to_be_visible(timeout=PATIENCE_MS)
        page.locator(".fw-block__text", has_text=FIRST.strip()).evaluate(
            "(text, end) => { const range = document.createRange(); const words = text.firstChild;"
            " range.setStart(words, 0); range.setEnd(words, end); getSelection().removeAllRanges();"
            " getSelection().addRange(range); }",
            len(FIRST.strip()),
        )
        page.locator("#passage [data-code-passage]").click()
        page.fill("#code-search", "trusted adult")
        page.locator('button[name=code][value="SCH-08"]').first.click()
        expect(page.locator("#main")).to_contain_text("SCH-08", timeout=PATIENCE_MS)
        page.get_by_role("link", name="Back to the record").click()
        page.get_by_role("button", name="I have checked for names").click()
        expect(page.locator("#main")).to_contain_text("This record has been checked for names", timeout=PATIENCE_MS)

        office.opens()  # 6 to 9
        expect(page.locator("#fw-saved")).to_contain_text("Everything is safe at the office", timeout=60_000)


def _desk(playwright: Playwright, office: Office, profile: Path, role: str) -> BrowserContext:
    """Somebody's browser at a desk, signed in at central."""
    context = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=ARGUMENTS)
    page = context.pages[0]
    name, password = office.password_of(role)
    page.goto(f"{office.address}/sign-in")
    if page.locator("input[type=password]").count():
        page.locator("input[type=text], input[type=email]").first.fill(name)
        page.locator("input[type=password]").fill(password)
        page.locator("main form button[type=submit]").last.click()
        expect(page).to_have_url(re.compile(r"/$"), timeout=PATIENCE_MS)
    return context


def _record_id(office: Office) -> str:
    return str(office.log_rows("evidence")[0]["record"])


def _seen_by_the_lead(playwright: Playwright, office: Office, desk: Path) -> None:
    context = _desk(playwright, office, desk, "lead")
    try:
        page = context.pages[0]
        page.goto(f"{office.address}/evidence/{_record_id(office)}")
        for words in (FIRST.strip(), THIRD, LOCKED):
            expect(page.locator("main")).to_contain_text(words)
        page.get_by_role("button", name="Mark as seen").click()
        expect(page.locator("main")).to_contain_text("Seen by the lead", timeout=PATIENCE_MS)
    finally:
        context.close()


def _exported_with_the_same_ids(office: Office) -> str:
    """The row in CSV and in XLSX names the operations that the tablet minted. Returns the coding's operation id."""
    [coding] = office.log_rows("coding")
    said = json.loads(coding["body"])["fields"]
    header = json.loads(coding["header"])
    assert said["quote"] == FIRST.strip()

    rows, cells = office.exported_of(coding["operation"])

    assert len(rows) == 1
    assert FIRST.strip() in rows[0].values()
    assert said["revision"] in rows[0].values()
    assert {coding["operation"], said["revision"], FIRST.strip()} <= cells
    assert header["sequence"] >= 1
    return str(coding["operation"])


def _open_until_it_has_arrived(page: Page) -> None:
    """Open the record anew until it shows what was put in the place of the words: these go first, and an open page is not made anew."""
    for _ in range(PATIENCE_MS // 500):
        page.get_by_role("link", name="Child interview").first.click()
        expect(page.get_by_role("heading", name="What was said and seen")).to_be_visible(timeout=PATIENCE_MS)
        if f"{FIRST.strip()} [removed]" in page.locator(".fw-record").inner_text():
            return
        page.wait_for_timeout(500)
        page.locator("main").get_by_role("link", name="Area A").click()
    raise AssertionError(page.locator(".fw-record").inner_text())


def _one_sentence_removed(playwright: Playwright, office: Office, desk: Path, profile: Path, coding: str) -> None:
    context = _desk(playwright, office, desk, "lead")
    try:
        page = context.pages[0]
        page.goto(f"{office.address}/evidence/{_record_id(office)}")
        page.get_by_role("link", name="Remove words from this record").click()
        page.get_by_role("link", name="Exact words").first.click()
        page.fill("#words", SECOND)
        page.locator('input[name=reason][value="name_replaced"]').check(force=True)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Remove for good").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("removed", timeout=PATIENCE_MS)
        page.goto(f"{office.address}/evidence/{_record_id(office)}")
        expect(page.locator("main")).to_contain_text(FIRST.strip())
        expect(page.locator("main")).not_to_contain_text(SECOND)
    finally:
        context.close()

    with browser_on(playwright, profile) as tablet:
        page = tablet.pages[0]
        page.goto(f"{office.address}/tablet/")
        unlock(page)
        page.get_by_role("link", name="Area A").click()
        _open_until_it_has_arrived(page)
        expect(page.locator(".fw-record")).not_to_contain_text(SECOND)
    office.closes()

    shutil.rmtree(desk)  # a browser's own cache of central is no-store, and not what this step is about
    for old in office.folder.glob("coded*"):
        old.unlink()
    again = office.exported("after.csv")
    assert coding in again.read_text("utf-8-sig")
    assert places_of(SECOND, office.folder, profile) == []
    assert office.command("verify").returncode == 0
