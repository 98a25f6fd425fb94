"""The table of losses tells the truth: each way of losing a note has its line, and each test that a line names is there.

`LOSSES.md` is for people: how notes get lost, what keeps them here, what shows it. It would be worth nothing once a test had been
renamed, so this reads it as it stands: every id once, every test and every module where the line says, every status one of the words
that the page explains, and every step of the script by hand named by the lines that lean on it. It cannot see whether a test shows
what its line says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "tests" / "LOSSES.md"
IDS = [
    *(f"DUR-{number:02}" for number in range(1, 28)),
    *(f"SYN-{number:02}" for number in range(1, 20) if number not in (13, 18)),
    *(f"OPS-{number:02}" for number in (1, 2, 4, 5, 6, 8)),
    *(f"L{number:02}" for number in range(1, 51)),
    *(f"R{number}" for number in range(1, 10)),
]
"""Every way of losing a note that somebody has asked about. SYN-13 and SYN-18 are about forgetting on purpose."""
BY_HAND_ALONE = {"DUR-28"}
"""No test can be meant for it: it stands in the script alone."""

LINE = re.compile(r"\| ((?:DUR|SYN|OPS)-\d\d|L\d\d|R\d) \|")
TEST = re.compile(r"`([^`:]+)::([^`]+)`")
MODULE = re.compile(r"`((?:\w+/)[\w./-]+)`")
NOTE = re.compile(r"(in part: .+|not yet|by hand: steps? [\d, and]+|cannot happen: .+)")
IN_JAVASCRIPT = re.compile(r"""\btest\(\s*(['"`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
AN_ID = re.compile(r"(?:DUR|SYN|OPS)[-_]\d\d|\bL\d\d\b|(?<![A-Za-z0-9])R[1-9](?![0-9A-Za-z])")


@dataclass(frozen=True)
class Loss:
    """One line: the id, the three cells behind it, and what the last one holds."""

    id: str
    how: str
    keeps: str
    shown: str

    @property
    def parts(self) -> list[str]:
        return self.shown.split("<br>")

    @property
    def tests(self) -> list[tuple[str, str]]:
        return [(match[1], match[2]) for part in self.parts if (match := TEST.fullmatch(part))]

    @property
    def notes(self) -> list[str]:
        """What is said in place of a test, or beside tests."""
        return [part for part in self.parts if not TEST.fullmatch(part)]

    def says(self, status: str) -> bool:
        return any(note.startswith(status) for note in self.notes)

    @property
    def steps(self) -> set[int]:
        return {int(step) for note in self.notes if note.startswith("by hand") for step in re.findall(r"\d+", note)}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def _losses() -> Iterator[Loss]:
    for line in PAGE.read_text("utf-8").splitlines():
        if LINE.match(line):
            cells = _cells(line)
            assert len(cells) == 4, f"{cells[0]} has {len(cells)} cells"
            yield Loss(*cells)


LOSSES = list(_losses())


def _script() -> dict[int, set[str]]:
    """The steps by hand, each with the ids that it is for."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    return {int(cells[0]): set(cells[4].split(", ")) for cells in map(_cells, lines)}


@cache
def _titles(path: str) -> tuple[str, ...]:
    """The tests of a file: functions in Python; in JavaScript titles, with `…` for what is put in while they run."""
    text = (ROOT / path).read_text("utf-8")
    if path.endswith(".py"):
        nodes = ast.walk(ast.parse(text))
        return tuple(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    found = (re.sub(r"\$\{[^}]*\}", "…", title) for _, title in IN_JAVASCRIPT.findall(text))
    return tuple(re.sub(r"\\(.)", r"\1", title) for title in found)


@cache
def _ids_that_tests_name() -> dict[str, str]:
    """Id -> a test that carries it in its name, its title or its docstring."""
    named: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for each in AN_ID.findall(f"{node.name} {ast.get_docstring(node) or ''}"):
                    named[each.replace("_", "-")] = f"{path.relative_to(ROOT)}::{node.name}"
    for path in sorted((ROOT / "tests").rglob("*.test.js")):
        for title in _titles(path.relative_to(ROOT).as_posix()):
            named |= dict.fromkeys(AN_ID.findall(title), f"{path.relative_to(ROOT)}::{title}")
    return named


def test_each_way_of_losing_a_note_has_one_line() -> None:
    assert [loss.id for loss in LOSSES] == IDS


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.id)
def test_a_line_says_how_it_is_lost_what_keeps_it_and_what_shows_it(loss: Loss) -> None:
    unknown = [note for note in loss.notes if not NOTE.fullmatch(note)]

    assert min(len(loss.how), len(loss.keeps)) > 20, f"{loss.id} says too little"
    assert not unknown, f"{loss.id} says what the page does not explain: {unknown}"
    assert loss.tests or loss.notes
    assert loss.tests or not loss.says("in part"), f"{loss.id} is shown in part, by no test"
    assert not (loss.tests and loss.says("not yet")), f"{loss.id} has a test: say what it shows"


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.id)
def test_each_test_that_a_line_names_is_there(loss: Loss) -> None:
    for path, name in loss.tests:
        assert (ROOT / path).is_file(), f"{loss.id} names {path}, which is not there"
        if path.endswith(".py"):
            assert name in _titles(path), f"{loss.id} names {name}, which is not in {path}"
        else:
            fitting = [title for title in _titles(path) if title.startswith(name)]
            assert len(fitting) == 1, f"{loss.id} names “{name}”; in {path} {len(fitting)} titles begin so"


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.id)
def test_each_module_that_a_line_names_is_there(loss: Loss) -> None:
    gone = [path for path in MODULE.findall(f"{loss.how} {loss.keeps}") if not (ROOT / path).is_file()]

    assert not gone, f"{loss.id} names {', '.join(gone)}"


def test_a_line_does_not_say_not_yet_once_a_test_carries_its_id() -> None:
    left = {
        loss.id: _ids_that_tests_name()[loss.id]
        for loss in LOSSES
        if loss.says("not yet") and loss.id in _ids_that_tests_name()
    }

    assert not left, "tell of these tests in LOSSES.md"


def test_the_script_by_hand_and_the_lines_that_lean_on_it_name_each_other() -> None:
    script = _script()
    leaning = {(loss.id, step) for loss in LOSSES for step in loss.steps}

    assert list(script) == list(range(1, len(script) + 1))
    assert {(each, step) for step, ids in script.items() for each in ids - BY_HAND_ALONE} == leaning
    assert set.union(*script.values()) >= BY_HAND_ALONE
