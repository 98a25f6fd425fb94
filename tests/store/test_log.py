"""The log on both databases: what is brought is stored once, whole, in order, and stays so after a restart."""

from __future__ import annotations

import asyncio
import contextvars
import uuid
from pathlib import Path

import asyncpg
import pytest

from fieldwork.domain.draft import Draft
from fieldwork.store.database import Database
from fieldwork.store.judging import Brought, enter
from fieldwork.store.statements import Tell, Work, run_on_postgres
from fieldwork.store.verifying import verify_all
from fieldwork.store.writer import LogClosed
from sync.central.arrival import open_arrival
from sync.central.facts import Facts
from sync.central.header import Header, hash_of, read_header
from sync.central.line import PushLine, StreamMark, read_push
from tests.postgres import PostgresCluster
from tests.store.log_authors import WRITTEN_AT, Author, new_id, new_operation_id, new_visit, team
from tests.store.log_office import Office, a_visit, office

pytestmark = pytest.mark.anyio


def everybody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return None


async def test_what_was_brought_is_pulled_byte_for_byte_also_after_a_restart(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    odd = visit.inspector.writes({"text": "a\u0000b \ud800 \u202e e\u0301 \uffff", "evidence": new_id()})
    plain = visit.inspector.writes()
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        assert await here.push(odd, plain) == [("stored", None)] * 2

    async with office(database, tmp_path / "keys") as here:
        rows = await here.pulled(visit.scope)

        assert [(row.header_raw, row.body) for row in rows] == [(each.header_raw, each.body) for each in (odd, plain)]
        assert await here.push(odd, plain) == [("duplicate", None)] * 2
        assert await verify_all(here.log) == []


@pytest.mark.parametrize("lane", ["vault", "concern"])
async def test_words_of_the_other_lanes_rest_sealed_and_are_pulled_as_written(
    database: Database, tmp_path: Path, lane: str
) -> None:
    visit = a_visit(lane=lane)
    words = visit.inspector.writes({"name": "an invented name"}, record_type="identity")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        here.carry = type(here.carry).to(here.log.keyring.public_keys(), lane)

        assert await here.push(words) == [("stored", None)]

        [[rested]] = await here.log.ask(f"SELECT body FROM operation_{lane}")
        assert b"invented" not in bytes(rested)
        assert [row.body for row in await here.pulled(visit.scope, lane)] == [words.body]
        assert await here.count("record") == len(visit.people.drafts)


async def test_the_same_push_twice_gives_the_same_verdicts_and_writes_nothing(
    database: Database, tmp_path: Path
) -> None:
    """Rule R4."""
    visit = a_visit()
    good, stranger = visit.inspector.writes(), visit.stranger.writes()
    fork = visit.inspector.would_write(sequence=1, previous=None)
    ahead = Author(visit.scope, visit.inspector.person, sequence=4, previous=hash_of(b"four")).writes()
    bare = visit.lead.writes()
    photo = visit.lead.writes({"sha256": "ab" * 32}, record_type="file")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        raw = here.carry.push_raw(good, stranger, fork, ahead, here.carry.line(bare, body=b""), photo) + b"no line\n"
        tables = ("operation_evidence", "holding", "aside", "alarm", "unreadable_line", "stream", "scope", "record")

        first = await here.accept(read_push(raw))
        counted = [await here.count(table) for table in tables]
        second = await here.accept(read_push(raw))

        assert first == [
            ("stored", None),
            ("quarantined", "not_assigned"),
            ("quarantined", "fork"),
            ("held", "gap"),
            ("held", "body_missing"),
            ("held", "file_missing"),
            ("unreadable", "line_not_three_columns"),
        ]
        assert second == [("duplicate", None), *first[1:]]
        assert [await here.count(table) for table in tables] == counted


async def test_every_line_gets_its_own_receipt_with_the_hashes_of_what_is_stored(
    database: Database, tmp_path: Path
) -> None:
    """SYN-10"""
    visit = a_visit()
    written = [visit.inspector.writes() for _ in range(40)]
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)

        receipts = await here.receipts(*written)

        stored = {
            row[0]: (row[1], hash_of(bytes(row[2])), hash_of(bytes(row[3])))
            for row in await here.log.ask("SELECT operation, sequence, header, body FROM operation_evidence")
        }
        assert [each.operation for each in receipts] == [each.id for each in written]
        for receipt in receipts:
            assert (receipt.sequence, receipt.header_hash, receipt.body_hash) == stored[receipt.operation or ""]


