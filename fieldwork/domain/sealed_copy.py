"""What came of a sealed copy that somebody brought to the office: counts of changes, and never a word of one (PROTOCOL.md 8)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class TakenIn:
    """Counts of operations by what became of them. All are kept at the office, whatever they are counted as.

    `whole` is False when the file was cut or altered on its way; `copied_at` is the tablet's clock, a claim.
    """

    whole: bool
    copied_at: str
    stored: int = 0
    already_here: int = 0
    held: int = 0
    attention: int = 0
    unreadable: int = 0
    """Lines in which no operation could be read. They are kept as they came."""
    waits_in: set[str] = field(default_factory=set)
    """The scopes in which something needs a person, or waits for what has not come."""

    @property
    def operations(self) -> int:
        return self.stored + self.already_here + self.held + self.attention

    @property
    def undamaged(self) -> bool:
        """Whether every line came as the tablet wrote it."""
        return self.whole and self.unreadable == 0
