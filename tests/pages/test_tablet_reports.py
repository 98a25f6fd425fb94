"""A tablet's report in words: what came back, what is gone, who is asked to look, and never more than the tablet can know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fieldwork.domain.tablet_report import TabletReport
from fieldwork.pages.tablet_reports import MOST_SHOWN, reports

AT = datetime(2026, 11, 22, 16, 2, tzinfo=UTC)
QUIET = TabletReport(
    UUID(int=1), UUID(int=2), AT, "2026-11-22T16:02:00.000Z", found_empty=False, restored=0, repaired=0, copied=0, lost=0,
    lost_streams=0, damaged=0, certain=True, journal_damaged_bytes=0, drafts_unopened=0, persisted=True,
)  # fmt: skip
LOOK = "Ask Ada Example to look at what is on the tablet before anything else is written there."


def said(*told: TabletReport) -> list[str]:
    return [f"{line['when']}: {line['attention']} {line['words']}" for line in reports(told, "Ada Example")]


def words(**found: object) -> str:
    [line] = reports([replace(QUIET, **found)], "Ada Example")
    return f"{line['attention']} {line['words']}".strip()


def test_what_came_back_is_counted_and_nothing_is_missing() -> None:
    assert said(replace(QUIET, found_empty=True, restored=2, repaired=1)) == [
        "22 November 2026 at 4:02pm:  The tablet’s main store was found empty. 3 changes came back from the second copy."
        " Nothing is missing."
    ]
    assert words(copied=1) == "1 change was copied into the second copy again. Nothing is missing."


def test_what_is_missing_is_counted_and_somebody_is_asked_to_look() -> None:
    assert words(lost=1, lost_streams=1, damaged=1) == (
        f"Something is missing. 2 changes could not be restored. What it had sent before is safe at the office. {LOOK}"
    )
    assert words(damaged=1).startswith("Something is missing. 1 change could not be restored.")


def test_nought_is_never_called_nothing_where_the_tablet_cannot_know() -> None:
    unsure = words(found_empty=True, restored=3, certain=False)

    assert "Nothing" not in unsure
    assert unsure.startswith("Something may be missing.")
    assert f"The tablet cannot tell whether anything is missing. {LOOK}" in unsure
    assert "cannot tell whether that is the right number" in words(lost=2, lost_streams=1, certain=False)


def test_drafts_that_do_not_open_say_nothing_about_what_is_missing() -> None:
    assert words(drafts_unopened=1) == "1 draft does not open for its writer and is kept on the tablet."
    assert words(drafts_unopened=2) == "2 drafts do not open for their writer and are kept on the tablet."


def test_damage_of_the_second_copy_and_a_browser_that_promises_nothing_are_told() -> None:
    told = words(copied=3, journal_damaged_bytes=1200, persisted=False)

    assert "1,200 bytes of the second copy could not be read." in told
    assert "The tablet may delete notes when it runs out of space." in told
    assert "may delete" not in words(copied=3, persisted=None)


def test_a_later_report_does_not_take_back_what_an_earlier_one_said_is_missing() -> None:
    lost, later = replace(QUIET, lost=2, lost_streams=1), replace(QUIET, copied=1, received_at=AT + timedelta(days=1))

    first, second = said(later, lost)

    assert "Something is missing." in first
    assert second.endswith("1 change was copied into the second copy again. Nothing else is missing.")


def test_after_a_report_that_could_not_know_a_later_one_speaks_of_its_own_start_alone() -> None:
    unsure = replace(QUIET, found_empty=True, restored=4, certain=False)
    counted = replace(QUIET, lost=2, lost_streams=1, certain=False)
    later = replace(QUIET, copied=4, received_at=AT + timedelta(days=1))

    for earlier in ([unsure], [counted], [replace(QUIET, damaged=1), unsure]):
        assert said(later, *earlier)[-1].endswith(
            "4 changes were copied into the second copy again. This start found nothing missing."
        )


def test_what_needs_a_look_stands_first_however_many_came_after_it() -> None:
    lost = replace(QUIET, lost=2, lost_streams=1)
    quiet = [replace(QUIET, copied=1)] * 20

    shown = said(*quiet, lost)

    assert len(shown) == MOST_SHOWN
    assert "2 changes could not be restored." in shown[0]


def test_the_tablets_own_clock_is_told_where_it_says_another_hour_and_no_clock_breaks_the_page() -> None:
    by_its_own_clock = replace(QUIET, copied=1, found_at="2026-11-20T09:10:00.000Z")

    assert said(by_its_own_clock)[0].startswith(
        "22 November 2026 at 4:02pm (by the tablet’s clock it was 20 November 2026 at 9:10am): "
    )
    for odd in ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1900-01-01T00:00:00.000Z"):
        assert "clock" not in said(replace(by_its_own_clock, found_at=odd))[0]
