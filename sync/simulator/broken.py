"""What the simulator raises when the promise is broken: the name of the invariant and a sentence."""

from __future__ import annotations


class Broken(Exception):
    """An invariant of PROTOCOL.md section 6 does not hold. `invariant` is its name, "I1" to "I12"."""

    def __init__(self, invariant: str, sentence: str) -> None:
        super().__init__(f"{invariant}: {sentence}")
        self.invariant = invariant


class ProgramFailed(Exception):
    """The program under test ended in an error of its own: no invariant, and no less of a failure."""
