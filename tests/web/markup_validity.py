"""What the two validators say: vnu about whole pages, html-validate about fragments (A11Y-02).

Both start slowly (vnu is Java), so each takes everything a test run has gathered in one process.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VNU = ROOT / "static/node_modules/vnu-jar/build/dist/vnu.jar"
HTML_VALIDATE = ROOT / "static/node_modules/html-validate/bin/html-validate.mjs"
TAKES_AT_MOST_SECONDS = 180

# htmx's attributes are not in the standard. Everything else that vnu calls an error is one.
HTMX_ATTRIBUTE = re.compile(r"^Attribute “hx-[^”]*” (not allowed on element|is not serializable)")

FRAGMENT_RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        # Taste, or decided elsewhere: GOV.UK Frontend's own names and spacing, and the title's length.
        "long-title": "off",
        "no-trailing-whitespace": "off",
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],
        "no-inline-style": "error",
        "void-style": "off",
        "attribute-boolean-style": "off",
        "attribute-empty-style": "off",
        "no-implicit-button-type": "error",
        "prefer-native-element": "off",
        "valid-id": ["error", {"relaxed": True}],
        # A reference may lead out of a fragment, into the page it joins.
        "no-missing-references": "off",
    },
}


def nu_problems(pages: dict[str, str]) -> list[str]:
    """What vnu calls an error in whole pages, one sentence each beginning with the page's name. Needs Java."""
    with tempfile.TemporaryDirectory() as folder:
        files = _write(Path(folder), pages)
        done = subprocess.run(
            ["java", "-jar", str(VNU), "--format", "json", "--errors-only", "--exit-zero-always", "--stdout", *files],
            capture_output=True,
            timeout=TAKES_AT_MOST_SECONDS,
            check=True,
        )
    return [
        f"{files[_file_name(message['url'])]}, line {message.get('lastLine', 0)}: {message['message']}"
        for message in json.loads(done.stdout)["messages"]
        if message["type"] == "error" and not HTMX_ATTRIBUTE.match(message["message"])
    ]


def fragment_problems(fragments: dict[str, str]) -> list[str]:
    """What html-validate calls an error in fragments, one sentence each beginning with the fragment's name."""
    with tempfile.TemporaryDirectory() as folder:
        files = _write(Path(folder), fragments)
        rules = Path(folder) / ".htmlvalidate.json"
        rules.write_text(json.dumps(FRAGMENT_RULES), encoding="utf-8")
        done = subprocess.run(
            ["node", str(HTML_VALIDATE), "--config", str(rules), "--formatter", "json", *files],
            capture_output=True,
            timeout=TAKES_AT_MOST_SECONDS,
            check=False,
        )
        if done.returncode not in (0, 1) or not done.stdout.strip():
            raise RuntimeError(f"html-validate did not run: {done.stderr.decode(errors='replace')}")
    return [
        f"{files[_file_name(report['filePath'])]}, line {message['line']}: {message['message']} ({message['ruleId']})"
        for report in json.loads(done.stdout)
        for message in report["messages"]
        if message["severity"] == 2
    ]


class _Files(dict[str, str]):
    """Written files by path, each with the name that the caller gave the page; iterating gives the paths."""


def _write(folder: Path, pages: dict[str, str]) -> _Files:
    files = _Files()
    for number, (name, html) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_text(html, encoding="utf-8")
        files[str(path)] = name
    return files


def _file_name(address: str) -> str:
    return address.removeprefix("file:")
