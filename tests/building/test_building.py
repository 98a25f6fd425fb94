"""The build of the browser half: one release, the same bytes each time, and a sentence when something is missing."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from fieldwork.building import CannotBuild, build, compressed_beside, read_release

ROOT = Path(__file__).resolve().parents[2]


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
    (root / "static/tablet/worker.js").write_text("import '../../sync/tablet/mint.js';\n")
    (root / "static/screen/shell.js").write_text("export {};\n")
    (root / "static/tablet/README.md").write_text("Not for a tablet.\n")
    (root / "sync/tablet/mint.js").write_text("export const mint = 1;\n")
    build(root)
    return root


@pytest.fixture
def checkout(built_once: Path, tmp_path: Path) -> Path:
    """A built checkout of the test's own."""
    return Path(shutil.copytree(built_once, tmp_path / "checkout", symlinks=True))


def test_a_release_lists_what_a_tablet_loads_and_nothing_else(checkout: Path) -> None:
    paths = [file.path for file in read_release(checkout).files]

    assert paths == [
        "static/icons/fieldwork.svg",
        "static/manifest.webmanifest",
        "static/screen/shell.js",
        "static/tablet/worker.js",
        "static/vendor/argon2.js",
        "static/vendor/fieldwork.css",
        "static/vendor/htmx.js",
        "static/vendor/templates.js",
        "sync/tablet/mint.js",
    ]


def test_each_listed_file_has_the_hash_and_size_that_the_list_gives(checkout: Path) -> None:
    for file in read_release(checkout).files:
        content = (checkout / file.path).read_bytes()

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
    "path",
    ["static/tablet/worker.js", "static/screen/shell.js", "sync/tablet/mint.js", "static/icons/fieldwork.svg"],
)
def test_one_changed_byte_anywhere_makes_another_release(checkout: Path, path: str) -> None:
    before = read_release(checkout).release
    (checkout / path).write_text((checkout / path).read_text() + " ")

    assert build(checkout).release != before


def test_a_changed_style_is_compiled_again(checkout: Path) -> None:
    with (checkout / "static/css/_sealed.scss").open("a") as styles:
        styles.write("\n.fw-sealed__new { margin: 0; }\n")

    build(checkout)

    assert ".fw-sealed__new" in (checkout / "static/vendor/fieldwork.css").read_text()


def test_the_compressed_form_is_the_file_itself_and_follows_a_change(checkout: Path) -> None:
    script = checkout / "static/tablet/worker.js"
    script.write_text("// Changed since.\n" * 40)

    release = build(checkout)

    listed = next(file for file in release.files if file.path == "static/tablet/worker.js")
    beside = compressed_beside(checkout, listed.path).read_bytes()
    assert brotli.decompress(beside) == script.read_bytes()
    assert listed.compressed_bytes == len(beside) < listed.size_bytes


def test_a_file_that_is_gone_leaves_the_release_with_its_compressed_form(checkout: Path) -> None:
    (checkout / "sync/tablet/mint.js").unlink()

    release = build(checkout)

    assert "sync/tablet/mint.js" not in [file.path for file in release.files]
    assert not compressed_beside(checkout, "sync/tablet/mint.js").exists()


def test_addresses_have_the_shape_of_the_checkout(checkout: Path) -> None:
    release = read_release(checkout)

    assert release.address("static/tablet/worker.js") == f"/a/{release.release}/static/tablet/worker.js"
    assert release.address("sync/tablet/mint.js") == f"/a/{release.release}/sync/tablet/mint.js"
    with pytest.raises(KeyError):
        release.address("static/package.json")


def test_the_styles_are_small_and_bring_no_typeface_and_no_crown(checkout: Path) -> None:
    listed = next(file for file in read_release(checkout).files if file.path.endswith(".css"))
    styles = (checkout / listed.path).read_text()

    assert listed.compressed_bytes <= 20_000
    assert "@font-face" not in styles
    assert "GDS Transport" not in styles
    assert "url(" not in styles
    assert "crown" not in styles


def test_argon2id_is_a_module_that_keeps_off_the_global_object(checkout: Path) -> None:
    script = (
        f"const {{ argon2id }} = await import({json.dumps(str(checkout / 'static/vendor/argon2.js'))});"
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

    with pytest.raises(CannotBuild, match="The styles do not compile"):
        build(checkout)

    assert (checkout / "static/vendor/fieldwork.css").read_bytes() == before


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
