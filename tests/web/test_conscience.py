"""Each rule of the conscience, seen to speak up, and seen to keep quiet about a good page."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.web.conscience import Conscience, Unconscionable, examine, problems_of

GOOD_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>Records, Area A – Fieldwork</title></head>
<body hx-headers:inherited='{"X-CSRF-Token": "invented"}'>
<main id="main">
<h1>Records</h1>
<p id="hint">Nobody’s words are here.</p>
<a href="#hint">Go to the hint</a>
<form action="/records" method="post" id="draft">
<label for="who">Who was heard</label><input id="who" name="who" aria-describedby="hint">
<button type="submit" hx-post="/records" hx-target="#draft">Save</button>
</form>
</main>
</body>
</html>
"""


def test_a_good_page_and_a_good_fragment_pass() -> None:
    examine(GOOD_PAGE, prose=True)
    examine('<li id="block-1"><a href="/records/1">Record</a></li>', whole=False)
    examine("<tr><td>3</td></tr>", whole=False)
    examine("<title>Records – Fieldwork</title><main id='main'><h1>Records</h1></main>", whole=False)


@pytest.mark.parametrize(
    ("was", "is_now", "says"),
    [
        ("<p id", "</div><p id", "does not parse"),
        ('<p id="hint">', '<p id="hint" id="hint">', "does not parse"),
        ("<!DOCTYPE html>\n", "", "begins with <!DOCTYPE html>"),
        (' lang="en-GB"', "", "does not say its language"),
        ("<main id", "<div id", "one <main>"),
        ("<h1>Records</h1>", "", "one <h1>, and this has 0"),
        ("<h1>Records</h1>", "<h1>Records</h1><h1>Again</h1>", "one <h1>, and this has 2"),
        ("<title>Records", "<title>Notes", "does not begin with the words of the <h1>, “Records”"),
        ("<title>Records, Area A – Fieldwork</title>", "", "no <title>"),
        ('<p id="hint">', '<p id="who">', "stands 2 times"),
        ('href="#hint"', 'href="#hnt"', "Did you mean “hint”?"),
        ('aria-describedby="hint"', 'aria-describedby="hint other"', "aria-describedby=“other”"),
        ('for="who"', 'for="whom"', "for=“whom”"),
        ('hx-target="#draft"', 'hx-target="#drawing"', "hx-target=“drawing”"),
        ('<label for="who">Who was heard</label>', "", "has no label. Write <label for=“who”>"),
        ('<label for="who">Who was heard</label>', '<label for="who"></label>', "has no label"),
        (">Save</button>", "></button>", "has no words"),
        ('<a href="#hint">Go to the hint</a>', '<a href="#hint"></a>', "has no words"),
        ("Nobody’s words", '<img src="/a.png"> words', "has no alt"),
        ('action="/records" ', "", "has no action"),
        ('action="/records" ', 'action="" ', "has no action"),
        (' method="post"', "", "has no method"),
        (' method="post"', ' method="put"', "has no method"),
        (":inherited", "", "htmx 4 does not pass hx-headers on"),
        ("invented", "", "carries no token"),
        (
            ' hx-headers:inherited=\'{"X-CSRF-Token": "invented"}\'',
            "",
            "carries no token. Write {{ csrf_field(csrf) }}",
        ),
        ('<a href="#hint"', '<a hx-get="/hint"', "Write href=“/hint” too"),
        ("</form>", '</form><button hx-post="/lock">Lock</button>', "does nothing without JavaScript. Put it into"),
        ("<p id", "<p hx-disable id", "hx-ignore"),
        ("</main>", "<script>alert(1)</script></main>", "Move it to static/screen/"),
        ("</head>", "<style>p{}</style></head>", "Move it to static/css/"),
        ("<p id", '<p style="color:red" id', "has a style attribute"),
        ("<p id", '<p onclick="go()" id', "has onclick"),
        ("<p id", '<p hx-on:click="go()" id', "has hx-on:click"),
        ('href="#hint"', 'href="javascript:go()"', "has a program in href"),
        ("<button ", "<button hx-vals='js:{a:1}' ", "has a program in hx-vals"),
        ("<button ", "<button hx-trigger='click[ctrlKey]' ", "has a filter in hx-trigger"),
        ("Nobody’s", "Nobody's", "straight quotation mark"),
    ],
)
def test_a_page_that_fails_somebody_is_named(was: str, is_now: str, says: str) -> None:
    assert GOOD_PAGE.count(was) >= 1
    page = GOOD_PAGE.replace(was, is_now, 1).replace("</main>", "</div>" if "<div id" in is_now else "</main>")

    found = problems_of(page, prose=True)

    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(
    ("fragment", "says"),
    [
        (GOOD_PAGE, "A fragment is not a document"),
        ("<body><p>Words</p></body>", "A fragment is not a document"),
        ("<p>Words</div>", "does not parse"),
        ("<title>Notes</title><main id='main'><h1>Records</h1></main>", "does not begin"),
        ("<main id='main'><p>Words</p></main>", "one <h1>"),
        ("<li id='a'></li><li id='a'></li>", "stands 2 times"),
        ("<input name='who'>", "has no label"),
        ("<form action='/x' method='get'><input type='hidden' name='csrf_token' value='t'></form>", "into an address"),
    ],
)
def test_a_fragment_that_fails_somebody_is_named(fragment: str, says: str) -> None:
    found = problems_of(fragment, whole=False)

    assert any(says in problem for problem in found), found


