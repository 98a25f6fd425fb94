"""The projections are a shadow of the log: thrown away and drawn again they are the same; and damage to the log is found."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.store.database import Database
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.records import record_of
from fieldwork.store.states import STATE, read_state, write_state
from fieldwork.store.verifying import verify_all
from sync.central.body import read_body, write_body
from sync.central.fold import Operation, fold
from tests.store.log_authors import Author, Written, new_id
from tests.store.log_office import Office, Visit, a_visit, office, projections

pytestmark = pytest.mark.anyio
TYPES = ("block", "evidence", "coding", "memo", "decision", "activity", "consent")
NAMES = ("text", "ref", "code", "evidence", "quarantine", "screened_at", "block", "activity")


def random_operations(visits: list[Visit], number: int, seed: int) -> list[Written]:
    """What several people in several visits could do: edits side by side, withdrawals, removals, some before their time."""
    chance = random.Random(seed)
    authors = [author for visit in visits for author in (visit.lead, visit.inspector)]
    authors += [Author(visit.scope, visit.inspector.person) for visit in visits]
    made: dict[str, list[Written]] = {visit.scope: [] for visit in visits}
    written: list[Written] = []
    for _ in range(number):
        author = chance.choice(authors)
        earlier = made[author.scope]
        what = chance.random()
        if what < 0.4 or len(earlier) < 5:
            one = author.writes(_fields(chance), record_type=chance.choice(TYPES))
        elif what < 0.8:
            about = chance.choice(earlier[-40:])
            base = tuple({each.id for each in chance.sample(earlier, 3) if each.record == about.record} | {about.id})
            kind = "withdraw" if chance.random() < 0.15 else "revise" if chance.random() < 0.95 else "create"
            called = about.header.record_type if chance.random() < 0.95 else chance.choice(TYPES)
            one = author.writes(
                _fields(chance),
                kind=kind,
                record=about.record,
                record_type=called,
                base=base if kind != "create" else (),
            )
        else:
            one = author.redacts(*chance.sample(earlier, chance.randint(1, 3)))
        if one.header.kind != "redact":
            earlier.append(one)
        written.append(one)
    return written


def _fields(chance: random.Random) -> dict[str, object]:
    values = ("said", "said otherwise", "\u0000", "\ud800", None, 3, ["a", {"b": 1.5}])
    return {name: chance.choice(values) for name in chance.sample(NAMES, chance.randint(1, 3))}


async def brought_in_disorder(here: Office, written: list[Written], seed: int) -> None:
    """Pushes of different sizes; some lines come too early, some twice."""
    chance = random.Random(seed)
    place = 0
    while place < len(written):
        size = chance.randint(1, 120)
        some = written[place : place + size]
        if chance.random() < 0.3:
            chance.shuffle(some)
        await here.push(*some)
        if chance.random() < 0.2:
            await here.push(*some)
        place += size
    await here.push(*written[: len(written) // 2])
    await here.push(*written[len(written) // 2 :])


async def test_after_2000_random_operations_the_projections_are_what_a_rebuild_makes(
    database: Database, tmp_path: Path
) -> None:
    visits = [a_visit(), a_visit()]
    written = random_operations(visits, 2_000, seed=7)
    async with office(database, tmp_path / "keys") as here:
        for visit in visits:
            await here.brings(visit.people)
        await brought_in_disorder(here, written, seed=8)
        before = await projections(here.log)

        rebuilt = await rebuild_all(here.log)

        assert await projections(here.log) == before
        assert rebuilt == len(before["record"]) > 500
        assert await verify_all(here.log) == []
        assert await here.count("holding") == 0
        found = await here.log.ask(f"SELECT record, record_type, {STATE} FROM record_with_words")
        states = [read_state(*row) for row in found]
        assert {row[2] is None for row in found} == {True, False}
        assert any(state.conflicts for state in states)
        assert any(state.withdrawn for state in states)
        [[erased]] = await here.log.ask("SELECT count(*) FROM operation_evidence WHERE redacted_by IS NOT NULL")
        assert erased > 100


async def test_a_rebuild_draws_again_what_was_lost_or_spoiled(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note = visit.inspector.writes({"text": "as it was said"})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note)
        before = await projections(here.log)
        await database.connection.execute_query("DELETE FROM assignment")
        await database.connection.execute_query("UPDATE record SET state = '{}', position = 999")

        await rebuild_all(here.log)

        assert await projections(here.log) == before


async def test_a_record_that_turns_out_to_be_of_another_type_leaves_the_first_ones_table(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    later = Author(visit.scope, visit.lead.person)
    record = new_id()
    create = visit.inspector.writes({"ref": "A-1"}, record_type="evidence", record=record)
    guess = later.writes({"code": "c"}, kind="revise", record_type="coding", record=record, base=(create.id,))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(guess)
        assert await here.count("coding") == 1

        await here.push(create)

        assert (await here.count("coding"), await here.count("evidence")) == (0, 1)


async def test_an_edit_that_came_before_its_create_is_kept_and_so_are_two_creates(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    create = visit.inspector.writes({"text": "as it was said", "minute": 1})
    edit = Author(visit.scope, visit.lead.person).revises(create, {"text": "as it was meant"})
    twin = Author(visit.scope, visit.lead.person).writes({"minute": 2}, record=create.record)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        for each in (edit, create, twin):
            await here.push(each)

        record = await record_of(here.log, create.record)

        assert record is not None
        assert record.state.fields == {
            "minute": [(create.id, 1), (twin.id, 2)],
            "text": [(edit.id, "as it was meant")],
        }


fields_of_a_create = st.dictionaries(
    st.from_regex("[a-z0-9_]{1,8}", fullmatch=True),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@given(fields_of_a_create)
def test_a_record_that_one_operation_made_is_read_from_it_as_the_fold_would_have_it(fields: dict[str, object]) -> None:
    create = Operation("0190-a", "block", "record", "create", (), fields)
    body = write_body(fields, bytes(16))

    assert write_state(fold([create])) is None
    assert read_state("record", "block", None, create.operation, body) == fold(
        [replace(create, fields=read_body(body))]
    )
    assert read_state("record", "block", None, create.operation, None) == fold([replace(create, fields=None)])


@given(fields_of_a_create)
def test_a_record_that_several_operations_made_is_read_as_it_was_folded(fields: dict[str, object]) -> None:
    create = Operation("0190-a", "block", "record", "create", (), fields)
    edits = [Operation(f"0190-{name}", "block", "record", "revise", ("0190-a",), {"text": name}) for name in "bc"]
    awaited = Operation("0190-d", "block", "record", "revise", ("0190-9",), fields)
    withdrawn = Operation("0190-e", "block", "record", "withdraw", ("0190-a",), {})

    for operations in ([create, *edits], [awaited], [create, withdrawn], [create, *edits, awaited]):
        state = fold(operations)
        kept = write_state(state)
        assert kept is not None
        assert read_state("record", "block", kept, None, None) == state


TAMPERING = {
    "a byte of a header": (
        "UPDATE operation_evidence SET header = (SELECT header FROM operation_evidence WHERE sequence = 4) WHERE sequence = 3",
        "number 3",
        "header_hash_differs",
    ),
    "a byte of a body": (
        "UPDATE operation_evidence SET body = (SELECT body FROM operation_evidence WHERE sequence = 4) WHERE sequence = 3",
        "number 3",
        "body_hash_differs",
    ),
    "a body without a word": (
        "UPDATE operation_evidence SET body = NULL, body_hash = NULL WHERE sequence = 3",
        "number 3",
        "body_missing",
    ),
    "a row deleted": ("DELETE FROM operation_evidence WHERE sequence = 3", "number 3", "number_missing"),
    "the tail cut": ("DELETE FROM operation_evidence WHERE sequence = 6", "number 6", "mark_differs"),
    "two rows swapped": (
        "UPDATE operation_evidence SET sequence = CASE sequence WHEN 3 THEN 40 ELSE 30 END WHERE sequence IN (3, 4)",
        "number 30",
        "row_differs_from_header",
    ),
    "a position gone": (
        "UPDATE operation_evidence SET position = 9 WHERE position = 3",
        "position 3",
        "position_missing",
    ),
    "the last position": (
        "UPDATE scope SET last_position = 5 WHERE last_position = 6",
        "position 5",
        "last_position_differs",
    ),
    "another record": (
        "UPDATE operation_evidence SET record = 'x' WHERE sequence = 3",
        "number 3",
        "row_differs_from_header",
    ),
    "another head": (f"UPDATE stream SET head = '{'0' * 64}' WHERE highest = 6", "number 6", "mark_differs"),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_damage_to_the_log_is_reported_with_its_place(database: Database, tmp_path: Path, what: str) -> None:
    """SYN-17"""
    statement, place, code = TAMPERING[what]
    author = a_visit().inspector

    async with office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here:
        await here.push(*(author.writes() for _ in range(6)))
        assert await verify_all(here.log) == []
        await database.connection.execute_query(statement)

        problems = await verify_all(here.log)

    assert any(problem.place.endswith(place) and problem.code == code for problem in problems), problems
