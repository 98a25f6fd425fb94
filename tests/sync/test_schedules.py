"""What people write apart comes together in any order, at the office and on every tablet: both halves must read the same out of it.

The bodies go through both halves' own readers, so a number, a name or a letter that one of them takes otherwise is seen as well.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

from sync.central.body import read_body, write_body
from sync.central.fold import Operation
from sync.vectors.cases_of_folding import state_of
from sync.vectors.plain import RECORD, operation_id

FOLDS_AS_A_TABLET = Path(__file__).with_name("fold_schedules.mjs")
SCHEDULES = 10_000
LONGEST_S = 120
NAMES = ("text", "place", "kind", "note")
VALUES: tuple[object, ...] = (
    "They said",
    "a\u0000b",
    "\ud800 alone",
    "é",
    "e\u0301",
    "👩‍👧‍👦",
    "",
    "1",
    1,
    1.5,
    -0.0,
    0,
    2**53,
    1e21,
    5e-324,
    True,
    False,
    None,
    [],
    {},
    [1, "1"],
    {"a": 1, "b": None},
    {"b": None, "a": 1},
    {"a": {"a": [True, {"x": "y"}]}},
)

Json = Any


def a_schedule(chance: random.Random) -> list[Json]:
    """Operations of one record in the order in which they came: some twice, some without their words, a few in a circle."""
    ids = [operation_id(number) for number in chance.sample(range(1, 40), chance.randint(1, 9))]
    honest = chance.random() < 0.85
    written = []
    for place, operation in enumerate(ids):
        known = ids[:place] if honest else [*ids, operation_id(99)]
        base = chance.sample(known, min(len(known), chance.choice((0, 1, 1, 1, 2, 3))))
        kind = chance.choice(("revise", "revise", "revise", "withdraw")) if base else "create"
        names = chance.sample(NAMES, chance.randint(0, 3)) if kind != "withdraw" else []
        fields = {name: chance.choice(VALUES) for name in names}
        body = None if chance.random() < 0.1 else write_body(fields, chance.randbytes(16))
        record_type = "block" if chance.random() < 0.95 else "coding"
        written.append(a_line(operation, kind, base, body, record_type))
    again = [{**each, "body": chance.choice((each["body"], None))} for each in written if chance.random() < 0.15]
    came = written + again
    chance.shuffle(came)
    return came


def a_line(operation: str, kind: str, base: list[str], body: bytes | None, record_type: str) -> Json:
    return {
        "operation": operation,
        "record_type": record_type,
        "record": RECORD,
        "kind": kind,
        "base": base,
        "body": None if body is None else b64encode(body).decode(),
        "bytes": body,
    }


def as_the_office_folds(schedule: list[Json]) -> Json:
    operations = [
        Operation(
            each["operation"],
            each["record_type"],
            each["record"],
            each["kind"],
            tuple(each["base"]),
            None if each["body"] is None else read_body(each["bytes"], each["kind"]),
        )
        for each in schedule
    ]
    state = state_of(operations)
    return {name: value for name, value in state.items() if name not in ("missing", "tangled")}


def as_tablets_fold(schedules: list[list[Json]]) -> list[Json]:
    node = shutil.which("node")
    assert node is not None
    lines = [
        json.dumps([{key: value for key, value in each.items() if key != "bytes"} for each in schedule])
        for schedule in schedules
    ]
    ran = subprocess.run(
        [node, str(FOLDS_AS_A_TABLET)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def exactly(value: Json) -> Json:
    """Told apart as JSON tells apart: `true` is not 1, and -0.0 and 0 are written alike by a tablet."""
    if isinstance(value, dict):
        return {name: exactly(each) for name, each in value.items()}
    if isinstance(value, list):
        return [exactly(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return type(value).__name__, value


def test_SYN_19_ten_thousand_schedules_add_up_to_the_same_words_in_both_halves() -> None:
    chance = random.Random(19)
    schedules = [a_schedule(chance) for _ in range(SCHEDULES)]

    here = [as_the_office_folds(schedule) for schedule in schedules]
    there = as_tablets_fold(schedules)

    assert len(there) == SCHEDULES
    differ = [number for number in range(SCHEDULES) if exactly(here[number]) != exactly(there[number])]
    assert not differ, (len(differ), here[differ[0]], there[differ[0]])
    assert sum(bool(state["conflicts"]) for state in here) > SCHEDULES // 20
    assert sum(state["withdrawn"] for state in here) > SCHEDULES // 20