async def test_a_gap_waits_through_a_restart_and_is_let_go_when_it_closes(database: Database, tmp_path: Path) -> None:
    """SYN-09"""
    visit = a_visit()
    one, two, three = (visit.inspector.writes() for _ in range(3))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        assert await here.push(three, two) == [("held", "gap")] * 2
        assert await here.pulled(visit.scope) == []

    async with office(database, tmp_path / "keys") as here:
        assert await here.push(one) == [("stored", None)]

        assert await here.headers(visit.scope) == [each.header_raw for each in (one, two, three)]
        assert await here.count("holding") == 0
        assert await here.log.marks([visit.inspector.stream, visit.stranger.stream]) == [
            StreamMark(3, 3, three.header_hash),
            StreamMark(0, 0, None),
        ]


async def test_what_waited_removes_decides_and_clashes_when_it_is_let_go(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note, stray = visit.inspector.writes(), visit.stranger.writes()
    between = visit.lead.writes()
    redact, release = visit.lead.redacts(note), visit.lead.releases(stray)
    twin = visit.lead.writes(operation=note.id)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note, stray)
        await here.push(redact, release, twin)

    async with office(database, tmp_path / "keys") as here:
        assert await here.push(between) == [("stored", None)]

        rows = {read_header(row.header_raw).operation: row.body for row in await here.pulled(visit.scope)}
        assert rows[note.id] is None
        assert rows[stray.id] == stray.body
        [[code]] = await here.log.ask("SELECT code FROM aside")
        assert code == "same_id_other_bytes"
        assert await here.push(twin) == [("quarantined", "same_id_other_bytes")]


async def test_an_id_is_stored_once_whatever_lane_it_comes_in(database: Database, tmp_path: Path) -> None:
    """I3"""
    visit = a_visit()
    note = visit.inspector.writes()
    twin = Author(visit.scope, visit.inspector.person, "vault").writes(operation=note.id)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note)
        here.carry = type(here.carry).to(here.log.keyring.public_keys(), "vault")

        assert await here.push(twin) == [("quarantined", "same_id_other_bytes")]
        assert await here.count("operation_vault") == 0


