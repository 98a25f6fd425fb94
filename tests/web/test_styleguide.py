"""The style guide holds every component, and it is judged by the conscience, two validators and, in a browser, by axe."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldwork.building import build
from fieldwork.templating.environment import make_environment
from tests.templating.both_renderers import Case, differences, render_at_the_office, render_on_the_tablet
from tests.web import styleguide
from tests.web.conscience import examine
from tests.web.markup_validity import fragment_problems, nu_problems

ROOT = Path(__file__).resolve().parents[2]
TEXT_AT_200_PERCENT = "document.documentElement.style.fontSize = '200%'"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Each page of the style guide as a whole document."""
    return _rendered(whole=True)


@pytest.fixture(scope="module")
def swaps() -> dict[str, str]:
    """The same pages as htmx gets them."""
    return _rendered(whole=False)


def _rendered(whole: bool) -> dict[str, str]:
    environment = make_environment(ROOT / "templates")
    contexts = styleguide.pages("/a/release")
    return {
        name: environment.get_template(name).render(context | {"whole": whole}) for name, context in contexts.items()
    }


def test_every_component_passes_the_conscience_as_page_and_as_swap(
    pages: dict[str, str], swaps: dict[str, str]
) -> None:
    for name in pages:
        examine(pages[name], prose=True)
        examine(swaps[name], whole=False, within=pages[name], prose=True)


def test_every_page_and_swap_is_valid_markup(pages: dict[str, str], swaps: dict[str, str]) -> None:
    """A11Y-02."""
    assert nu_problems(pages) == []
    assert fragment_problems(swaps) == []


def test_the_validators_speak_up(pages: dict[str, str]) -> None:
    """A11Y-02, seen red."""
    page = pages["styleguide/sealed.html"].replace("<main ", '<p><main role="nothing" ')

    assert [problem for problem in nu_problems({"sealed": page}) if problem.startswith("sealed, line ")]
    assert fragment_problems({"picture": '<img src="/a.png"><button>Go</button>'}) != []


def test_the_tablet_renders_every_component_to_the_same_bytes() -> None:
    environment = make_environment(ROOT / "templates")
    cases = [
        Case(f"{name}, whole {whole}", name, context | {"whole": whole})
        for name, context in styleguide.pages("/a/release").items()
        for whole in (True, False)
    ]

    office, tablet = render_at_the_office(environment, cases), render_on_the_tablet(environment, cases)

    assert differences(cases, office, tablet) == []
    assert all(answer.html for answer in office)


def test_a_swap_brings_where_one_is_along_with_the_words(swaps: dict[str, str]) -> None:
    swap = swaps["styleguide/capture.html"]

    assert '<p class="fw-bar__place" id="fw-place" hx-swap-oob="true">Area A, child at home</p>' in swap
    assert swap.lstrip().startswith("<title>Talking with a child, Area A, child at home – Fieldwork</title>")


def test_words_are_shown_exactly_as_they_were_typed() -> None:
    environment = make_environment(ROOT / "templates")
    read = environment.get_template("parts/block.html").module.block_as_read  # type: ignore[attr-defined]
    typed = "  Two spaces,\n\ta tab & <not a tag>  "
    segments = [{"id": "m-1", "text": typed, "depth": 1, "ends": "", "changed": False}, {"text": typed, "depth": 0}]
    block = {"id": "block-1", "kind": "verbatim", "speaker": "Child", "when": "", "removed": "", "codings": []}

    shown = str(read(block | {"segments": segments}))

    escaped = "  Two spaces,\n\ta tab &amp; &lt;not a tag&gt;  "
    assert f'<p class="fw-block__text"><mark class="fw-mark fw-mark--1" id="m-1">{escaped}</mark>{escaped}</p>' in shown


def test_a_note_that_begins_with_an_empty_line_keeps_it() -> None:
    import html5lib

    environment = make_environment(ROOT / "templates")
    field = {"name": "memo", "label": "Memo", "hint": "", "error": "", "value": "\nThe line."}
    drawn = str(environment.get_template("parts/field.html").module.long_text(field))  # type: ignore[attr-defined]

    box = html5lib.parseFragment(drawn, namespaceHTMLElements=False).find(".//textarea")

    assert box.text == "\nThe line."


