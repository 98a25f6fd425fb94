"""A record of evidence has the activity of its own visit and that activity's consents, and nobody else's."""

from __future__ import annotations

from fieldwork.domain.belonging import activity_and_consents

HERE, ELSEWHERE = "visit:a", "visit:b"


def test_an_activity_of_the_same_scope_is_the_records_own_with_its_consents() -> None:
    found = {("activity", "one", HERE): "a visit to school", ("consent", "one", HERE): "given"}

    assert activity_and_consents(found, "one", HERE) == ("a visit to school", "given")


def test_an_activity_that_nobody_consented_to_has_no_consents() -> None:
    found = {("activity", "one", HERE): "a visit to school", ("consent", "two", HERE): "given to another"}

    assert activity_and_consents(found, "one", HERE) == ("a visit to school", None)


def test_what_is_of_another_scope_is_not_the_records_own() -> None:
    elsewhere = {("activity", "one", ELSEWHERE): "another's", ("consent", "one", HERE): "given"}
    consent_elsewhere = {("activity", "one", HERE): "its own", ("consent", "one", ELSEWHERE): "given to another"}

    assert activity_and_consents(elsewhere, "one", HERE) == (None, None)
    assert activity_and_consents(consent_elsewhere, "one", HERE) == ("its own", None)


def test_what_is_no_activity_is_not_the_records_own_whatever_the_record_says() -> None:
    found = {("setting", "one", HERE): "a school", ("consent", "one", HERE): "given"}

    assert activity_and_consents(found, "one", HERE) == (None, None)


def test_consents_of_an_activity_that_has_not_come_are_nobodys() -> None:
    found = {("consent", "one", HERE): "given"}

    assert activity_and_consents(found, "one", HERE) == (None, None)


def test_a_record_that_names_no_activity_has_none() -> None:
    found = {("activity", "one", HERE): "a visit to school", ("consent", "one", HERE): "given"}

    assert activity_and_consents(found, None, HERE) == (None, None)
