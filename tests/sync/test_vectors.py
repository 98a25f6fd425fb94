"""The shared vectors, as Python keeps them. The same files hold the tablet's JavaScript."""

import json
from itertools import permutations
from pathlib import Path

import msgspec
import pytest

from sync.central.body import BodyProblem, read_body, shown, write_body
from sync.central.chain import verify_chain
from sync.central.contact import Contact, read_contact, read_contacted, write_contact, write_contacted
from sync.central.fold import extend, fold
from sync.central.header import Header, Unreadable, hash_of, read_header, write_header
from sync.central.line import (
    AnswerProblem,
    PushLine,
    PushProblem,
    read_keys,
    read_manifest,
    read_pull,
    read_push,
    read_receipts,
    read_streams,
    write_pull,
    write_receipts,
)
from sync.central.report import read_report, read_reported, write_report, write_reported
from sync.central.seal import NotOpened, Wrap, open_from_storage, open_sealed, seal, unwrap_carry_key
from sync.central.sealed_copy import CopyProblem, pushes_of, read_sealed_copy, write_sealed_copy
from sync.vectors.cases_of_folding import operations_of, state_of
from sync.vectors.make import HERE, files
from sync.vectors.plain import base64_of, bytes_of

VECTORS = Path(HERE)


def cases(file: str, part: str):
    """One parameter per case, named as the case is."""
    found = json.loads((VECTORS / f"{file}.json").read_text(encoding="ascii"))[part]
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


def test_the_vectors_on_disk_are_those_that_their_cases_make():
    for name, text in files().items():
        assert (VECTORS / name).read_text(encoding="ascii") == text, f"run: python -m sync.vectors.make ({name})"


@cases("headers", "valid")
def test_a_header_as_promised_is_read(case):
    raw = bytes_of(case["raw"])

    header = read_header(raw)

    assert header == msgspec.convert(case["header"], Header)
    assert hash_of(raw) == case["header_hash"]
    if case["written"]:
        assert write_header(header) == raw


@cases("headers", "wrong")
def test_a_header_that_is_wrong_is_named_by_its_code(case):
    with pytest.raises(Unreadable) as problem:
        read_header(bytes_of(case["raw"]))

    assert problem.value.code == case["code"]


def fields_of(case):
    rules = case.get("fields_by_rule")
    return case["fields"] if rules is None else {k: r["repeat"] * r["times"] for k, r in rules.items()}


@cases("bodies", "valid")
def test_words_come_back_from_their_bytes_as_they_were_typed(case):
    raw = bytes_of(case["raw"])

    assert read_body(raw) == fields_of(case)
    assert (hash_of(raw), len(raw)) == (case["body_hash"], case["body_bytes"])
    if case["written"]:
        assert write_body(fields_of(case), bytes.fromhex(case["salt"])) == raw


@cases("bodies", "wrong")
def test_bytes_that_are_no_body_are_named_by_their_code(case):
    with pytest.raises(BodyProblem) as problem:
        read_body(bytes_of(case["raw"]), case.get("kind"))

    assert problem.value.code == case["code"]


@cases("bodies", "not_written")
def test_nobody_writes_a_body_that_could_not_be_read(case):
    with pytest.raises(BodyProblem):
        write_body(case["fields"], bytes(16))


@cases("bodies", "shown")
def test_what_cannot_be_shown_is_shown_as_a_replacement(case):
    assert shown(case["value"]) == case["shown"]


@cases("lines", "pushes")
def test_a_push_is_read_line_by_line(case):
    push = read_push(bytes_of(case["raw"]))

    assert list(map(msgspec.to_builtins, push.carry_keys)) == case["carry_keys"]
    assert list(map(told_of, push.lines)) == case["lines"]


def told_of(line):
    if not isinstance(line, PushLine):
        return {"line": line.line_number, "line_hash": line.line_hash, "code": line.code}
    return {
        "header": line.header_raw.decode("ascii"),
        "header_hash": line.header_hash,
        "carry": line.carry,
        "sealed": base64_of(line.sealed),
    }


