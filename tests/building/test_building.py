"""The build of the browser half: one release, the same bytes each time, and a sentence when something is missing."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from fieldwork.building import build
from fieldwork.release import RELEASE_LIST, CannotBuild, compressed_beside, read_release

ROOT = Path(__file__).resolve().parents[2]

WORKER = """/** What this is for, in words that no browser needs. */
import { minted } from '../../sync/tablet/mint.js';

self.onmessage = async ({ data: spokenWords }) => {
  const { argon2id } = await import('../vendor/argon2.js');
  self.postMessage(minted(spokenWords) + String(argon2id) + import.meta.url);
};
"""
SHELL = """import htmx from '../vendor/htmx.js';

export const worker = new Worker(new URL('../tablet/worker.js', import.meta.url), { type: 'module' });
export const quote = () => `“${htmx}”`;
"""
MINT = """// A sentence about minting.
export const minted = (wordsToKeep) => `minted ${wordsToKeep}`;
"""


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkout that has been built: our styles, one script on each side, the real packages."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("static/tablet", "static/screen", "static/icons", "sync/tablet", "templates"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "static/css", root / "static/css")
    (root / "static/node_modules").symlink_to(ROOT / "static/node_modules")
    (root / "static/manifest.webmanifest").write_text("{}")
    (root / "static/icons/fieldwork.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (root / "static/icons/fieldwork-512.png").write_bytes(b"Only for a home screen.")
    (root / "static/tablet/worker.js").write_text(WORKER)
    (root / "static/screen/shell.js").write_text(SHELL)
    (root / "static/screen/desk.js").write_text("import '../vendor/htmx.js';\n")
    (root / "static/tablet/README.md").write_text("Not for a tablet.\n")
    (root / "sync/tablet/mint.js").write_text(MINT)
    build(root)
    return root


@pytest.fixture
def checkout(built_once: Path, tmp_path: Path) -> Path:
    """A built checkout of the test's own."""
    return Path(shutil.copytree(built_once, tmp_path / "checkout", symlinks=True))


def served(checkout: Path, path: str) -> str:
    """What a browser gets for this file of the release."""
    listed = next(file for file in read_release(checkout).files if file.path == path)
    return (checkout / listed.lies_at).read_text()


def test_a_release_lists_what_a_browser_loads_and_nothing_else(checkout: Path) -> None:
    paths = [file.path for file in read_release(checkout).files]

    assert paths == [
        "static/icons/fieldwork-512.png",
        "static/icons/fieldwork.svg",
        "static/manifest.webmanifest",
        "static/screen/desk.js",
        "static/screen/shell.js",
        "static/tablet/worker.js",
        "static/vendor/argon2.js",
        "static/vendor/fieldwork.css",
    ]


def test_a_tablet_keeps_all_that_it_runs_on_and_not_what_others_ask_for(checkout: Path) -> None:
    not_kept = [file.path for file in read_release(checkout).files if not file.kept]

    assert not_kept == ["static/icons/fieldwork-512.png", "static/screen/desk.js"]


def test_a_bundle_holds_all_that_its_source_imports_under_the_names_of_the_source(checkout: Path) -> None:
    worker = served(checkout, "static/tablet/worker.js")

    assert "minted ${wordsToKeep}" in worker
    assert "spokenWords" in worker
    assert "import.meta.url" in worker
    assert "hash-wasm" not in worker
    assert set(re.findall(r"""import ?\(?["']([^"']+)""", worker)) == {"../vendor/argon2.js"}


def test_a_bundle_brings_no_comment_but_the_notice_that_a_licence_asks_for(checkout: Path) -> None:
    worker, argon2 = served(checkout, "static/tablet/worker.js"), served(checkout, "static/vendor/argon2.js")

    assert "no browser needs" not in worker
    assert "about minting" not in worker
    assert "@license MIT" in argon2
    assert "sourceMappingURL" not in argon2 + worker


def test_a_bundle_is_written_in_ascii_and_says_the_same(checkout: Path) -> None:
    shell = served(checkout, "static/screen/shell.js")

    assert shell.isascii()
    assert r"\u201C" in shell


def test_the_page_finds_its_worker_from_where_its_bundle_is_served(checkout: Path) -> None:
    shell = served(checkout, "static/screen/shell.js")

    assert re.search(r"""new URL\(["']\.\./tablet/worker\.js["'], ?import\.meta\.url\)""", shell)


