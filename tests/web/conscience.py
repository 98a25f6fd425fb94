"""A test client with a conscience: every HTML answer that passes through it is looked at.

It asks what a person who cannot see, has no mouse, has no JavaScript or has lost the signal would ask: does this parse,
does each field say its name, does each form work by itself, does each reference lead somewhere, would the content
policy stop it. A failure says what was probably meant. `examine` does the same for a plain string.
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Awaitable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as PARSE_ERRORS

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

# Lists of ids that each must be somewhere in the page.
ID_LISTS = (
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
    "for",
    "form",
    "headers",
    "list",
)
REQUESTS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
# htmx 4 passes these on to what lies within only when it is told to.
PASSED_ON = ("hx-boost", "hx-headers", "hx-include", "hx-indicator", "hx-swap", "hx-target")
NOT_FILLED_IN = ("hidden", "submit", "button", "reset", "image")
# Words that a person wrote or said stand as they were typed, straight quotation marks and all.
PEOPLES_WORDS = ("blockquote", "code", "mark", "option", "pre", "script", "style", "template", "textarea", "title")
PEOPLES_WORDS_CLASSES = ("fw-block__text", "fw-passage__words")


class Unconscionable(AssertionError):
    """A page that fails somebody. The message is a list of sentences, each with what was probably meant."""


def examine(html: str, whole: bool = True, *, tablet: bool = False, within: str = "", prose: bool = False) -> None:
    """Raise `Unconscionable` if the page or fragment `html` would fail somebody.

    `whole`   a whole document; otherwise a fragment that htmx swaps in.
    `tablet`  made on the tablet, where no request leaves and forms carry no token.
    `within`  the whole page that a fragment is swapped into: with it, references out of the fragment are checked too.
    `prose`   also look for straight quotation marks in our own prose.
    """
    found = problems_of(html, whole, tablet=tablet, within=within, prose=prose)
    if found:
        kind = "page" if whole else "fragment"
        raise Unconscionable(f"This {kind} fails somebody:\n" + "\n".join(f"  - {problem}" for problem in found))


def problems_of(
    html: str, whole: bool = True, *, tablet: bool = False, within: str = "", prose: bool = False
) -> list[str]:
    """Each problem as a sentence, in the order of the rules; see `examine`."""
    page = _Page(html, whole)
    found = [*page.parse_errors, *_document_problems(page)]
    elsewhere = set(_ids(_parse(within, whole=True)[0])) if within else set()
    if page.root is not None:
        found += _heading_problems(page)
        found += _id_problems(page, elsewhere, complete=whole or bool(within))
        found += _name_problems(page)
        found += _form_problems(page, tablet)
        found += _htmx_problems(page)
        found += _policy_problems(page)
        if prose:
            found += _prose_problems(page)
    return found


class Conscience:
    """Wraps a test client, synchronous or not; every HTML answer is examined before a test sees it.

    An answer to a request with `HX-Request` is held to be a fragment, unless htmx asked for the full page.
    """

    def __init__(self, client: Any, *, tablet: bool = False, prose: bool = False) -> None:
        self.client = client
        self._tablet = tablet
        self._prose = prose

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def request(self, method: str, url: Any, **kwargs: Any) -> Any:
        """Send a request by the wrapped client and examine the answer."""
        answer = self.client.request(method, url, **kwargs)
        return self._later(answer) if inspect.isawaitable(answer) else self._looked_at(answer)

    def get(self, url: Any, **kwargs: Any) -> Any:
        """`request` by GET."""
        return self.request("GET", url, **kwargs)

    def post(self, url: Any, **kwargs: Any) -> Any:
        """`request` by POST."""
        return self.request("POST", url, **kwargs)

    def put(self, url: Any, **kwargs: Any) -> Any:
        """`request` by PUT."""
        return self.request("PUT", url, **kwargs)

    def patch(self, url: Any, **kwargs: Any) -> Any:
        """`request` by PATCH."""
        return self.request("PATCH", url, **kwargs)

    def delete(self, url: Any, **kwargs: Any) -> Any:
        """`request` by DELETE."""
        return self.request("DELETE", url, **kwargs)

    async def _later(self, answer: Awaitable[Any]) -> Any:
        return self._looked_at(await answer)

    def _looked_at(self, answer: Any) -> Any:
        if not answer.headers.get("content-type", "").startswith("text/html") or not answer.text.strip():
            return answer
        asked = answer.request.headers
        fragment = asked.get("hx-request") == "true" and asked.get("hx-request-type") != "full"
        try:
            examine(answer.text, whole=not fragment, tablet=self._tablet, prose=self._prose)
        except Unconscionable as problem:
            raise Unconscionable(f"{answer.request.method} {answer.request.url.path}: {problem}") from None
        return answer


class _Page:
    """A parsed page or fragment, with what the rules ask for again and again."""

    def __init__(self, html: str, whole: bool) -> None:
        self.html = html
        self.whole = whole
        self.root: Element | None
        self.root, self.parse_errors = _parse(html, whole)
        self.parents: dict[Element, Element] = {}
        for element in self.elements():
            for child in element:
                self.parents[child] = element

    def elements(self, *names: str) -> Iterator[Element]:
        """Every element, or every one of these names, in the order of the document."""
        if self.root is not None:
            for element in self.root.iter():
                if isinstance(element.tag, str) and (not names or element.tag in names):
                    yield element

    def above(self, element: Element) -> Iterator[Element]:
        """The element itself and what encloses it, inside out."""
        at: Element | None = element
        while at is not None:
            yield at
            at = self.parents.get(at)

    def is_a_page(self) -> bool:
        """Whether this stands for a page: a document, or the swap that carries a title or a main part."""
        return self.whole or any(True for _ in self.elements("title", "main"))


def _parse(html: str, whole: bool) -> tuple[Element, list[str]]:
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(html) if whole else parser.parseFragment(html, container=_container(html))
    lines = html.splitlines()
    errors = []
    for (line, _), code, details in parser.errors:
        words = PARSE_ERRORS.get(code, code) % details
        shown = lines[line - 1].strip()[:90] if 0 < line <= len(lines) else ""
        errors.append(f"Line {line} does not parse: {words} Near “{shown}”. A browser would guess; close what is open.")
    return root, errors


def _container(html: str) -> str:
    """What a fragment would stand in: rows and cells mean nothing outside their table."""
    first = re.match(r"(?:\s|<!--.*?-->)*<(\w+)", html, re.DOTALL)
    inside = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "thead": "table", "option": "select"}
    return inside.get(first.group(1).lower(), "body") if first else "body"


def _document_problems(page: _Page) -> list[str]:
    opening = re.sub(r"<!--.*?-->", "", page.html, flags=re.DOTALL).lstrip().lower()
    looks_whole = opening.startswith("<!doctype") or bool(re.search(r"<(html|head|body)[\s>]", opening))
    if not page.whole:
        if looks_whole:
            return ["A fragment is not a document, but this has <html>. Extend layouts/swap.html when htmx asks."]
        return []
    found = []
    if not opening.startswith("<!doctype html>"):
        found.append("A whole page begins with <!DOCTYPE html>. Extend layouts/page.html.")
    html = next(page.elements("html"), None)
    if html is None or not html.get("lang"):
        found.append('The page does not say its language. Write <html lang="en-GB">.')
    mains = sum(1 for _ in page.elements("main"))
    if mains != 1:
        found.append(f"A page has one <main>, and this has {mains}. The layout brings it: fill the block “main”.")
    return found


def _heading_problems(page: _Page) -> list[str]:
    if not page.is_a_page():
        return []
    headings = list(page.elements("h1"))
    if len(headings) != 1:
        return [f"A page has one <h1>, and this has {len(headings)}. Write <h1>{{{{ title }}}}</h1> once."]
    words = _text(headings[0])
    title = next((_text(element) for element in page.elements("title")), "")
    if not title:
        return ["The page has no <title>. Extend a layout and pass “title”."]
    if not title.removeprefix("Error: ").startswith(words):
        return [f"The title “{title}” does not begin with the words of the <h1>, “{words}”. Print “title” in both."]
    return []


def _id_problems(page: _Page, elsewhere: set[str], complete: bool) -> list[str]:
    here = _ids(page.root)
    found = [
        f"The id “{name}” stands {here.count(name)} times. Put the thing's own id in: “block-{{{{ block.id }}}}”."
        for name in dict.fromkeys(here)
        if here.count(name) > 1
    ]
    if not complete:
        return found
    known = set(here) | elsewhere
    for element in page.elements():
        for attribute, name in _references(element):
            if name not in known:
                found.append(
                    f"{_tag(element)} says {attribute}=“{name}”, and nothing here has that id.{_nearest(name, known)}"
                )
    return found


def _references(element: Element) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        if attribute in ID_LISTS and not (attribute == "form" and element.tag == "form"):
            yield from ((attribute, name) for name in value.split())
        elif attribute == "href" and element.tag == "a" and value.startswith("#"):
            if value[1:] not in ("", "top"):
                yield attribute, value[1:]
        elif attribute.split(":")[0] in ("hx-target", "hx-include", "hx-indicator") and re.fullmatch(r"#[\w-]+", value):
            yield attribute, value[1:]
        elif attribute == "hx-swap-oob" and (told := re.search(r":#([\w-]+)$", value)):
            yield attribute, told.group(1)


def _name_problems(page: _Page) -> list[str]:
    labelled = {label.get("for") for label in page.elements("label") if _text(label)}
    found = []
    for element in page.elements("input", "select", "textarea"):
        if element.tag == "input" and element.get("type", "text") in NOT_FILLED_IN:
            continue
        wrapped = any(above.tag == "label" and _text(above) for above in page.above(element))
        if not (wrapped or element.get("id") in labelled or _aria_name(page, element)):
            ought = element.get("id") or element.get("name") or "…"
            found.append(f"{_tag(element)} has no label. Write <label for=“{ought}”>…</label>, and give it that id.")
    for element in page.elements("button", "a", "summary"):
        pictured = " ".join(image.get("alt", "") for image in element.iter("img")).strip()
        if element.tag == "a" and "href" not in element.attrib:
            continue
        if not (_text(element) or pictured or _aria_name(page, element)):
            found.append(f"{_tag(element)} has no words. Write what it does; hide the words if there is a sign.")
    for element in page.elements("img"):
        if "alt" not in element.attrib:
            found.append(f"{_tag(element)} has no alt. Write what it shows, or alt=“” if it only decorates.")
    return found


def _aria_name(page: _Page, element: Element) -> str:
    if element.get("aria-label", "").strip():
        return element.get("aria-label", "")
    wanted = element.get("aria-labelledby", "").split()
    return " ".join(_text(other) for other in page.elements() if other.get("id") in wanted).strip()


def _form_problems(page: _Page, tablet: bool) -> list[str]:
    found = []
    for form in page.elements("form"):
        if not form.get("action"):
            found.append(f"{_tag(form)} has no action, so it does nothing without JavaScript. Write action=“…” too.")
        method = form.get("method", "").lower()
        if method not in ("get", "post", "dialog"):
            found.append(f"{_tag(form)} has no method that a browser knows. Write method=“post” or method=“get”.")
        if method == "post" and page.whole and not tablet and not _carries_token(page, form):
            found.append(f"{_tag(form)} carries no token. Write {{{{ csrf_field(csrf) }}}} inside it.")
        if method == "get" and any(field.get("name") == CSRF_FIELD for field in form.iter("input")):
            found.append(f"{_tag(form)} would put the token into an address. Leave it out of forms by GET.")
    return found


def _carries_token(page: _Page, form: Element) -> bool:
    if any(field.get("name") == CSRF_FIELD and field.get("value") for field in form.iter("input")):
        return True
    for above in page.above(form):
        told = above.get("hx-headers:inherited") or (above.get("hx-headers") if above is form else None)
        if told:
            try:
                return bool(json.loads(told).get(CSRF_HEADER))
            except json.JSONDecodeError:
                return False
    return False


def _htmx_problems(page: _Page) -> list[str]:
    found = []
    for element in page.elements():
        asks = [name for name in REQUESTS if name in element.attrib]
        if element.tag == "a" and asks and not element.get("href"):
            found.append(f"{_tag(element)} goes nowhere without JavaScript. Write href=“{element.get(asks[0])}” too.")
        if element.tag == "button" and asks and not _has_form(page, element):
            found.append(f"{_tag(element)} does nothing without JavaScript. Put it into a <form action method>.")
        for name in PASSED_ON:
            if name in element.attrib and not asks and element.tag not in ("a", "form"):
                found.append(f"{_tag(element)}: htmx 4 does not pass {name} on. Write {name}:inherited.")
        if "hx-disable" in element.attrib and not asks:
            found.append(f"{_tag(element)}: in htmx 4 hx-disable greys out during a request. Write hx-ignore.")
    return found


def _has_form(page: _Page, button: Element) -> bool:
    return bool(button.get("form")) or any(above.tag == "form" for above in page.above(button))


def _policy_problems(page: _Page) -> list[str]:
    found = []
    for element in page.elements():
        data = element.get("type") in ("application/json", "application/ld+json")
        if element.tag == "script" and not element.get("src") and not data:
            found.append("A script stands inside the page; the policy stops it. Move it to static/screen/.")
        if element.tag == "style":
            found.append("A <style> stands inside the page; the policy stops it. Move it to static/css/.")
        for name, value in element.attrib.items():
            if name == "style":
                found.append(f"{_tag(element)} has a style attribute; the policy stops it. Give it a class.")
            elif re.match(r"on[a-z]", name) or name.startswith("hx-on"):
                found.append(f"{_tag(element)} has {name}; the policy stops it. Listen in static/screen/.")
            elif value.strip().lower().startswith(("javascript:", "js:")):
                found.append(f"{_tag(element)} has a program in {name}; the policy stops it. Write an address.")
            elif name == "hx-trigger" and "[" in value:
                found.append(f"{_tag(element)} has a filter in hx-trigger; the policy stops it. Use a plain event.")
    return found


def _prose_problems(page: _Page) -> list[str]:
    found = []
    for element in page.elements():
        if any(_is_peoples_words(above) for above in page.above(element)):
            continue
        for words in [element.text or "", *[child.tail or "" for child in element]]:
            if re.search(r"[\"']", words):
                found.append(f"“{words.strip()[:60]}” has a straight quotation mark. Write ’ or “ ”.")
    return found


def _is_peoples_words(element: Element) -> bool:
    classes = element.get("class", "").split()
    return (
        element.tag in PEOPLES_WORDS
        or "data-words" in element.attrib
        or any(name in classes for name in PEOPLES_WORDS_CLASSES)
    )


def _ids(root: Element | None) -> list[str]:
    return [] if root is None else [element.attrib["id"] for element in root.iter() if element.get("id")]


def _text(element: Element) -> str:
    return " ".join("".join(_words(element)).split())


def _words(element: Element) -> Iterator[str]:
    # A comment is an element whose tag is a function: its words are nobody's.
    if isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from _words(child)
            yield child.tail or ""


def _tag(element: Element) -> str:
    telling = [name for name in ("id", "name", "class", "action", "href") if element.get(name)]
    shown = "".join(f' {name}="{element.get(name)}"' for name in telling)
    return f"<{element.tag}{shown[:80]}>"


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean “{near[0]}”?" if near else " Give the thing that is meant this id."
