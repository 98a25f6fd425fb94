"""Many small modules made into the few files that a browser loads: the tablet's page and worker, and a page of the office.

The sources stay as they are: Node, the type checker and the tests read them one by one. A tablet would ask for them one by one too, over a
hundred requests before the first word, so `fieldwork build` joins each entry with all that it imports. Comments and white space go, names
stay and lines stay short, so that an error from the field names a function and a place that can be found. What an entry imports later
(`import()`) becomes a file of its own. Nothing outside `static/vendor/bundled/` is written.
"""

from __future__ import annotations

import json
from pathlib import Path

from fieldwork.node import with_node
from fieldwork.release import VENDOR, CannotBuild, write_if_changed

OFFICE = "static/screen/desk.js"
ENTRIES = ("static/screen/shell.js", "static/tablet/worker.js", OFFICE)
ESBUILD = "static/node_modules/esbuild/lib/main.js"
BUNDLED = f"{VENDOR}/bundled"

# Each bundle lies at the address of its entry, so `import.meta.url` and `new URL('../tablet/worker.js', import.meta.url)` mean the same in
# a source and in what is made of it. Escapes instead of letters beyond ASCII: an engine reads and keeps such a script in half the room.
SETTINGS = {
    "bundle": True,
    "format": "esm",
    "splitting": True,
    "chunkNames": f"{VENDOR}/[name]",
    "target": "es2022",
    "charset": "ascii",
    "minifyWhitespace": True,
    "minifySyntax": True,
    "minifyIdentifiers": False,
    "lineLimit": 800,
    # Third parties' licences ask that their notices stay.
    "legalComments": "inline",
    "sourcemap": False,
    "logLevel": "silent",
    "write": False,
}

_SCRIPT = """
const { buildSync } = require(process.argv[1]);
const settings = JSON.parse(process.argv[2]);
const said = (found) => found.map(({ text, location }) => (location ? `${location.file}, line ${location.line}: ` : '') + text).join('\\n');
try {
  const { outputFiles, warnings } = buildSync(settings);
  if (warnings.length > 0) throw Object.assign(new Error('warned'), { errors: warnings });
  const made = outputFiles.map(({ path, text }) => [require('node:path').relative(settings.outdir, path), text]);
  process.stdout.write(JSON.stringify(made));
} catch (problem) {
  process.stderr.write(said(problem.errors ?? []) || String(problem));
  process.exitCode = 1;
}
"""


def bundle(root: Path) -> list[str]:
    """Make the bundles of the checkout `root` and say what was made, as paths under `static/vendor/bundled/`.

    The same sources give the same bytes. Raises `CannotBuild`, with file and line, for what cannot be joined.
    """
    made: dict[str, str] = {}
    for entry in ENTRIES:
        # One entry at a time: two together would share a third file, which is one more request before the first word.
        for path, text in _bundle_of(root, entry).items():
            if made.setdefault(path, text) != text:
                raise CannotBuild(f"Two scripts would both be called {path}. Give one of their sources another name.")
    for path, text in made.items():
        write_if_changed(root / BUNDLED / path, text.encode("ascii"))
    _forget_others(root, made)
    return sorted(made)


def bundled(root: Path) -> list[str]:
    """What was made before, in the same form."""
    folder = root / BUNDLED
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.js") if not file.name.startswith("."))


def _bundle_of(root: Path, entry: str) -> dict[str, str]:
    if not (root / entry).is_file():
        raise CannotBuild(f"{entry} is missing, and a page starts with it.")
    settings = SETTINGS | {
        "entryPoints": [str(root / entry)],
        "absWorkingDir": str(root),
        "outbase": str(root),
        "outdir": str(root / BUNDLED),
    }
    said = with_node(["-e", _SCRIPT, str(root / ESBUILD), json.dumps(settings)], root, f"The script {entry}")
    return dict(json.loads(said))


def _forget_others(root: Path, made: dict[str, str]) -> None:
    for path in bundled(root):
        if path not in made:
            (root / BUNDLED / path).unlink()