@pytest.fixture(scope="module")
def site(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The style guide with its styles, served on this machine."""
    build(ROOT)
    folder = tmp_path_factory.mktemp("styleguide")
    # A tablet's page has its script in one piece, which starts the worker too; htmx by itself stands in its place here.
    for address, built in (("vendor/fieldwork.css", "fieldwork.css"), ("screen/shell.js", "htmx.js")):
        served = folder / "a/release/static" / address
        served.parent.mkdir(parents=True, exist_ok=True)
        served.symlink_to(ROOT / "static/vendor" / built)
    for name, page in pages.items():
        (folder / Path(name).name).write_text(page, encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing about each request."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.engine("chromium")
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("width", "text"), [(320, 100), (390, 200), (820, 100), (1180, 200)])
def test_every_component_passes_axe_and_needs_no_sideways_scroll(
    site: str, chromium: Any, colours: str, width: int, text: int
) -> None:
    """A11Y-01 and A11Y-09, for the components; every page of the product is looked at in its own tests."""
    height = styleguide.WIDTHS.get(width, 640)
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce")
    for name in styleguide.pages(""):
        page.goto(f"{site}/{Path(name).name}")
        if text == 200:
            page.evaluate(TEXT_AT_200_PERCENT)

        assert styleguide.axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


@pytest.mark.engine("chromium")
@pytest.mark.parametrize("width", [390, 820])
def test_what_is_used_standing_is_large_enough_for_a_thumb(site: str, chromium: Any, width: int) -> None:
    """A11Y-03: 44 by 44 and 8 apart, for the bar, the place to write and the three large buttons."""
    page = chromium.new_page(viewport={"width": width, "height": styleguide.WIDTHS[width]})
    page.goto(f"{site}/capture.html")

    boxes = page.evaluate(
        """() => [...document.querySelectorAll(
             '.fw-bar button, .fw-bar__name, .fw-kinds__label, .fw-checks button, '
           + '.fw-capture__acts button, .fw-capture__box, .fw-capture__other'
           )].filter(element => element.checkVisibility()).map(element => element.getBoundingClientRect().toJSON())"""
    )

    page.close()
    assert len(boxes) == 16
    assert [box for box in boxes if box["width"] < 44 or box["height"] < 44] == []
    assert [(one, other) for one in boxes for other in boxes if one is not other and _gap(one, other) < 8] == []


@pytest.mark.engine("chromium")
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1180, 820)])
def test_the_place_to_write_and_the_three_buttons_are_on_the_screen_wherever_one_reads(
    site: str, chromium: Any, width: int, height: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(f"{site}/capture.html")

    for place in ("0", "200", "document.body.scrollHeight / 3"):
        page.evaluate(f"scrollTo(0, {place})")
        for what in ("#text", ".fw-checks"):
            box = page.locator(what).bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height

    page.close()


@pytest.mark.engine("chromium")
def test_prompts_stand_open_beside_the_writing_and_fold_below_it_on_a_phone(site: str, chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 820, "height": 1180})
    page.goto(f"{site}/capture.html")
    prompt = page.locator(".fw-prompts__ask").first

    writing = page.locator(".fw-capture__work").bounding_box()
    assert prompt.is_visible()
    assert prompt.bounding_box()["x"] > writing["x"] + writing["width"]

    page.set_viewport_size({"width": 390, "height": 844})

    assert not prompt.is_visible()
    page.locator(".fw-prompts__title").click()
    assert prompt.is_visible()
    page.close()


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'"
)


@pytest.mark.engine("chromium")
def test_an_act_swaps_the_main_part_and_what_in_the_bar_belongs_to_it_under_the_strict_policy(
    site: str, chromium: Any, pages: dict[str, str], swaps: dict[str, str]
) -> None:
    page = chromium.new_page()
    asked: list[dict[str, str]] = []
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)

    def answer(route: Any) -> None:
        asked.append(route.request.headers)
        swap = "hx-request" in route.request.headers
        body = (swaps if swap else pages)["styleguide/sealed.html" if swap else "styleguide/show.html"]
        route.fulfill(body=body, content_type="text/html", headers={"content-security-policy": POLICY})

    for path in ("start", "lock"):
        page.route(f"{site}/{path}", answer)
    page.goto(f"{site}/start")
    page.wait_for_selector("[data-htmx-powered]", state="attached")
    assert page.evaluate("[htmx.config.includeIndicatorCSS, htmx.config.mode]") == [False, "same-origin"]

    page.get_by_role("button", name="Lock", exact=True).click()

    page.wait_for_selector("h1:text('This tablet is locked')")
    assert page.title() == "This tablet is locked – Fieldwork"
    assert page.url == f"{site}/lock"
    assert page.locator("main").count() == page.locator(".fw-bar").count() == page.locator("#fw-place").count() == 1
    assert page.locator("#fw-place").text_content() == ""
    assert page.locator("#fw-links").is_hidden()
    assert page.get_by_role("button", name="Lock", exact=True).count() == 0
    assert asked[-1]["hx-request-type"] == "partial"
    assert asked[-1]["x-csrf-token"] == "an-invented-token"
    assert complaints == []
    page.close()


def _gap(one: dict[str, float], other: dict[str, float]) -> float:
    across = max(one["left"], other["left"]) - min(one["right"], other["right"])
    down = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
    return max(across, down)