@cases("lines", "wrong_pushes")
def test_only_a_push_without_a_readable_head_is_refused_whole(case):
    with pytest.raises(PushProblem) as problem:
        read_push(bytes_of(case["raw"]))

    assert problem.value.code == case["code"]


@cases("copies", "valid")
def test_a_sealed_copy_is_read_line_by_line_and_a_cut_or_altered_one_is_seen(case):
    """DUR-26."""
    copy = read_sealed_copy(bytes_of(case["raw"]))
    read = [line for push in pushes_of(copy) for line in push.lines]

    assert msgspec.to_builtins(copy.head) == case["head"]
    assert [msgspec.to_builtins(key) for key in copy.carry_keys.values()] == case["carry_keys"]
    assert list(map(told_of, read)) == case["lines"]
    assert copy.whole is case["whole"]
    if case["written"]:
        lines = [(line.header_raw, line.carry, line.sealed) for line in read]
        assert write_sealed_copy(copy.head.copied_at, copy.carry_keys.values(), lines) == bytes_of(case["raw"])


@cases("copies", "wrong")
def test_only_a_sealed_copy_without_a_readable_head_is_refused_whole(case):
    """DUR-26."""
    with pytest.raises(CopyProblem) as problem:
        read_sealed_copy(bytes_of(case["raw"]))

    assert problem.value.code == case["code"]


@cases("receipts", "valid")
def test_receipts_are_written_as_promised(case):
    epoch, receipts = read_receipts(bytes_of(case["raw"]))

    assert epoch == case["epoch"]
    assert len(receipts) == len(case["receipts"])
    assert write_receipts(epoch, receipts) == bytes_of(case["raw"])


@cases("receipts", "wrong")
def test_an_answer_that_is_not_centrals_is_no_receipt(case):
    with pytest.raises(AnswerProblem):
        read_receipts(bytes_of(case["raw"]))


@cases("pull", "valid")
def test_a_page_is_read_and_written_as_promised(case):
    head, rows = read_pull(bytes_of(case["raw"]))

    assert msgspec.to_builtins(head) == case["head"]
    assert [(r.position, r.received_at, r.header_raw.decode(), r.body and r.body.decode()) for r in rows] == [
        (r["position"], r["received_at"], r["header"], r["body"]) for r in case["rows"]
    ]
    assert write_pull(head, rows) == bytes_of(case["raw"])


@cases("pull", "wrong")
def test_a_page_that_was_cut_or_is_not_centrals_is_not_taken(case):
    with pytest.raises(AnswerProblem) as problem:
        read_pull(bytes_of(case["raw"]))

    assert problem.value.code == case["code"]


@cases("exchanges", "streams")
def test_a_tablet_asks_about_its_streams(case):
    assert [msgspec.to_builtins(stream) for stream in read_streams(bytes_of(case["raw"]))] == case["streams"]


@cases("exchanges", "manifests")
def test_a_manifest_says_how_far_central_has_each_stream(case):
    epoch, marks = read_manifest(bytes_of(case["raw"]))

    assert (epoch, json.loads(msgspec.json.encode(marks))) == (case["epoch"], case["streams"])


@cases("exchanges", "wrong_manifests")
def test_an_answer_that_is_not_centrals_is_no_manifest(case):
    with pytest.raises(AnswerProblem):
        read_manifest(bytes_of(case["raw"]))


@cases("exchanges", "keys")
def test_tablets_get_the_public_keys_of_the_office(case):
    epoch, ingest = read_keys(bytes_of(case["raw"]))

    assert (epoch, [msgspec.to_builtins(key) for key in ingest]) == (case["epoch"], case["ingest"])


@cases("exchanges", "wrong_keys")
def test_an_answer_that_is_not_centrals_brings_no_keys(case):
    with pytest.raises(AnswerProblem):
        read_keys(bytes_of(case["raw"]))


@cases("reports", "valid")
def test_a_report_is_read_and_written_as_promised(case):
    report = read_report(bytes_of(case["raw"]))

    assert msgspec.to_builtins(report) == case["report"]
    assert write_report(report) == bytes_of(case["raw"])


@cases("reports", "wrong")
def test_what_is_no_report_is_refused(case):
    with pytest.raises(PushProblem) as problem:
        read_report(bytes_of(case["raw"]))

    assert problem.value.code == "report_not_readable"


