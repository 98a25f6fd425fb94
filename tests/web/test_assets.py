"""The files a tablet runs on: what is listed is served for ever, what is not listed does not exist."""

from __future__ import annotations

import json
import shutil
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import anyio
import brotli  # type: ignore[import-untyped]
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from fieldwork.building import build
from fieldwork.release import CannotBuild
from fieldwork.web.assets import PREFIX, Assets

ROOT = Path(__file__).resolve().parents[2]
WORKER = "static/tablet/worker.js"
BUNDLE = f"static/vendor/bundled/{WORKER}"


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkout that has been built."""
    root = tmp_path_factory.mktemp("served")
    for folder in ("static/tablet", "static/screen", "sync/tablet", "static/icons", "templates"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "static/css", root / "static/css")
    (root / "static/node_modules").symlink_to(ROOT / "static/node_modules")
    (root / "static/package.json").write_text("{}")
    (root / "static/manifest.webmanifest").write_text("{}")
    (root / "static/screen/shell.js").write_text("export {};\n")
    (root / "static/screen/desk.js").write_text("export {};\n")
    (root / WORKER).write_text("import { mint } from '../../sync/tablet/mint.js';\n" + "self.postMessage(mint);\n" * 20)
    (root / "sync/tablet/mint.js").write_text("export const mint = 1;\n")
    for size in (192, 512):
        shutil.copy(ROOT / f"static/icons/fieldwork-{size}.png", root / "static/icons/")
    build(root)
    return root


@pytest.fixture(scope="module")
def assets(built_once: Path) -> Assets:
    """The release of that checkout, ready to be served."""
    return Assets(built_once)


@pytest.fixture
def browser(assets: Assets) -> TestClient:
    """A browser that says what it accepts only when told to."""
    return TestClient(Starlette(routes=[Mount(PREFIX, app=assets)]), headers={"accept-encoding": "identity"})


def test_a_listed_file_is_served_as_it_is_for_a_year(browser: TestClient, assets: Assets, built_once: Path) -> None:
    answer = browser.get(assets.url(WORKER))

    assert answer.status_code == 200
    assert answer.content == (built_once / BUNDLE).read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_browser_that_knows_brotli_gets_the_small_form(assets: Assets, built_once: Path) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "path": assets.url(WORKER),
        "method": "GET",
        "headers": [(b"accept-encoding", b"gzip, br;q=0.9")],
    }
    anyio.run(assets.__call__, scope, receive, send)

    headers = dict(sent[0]["headers"])
    assert headers[b"content-encoding"] == b"br"
    assert headers[b"vary"] == b"accept-encoding"
    assert brotli.decompress(sent[1]["body"]) == (built_once / BUNDLE).read_bytes()


@pytest.mark.parametrize("accepted", ["", "gzip", "br;q=0", "br;q=0.0", "broken"])
def test_a_browser_that_does_not_want_brotli_gets_the_plain_form(
    browser: TestClient, assets: Assets, accepted: str
) -> None:
    answer = browser.get(assets.url(WORKER), headers={"accept-encoding": accepted})

    assert "content-encoding" not in answer.headers


def test_the_two_forms_have_two_tags_and_each_spares_a_second_journey(browser: TestClient, assets: Assets) -> None:
    plain = browser.get(assets.url(WORKER))
    small = browser.get(assets.url(WORKER), headers={"accept-encoding": "br"})

    again = browser.get(assets.url(WORKER), headers={"if-none-match": f"W/{plain.headers['etag']}"})

    assert plain.headers["etag"] != small.headers["etag"]
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get(assets.url(WORKER), headers={"if-none-match": small.headers["etag"]}).status_code == 200


def test_head_tells_the_size_and_sends_no_body(browser: TestClient, assets: Assets, built_once: Path) -> None:
    answer = browser.head(assets.url(WORKER))

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == (built_once / BUNDLE).stat().st_size


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent_to_a_file(browser: TestClient, assets: Assets, method: str) -> None:
    answer = browser.request(method, assets.url(WORKER))

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_only_the_worker_may_compile_webassembly(browser: TestClient, assets: Assets) -> None:
    allowed = [
        address
        for address in assets.addresses()
        if "wasm-unsafe-eval" in browser.get(address).headers["content-security-policy"]
    ]

    assert allowed == [assets.url(WORKER)]


def test_a_home_screen_gets_the_largest_icon_and_a_tablet_does_not_keep_it(browser: TestClient, assets: Assets) -> None:
    largest, small = assets.url("static/icons/fieldwork-512.png"), assets.url("static/icons/fieldwork-192.png")

    kept = assets.kept_addresses()

    assert browser.get(largest).status_code == 200
    assert (largest in kept, small in kept, assets.url(WORKER) in kept) == (False, True, True)
    assert set(kept) < set(assets.addresses())


@pytest.mark.parametrize(
    "path",
    [
        "static/package.json",
        "static/node_modules/htmx.org/package.json",
        "static/vendor/release.json",
        "static/vendor/.stamps.json",
        "static/css/fieldwork.scss",
        "static/vendor/htmx.d.ts",
        "static/vendor/templates.js",
        "static/vendor/bundled/static/tablet/worker.js",
        "sync/tablet/mint.js",
        "static/tablet/../package.json",
        "static/tablet/%2e%2e/package.json",
        "static/tablet/..%2f..%2f..%2f..%2fetc/passwd",
        "static//tablet/worker.js",
        "static/tablet/worker.js/",
        "static/tablet/worker.js%00.css",
        "STATIC/tablet/worker.js",
        "",
    ],
)
def test_what_is_not_listed_does_not_exist(browser: TestClient, assets: Assets, path: str) -> None:
    assert browser.get(f"{assets.prefix}/{path}").status_code == 404


def test_another_release_does_not_exist_here(browser: TestClient, assets: Assets) -> None:
    assert browser.get(assets.url(WORKER).replace(assets.release, "0" * 16)).status_code == 404


def test_a_build_while_serving_does_not_change_what_an_address_means(built_once: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built_once, tmp_path / "again", symlinks=True))
    serving = Assets(root)
    browser = TestClient(serving)
    before = browser.get(serving.url(WORKER)).content

    (root / WORKER).write_text("self.postMessage('another release');\n")
    build(root)

    assert browser.get(serving.url(WORKER)).content == before


def test_a_file_that_changed_after_the_build_is_not_served(built_once: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built_once, tmp_path / "changed", symlinks=True))
    (root / BUNDLE).write_text("// Not what was listed.\n")

    with pytest.raises(CannotBuild, match="has changed since"):
        Assets(root)


def test_the_checkout_has_icons_that_its_manifest_names(tmp_path: Path) -> None:
    manifest = json.loads((ROOT / "static/manifest.webmanifest").read_text())

    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == "/tablet/"
    for icon in manifest["icons"]:
        assert (ROOT / "static" / icon["src"]).is_file()