def test_each_listed_file_has_the_hash_and_size_that_the_list_gives(checkout: Path) -> None:
    for file in read_release(checkout).files:
        content = (checkout / file.lies_at).read_bytes()

        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size_bytes)


def test_building_again_writes_nothing_and_takes_less_than_a_second(checkout: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in (checkout / "static/vendor").rglob("*")}
    started = time.monotonic()

    again = build(checkout)

    assert time.monotonic() - started < 1
    assert again == read_release(checkout)
    assert {file: file.stat().st_mtime_ns for file in (checkout / "static/vendor").rglob("*")} == before


def test_building_from_nothing_gives_the_same_release(checkout: Path) -> None:
    first = read_release(checkout)
    shutil.rmtree(checkout / "static/vendor")

    assert build(checkout) == first


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("static/tablet/worker.js", "self.name;"),
        ("static/screen/shell.js", "self.name;"),
        ("sync/tablet/mint.js", "self.name;"),
        ("static/icons/fieldwork.svg", " "),
        ("static/manifest.webmanifest", " "),
    ],
)
def test_one_change_anywhere_makes_another_release(checkout: Path, path: str, more: str) -> None:
    before = read_release(checkout).release
    (checkout / path).write_text((checkout / path).read_text() + more)

    assert build(checkout).release != before


def test_a_changed_comment_makes_no_new_release(checkout: Path) -> None:
    before = read_release(checkout)
    (checkout / "sync/tablet/mint.js").write_text("// Said better.\n" + MINT)

    assert build(checkout) == before


def test_two_checkouts_in_different_places_give_the_same_release(checkout: Path, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(checkout, tmp_path / "a place/with another name", symlinks=True))
    shutil.rmtree(elsewhere / "static/vendor")

    assert build(elsewhere) == read_release(checkout)


def test_a_bundle_that_somebody_changed_by_hand_is_made_anew(checkout: Path) -> None:
    before = read_release(checkout)
    (checkout / "static/vendor/bundled/static/tablet/worker.js").write_text("self.close();")

    assert build(checkout) == before
    assert "minted" in served(checkout, "static/tablet/worker.js")


def test_a_changed_style_is_compiled_again(checkout: Path) -> None:
    with (checkout / "static/css/_sealed.scss").open("a") as styles:
        styles.write("\n.fw-sealed__new { margin: 0; }\n")

    build(checkout)

    assert ".fw-sealed__new" in (checkout / "static/vendor/fieldwork.css").read_text()


def test_the_compressed_form_is_the_file_itself_and_follows_a_change(checkout: Path) -> None:
    (checkout / "static/tablet/worker.js").write_text("self.postMessage('Changed since.');\n" * 40)

    release = build(checkout)

    listed = next(file for file in release.files if file.path == "static/tablet/worker.js")
    beside = compressed_beside(checkout, listed.path).read_bytes()
    assert brotli.decompress(beside) == (checkout / listed.lies_at).read_bytes()
    assert listed.compressed_bytes == len(beside) < listed.size_bytes


def test_a_bundle_that_is_no_longer_made_leaves_the_release_with_its_compressed_form(checkout: Path) -> None:
    (checkout / "static/tablet/worker.js").write_text("self.postMessage('Without a passphrase.');\n")

    release = build(checkout)

    assert "static/vendor/argon2.js" not in [file.path for file in release.files]
    assert not (checkout / "static/vendor/bundled/static/vendor/argon2.js").exists()
    assert not compressed_beside(checkout, "static/vendor/argon2.js").exists()


def test_addresses_have_the_shape_of_the_checkout(checkout: Path) -> None:
    release = read_release(checkout)

    assert release.address("static/tablet/worker.js") == f"/a/{release.release}/static/tablet/worker.js"
    with pytest.raises(KeyError):
        release.address("sync/tablet/mint.js")
    with pytest.raises(KeyError):
        release.address("static/package.json")


def test_the_styles_are_small_and_bring_no_typeface_and_no_crown(checkout: Path) -> None:
    listed = next(file for file in read_release(checkout).files if file.path.endswith(".css"))
    styles = served(checkout, listed.path)

    assert listed.compressed_bytes <= 20_000
    assert "@font-face" not in styles
    assert "GDS Transport" not in styles
    assert "url(" not in styles
    assert "crown" not in styles


