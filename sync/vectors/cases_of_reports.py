"""Reports of what a start found, and the answers to them, as they go over the wire, and as they must not (PROTOCOL.md 4.8)."""

import msgspec

from sync.central.report import Report, read_report, read_reported, write_report, write_reported
from sync.vectors.plain import EPOCH, PERSON, Json, code_of, compact

REPORT = "88888888-8888-4888-8888-888888888888"


def report_values(**changes: Json) -> dict[str, Json]:
    """A report that can be read, in the order of the table, with some values changed or added."""
    values: dict[str, Json] = {
        "format": "fieldwork-report/1",
        "report": REPORT,
        "found_at": "2026-11-22T16:02:00.000Z",
        "found_empty": True,
        "restored": 3,
        "repaired": 0,
        "copied": 0,
        "lost": 0,
        "lost_streams": 0,
        "damaged": 0,
        "certain": True,
        "journal_damaged_bytes": 0,
        "drafts_unopened": 0,
        "persisted": False,
    }
    return values | changes


def reports() -> Json:
    valid = [
        ("three came back", report_values()),
        (
            "two are gone, of two streams, and nobody knows whether that is all",
            report_values(lost=2, lost_streams=2, certain=False),
        ),
        ("a browser that does not say", report_values(persisted=None)),
        ("the largest number", report_values(restored=2**53 - 1)),
    ]
    whole = compact(report_values())
    wrong = [
        ("a sign-in page", "<!doctype html><title>Free wifi</title>"),
        ("nothing", ""),
        ("null", "null"),
        ("cut short", whole[:-2]),
        ("another format", compact(report_values(format="fieldwork-report/2"))),
        ("a key that is not in the table", compact(report_values(words="Her name is Xanthippe."))),
        ("a key left out", compact({key: value for key, value in report_values().items() if key != "lost"})),
        ("a key twice", whole.replace('"copied":0', '"copied":0,"copied":5')),
        ("a count below nought", compact(report_values(restored=-1))),
        ("a count that is no whole number", whole.replace('"restored":3', '"restored":3.5')),
        ("a count that is not in digits alone", whole.replace('"restored":3', '"restored":3.0')),
        ("a space", whole.replace('"restored":3', '"restored": 3')),
        ("a count beyond what JavaScript counts", compact(report_values(restored=2**53))),
        ("a count that is null", compact(report_values(lost=None))),
        ("an id of another version", compact(report_values(report="01950000-0000-7000-8000-000000000001"))),
        ("words for an id", compact(report_values(report="these words"))),
        ("a day that does not exist", compact(report_values(found_at="2026-02-30T16:02:00.000Z"))),
        ("more streams than numbers", compact(report_values(lost=1, lost_streams=2))),
        ("numbers of no stream", compact(report_values(lost=1))),
    ]
    answer = {"format": "fieldwork-reported/1", "epoch": EPOCH, "report": REPORT}
    wrong_answers = [
        ("a sign-in page", "<!doctype html><title>Free wifi</title>"),
        ("nothing", ""),
        ("null", "null"),
        ("without epoch", compact({key: value for key, value in answer.items() if key != "epoch"})),
        ("another exchange's answer", compact({"format": "fieldwork-keys/1", "epoch": EPOCH, "ingest": []})),
        ("without the report", compact({"format": "fieldwork-reported/1", "epoch": EPOCH})),
        ("words for an id", compact(answer | {"report": "yes"})),
    ]
    for name, raw in wrong:
        assert code_of(read_report, raw.encode()) == "report_not_readable", name
    for name, raw in wrong_answers:
        assert code_of(read_reported, raw.encode()) == "answer_not_readable", name
    assert read_reported(compact(answer).encode()) == (EPOCH, REPORT)
    assert write_reported(EPOCH, REPORT) == compact(answer).encode()
    return {
        "valid": [_reported(name, values) for name, values in valid],
        "wrong": [{"name": name, "raw": raw} for name, raw in wrong],
        "answers": [{"name": "kept", "raw": compact(answer), "epoch": EPOCH, "report": REPORT}],
        "wrong_answers": [{"name": name, "raw": raw} for name, raw in wrong_answers],
        "answers_about_another": [{"name": "another report", "raw": compact(answer | {"report": PERSON})}],
    }


def _reported(name: str, values: Json) -> Json:
    raw = compact(values)
    read = read_report(raw.encode())
    assert msgspec.to_builtins(read) == values, name
    assert write_report(msgspec.convert(values, Report)) == raw.encode(), name
    return {"name": name, "raw": raw, "report": values}