@cases("reports", "answers")
def test_the_answer_to_a_report_names_it(case):
    assert read_reported(bytes_of(case["raw"])) == (case["epoch"], case["report"])
    assert write_reported(case["epoch"], case["report"]) == bytes_of(case["raw"])


@cases("reports", "wrong_answers")
def test_an_answer_that_is_not_centrals_takes_no_report(case):
    with pytest.raises(AnswerProblem):
        read_reported(bytes_of(case["raw"]))


@cases("contacts", "valid")
def test_a_contact_is_read_and_written_as_promised(case):
    contact = read_contact(bytes_of(case["raw"]))

    assert contact == msgspec.convert(case["contact"], Contact)
    assert write_contact(contact) == bytes_of(case["raw"])


@cases("contacts", "wrong")
def test_what_is_no_contact_is_refused(case):
    with pytest.raises(PushProblem) as problem:
        read_contact(bytes_of(case["raw"]))

    assert problem.value.code == "contact_not_readable"


@cases("contacts", "answers")
def test_the_answer_to_a_contact_names_the_epoch(case):
    assert read_contacted(bytes_of(case["raw"])) == case["epoch"]
    assert write_contacted(case["epoch"]) == bytes_of(case["raw"])


@cases("contacts", "wrong_answers")
def test_an_answer_that_is_not_centrals_is_no_answer_to_a_contact(case):
    with pytest.raises(AnswerProblem):
        read_contacted(bytes_of(case["raw"]))


def raw64(text):
    return bytes_of({"base64": text})


@cases("seal", "wraps")
def test_whoever_a_carry_key_was_wrapped_for_gets_it(case):
    wrap = Wrap(raw64(case["ephemeral"]), raw64(case["wrapped"]))

    opened = unwrap_carry_key(wrap, case["carry_id"], case["lane"], case["private_pem"].encode(), info=case["info"])

    assert opened.hex() == case["carry_key"]


@cases("seal", "wraps_not_opened")
def test_nobody_else_gets_a_carry_key(case):
    wrap = Wrap(raw64(case["ephemeral"]), raw64(case["wrapped"]))

    with pytest.raises(NotOpened):
        unwrap_carry_key(wrap, case["carry_id"], case["lane"], case["private_pem"].encode(), info=case["info"])


@cases("seal", "entries")
def test_a_sealed_entry_opens_under_its_own_header(case):
    carry_key, header, body = bytes.fromhex(case["carry_key"]), case["header"].encode(), case["body"].encode()

    assert seal(carry_key, bytes.fromhex(case["nonce"]), header, body) == raw64(case["sealed"])
    assert open_sealed(carry_key, header, raw64(case["sealed"])) == body


@cases("seal", "entries_not_opened")
def test_a_sealed_entry_opens_under_nothing_else(case):
    with pytest.raises(NotOpened):
        open_sealed(bytes.fromhex(case["carry_key"]), case["header"].encode(), raw64(case["sealed"]))


@cases("seal", "storage")
def test_a_body_at_rest_opens_under_its_own_header(case):
    opened = open_from_storage(bytes.fromhex(case["storage_key"]), case["header_hash"], raw64(case["sealed"]))

    assert opened == case["body"].encode()


@cases("fold", "cases")
def test_the_same_operations_add_up_to_the_same_record_in_every_order(case):
    expected = case["state"] | case["central_only"]

    for order in permutations(operations_of(case)):
        assert state_of(list(order)) == expected


@cases("fold", "cases")
def test_going_on_from_a_state_agrees_with_folding_the_whole_set(case):
    *before, last = operations_of(case)
    if not before or before[-1].kind == "redact" or last.operation in {each.operation for each in before}:
        return

    extended = extend(fold(before), last)

    assert extended is None or extended == fold([*before, last])


@cases("chain", "cases")
def test_a_chain_says_where_it_breaks_first(case):
    problem = verify_chain(bytes_of(header) for header in case["headers"])

    told = None if problem is None else {"place": problem.place, "code": problem.code}
    assert told == case["problem"]
