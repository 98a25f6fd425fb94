"""Who may write, pull and read: rule R31, lane by lane."""

import itertools

import pytest

from fieldwork.domain.rights import ROLES, Assignment, may_export, may_pull, may_read_at_central, may_write, roles_in

VISIT, REVIEW = "visit:1", "review:2"


def roles(*names: str) -> frozenset:  # type: ignore[type-arg]
    return frozenset(names)


@pytest.mark.parametrize("lane", ["evidence", "vault", "concern"])
def test_nobody_without_a_part_may_do_anything(lane: str) -> None:
    for scope in (VISIT, REVIEW):
        assert not may_write(roles(), scope, lane, "block")
        assert not may_pull(roles(), scope, lane)


@pytest.mark.parametrize("record_type", ["decision", "words_of_others"])
def test_only_a_lead_lets_in_what_was_quarantined_and_removes_others_words(record_type: str) -> None:
    for lane in ("evidence", "vault"):
        assert may_write(roles("lead"), VISIT, lane, record_type)
        assert not may_write(roles("inspector"), VISIT, lane, record_type)


@pytest.mark.parametrize("record_type", ["decision", "words_of_others"])
def test_among_the_concerns_that_is_the_safeguarding_leads(record_type: str) -> None:
    assert may_write(roles("safeguarding_lead"), VISIT, "concern", record_type)
    assert not may_write(roles("lead", "inspector"), VISIT, "concern", record_type)


def test_a_concern_is_written_by_the_team_and_pulled_by_the_safeguarding_lead_alone() -> None:
    assert may_write(roles("inspector"), VISIT, "concern", "concern")
    assert [role for role in ROLES if may_pull(roles(role), VISIT, "concern")] == ["safeguarding_lead"]


def test_names_are_for_the_visits_team() -> None:
    assert {role for role in ROLES if may_pull(roles(role), VISIT, "vault")} == {"lead", "inspector"}
    assert {role for role in ROLES if may_pull(roles(role), REVIEW, "vault")} == {"lead"}


def test_analysts_code_and_find_but_write_no_evidence() -> None:
    for role in ("researcher", "report_writer"):
        assert may_write(roles(role), VISIT, "evidence", "coding")
        assert not may_write(roles(role), VISIT, "evidence", "block")


def test_unscreened_words_are_their_teams_alone() -> None:
    assert may_read_at_central(roles("inspector"), screened=False)
    assert not may_read_at_central(roles("researcher"), screened=False)
    assert may_read_at_central(roles("researcher"), screened=True)


def test_evidence_leaves_through_leads_and_analysts_only() -> None:
    assert {role for role in ROLES if may_export(roles(role))} == {"lead", "researcher", "report_writer"}


def test_an_ended_part_gives_nothing() -> None:
    ended = Assignment("p", "2", "1", "lead", ended_at="2025-02-14T17:00:00.000Z")

    assert roles_in(VISIT, [ended], "2") == frozenset()


@pytest.mark.parametrize(("role", "reaches"), [("researcher", True), ("safeguarding_lead", True), ("lead", False)])
def test_a_part_in_the_whole_review_reaches_its_visits_unless_it_is_a_teams(role: str, reaches: bool) -> None:
    whole = Assignment("p", "2", None, role)  # type: ignore[arg-type]

    assert bool(roles_in(VISIT, [whole], "2")) is reaches
    assert roles_in(VISIT, [whole], "another review") == frozenset()


def test_a_part_in_one_visit_is_no_part_in_another() -> None:
    for role, visit in itertools.product(ROLES, ["3", "4"]):
        assert roles_in(VISIT, [Assignment("p", "2", visit, role)], "2") == frozenset()