async def test_bodies_damaged_on_the_way_are_healed_and_what_never_opened_gives_its_number_up(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    one = visit.inspector.writes()
    forged = visit.inspector.would_write()
    two, three = visit.inspector.writes(), visit.inspector.writes()
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        seal = here.carry.line(one)[2]
        spoiled = (one.header_raw, here.carry.sent.id, seal[:-1] + bytes([seal[-1] ^ 1]))
        nonsense = (forged.header_raw, here.carry.sent.id, b"nonsense")
        assert await here.push(spoiled, nonsense, three) == [
            ("quarantined", "not_opened"),
            ("quarantined", "not_opened"),
            ("stored", None),
        ]

    async with office(database, tmp_path / "keys") as here:
        assert await here.push(one, two) == [("stored", None)] * 2

        assert await here.headers(visit.scope) == [each.header_raw for each in (three, one, two)]
        [[operation, code, sealed]] = await here.log.ask("SELECT operation, code, sealed FROM aside")
        assert (operation, code, bytes(sealed)) == (forged.id, "fork", b"nonsense")
        assert await verify_all(here.log) == []
        assert await here.push(forged) == [("quarantined", "fork")]
        assert await here.count("alarm") == 1


async def test_a_decision_releases_what_was_quarantined_and_it_counts(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note = visit.stranger.writes({"text": "let me in"})
    visit.inspector.writes()
    broken = visit.inspector.would_write(sequence=1, previous=None)
    stray = Author(
        visit.scope, visit.inspector.person, incarnation=visit.inspector.incarnation, sequence=1, previous="0" * 64
    )
    after = stray.writes({"text": "after"})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        assert await here.push(note, broken, after) == [
            ("quarantined", "not_assigned"),
            ("stored", None),
            ("quarantined", "chain_broken"),
        ]

        assert await here.push(visit.lead.releases(note), visit.lead.releases(after)) == [("stored", None)] * 2
        assert await here.push(visit.inspector.releases(note, sequence=3, previous=after.header_hash)) == [
            ("quarantined", "not_permitted")
        ]

        headers = await here.headers(visit.scope)
        assert [headers[2], headers[4]] == [note.header_raw, after.header_raw]
        assert await here.push(note, after) == [("duplicate", None)] * 2
        found = await here.log.ask("SELECT record FROM record WHERE record_type = 'block'")
        assert {row[0] for row in found} == {note.record, broken.record, after.record}
        assert await verify_all(here.log) == []


async def test_only_central_imports(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    import_stream = "import:" + "ab" * 32
    operation = str(uuid.uuid5(uuid.NAMESPACE_DNS, "invented"))
    forged = Author(visit.scope, visit.inspector.person, incarnation=import_stream).writes(operation=operation)
    nobody = visit.lead.would_write(
        operation=operation[:-1] + ("0" if operation[-1] != "0" else "1"),
        incarnation=import_stream,
        person=None,
        device_at=None,
    )
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)

        assert await here.push(forged, nobody) == [("quarantined", "not_permitted")] * 2


async def test_an_assignment_counts_for_what_follows_it_in_the_same_push(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    lead = Author(visit.people.review_scope, visit.lead.person)
    newcomer = Author(visit.scope)
    fields = {"person": newcomer.person, "role": "inspector", "visit": visit.scope[6:]}
    assignment = lead.writes(fields, record_type="assignment")
    ended = lead.revises(assignment, {"ended_at": "2026-02-11T10:05:00.000Z"})
    during, after = newcomer.writes(), newcomer.writes(device_at="2026-02-11T10:05:00.001Z")
    before = newcomer.writes(device_at="2026-02-11T10:04:00.000Z")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)

        assert await here.push(assignment, during, ended, after, before) == [
            ("stored", None),
            ("stored", None),
            ("stored", None),
            ("quarantined", "not_assigned"),
            ("quarantined", "assignment_ended"),
        ]


async def test_nobody_gives_themselves_rights_from_inside_another_visit(database: Database, tmp_path: Path) -> None:
    mine, other = a_visit(), a_visit()
    fields = {"person": mine.lead.person, "role": "lead", "visit": other.scope[6:]}
    inside = mine.lead.writes(fields, record_type="assignment")
    review_wide = Author(mine.people.review_scope, mine.lead.person)
    from_review = review_wide.writes(fields, record_type="assignment")
    taking_over = review_wide.writes({"letter": "B"}, record_type="visit", record=other.scope[6:])
    intruder = Author(other.scope, mine.lead.person)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(mine.people)
        await here.brings(other.people)
        await here.push(inside, from_review, taking_over)

        [[inside_a_visit]] = await here.log.ask("SELECT count(*) FROM assignment WHERE record = ?", inside.record)
        assert inside_a_visit == 0
        assert await here.push(intruder.writes()) == [("quarantined", "not_assigned")]


async def test_a_record_of_one_visit_is_not_changed_from_another(database: Database, tmp_path: Path) -> None:
    mine, other = a_visit(), a_visit()
    note = mine.inspector.writes({"text": "as it was said"})
    reaching = other.inspector.writes({"text": "changed"}, kind="revise", record=note.record, base=(note.id,))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(mine.people)
        await here.brings(other.people)
        await here.push(note)
        before = await here.log.ask("SELECT * FROM record WHERE record = ?", note.record)

        assert await here.push(reaching) == [("stored", None)]
        assert await here.log.ask("SELECT * FROM record WHERE record = ?", note.record) == before
        await here.push(other.lead.redacts(reaching))
        assert await here.log.ask("SELECT * FROM record WHERE record = ?", note.record) == before


async def test_one_bad_push_does_not_take_its_neighbours_with_it(database: Database, tmp_path: Path) -> None:
    bad_person = new_id()

    def breaking(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
        if header.person == bad_person:
            raise RuntimeError("this push cannot be judged")
        return None

    scope = new_visit()
    async with office(database, tmp_path / "keys", breaking) as here:
        good = [Author(scope).writes() for _ in range(6)]
        pushes = [*good[:3], Author(scope, bad_person).writes(), *good[3:]]

        answers = await asyncio.gather(*(here.push(each) for each in pushes), return_exceptions=True)

        assert isinstance(answers.pop(3), RuntimeError)
        assert answers == [[("stored", None)]] * 6
        assert sorted(await here.headers(scope)) == sorted(each.header_raw for each in good)
        assert await here.push(good[0]) == [("duplicate", None)]


async def test_a_listener_that_fails_does_not_stop_the_log(database: Database, tmp_path: Path) -> None:
    author = Author(new_visit())
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context["exception"]))

    def failing(outcome: object) -> None:
        raise ValueError("a listener's own fault")

    async with office(database, tmp_path / "keys", everybody_may) as here:
        here.log.arrived = failing

        assert await here.push(author.writes()) == [("stored", None)]
        assert await here.push(author.writes()) == [("stored", None)]
    assert len(reported) == 2


async def test_pushes_whose_asker_went_away_are_stored_all_the_same(database: Database, tmp_path: Path) -> None:
    author = Author(new_visit())
    note = author.writes()
    async with office(database, tmp_path / "keys", everybody_may) as here:
        asking = asyncio.ensure_future(here.push(note))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    async with office(database, tmp_path / "keys", everybody_may) as here:
        assert await here.headers(author.scope) == [note.header_raw]


async def test_a_log_that_is_closing_finishes_and_takes_nothing_new(database: Database, tmp_path: Path) -> None:
    author = Author(new_visit())
    async with office(database, tmp_path / "keys", everybody_may) as here:
        asking = asyncio.ensure_future(here.push(author.writes()))
        await asyncio.sleep(0)

    assert await asking == [("stored", None)]
    with pytest.raises(LogClosed):
        await here.push(author.writes())


async def test_central_writes_in_the_name_of_a_person_and_once(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    draft = Draft(
        new_operation_id(), visit.scope, "evidence", "block", new_id(), "create", {"text": "at a desk"}, bytes(16)
    )
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)

        first = await here.log.write([draft], visit.inspector.person)
        second = await here.log.write([draft], visit.inspector.person)

        assert [each.verdict for each in first.receipts] == ["stored"]
        assert (second.receipts, second.entered) == ([], [])
        [row] = await here.pulled(visit.scope)
        assert read_header(row.header_raw).person == visit.inspector.person


async def test_a_draft_whose_id_somebody_else_holds_is_not_passed_over_in_silence(
    database: Database, tmp_path: Path
) -> None:
    people = team([])
    thief = Author(new_visit())
    async with office(database, tmp_path / "keys", everybody_may) as here:
        await here.push(thief.writes(operation=people.drafts[0].operation_id, incarnation="import:" + "0" * 64))

        outcome = await here.log.import_drafts(people.drafts, "import:" + "1" * 64)

        assert [each.code for each in outcome.receipts] == ["same_id_other_bytes", None]


def test_a_puller_misses_nothing_when_the_second_writer_would_commit_first(
    postgres: PostgresCluster, postgres_template: str, tmp_path: Path
) -> None:
    """SYN-06, I6: two servers, one scope; whoever pulls in between sees neither a gap nor the later one alone."""
    url = postgres.url(postgres.new_database(postgres_template))

    async def run() -> None:
        first = Author(new_visit())
        second = Author(first.scope)
        async with Database(url) as database, office(database, tmp_path / "keys", everybody_may) as here:
            # The scope is known already: where it is made anew, the second waits for the first in any case.
            await here.push(first.writes())
            async with database.connection._in_transaction() as transaction:
                slow = _brought(here, here.carry.push_raw(first.writes()))
                await run_on_postgres(
                    transaction._connection, enter([slow], everybody_may, here.log.keyring, WRITTEN_AT)
                )
                quick = asyncio.create_task(here.push(second.writes()), context=contextvars.Context())
                done, _ = await asyncio.wait([quick], timeout=0.3)
                reader = await asyncpg.connect(url)
                early = await reader.fetchval("SELECT count(*) FROM operation_evidence")
                await reader.close()
                assert not done, "I6: it has a later place, and is there before the one that is still being written"

            assert await quick == [("stored", None)]
            assert early == 1
            assert len(await here.pulled(first.scope)) == 3

    asyncio.run(run())


def _brought(here: Office, raw: bytes) -> Brought:
    push = read_push(raw)
    opener = here.log.keyring.opener({key.id: key for key in push.carry_keys})
    return Brought([open_arrival(line, opener) for line in push.lines if isinstance(line, PushLine)], "a tablet")


async def test_an_operation_whose_stream_is_gone_is_found_by_verifying(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note = visit.inspector.writes()

    def loses_the_stream() -> Work[None]:
        yield Tell("DELETE FROM stream WHERE incarnation = ?", [(visit.inspector.incarnation,)])

    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note)
        await here.log.in_one_transaction(loses_the_stream)

        assert [(each.place, each.code) for each in await verify_all(here.log)] == [
            (f"operation {note.id}, evidence", "stream_unknown")
        ]


async def test_a_record_whose_words_are_not_where_it_says_is_found_by_verifying(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    note = visit.inspector.writes()
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note, visit.inspector.writes())
        await database.connection.execute_query(
            "UPDATE record SET position = 2 WHERE position = 1 AND record_type = 'block'"
        )

        assert [(problem.place, problem.code) for problem in await verify_all(here.log)] == [
            (f"record {note.record}", "words_not_found")
        ]
