"""The README tells the truth: every path that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = sorted(set(re.findall(r"`([\w.]+/[\w./-]*)`", (ROOT / "README.md").read_text("utf-8"))))


@pytest.mark.parametrize("named", [path for path in NAMED if "<" not in path])
def test_every_path_in_the_readme_exists(named: str) -> None:
    places = (ROOT / named, ROOT / "sync" / named)

    assert any(place.exists() for place in places), f"README.md names {named}, which is not there"


def test_the_readme_names_paths_at_all() -> None:
    assert len(NAMED) > 30
