"""Central's pages over a real server in a real browser: valid, accessible at two widths in light and dark, and alive with htmx."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
import uvicorn

from fieldwork.app import create_app
from fieldwork.building import build
from fieldwork.settings import ROOT
from tests.web.markup_validity import fragment_problems, nu_problems
from tests.web.office import Office, Tablet, Template, _settings, open_office
from tests.web.styleguide import axe_violations
from tests.web.test_still_ours import restored

CHROMIUM = "/usr/bin/chromium"
STARTS_WITHIN_S = 20.0
BLOCK = "evidence/A-01/blocks/6"
CLASHING = "evidence/A-02/blocks/6"


def addresses(office: Office) -> dict[str, list[str]]:
    """The main pages, by who looks at them."""
    review, visit, evidence = office.review_id, office.visit_id("A"), office.evidence_id("A-01")
    removal = f"/evidence/{evidence}/removal"
    return {
        "": ["/sign-in", "/nothing"],
        "lead": [
            "/",
            f"/reviews/{review}",
            f"/visits/{visit}",
            f"/evidence/{evidence}",
            f"/evidence/{evidence}/receipt",
            f"/conflicts/{office.id_of(CLASHING)}",
            f"/visits/{visit}/conflicts",
            f"/visits/{visit}/held",
            f"/visits/{visit}/team",
            removal,
            f"{removal}?block={office.id_of(BLOCK)}",
            "/account",
        ],
        "researcher": [f"/reviews/{review}/questions/1", f"/reviews/{review}/exports", "/visits/nothing"],
        "safeguarding": [f"/reviews/{review}/concerns"],
        "administrator": ["/", "/people", "/people/draft", "/devices", "/devices/still-ours"],
    }


def test_every_page_and_every_swap_is_valid_markup(office: Office) -> None:
    """A11Y-02."""
    _things_have_happened(office)
    pages, swaps = {}, {}
    for who, urls in addresses(office).items():
        browser = office.signed_in(who) if who else office.browser()
        for url in urls:
            pages[f"{who} {url}"] = browser.get(url).text
            swaps[f"{who} {url}"] = browser.get(url, headers={"hx-request": "true"}).text

    assert nu_problems(pages) == []
    assert fragment_problems(swaps) == []


def _things_have_happened(office: Office) -> None:
    office.tablet_of("A-I2").sends()
    restored(office)
    stranger = office.tablet_of("B-I2")
    stranger.records(f"visit:{office.visit_id('A')}", "A word from a neighbour.")
    stranger.sends()
    clashing = office.id_of(CLASHING)
    base = office.state_of(clashing).heads
    for member, text in (("A-I2", "It was cold & wet."), ("A-I4", "It was <cold>.")):
        writer = office.tablet_of(member)
        scope = f"visit:{office.visit_id('A')}"
        writer.writes(scope, "block", {"text": text}, kind="revise", record=clashing, base=base)
        writer.sends()
    told = office.tablet_of("A-I2")
    told.writes(f"visit:{office.visit_id('A')}", "concern", {"exact_words": "Not safe."}, lane="concern")
    told.sends()


@dataclass
class Site:
    """A real server, and an office with the same data to ask about it."""

    url: str
    template: Template
    office: Any

    def sign_in(self, page: Any, who: str) -> None:
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Sign-in name").fill(f"{who}@demonstration.example")
        page.get_by_label("Password", exact=True).fill(self.template.passwords[who])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/")


@pytest.fixture(scope="module")
def site(office_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Central on loopback, with the browser half."""
    build(ROOT)
    folder = tmp_path_factory.mktemp("site")
    with open_office(office_template, folder) as office:
        _things_have_happened(office)
    data = folder / "data"
    settings = replace(_settings(data), allowed_hosts=("127.0.0.1",))
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + STARTS_WITHIN_S
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    ids = Office(None, None, settings, None, office_template)  # type: ignore[arg-type]
    yield Site(f"http://127.0.0.1:{port}", office_template, ids)
    server.should_exit = True
    thread.join(timeout=20)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.engine("chromium")
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820])
@pytest.mark.parametrize("who", ["", "lead", "researcher", "safeguarding", "administrator"])
def test_every_main_page_passes_axe_and_needs_no_sideways_scroll(
    site: Site, chromium: Any, who: str, width: int, colours: str
) -> None:
    """A11Y-01."""
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=colours, reduced_motion="reduce")
    if who:
        site.sign_in(page, who)

    for url in addresses(site.office)[who]:
        page.goto(f"{site.url}{url}")
        assert axe_violations(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), url

    page.close()


