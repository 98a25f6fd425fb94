"""The README's pictures, taken from the running product: `make pictures`.

A real server with the demonstration review, a tablet that has been enrolled and is without signal, and a lead at a desk.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from fieldwork.settings import ROOT
from tests.browser.office import Office

PICTURES = ROOT / "static" / "pictures"
TABLET = {"width": 820, "height": 1060}
DESK = {"width": 1180, "height": 900}
WORDS = ("The dinner lady let me hold the bell.", "And then it wasn't her any more.")


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    office = Office(folder)
    try:
        office.takes_in_the_pack()
        code = office.code_for("A-I2")
        office.opens()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            _tablet(browser.new_page(viewport=TABLET), office, code)
            _desk(browser.new_page(viewport=DESK), office)
            browser.close()
    finally:
        office.closes()
        shutil.rmtree(folder, ignore_errors=True)


def _tablet(page: Page, office: Office, code: str) -> None:
    page.goto(f"{office.address}/tablet/")
    page.fill("#code", code)
    page.fill("#label", "Idwal’s tablet")
    page.fill("#passphrase", "kettle ribbon orchard lantern")
    page.click("main button[type=submit]")
    page.get_by_role("link", name="Area A").click()
    page.context.set_offline(True)
    page.locator('a[href$="/activities/new"]').first.click()
    page.locator("#type").select_option("child_interview")
    page.locator("input[name=source_role][value=child]").check(force=True)
    page.locator("#place_kind").select_option("home")
    page.click("main form button[type=submit]")
    for words in WORDS:
        page.locator("#text").press_sequentially(words, delay=2)
        page.locator(".fw-capture__write button[type=submit]").click()
        page.locator(".fw-block__text", has_text=words).wait_for()
    page.locator("#text").press_sequentially("They said robot. They did", delay=2)
    page.locator("#text-saved .fw-state").wait_for()
    page.screenshot(path=PICTURES / "tablet.png")


def _desk(page: Page, office: Office) -> None:
    passwords = json.loads((office.folder / "demonstration-accounts.json").read_text("utf-8"))
    name = "lead@demonstration.example"
    page.goto(f"{office.address}/sign-in")
    page.locator("input[type=text], input[type=email]").first.fill(name)
    page.locator("input[type=password]").fill(passwords[name])
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("link", name="not in school").first.click()
    page.get_by_role("link", name="Area A").first.click()
    page.get_by_role("link", name="A-01").first.click()
    page.locator(".fw-record__blocks").wait_for()
    page.screenshot(path=PICTURES / "office.png")


if __name__ == "__main__":
    main()
