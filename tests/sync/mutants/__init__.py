"""Bugs planted in a copy of the code that ships, each with the invariant that must see it (SYN-03).

Every patch changes the shipped files, in either language, in one way that somebody could have written. A mutant that is not caught,
or that another invariant than the one named here has to catch, is a failure of the simulator.
"""

CAUGHT_BY = {
    "a_200_counts_for_the_whole_batch": "I2",
    "acknowledged_before_the_commit": "I2",
    "counter_kept_in_memory": "I1",
    "cursor_before_the_page": "I6",
    "dropped_from_the_outbox_on_send": "I2",
    "gap_is_not_looked_at": "I4",
    "held_counts_as_safe": "I2",
    "manifest_redacts_nothing": "I8",
    "no_deduplication": "I3",
    "pull_does_not_redact": "I8",
    "redaction_forgets_the_journal": "I8",
    "redaction_leaves_no_mark": "I5",
    "restore_goes_unnoticed": "I10",
    "two_tabs_take_one_number": "I1",
}
SEEN_AT_ONCE = (
    "a_200_counts_for_the_whole_batch",
    "dropped_from_the_outbox_on_send",
    "gap_is_not_looked_at",
    "no_deduplication",
    "redaction_forgets_the_journal",
)
"""Found within a few seeds: these are tried in every run, the others by `make soak`."""