def test_a_reference_out_of_a_fragment_is_looked_for_in_the_page_it_joins() -> None:
    fragment = "<form action='/x' method='post' hx-post='/x' hx-target='#{}'><button>Save</button></form>"

    assert problems_of(fragment.format("elsewhere"), whole=False) == []
    assert problems_of(fragment.format("hint"), whole=False, within=GOOD_PAGE) == []
    assert "nothing here has that id" in problems_of(fragment.format("hnt"), whole=False, within=GOOD_PAGE)[0]


def test_a_page_made_on_the_tablet_needs_no_token() -> None:
    page = GOOD_PAGE.replace("invented", "")

    assert problems_of(page) != []
    assert problems_of(page, tablet=True) == []


def test_an_error_page_may_say_error_before_its_heading() -> None:
    examine(GOOD_PAGE.replace("<title>", "<title>Error: "))


def test_a_label_around_a_field_or_a_name_by_aria_is_a_name() -> None:
    examine('<label>Who <input name="who"></label>', whole=False)
    examine('<input name="who" aria-label="Who">', whole=False)
    examine('<p id="name">Who</p><input name="who" aria-labelledby="name">', whole=False)
    examine('<label><!-- Who --><input type="hidden" name="who"></label>', whole=False)


def test_peoples_words_keep_their_straight_quotation_marks() -> None:
    page = GOOD_PAGE.replace("<p id", "<blockquote><p>I don't do school.</p></blockquote><p data-words>It's.</p><p id")

    examine(page, prose=True)


def _application() -> Starlette:
    async def show(request: Request) -> Response:
        if request.headers.get("hx-request") == "true":
            return HTMLResponse('<li id="block-1">Words</li>')
        return HTMLResponse(GOOD_PAGE)

    async def bad(request: Request) -> Response:
        return HTMLResponse("<p onclick='go()'>Words</p>")

    async def plain(request: Request) -> Response:
        return PlainTextResponse("<p onclick='go()'>Words</p>")

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[Route("/", show, methods=methods), Route("/bad", bad, methods=methods), Route("/plain", plain)]
    )


def test_the_client_lets_good_answers_through_and_knows_a_fragment_from_a_page() -> None:
    client = Conscience(TestClient(_application()))

    assert client.get("/").text == GOOD_PAGE
    assert client.get("/", headers={"HX-Request": "true"}).text.startswith("<li")
    assert client.get("/plain").status_code == 200
    with pytest.raises(Unconscionable, match="begins with <!DOCTYPE html>"):
        client.get("/", headers={"HX-Request": "true", "HX-Request-Type": "full"})


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_the_client_stops_at_a_bad_answer_and_says_where(method: str) -> None:
    client = Conscience(TestClient(_application()))

    with pytest.raises(Unconscionable, match=rf"{method.upper()} /bad: This page fails somebody"):
        getattr(client, method)("/bad")


def test_the_client_serves_tests_that_wait() -> None:
    import anyio
    import httpx2

    async def ask() -> None:
        transport = httpx2.ASGITransport(app=_application())
        async with httpx2.AsyncClient(transport=transport, base_url="http://central") as client:
            assert (await Conscience(client).get("/")).text == GOOD_PAGE
            with pytest.raises(Unconscionable):
                await Conscience(client).get("/bad")

    anyio.run(ask)


def test_the_client_is_otherwise_the_client_it_wraps() -> None:
    client = TestClient(_application())

    assert Conscience(client).cookies is client.cookies
