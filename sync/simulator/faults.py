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
    "answer_of_another",
    "slow_drip",
    "half_open",
    "requests_at_once",
    *(f"refused_{status}" for status in REFUSALS),
    "office_killed_amid_writing",
    "office_killed_before_commit",
    "office_killed_after_commit",
)
"""What can befall one exchange."""

OF_THE_DAY = (
    "partition_up",
    "partition_down",
    "swizzle_clog",
    "office_restarted",
    "office_killed",
    "office_restored",
    "assignment_ended",
    "device_revoked",
    "tablet_lost",
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

OF_THE_WHOLE_DAY = ("pages_cut_small",)
"""What is so from morning to evening."""

ALL_FAULTS = (*OF_THE_WIRE, *OF_THE_DAY, *OF_THE_WHOLE_DAY)


def drawn(chance: Chance) -> frozenset[str]:
    """The half that this seed may use."""
    return frozenset(chance.sample(ALL_FAULTS, len(ALL_FAULTS) // 2))
