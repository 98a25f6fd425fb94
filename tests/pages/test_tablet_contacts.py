"""A visit's tablets in words: who must be asked first, since when, and never "nothing" of a tablet that has not said so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fieldwork.domain.tablet_contact import TabletContact
from fieldwork.pages.tablet_contacts import TabletLine, board, is_on_site, said_last

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)
QUIET = TabletLine(
    label="Ada’s tablet", person="Ada Example", standing="on_the_team", last_seen_at=NOW, revoked_at=None, told_at=NOW, waiting=0,
    oldest_age_s=None, persisted=True,
)  # fmt: skip
SAID = TabletContact(
    UUID(int=1), NOW, "0f3c9a6b", 0, None, None, attention=0, drafts=0, persisted=True
)  # fmt: skip


def shown(*lines: TabletLine, on_site: bool = False, without: tuple[str, ...] = ()) -> Any:
    return board(lines, without, alarm_after=DAY, on_site=on_site, now=NOW)


def row(on_site: bool = False, **facts: object) -> Any:
    [one] = shown(replace(QUIET, **facts), on_site=on_site)["rows"]
    return one


def words(**said: object) -> str:
    told = said_last(replace(SAID, **said), last_seen_at=NOW, alarm_after=DAY, now=NOW)
    return f"{told['alarm']} {told['words']}".strip()


def test_what_has_waited_too_long_is_an_alarm_in_words() -> None:
    two_days_ago = NOW - 2 * DAY

    late = row(last_seen_at=two_days_ago, told_at=two_days_ago, waiting=14, oldest_age_s=7_200)

    assert late["words"] == (
        "Last here 2 days ago, on 20 November 2026 at 6:00pm. It says that 14 changes of this visit are still only on it."
        " The oldest has waited 2 days."
    )
    assert late["state"] == {"kind": "attention", "words": "Waiting too long"}


def test_what_waits_for_less_than_the_limit_is_told_without_alarm() -> None:
    young = row(waiting=1, oldest_age_s=86_400)
    late = row(waiting=1, oldest_age_s=86_401)

    assert young["words"] == (
        "Here in the last 10 minutes. It says that 1 change of this visit is still only on it. The oldest has waited 1 day."
    )
    assert young["state"] == {"kind": "tablet", "words": "1 change only on it"}
    assert late["state"]["kind"] == "attention"


def test_time_goes_on_for_a_tablet_that_does_not_come_again() -> None:
    told_at = NOW - timedelta(hours=23)

    assert row(told_at=told_at, waiting=2, oldest_age_s=3_600)["state"]["kind"] == "tablet"
    assert row(told_at=told_at, waiting=2, oldest_age_s=3_601)["state"]["kind"] == "attention"


def test_a_silent_tablet_is_an_alarm_while_the_team_is_on_site_and_not_years_later() -> None:
    silent = {"last_seen_at": NOW - timedelta(hours=25), "told_at": NOW - timedelta(hours=25)}

    alarm = row(on_site=True, **silent)

    assert alarm["state"] == {"kind": "attention", "words": "Not heard of for too long"}
    assert alarm["words"].endswith(
        "It says that nothing of this visit is only on it. What was written on it since then is not known here."
    )
    for quiet in (
        row(on_site=False, **silent),
        row(on_site=True, revoked_at=NOW, **silent),
        row(on_site=True, standing="part_ended", **silent),
    ):
        assert quiet["state"]["kind"] != "attention"


def test_a_tablet_that_has_not_said_anything_is_never_called_empty() -> None:
    silent = row(told_at=None, waiting=None, persisted=None)

    assert silent["words"] == "Here in the last 10 minutes. It has not said yet what is only on it."
    assert silent["state"]["words"] == ""


def test_a_revoked_tablet_says_so_and_what_waits_on_it_is_still_an_alarm() -> None:
    revoked = row(revoked_at=NOW - DAY, waiting=3, oldest_age_s=172_800)
    empty = row(revoked_at=NOW - DAY)

    assert revoked["revoked"] == "Revoked on 21 November 2026 at 6:00pm."
    assert revoked["state"]["kind"] == "attention"
    assert empty["state"]["words"] == ""


def test_those_that_need_somebody_come_first_and_are_counted() -> None:
    late = {"waiting": 1, "oldest_age_s": 200_000}
    found = shown(
        QUIET,
        replace(QUIET, person="Zoe", **late),
        replace(QUIET, person="Bea", revoked_at=NOW),
        replace(QUIET, person="Cat", standing="part_ended"),
        without=("Dan Example", ""),
    )

    assert [one["person"] for one in found["rows"]] == ["Zoe", "Ada Example", "Cat, no longer on the team", "Bea"]
    assert found["alarm"] == "1 tablet needs you: look at the tablets of this visit."
    assert shown(replace(QUIET, **late), replace(QUIET, **late))["alarm"].startswith("2 tablets need you")
    assert shown(QUIET)["alarm"] == ""
    assert found["without"] == [
        "Dan Example has no tablet yet.",
        "Somebody whose name is not stated has no tablet yet.",
    ]


def test_somebody_elses_tablet_and_one_that_may_delete_are_told() -> None:
    lent = row(standing="elsewhere", waiting=1, oldest_age_s=0, persisted=False)

    assert lent["person"] == "Ada Example, not on the team of this visit"
    assert lent["words"].endswith(
        "The oldest has waited 1 minute. The tablet may delete notes when it runs out of space."
    )


@pytest.mark.parametrize(
    ("first", "last", "on_site"),
    [
        ("2026-11-20", "2026-11-22", True),
        ("2026-11-22", "2026-11-24", True),
        ("2026-11-17", "2026-11-21", True),
        ("2026-11-16", "2026-11-20", False),
        ("2026-11-23", "2026-11-27", False),
        (None, "2026-11-22", False),
        ("2026-11-20", "soon", False),
    ],
)
def test_the_team_is_on_site_until_the_day_after(first: object, last: object, on_site: bool) -> None:
    assert is_on_site(first, last, NOW) is on_site


def test_everything_a_tablet_said_is_told_to_whoever_looks_after_tablets() -> None:
    assert words() == "It says that nothing is only on it. It runs release 0f3c9a6b."
    assert words(
        waiting=2, oldest_at="2026-11-22T15:00:00.000Z", oldest_age_s=10_800, attention=1, drafts=2, persisted=False
    ) == (
        "It says that 2 changes are still only on it. The oldest has waited 3 hours. 1 change needs a person to look."
        " 2 drafts were being written. The tablet may delete notes when it runs out of space. It runs release 0f3c9a6b."
    )
    assert words(waiting=1, oldest_at="2026-11-20T15:00:00.000Z", oldest_age_s=183_600).startswith(
        "Something has waited too long. It says"
    )


def test_a_clock_that_is_wrong_is_told_and_counts_for_nothing() -> None:
    wrong = words(waiting=1, oldest_at="2031-01-01T00:00:00.000Z", oldest_age_s=600)
    end_of_time = words(waiting=1, oldest_at="9999-12-31T23:59:59.999Z", oldest_age_s=2**53 - 1)

    assert (
        "The oldest has waited 10 minutes (by the tablet’s clock it was saved on 1 January 2031 at midnight)." in wrong
    )
    assert "by the tablet’s clock" not in end_of_time
    assert "days" in end_of_time


def test_a_tablet_that_is_here_and_tells_nothing_more_says_since_when() -> None:
    told = said_last(replace(SAID, told_at=NOW - DAY), last_seen_at=NOW, alarm_after=DAY, now=NOW)
    never = said_last(None, last_seen_at=NOW, alarm_after=DAY, now=NOW)

    assert "It said so on 21 November 2026 at 6:00pm, and nothing since." in told["words"]
    assert never == {"alarm": "", "words": "It has not said yet what is only on it."}


def test_what_a_tablet_said_a_while_ago_is_not_called_safe() -> None:
    ago = [NOW - timedelta(minutes=5), NOW - timedelta(days=1, minutes=1), NOW - timedelta(days=40)]

    kinds = [row(last_seen_at=moment, told_at=moment)["state"]["kind"] for moment in ago]

    assert kinds == ["safe", "", ""]