@pytest.mark.engine("chromium")
def test_a_record_pushed_while_the_lead_looks_appears_by_itself_and_nothing_moves(site: Site, chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 820, "height": 700})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    site.sign_in(page, "lead")
    page.goto(f"{site.url}/visits/{site.office.visit_id('A')}")
    page.wait_for_selector("[data-htmx-powered]", state="attached")
    records = page.locator(".fw-rows__row").count()
    page.evaluate("window.sameDocument = true; scrollTo(0, 600)")
    place = page.evaluate("document.querySelector('#team').getBoundingClientRect().top")

    _push_over_the_wire(site)

    page.wait_for_selector("text=1 new record has arrived.", timeout=15_000)
    assert page.locator(".fw-rows__row").count() == records
    assert abs(page.evaluate("document.querySelector('#team').getBoundingClientRect().top") - place) < 1
    page.get_by_role("link", name="Show it").click()
    page.locator(".fw-rows__row").nth(records).wait_for()
    assert page.evaluate("window.sameDocument") is True
    assert complaints == []
    page.close()


def _push_over_the_wire(site: Site) -> None:
    """A tablet of Area A records and sends, through the same server."""
    token = _enrol(site)
    tablet = Tablet.__new__(Tablet)
    with httpx2.Client(base_url=site.url) as client:
        wire = replace(site.office, client=client, clock=_Now())
        tablet.__init__(wire, site.office.person_id("A-I2"), token)  # type: ignore[misc]
        tablet.records(f"visit:{site.office.visit_id('A')}", "I came in the rain.")
        assert {receipt.verdict for receipt in tablet.sends()} == {"stored"}


class _Now:
    """The clock of a tablet that is out in the world."""

    @property
    def now(self) -> Any:
        from datetime import UTC, datetime

        return datetime.now(UTC)


def _enrol(site: Site) -> str:
    """Make a code as the administrator and use it as a tablet, over HTTP."""
    import re

    with httpx2.Client(base_url=site.url, follow_redirects=True, headers={"sec-fetch-site": "same-origin"}) as client:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[1]  # type: ignore[index]
        client.post(
            "/sign-in",
            data={
                "csrf_token": token,
                "sign_in_name": "administrator@demonstration.example",
                "password": site.template.passwords["administrator"],
            },
        )
        for address in dict.fromkeys(re.findall(r'href="(/people/[0-9a-f-]{36})"', client.get("/people").text)):
            page = client.get(address).text
            if "inspector@demonstration.example" in page:
                token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]  # type: ignore[index]
                made = client.post(f"{address}/codes", data={"csrf_token": token}).text
                code = re.search(r"<code[^>]*>([^<]+)</code>", made)[1]  # type: ignore[index]
                break
    asked = {"format": "fieldwork-enrolment/1", "code": code, "label": "Tablet", "app_version": "1"}
    return str(httpx2.post(f"{site.url}/sync/enrol", json=asked).json()["carrying_token"])


@pytest.mark.engine("chromium")
def test_the_life_of_a_record_at_central_with_the_mouse_and_htmx(site: Site, chromium: Any) -> None:
    """Seen, then words removed, in one document, with the focus never lost on the way and the token carried."""
    page = chromium.new_page(viewport={"width": 820, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    site.sign_in(page, "lead")
    evidence = f"/evidence/{site.office.evidence_id('A-02')}"
    page.goto(f"{site.url}{evidence}")
    page.wait_for_selector("[data-htmx-powered]", state="attached")
    page.evaluate("window.sameDocument = true")

    page.get_by_role("button", name="Mark as seen").click()
    page.wait_for_selector("text=Marked as seen.")
    assert "Seen by the lead" in page.locator("main").inner_text()
    page.get_by_role("link", name="Remove words from this record").click()
    page.wait_for_selector("text=Choose the part that holds the words.")
    page.locator("main ol a").nth(1).click()
    page.wait_for_selector("text=Why are they removed?")
    words = page.locator("main .fw-block__text").inner_text().split(".")[0]
    page.get_by_label("Words to remove").fill(words)
    page.get_by_label("Written in error").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("text=Nobody can bring the words back.")
    page.get_by_role("button", name="Remove for good").click()
    page.wait_for_selector("text=The words are gone from")
    page.get_by_role("link", name="Go to the record").click()
    page.wait_for_selector("text=What was said and seen")

    assert words not in page.locator("article").inner_text()
    assert "[removed]" in page.locator("article").inner_text()
    assert page.evaluate("window.sameDocument") is True
    page.go_back()
    assert complaints == []
    page.close()


@pytest.mark.engine("chromium")
def test_everything_works_without_javascript(site: Site, chromium: Any) -> None:
    """A11Y-16."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, "lead")

    page.goto(f"{site.url}/evidence/{site.office.evidence_id('A-03')}")
    page.get_by_role("button", name="Mark as seen").click()
    assert "Marked as seen." in page.locator("main").inner_text()
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"Plain words."})
    page.get_by_role("button", name="Add this file").click()
    assert "File added." in page.locator("main").inner_text()
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="Sign out").click()
    assert "You are signed out." in page.locator("main").inner_text()
    context.close()
