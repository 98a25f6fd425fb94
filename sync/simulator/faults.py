"""Every kind of thing that can go wrong, by name, and which of them a seed may use.

Each seed switches a random half off (swarm testing): a fault that always comes along hides what only another one shows.
"""

from __future__ import annotations

from sync.simulator.chance import Chance

REFUSALS = (401, 403, 409, 413, 422, 429, 500, 503)

OF_THE_WIRE = (
    "request_lost",
    "answer_lost",
    "request_duplicated",
    "request_delayed",
    "answer_delayed",
    "answer_cut",
    "request_cut",
    "request_cut_and_passed_on",
    "captive_portal",
    "empty_answer",
    "slow_drip",
    *(f"refused_{status}" for status in REFUSALS),
    "office_killed_before_commit",
    "office_killed_after_commit",
)
"""What can befall one exchange."""

OF_THE_DAY = (
    "partition_up",
    "partition_down",
    "office_restarted",
    "office_killed",
    "office_restored",
    "assignment_ended",
    "tablet_killed",
    "power_lost",
    "crash_point",
    "storage_quota",
    "storage_gone",
    "storage_failed",
    "journal_failed",
    "clock_steps",
    "clock_a_day_off",
    "database_wiped",
    "database_put_back",
)
"""What can befall a tablet or the office between exchanges."""

ALL_FAULTS = (*OF_THE_WIRE, *OF_THE_DAY)


def drawn(chance: Chance) -> frozenset[str]:
    """The half that this seed may use."""
    return frozenset(chance.sample(ALL_FAULTS, len(ALL_FAULTS) // 2))
