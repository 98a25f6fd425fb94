"""Asking for an export, looking how far it is, and taking it away."""

from __future__ import annotations

import re

import pytest

from fieldwork.actions.exports import write_waiting_exports
from tests.web.office import Office, words_of


@pytest.mark.parametrize("export_format", ["xlsx", "csv"])
def test_a_researcher_asks_for_an_export_and_takes_it_away(office: Office, export_format: str) -> None:
    researcher, address = office.signed_in("researcher"), f"/reviews/{office.review_id}/exports"

    asked = researcher.sends(researcher.opens(address), address, {"format": export_format, "purpose": "The report"})
    waiting = researcher.follows(asked).text
    assert "Waiting" in words_of(waiting)
    office.run(write_waiting_exports, office.central)
    job = asked.headers["location"]
    ready = researcher.opens(job)

    assert "Ready" in words_of(ready)
    assert re.search(r"[0-9a-f]{64}", ready)
    files = re.findall(r'href="(/exports/[^"]+/files/[^"]+)"', ready)
    assert files[0].endswith(f"/evidence.{export_format}")
    taken = researcher.get(files[0])
    assert taken.status_code == 200
    assert taken.headers["content-disposition"].startswith("attachment")
    assert len(taken.content) > 10_000
    part = researcher.get(f"{job}/arrived", headers={"hx-request": "true"})
    assert "hx-get" not in part.text
    for other in ("lead", "inspector", "administrator", "safeguarding"):
        browser = office.signed_in(other)
        assert browser.get(job).status_code == browser.get(files[0]).status_code == 404


def test_an_export_without_a_purpose_is_not_made(office: Office) -> None:
    researcher, address = office.signed_in("researcher"), f"/reviews/{office.review_id}/exports"

    answer = researcher.sends(researcher.opens(address), address, {"format": "xlsx", "purpose": ""})
    odd = researcher.sends(researcher.opens(address), address, {"format": "exe", "purpose": "The report"})

    assert answer.status_code == odd.status_code == 422
    assert "Enter what the export is for" in words_of(answer.text)
    assert office.ask("SELECT COUNT(*) FROM export_job")[0][0] == 0
