"""What tablets say they still hold, and the answers to it, as they go over the wire, and as they must not (PROTOCOL.md 4.9)."""

import msgspec

from sync.central.contact import MOST_SCOPES, Contact, read_contact, read_contacted, write_contact, write_contacted
from sync.vectors.plain import EPOCH, REVIEW, VISIT, Json, code_of, compact

OTHER_VISIT = "visit:33333333-3333-4333-8333-333333333334"


def held(**changes: Json) -> dict[str, Json]:
    """What waits of one visit, with some values changed or added."""
    return {"scope": VISIT, "waiting": 14, "oldest_age_s": 7_200} | changes


def contact_values(**changes: Json) -> dict[str, Json]:
    """A contact that can be read, in the order of the table, with some values changed or added."""
    values: dict[str, Json] = {
        "format": "fieldwork-contact/1",
        "app_version": "0f3c9a6b21d4e875",
        "waiting": 14,
        "oldest_at": "2026-11-22T14:02:00.000Z",
        "oldest_age_s": 7_200,
        "scopes": [held()],
        "attention": 0,
        "drafts": 1,
        "persisted": True,
    }
    return values | changes


NOTHING: dict[str, Json] = {"waiting": 0, "oldest_at": None, "oldest_age_s": None, "scopes": []}


def _visits(count: int) -> list[Json]:
    return [held(scope=f"visit:33333333-3333-4333-8333-{number:012d}", waiting=1) for number in range(count)]


def contacts() -> Json:
    valid = [
        ("fourteen wait, of one visit", contact_values()),
        ("nothing waits", contact_values(**NOTHING, drafts=0)),
        ("nothing waits, and two at the office need a person", contact_values(**NOTHING, attention=2)),
        (
            "of two visits and a review",
            contact_values(
                waiting=20, scopes=[held(), held(scope=OTHER_VISIT, waiting=5, oldest_age_s=0)], attention=1
            ),
        ),
        ("of a review alone", contact_values(scopes=[])),
        ("a clock that was put back since", contact_values(oldest_age_s=0, scopes=[held(oldest_age_s=0)])),
        ("as many visits as may be", contact_values(waiting=MOST_SCOPES, scopes=_visits(MOST_SCOPES))),
        ("a browser that does not say", contact_values(persisted=None)),
        ("the largest number", contact_values(waiting=2**53 - 1, oldest_age_s=2**53 - 1)),
        ("the longest name of a release", contact_values(app_version="v1.2_rc-3" + "0" * 55)),
    ]
    whole = compact(contact_values())
    wrong = [
        ("a sign-in page", "<!doctype html><title>Free wifi</title>"),
        ("nothing", ""),
        ("null", "null"),
        ("cut short", whole[:-2]),
        ("another format", compact(contact_values(format="fieldwork-contact/2"))),
        ("a key that is not in the table", compact(contact_values(words="Her name is Xanthippe."))),
        ("a key left out", compact({key: value for key, value in contact_values().items() if key != "drafts"})),
        ("a key twice", whole.replace('"drafts":1', '"drafts":1,"drafts":2')),
        (
            "a key twice in a visit",
            whole.replace('"waiting":14,"oldest_age_s"', '"waiting":1,"waiting":14,"oldest_age_s"'),
        ),
        ("a person told apart", compact(contact_values(scopes=[held(person=VISIT[6:])]))),
        ("a lane told apart", compact(contact_values(scopes=[held(lane="concern")]))),
        ("a review among the visits", compact(contact_values(scopes=[held(scope=REVIEW)]))),
        ("words for a visit", compact(contact_values(scopes=[held(scope="visit:the one by the sea")]))),
        ("one visit twice", compact(contact_values(waiting=28, scopes=[held(), held()]))),
        ("a visit of which nothing waits", compact(contact_values(scopes=[held(waiting=0)]))),
        ("more of the visits than of all", compact(contact_values(waiting=13))),
        ("older in a visit than the oldest", compact(contact_values(scopes=[held(oldest_age_s=7_201)]))),
        ("too many visits", compact(contact_values(waiting=100, scopes=_visits(MOST_SCOPES + 1)))),
        ("a count below nought", compact(contact_values(drafts=-1))),
        ("a count that is no whole number", whole.replace('"drafts":1', '"drafts":1.5')),
        ("a count that is not in digits alone", whole.replace('"drafts":1', '"drafts":1.0')),
        ("a count that is null", compact(contact_values(attention=None))),
        ("a count beyond what JavaScript counts", compact(contact_values(attention=2**53))),
        ("a space", whole.replace('"drafts":1', '"drafts": 1')),
        ("a backslash", whole.replace("0f3c9a6b21d4e875", "\\u0030f3c9a6b21d4e875")),
        ("something waits and there is no oldest", compact(contact_values(oldest_at=None, oldest_age_s=None))),
        ("an oldest without its age", compact(contact_values(oldest_age_s=None, scopes=[]))),
        ("an age without its oldest", compact(contact_values(oldest_at=None))),
        ("nothing waits and there is an oldest", compact(contact_values(waiting=0, scopes=[]))),
        ("a day that does not exist", compact(contact_values(oldest_at="2026-02-30T14:02:00.000Z"))),
        ("words for a moment", compact(contact_values(oldest_at="this morning"))),
        ("a release without a name", compact(contact_values(app_version=""))),
        ("a release whose name is too long", compact(contact_values(app_version="0" * 65))),
        ("words for a release", compact(contact_values(app_version="the<new>one"))),
    ]
    answer = {"format": "fieldwork-contacted/1", "epoch": EPOCH}
    wrong_answers = [
        ("a sign-in page", "<!doctype html><title>Free wifi</title>"),
        ("nothing", ""),
        ("null", "null"),
        ("without epoch", compact({"format": "fieldwork-contacted/1"})),
        ("another exchange's answer", compact({"format": "fieldwork-keys/1", "epoch": EPOCH, "ingest": []})),
    ]
    for name, raw in wrong:
        assert code_of(read_contact, raw.encode()) == "contact_not_readable", name
    for name, raw in wrong_answers:
        assert code_of(read_contacted, raw.encode()) == "answer_not_readable", name
    assert read_contacted(compact(answer).encode()) == EPOCH
    assert write_contacted(EPOCH) == compact(answer).encode()
    return {
        "valid": [_contacted(name, values) for name, values in valid],
        "wrong": [{"name": name, "raw": raw} for name, raw in wrong],
        "answers": [{"name": "heard", "raw": compact(answer), "epoch": EPOCH}],
        "wrong_answers": [{"name": name, "raw": raw} for name, raw in wrong_answers],
    }


def _contacted(name: str, values: Json) -> Json:
    raw = compact(values)
    contact = msgspec.convert(values, Contact)
    assert read_contact(raw.encode()) == contact, name
    assert write_contact(contact) == raw.encode(), name
    return {"name": name, "raw": raw, "contact": values}
