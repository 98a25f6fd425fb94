"""The browser half, made ready to be loaded: styles, compiled templates, third parties' files and the bundles of it all.

A file keeps the shape of the checkout in its address, so that a relative import means the same to a browser, to Node and to a type
checker. What is built goes to the git-ignored `static/vendor/` and nowhere else. Nothing here is needed while serving a request.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from pathlib import Path

from fieldwork import bundling, node, release
from fieldwork.bundling import BUNDLED, OFFICE, bundle, bundled
from fieldwork.node import with_node
from fieldwork.release import VENDOR, BuiltRelease, CannotBuild, Listed, list_release, write_if_changed

STAMPS = f"{VENDOR}/.stamps.json"

NODE_MODULES = "static/node_modules"
STYLES_FROM = "static/css/fieldwork.scss"
STYLES_TO = f"{VENDOR}/fieldwork.css"
HTMX_FROM = f"{NODE_MODULES}/htmx.org/dist/htmx.esm.min.js"
HTMX_TO = f"{VENDOR}/htmx.js"
ARGON2_FROM = f"{NODE_MODULES}/hash-wasm/dist/argon2.umd.min.js"
ARGON2_TO = f"{VENDOR}/argon2.js"
TEMPLATES_TO = f"{VENDOR}/templates.js"

MANIFEST = "static/manifest.webmanifest"
ICONS = "static/icons"
ICON_KINDS = (".svg", ".png")
# A home screen asks for these once, when a person puts the tablet's application there; nothing that a tablet shows needs them.
LARGEST_ICONS = "512.png"

# Whatever the bundles are made of. The templates are there as compiled, not as written.
SCRIPTS_FROM = ["static/screen", "static/tablet", "sync/tablet"]

# Types beside the vendored files, for `tsc` only: no release lists them.
TYPES = {
    f"{VENDOR}/htmx.d.ts": "export * from '../node_modules/htmx.org/dist/htmx.d.ts';\n"
    "export { default } from '../node_modules/htmx.org/dist/htmx.d.ts';\n",
    f"{VENDOR}/argon2.d.ts": "export * from '../node_modules/hash-wasm/dist/lib/argon2.js';\n",
}


def build(root: Path) -> BuiltRelease:
    """Build `static/vendor/` under the checkout `root` and list the release.

    The second time, with nothing changed, nothing is written. A step is repeated when the bytes of what it reads have
    changed, never by date. Raises `CannotBuild` with a sentence for a person.
    """
    if not (root / NODE_MODULES / "htmx.org").is_dir():
        raise CannotBuild("The browser's packages are not installed. Run `npm ci` in the folder `static`.")
    (root / VENDOR).mkdir(parents=True, exist_ok=True)
    before = _read_stamps(root)
    fresh = {
        "styles": _fingerprint(root, ["static/css"], [_version(root, "govuk-frontend"), _version(root, "sass")]),
        "templates": _fingerprint(
            root,
            ["templates", "fieldwork/templating"],
            [f"govuk-frontend-jinja {importlib.metadata.version('govuk-frontend-jinja')}"],
        ),
    }
    if before.get("styles") != fresh["styles"] or not (root / STYLES_TO).exists():
        _build_styles(root)
    if before.get("templates") != fresh["templates"] or not (root / TEMPLATES_TO).exists():
        _build_templates(root)
    _copy_third_parties(root)
    fresh["bundles"] = _fingerprint(
        root, [*SCRIPTS_FROM, TEMPLATES_TO, HTMX_TO, ARGON2_TO], [_version(root, "esbuild")]
    )
    if before.get("bundles") != fresh["bundles"] or before.get("bundled") != _fingerprint(root, [BUNDLED], []):
        bundle(root)
    fresh["bundled"] = _fingerprint(root, [BUNDLED], [])
    write_if_changed(root / STAMPS, json.dumps(fresh, indent=1).encode() + b"\n")
    return list_release(root, _listed(root))


def _listed(root: Path) -> list[Listed]:
    """Everything that a browser may ask for."""
    icons = sorted(file.relative_to(root).as_posix() for file in (root / ICONS).iterdir() if file.suffix in ICON_KINDS)
    return [
        *(Listed(path, f"{BUNDLED}/{path}", kept=path != OFFICE) for path in bundled(root)),
        *(Listed(path, path, kept=not path.endswith(LARGEST_ICONS)) for path in icons),
        Listed(MANIFEST, MANIFEST, kept=True),
        Listed(STYLES_TO, STYLES_TO, kept=True),
    ]


def _build_styles(root: Path) -> None:
    arguments = [
        str(root / NODE_MODULES / "sass/sass.js"),
        "--style=compressed",
        "--no-source-map",
        "--no-charset",
        f"--load-path={root / NODE_MODULES / 'govuk-frontend/dist'}",
        str(root / STYLES_FROM),
    ]
    write_if_changed(root / STYLES_TO, with_node(arguments, root, f"The style sheet {STYLES_FROM}"))


def _build_templates(root: Path) -> None:
    # The compiler is imported here and not above: a server that only serves never loads it.
    from fieldwork.templating.build import build_templates
    from fieldwork.templating.problems import TemplateProblem

    try:
        compiled = build_templates(root)
    except TemplateProblem as problem:
        raise CannotBuild(f"A template cannot be carried to the tablet. {problem}") from problem
    write_if_changed(root / TEMPLATES_TO, compiled.encode())


def _copy_third_parties(root: Path) -> None:
    write_if_changed(root / HTMX_TO, _without_map(_read(root / HTMX_FROM)))
    # hash-wasm has one file with only Argon2 (30 KB, against 216 KB for all its hashes), in a shape older than modules.
    # Given an `exports` of its own it stays off the global object.
    write_if_changed(
        root / ARGON2_TO,
        b"const exports = {}, module = { exports };\n"
        + _without_map(_read(root / ARGON2_FROM))
        + b"\nexport const { argon2d, argon2i, argon2id, argon2Verify } = exports;\n",
    )
    for path, text in TYPES.items():
        write_if_changed(root / path, text.encode())


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


def _fingerprint(root: Path, sources: list[str], facts: list[str]) -> str:
    """One hash over files, or all files of folders, their names, these facts, and the steps of the build themselves."""
    digest = hashlib.sha256(json.dumps(facts).encode())
    for step in (__file__, bundling.__file__, node.__file__, release.__file__):
        digest.update(Path(step).read_bytes())
    for source in sources:
        at = root / source
        for file in sorted(at.rglob("*")) if at.is_dir() else [at]:
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
