"""What a new tablet loads before its first word: everything that it keeps, once, in brotli, with the headers of each answer."""

from __future__ import annotations

import json
import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Mount
from starlette.testclient import TestClient

from fieldwork.building import build
from fieldwork.release import BuiltRelease, read_release
from fieldwork.settings import ROOT
from fieldwork.web.assets import PREFIX, Assets
from fieldwork.web.guard import Guard
from fieldwork.web.tablet import SHELL, TabletRoutes

MOST_BYTES = 200_000
# The status line, the date and the empty line, which the server in front of the application adds.
SERVERS_OWN_BYTES = 70
MOST_ADDRESSES = 12


@pytest.fixture(scope="module")
def release() -> BuiltRelease:
    """The checkout's own release."""
    build(ROOT)
    return read_release(ROOT)


async def anywhere(_request: Request) -> bool:
    """This office lets tablets be set up in any window."""
    return False


@pytest.fixture(scope="module")
def browser(release: BuiltRelease) -> TestClient:
    """A browser that takes brotli, at an office that has nothing but the tablet's own addresses."""
    assets = Assets(ROOT)
    app = Starlette(
        routes=[*TabletRoutes(assets, anywhere).routes, Mount(PREFIX, app=assets)],
        middleware=[Middleware(Guard, allowed_hosts=("office",), secure=True)],
    )
    return TestClient(app, base_url="https://office", headers={"accept-encoding": "gzip, deflate, br, zstd"})


def kept(browser: TestClient) -> dict[str, object]:
    """What the service worker is told to keep."""
    facts = re.match(r"self\.RELEASE = (\{.*?\});\n", browser.get("/sw.js").text)
    assert facts is not None
    return dict(json.loads(facts[1]))


def wire_bytes(browser: TestClient, address: str) -> int:
    """The answer's bytes as they pass: headers and the compressed body."""
    answer = browser.get(address)
    assert answer.status_code == 200
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return SERVERS_OWN_BYTES + headers + int(answer.headers["content-length"])


def test_the_first_load_of_a_new_tablet_is_at_most_200_kilobytes(browser: TestClient) -> None:
    addresses = kept(browser)["addresses"]
    assert isinstance(addresses, list)
    loaded = ["/tablet/", SHELL, "/sw.js", *addresses]

    total = sum(wire_bytes(browser, address) for address in loaded)

    print(f"A first load is {total:,} bytes from {len(loaded)} addresses.")
    assert any(address.endswith("/static/vendor/argon2.js") for address in addresses)
    assert total <= MOST_BYTES
    assert len(loaded) <= MOST_ADDRESSES


def test_the_service_worker_keeps_each_kept_file_of_its_release_and_the_shell(
    browser: TestClient, release: BuiltRelease
) -> None:
    facts = kept(browser)

    assert facts["release"] == release.release
    assert facts["shell"] == SHELL
    assert facts["addresses"] == [f"{release.prefix}/{file.path}" for file in release.files if file.kept]


@pytest.mark.parametrize("address", ["/tablet/", "/tablet/visits/1", SHELL, "/sw.js"])
def test_the_shell_and_the_service_worker_are_the_same_in_brotli_and_without(browser: TestClient, address: str) -> None:
    small = browser.get(address)
    plain = browser.get(address, headers={"accept-encoding": "gzip, br;q=0"})

    assert small.headers["content-encoding"] == "br"
    assert "content-encoding" not in plain.headers
    assert small.text == plain.text
    assert {answer.headers["vary"] for answer in (small, plain)} == {"accept-encoding"}
    assert {answer.headers["cache-control"] for answer in (small, plain)} == {"no-cache"}
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])


def test_whatever_the_shell_names_is_kept(browser: TestClient) -> None:
    addresses = kept(browser)["addresses"]
    assert isinstance(addresses, list)

    named = re.findall(r'(?:href|src)="(/a/[^"]+)"', browser.get("/tablet/").text)

    assert len(named) == 5
    assert set(named) <= set(addresses)


def test_every_transaction_in_what_a_tablet_runs_is_strict(release: BuiltRelease) -> None:
    """DUR-01, in the bundle: joining the sources has not lost the word that makes a commit reach the disk."""
    scripts = [(ROOT / file.lies_at).read_text("ascii") for file in release.files if file.path.endswith("worker.js")]

    transactions = [found for script in scripts for found in re.findall(r"\.\s*transaction\(([^)]*)\)", script)]
    words = [found for script in scripts for found in re.findall(r"\bDURABILITY ?= ?([^,;\n]*)", script)]

    assert len(transactions) == 1
    assert re.search(r"durability: ?DURABILITY\b", transactions[0])
    assert words == ['"strict"']


def test_what_a_tablet_runs_makes_no_code_from_words(release: BuiltRelease) -> None:
    """The tablet's policy refuses it, so a script that tried would stop in the field."""
    for file in release.files:
        if file.path in ("static/tablet/worker.js", "static/vendor/argon2.js"):
            script = (ROOT / file.lies_at).read_text("ascii")

            assert not re.search(r"\beval\(|new Function\b|\bFunction\(", script), file.path


def test_the_tablets_own_page_may_ask_for_a_passkey_and_no_page_inside_another_may(browser: TestClient) -> None:
    policy = browser.get(SHELL).headers["permissions-policy"]

    assert "publickey-credentials-create=(self)" in policy
    assert "publickey-credentials-get=(self)" in policy
