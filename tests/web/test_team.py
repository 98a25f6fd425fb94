"""The lead looks after the team of a visit; each change is an operation and counts at the next click."""

from __future__ import annotations

from tests.web.office import Office, words_of


def test_a_lead_adds_somebody_who_then_sees_the_visit_and_no_longer_once_their_part_ends(office: Office) -> None:
    lead, administrator = office.signed_in("lead"), office.signed_in("administrator")
    address = f"/visits/{office.visit_id('A')}/team"
    person = office.ask("SELECT person_id FROM account WHERE sign_in_name LIKE 'administrator@%'")[0][0]
    assert administrator.get(f"/visits/{office.visit_id('A')}").status_code == 404

    added = lead.follows(lead.sends(lead.opens(address), address, {"person": str(person), "role": "inspector"})).text

    assert "Added to the team." in words_of(added)
    assert "Emrys Tolland" in words_of(administrator.opens(f"/visits/{office.visit_id('A')}"))
    part = office.ask("SELECT record FROM assignment WHERE person = ?", str(person))[0][0]
    ended = lead.follows(lead.sends(added, f"{address}/{part}/end")).text
    assert "Ended on 22 November 2026 at 9:00am." in words_of(ended)
    assert administrator.get(f"/visits/{office.visit_id('A')}").status_code == 404
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record = ?", part)[0][0] == 2


def test_a_person_or_a_part_that_there_is_not_is_said_at_the_field(office: Office) -> None:
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}/team"

    answer = lead.sends(lead.opens(address), address, {"person": office.person_id("A-I2"), "role": "queen"})

    assert answer.status_code == 422
    assert "Choose somebody who is not on the team yet" in words_of(answer.text)
    assert "Choose what they will do" in words_of(answer.text)


def test_a_lead_does_not_end_their_own_part_or_one_in_another_visit(office: Office) -> None:
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}/team"
    page = lead.opens(address)
    fields = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "operation")}

    own = lead.post(f"{address}/{office.id_of('assignments/A-I1')}/end", fields)
    others = lead.post(f"{address}/{office.id_of('assignments/B-I2')}/end", fields)

    assert own.status_code == 422
    assert "You cannot end your own part" in words_of(own.text)
    assert others.status_code == 404