@pytest.mark.parametrize("lies_at", ["static/vendor/argon2.js", "static/vendor/bundled/static/vendor/argon2.js"])
def test_argon2id_is_a_module_that_keeps_off_the_global_object(checkout: Path, lies_at: str) -> None:
    script = (
        f"const {{ argon2id }} = await import({json.dumps(str(checkout / lies_at))});"
        "const key = await argon2id({password: 'invented', salt: new Uint8Array(16).fill(1), parallelism: 1,"
        " iterations: 1, memorySize: 64, hashLength: 16, outputType: 'hex'});"
        "console.log(key, typeof globalThis.hashwasm);"
    )

    said = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=30, check=True
    )

    assert said.stdout.split() == [_argon2id_by_another_hand(), "undefined"]


def _argon2id_by_another_hand() -> str:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        b"invented", bytes([1] * 16), time_cost=1, memory_cost=64, parallelism=1, hash_len=16, type=Type.ID
    ).hex()


def test_a_style_that_does_not_compile_says_so_and_leaves_what_stood(checkout: Path) -> None:
    before = (checkout / "static/vendor/fieldwork.css").read_bytes()
    (checkout / "static/css/_sealed.scss").write_text(".fw-sealed {")

    with pytest.raises(CannotBuild, match=r"The style sheet static/css/fieldwork.scss cannot be built"):
        build(checkout)

    assert (checkout / "static/vendor/fieldwork.css").read_bytes() == before


@pytest.mark.parametrize(
    ("path", "fault", "said"),
    [
        ("sync/tablet/mint.js", "export const minted = ;", r"sync/tablet/mint\.js, line 1"),
        ("static/tablet/worker.js", "\nimport './nowhere.js';", r"static/tablet/worker\.js, line 2.*nowhere"),
    ],
)
def test_a_script_that_cannot_be_bundled_says_where_and_leaves_what_stood(
    checkout: Path, path: str, fault: str, said: str
) -> None:
    before = served(checkout, "static/tablet/worker.js")
    (checkout / path).write_text(fault)

    with pytest.raises(CannotBuild, match=said):
        build(checkout)

    assert served(checkout, "static/tablet/worker.js") == before


def test_two_scripts_of_one_name_stop_the_build(checkout: Path) -> None:
    (checkout / "static/screen/argon2.js").write_text("export const other = 1;")
    with (checkout / "static/screen/shell.js").open("a") as shell:
        shell.write("export const later = import('./argon2.js');\n")

    with pytest.raises(CannotBuild, match=r"both be called static/vendor/argon2\.js"):
        build(checkout)


def test_a_template_that_a_tablet_cannot_render_stops_the_build(checkout: Path) -> None:
    (checkout / "templates/tablet-pages.txt").write_text("records/show.html\n")
    (checkout / "templates/records").mkdir()
    (checkout / "templates/records/show.html").write_text("{{ words | unheard_of }}")

    with pytest.raises(CannotBuild, match=r"records/show\.html, line 1"):
        build(checkout)


def test_without_node_the_build_says_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "executable", str(checkout / "bin/python"))
    (checkout / "static/vendor/fieldwork.css").unlink()

    with pytest.raises(CannotBuild, match="Install Node 20 or newer"):
        build(checkout)


def test_without_the_packages_the_build_says_how_to_get_them(checkout: Path) -> None:
    (checkout / "static/node_modules").unlink()

    with pytest.raises(CannotBuild, match="npm ci"):
        build(checkout)


def test_before_the_first_build_reading_the_release_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CannotBuild, match="Run `fieldwork build`"):
        read_release(tmp_path)


def test_a_list_that_another_version_wrote_says_what_to_run(checkout: Path) -> None:
    listed = {"release": "0" * 16, "files": [{"path": "static/tablet/worker.js", "sha256": "", "size_bytes": 1}]}
    (checkout / RELEASE_LIST).write_text(json.dumps(listed))

    with pytest.raises(CannotBuild, match="built by another version"):
        read_release(checkout)


def test_without_esbuild_the_build_says_how_to_get_it(checkout: Path) -> None:
    (checkout / "static/node_modules").unlink()
    (checkout / "static/node_modules").mkdir()
    for package in ("htmx.org", "hash-wasm", "govuk-frontend", "sass"):
        (checkout / "static/node_modules" / package).symlink_to(ROOT / "static/node_modules" / package)

    with pytest.raises(CannotBuild, match="npm ci"):
        build(checkout)
