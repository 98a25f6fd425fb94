"""The pages of central on PostgreSQL: the same walk as everywhere else, for the few texts of SQL that are the pages' own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresCluster
from tests.web.office import Office, make_template, open_office, words_of
from tests.web.test_pages_in_browser import addresses


@pytest.fixture
def postgres_office(
    postgres: PostgresCluster, postgres_template: str, tmp_path: Path, quick_passwords: None
) -> Iterator[Office]:
    """An office whose log is on PostgreSQL."""
    name = postgres.new_database(postgres_template)
    url = postgres.url(name)
    template = make_template(tmp_path / "template", url)
    with open_office(template, tmp_path, database_url=url) as office:
        yield office
    postgres.drop_database(name)


def test_everything_is_read_and_done_on_postgres_as_well(postgres_office: Office) -> None:
    office, scope = postgres_office, f"visit:{postgres_office.visit_id('A')}"
    stranger, tablet = office.tablet_of("B-I2"), office.tablet_of("A-I2")
    stranger.records(scope, "A word from a neighbour.")
    stranger.sends()
    tablet.writes(scope, "concern", {"exact_words": "Not safe."}, lane="concern")
    evidence_id = tablet.records(scope, "Her name is Xanthippe. It rained.")
    tablet.sends()

    for who, urls in addresses(office).items():
        browser = office.signed_in(who) if who else office.browser()
        for url in urls:
            assert browser.get(url).status_code == (404 if url.endswith("/nothing") else 200), url
    lead = office.signed_in("lead")
    page = lead.opens(f"/evidence/{evidence_id}")
    assert "Marked as seen." in words_of(lead.follows(lead.sends(page, f"/evidence/{evidence_id}/seen")).text)
    block_id = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", evidence_id)[0][0]
    address = f"/evidence/{evidence_id}/removal"
    page = lead.opens(f"{address}?block={block_id}")
    looked = lead.sends(page, address, {"words": "Xanthippe", "reason": "name_replaced", "step": "check"})
    done = lead.sends(looked.text, address, {"step": "remove"})
    assert "The words are gone from 1 entry." in words_of(done.text)
    assert "Her name is [removed]. It rained." in words_of(lead.opens(f"/evidence/{evidence_id}"))
    bodies = office.ask("SELECT body FROM operation_evidence WHERE body IS NOT NULL")
    states = office.ask("SELECT state FROM record")
    assert [row for row in bodies if b"Xanthippe" in bytes(row[0])] == []
    assert [row for row in states if "Xanthippe" in json.dumps(row[0])] == []
    researcher, found, url = office.signed_in("researcher"), 0, f"/reviews/{office.review_id}/questions/1"
    while url:
        page = researcher.opens(url)
        found += page.count('class="fw-passages__passage"')
        url = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert found == 64
    held = f"/visits/{office.visit_id('A')}/held"
    page = lead.opens(held)
    reason = page.split('id="reason-')[1].split('"')[0]
    assert lead.sends(page, held, {f"reason-{reason}": "She stood in."}).status_code == 303
    assert "Everything that reached the office" in words_of(lead.opens(held))
    concerns = f"/reviews/{office.review_id}/concerns"
    safeguarding = office.signed_in("safeguarding")
    assert "Not safe." in safeguarding.sends(safeguarding.opens(concerns), concerns, {"reason": "Check"}).text
