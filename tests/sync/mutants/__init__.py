"""Bugs planted in a copy of the code that ships, each with the invariant that must see it (SYN-03).

Every patch changes the shipped files, in either language, in one way that somebody could have written. A mutant that is not caught,
or that another invariant than the one named here has to catch, is a failure of the simulator.
"""

CAUGHT_BY = {
    "a_200_counts_for_the_whole_batch": "I2",
    "acknowledged_before_the_commit": "I2",
    "commits_are_not_strict": "I1",
    "counter_and_note_in_two_commits": "I1",
    "counter_kept_in_memory": "I1",
    "cursor_before_the_page": "I6",
    "cursor_counts_what_a_page_may_hold": "I6",
    "dropped_from_the_outbox_on_send": "I2",
    "gap_is_not_looked_at": "I4",
    "held_counts_as_safe": "I2",
    "held_is_answered_and_not_kept": "I12",
    "manifest_redacts_nothing": "I8",
    "no_deduplication": "I3",
    "operation_before_its_file": "I9",
    "ordered_by_tablet_clocks_and_no_gap_looked_at": "I4",
    "pull_does_not_redact": "I8",
    "redaction_forgets_the_journal": "I8",
    "redaction_leaves_no_mark": "I5",
    "report_is_gone_whatever_was_answered": "I13",
    "restore_goes_unnoticed": "I10",
    "revoked_tablet_reads_on": "I11",
    "two_tabs_take_one_number": "I1",
    "what_is_quarantined_moves_no_head": "I7",
    "whoever_takes_part_pulls_every_lane": "I11",
    "words_bound_to_the_header_before": "I1",
}
CAUGHT_ON_POSTGRESQL = {
    "position_from_a_sequence": (
        "tests/store/test_log.py::test_a_puller_misses_nothing_when_the_second_writer_would_commit_first",
        "I6",
    ),
}
"""Bugs that show only where two servers write at once (SYN-06): the test that meets them, and the invariant that it names."""
SEEN_AT_ONCE = (
    "a_200_counts_for_the_whole_batch",
    "commits_are_not_strict",
    "cursor_counts_what_a_page_may_hold",
    "dropped_from_the_outbox_on_send",
    "gap_is_not_looked_at",
    "no_deduplication",
    "redaction_forgets_the_journal",
    "revoked_tablet_reads_on",
    "what_is_quarantined_moves_no_head",
)
"""Found within a few seeds: these are tried in every run, the others by `make soak`."""
