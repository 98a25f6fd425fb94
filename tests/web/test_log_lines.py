"""Central's own log says what is on its list and nothing else (SEC-13)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from fieldwork.actions import log_lines


def test_a_line_is_one_object_with_its_fields_and_when(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, log_lines.LOGGER):
        log_lines.write_line("tablet_reported", device="d", restored=3, certain=True)

    told = json.loads(caplog.messages[0])
    assert told.pop("timestamp").endswith("Z")
    assert told == {"event": "tablet_reported", "device": "d", "restored": 3, "certain": True}


@pytest.mark.parametrize(
    ("event", "field"), [("tablet_reported", "person"), ("tablet_reported", "text"), ("other", "device")]
)
def test_what_is_not_on_the_list_is_a_fault_and_no_line(
    event: str, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, log_lines.LOGGER), pytest.raises(ValueError, match="may not say"):
        log_lines.write_line(event, **{field: "Xanthippe"})

    assert caplog.messages == []


@pytest.fixture
def closed_again() -> Iterator[None]:
    """The log as it was before the test, whatever the test opens."""
    yield
    logger = logging.getLogger(log_lines.LOGGER)
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("closed_again")
def test_the_lines_go_to_the_error_output_once_it_is_opened(capsys: pytest.CaptureFixture[str]) -> None:
    log_lines.open_log()
    log_lines.open_log()
    log_lines.write_line("tablet_reported", device="d")

    written = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in written] == ["tablet_reported"]
