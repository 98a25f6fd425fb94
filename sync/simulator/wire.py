"""The wire between tablets and office: carries a request, and whatever can happen to it on the way happens by the seed.

An exchange that is delayed stays in the air and is delivered later, out of order. The wire never repairs anything; it also takes
note of what the office really answered, which is what the invariants are about.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sync.simulator.broken import Broken, ProgramFailed
from sync.simulator.cast import PEOPLE
from sync.simulator.chance import Chance
from sync.simulator.faults import OF_THE_WIRE, REFUSALS
from sync.simulator.office import Answer, Moment, Office, Request
from sync.simulator.oracle import Oracle
from sync.simulator.trace import Trace

READING = ("pull", "scopes")
PORTAL = Answer(200, "text/html", b"<!DOCTYPE html><title>Free Wi-Fi</title><p>Sign in to go on.</p>")
IN_BETWEEN = {"captive_portal": PORTAL, "empty_answer": Answer(200, "application/json", b"")}
REFUSED = {f"refused_{status}": status for status in REFUSALS}
DIES_AT: dict[str, Moment] = {
    "office_killed_amid_writing": "amid the writing",
    "office_killed_before_commit": "before commit",
    "office_killed_after_commit": "after commit",
}
TROUBLE = 0.4
"""The share of exchanges in a storm to which something happens."""
ANSWERS_REMEMBERED = 30
MOST_ORDERS = 12
"""A push writes in about so many orders: it may be cut off before any of them."""


@dataclass
class Exchange:
    """One request of a tablet that has no answer yet. `number` is Node's; `command` is the command that waits for it."""

    number: int
    command: int
    tablet: str
    tab: int
    request: Request
    person: str | None
    path: str
    fate: str | None = None
    delivered: bool = False
    answer: Answer | None = None
    due: int = 0
    pieces: tuple[int, ...] = ()
    """Where the request falls apart, when it comes drop by drop."""


@dataclass(frozen=True, slots=True)
class Clog:
    """One direction of one tablet's line, closed from one step to another."""

    tablet: str
    direction: str
    begins: int
    ends: int


@dataclass
class Wire:
    chance: Chance
    trace: Trace
    office: Office
    oracle: Oracle
    on: frozenset[str]
    calm: bool = True
    cut_up: dict[str, int] = field(default_factory=dict)
    """Tablet -> the step at which its requests pass again."""
    cut_down: dict[str, int] = field(default_factory=dict)
    in_the_air: list[tuple[int, Exchange]] = field(default_factory=list)
    """Requests that the tablet has given up and the office gets later."""
    clogs: list[Clog] = field(default_factory=list)
    answered: deque[tuple[Exchange, Answer]] = field(default_factory=lambda: deque(maxlen=ANSWERS_REMEMBERED))
    """What the office said of late, and to whom."""

    def draws_fate(self, exchange: Exchange, step: int) -> str | None:
        if self.calm:
            return None
        if self.cut_up.get(exchange.tablet, 0) > step:
            return "partition_up"
        if self.cut_down.get(exchange.tablet, 0) > step:
            return "partition_down"
        for clog in self.clogs:
            if clog.tablet == exchange.tablet and clog.begins <= step < clog.ends:
                return f"clogged_{clog.direction}"
        kinds = [kind for kind in OF_THE_WIRE if kind in self.on]
        if not kinds or not self.chance.happens(TROUBLE):
            return None
        fate = self.chance.choice(kinds)
        if fate.startswith("office_killed") and exchange.path != "push":
            return None
        if fate == "answer_of_another" and not self._answers_to_others(exchange):
            return None
        return fate

    def _answers_to_others(self, exchange: Exchange) -> list[Answer]:
        """What could be mixed up with the answer to this. Nobody is ever handed what another person's right to read was answered with:
        that would be a leak of whatever stands between, not a mistake on the line.
        """
        return [
            answer
            for other, answer in self.answered
            if other.path not in READING or (other.tablet, other.person) == (exchange.tablet, exchange.person)
        ]

    async def carries(self, exchange: Exchange) -> Answer | None:
        """The answer as it reaches the tablet; None when the line gives nothing."""
        fate = exchange.fate
        if fate is not None:
            self.trace.count(f"fault {fate}")
        if fate in ("request_lost", "partition_up", "clogged_up", "request_cut"):
            if fate == "request_cut":
                await self.breaks_off(exchange)
            return None
        if fate in (*IN_BETWEEN, *REFUSED):
            return IN_BETWEEN.get(fate) or self._refuses(REFUSED[fate])
        if fate == "requests_at_once":
            return await self._delivers_at_once(exchange)
        if fate == "request_cut_and_passed_on":
            so_far = self.chance.randrange(len(exchange.request.body) + 1)
            return await self._delivers(exchange, replace(exchange.request, body=exchange.request.body[:so_far]))
        others = self._answers_to_others(exchange) if fate == "answer_of_another" else []
        answer = await self._delivers_mortally(exchange)
        if fate == "request_duplicated":
            again = await self._delivers(exchange, exchange.request)
            return again if self.chance.happens(0.5) else answer
        if others or fate in ("answer_lost", "answer_cut", "partition_down", "clogged_down"):
            self._goes_unheard(exchange, answer)
            return self.chance.choice(others) if others else self._left_of(answer, fate)
        return answer

    async def _delivers_mortally(self, exchange: Exchange) -> Answer | None:
        """As `_delivers`; the office may die over it, where that is what befalls this exchange."""
        moment = DIES_AT.get(exchange.fate or "")
        lives = self.office.lives
        if moment is not None:
            self.office.kill_at(moment, orders=self.chance.randint(1, MOST_ORDERS))
        answer = await self._delivers(exchange, exchange.request)
        self.office.kill_at(None)
        if moment is not None and self.office.lives > lives:
            self.trace.count(f"office died {moment}")
        return answer

    def _left_of(self, answer: Answer | None, fate: str | None) -> Answer | None:
        """What is left of an answer over which the line broke. Most browsers notice, and some do not: then the part counts as the whole."""
        if fate != "answer_cut" or answer is None:
            return None
        cut_at = self.chance.randrange(len(answer.body) + 1)
        return replace(answer, body=answer.body[:cut_at]) if self.chance.happens(0.7) else None

    async def breaks_off(self, exchange: Exchange) -> None:
        """The office hears a part of the request, whole pieces or not, and then nothing."""
        so_far = self.chance.randrange(len(exchange.request.body) + 1)
        await self.office.ask(exchange.request, cut_after=so_far, pieces=exchange.pieces)

    def falls_apart(self, exchange: Exchange) -> tuple[int, ...]:
        """Places at which a request that comes drop by drop is cut: anywhere, also in the middle of a letter."""
        body = exchange.request.body
        return tuple(sorted({self.chance.randint(1, len(body)) for _ in range(8)})) if body else ()

    async def _delivers_at_once(self, exchange: Exchange) -> Answer | None:
        """Two requests are with the office at the same time: one that was given up long ago, or else the same once more."""
        late = self.in_the_air.pop(self.chance.randrange(len(self.in_the_air)))[1] if self.in_the_air else exchange
        both = (exchange, late) if self.chance.happens(0.5) else (late, exchange)
        answers = await asyncio.gather(*(self._delivers(each, each.request) for each in both))
        if late is not exchange:
            self.trace.count("two tablets' requests at once", int(late.tablet != exchange.tablet))
            self._goes_unheard(late, answers[both.index(late)])
        return answers[both.index(exchange)]

    def _refuses(self, status: int) -> Answer:
        """Something between tablet and office says no; sometimes in the office's own form."""
        retry = str(self.chance.choice((1, 30, 3600))) if status in (429, 503) else None
        body = b'{"format":"fieldwork-problem/1","problem":"proxy"}' if self.chance.happens(0.3) else b"no\n"
        return Answer(status, "text/plain", body, retry)

    async def delivers_unheard(self, exchange: Exchange) -> None:
        """A request reaches the office whose tablet hears no answer: it has given up, or will."""
        self._goes_unheard(exchange, await self._delivers(exchange, exchange.request))

    async def _delivers(self, exchange: Exchange, request: Request) -> Answer | None:
        answer = await self.office.ask(request, pieces=exchange.pieces)
        if answer is None:
            self.trace.tell("office silent", exchange.tablet, exchange.path)
            return None
        if answer.status >= 500:
            raise ProgramFailed(f"the office answered {answer.status} to {exchange.path}")
        self.trace.tell("office", exchange.tablet, exchange.path, answer.status, len(answer.body))
        if (exchange.tablet, exchange.person) in self.oracle.revoked:
            self._is_refused(exchange, answer)
        if exchange.path == "push" and answer.status == 200:
            await self._notes_receipts(exchange, answer)
        self.answered.append((exchange, answer))
        return answer

    def _is_refused(self, exchange: Exchange, answer: Answer) -> None:
        """A revoked tablet may bring, and gets nothing."""
        if exchange.path in READING and answer.status == 200:
            raise Broken("I11", f"{exchange.tablet} is revoked and was answered on {exchange.path}")
        if exchange.path in READING:
            self.trace.count("a revoked tablet got nothing")
        elif exchange.path == "push" and answer.status == 200:
            self.trace.count("a revoked tablet brought something")

    def _goes_unheard(self, exchange: Exchange, answer: Answer | None) -> None:
        if answer is None or exchange.path != "push" or answer.status != 200:
            return
        for receipt in json.loads(answer.body)["receipts"]:
            if receipt["verdict"] in ("stored", "duplicate"):
                self.oracle.acknowledged_unheard.add(receipt["operation"])

    async def _notes_receipts(self, exchange: Exchange, answer: Answer) -> None:
        """What central answered about each line must be so in its database now, and stay so (I2, I12)."""
        sealed = _sealed_operations(exchange.request.body)
        receipts = json.loads(answer.body)["receipts"]
        told_stored = {each["operation"]: each for each in receipts if each["verdict"] in ("stored", "duplicate")}
        there = await self.office.standing(list(told_stored)) if self.office.up else None
        for receipt in receipts:
            verdict, operation = receipt["verdict"], receipt.get("operation")
            self.trace.tell(" receipt", verdict, operation or receipt["line_hash"], receipt.get("code") or "")
            self.trace.count(f"receipt {verdict} {receipt.get('code') or ''}".rstrip())
            if verdict == "duplicate":
                self.trace.count("duplicate recognised")
                if operation in self.oracle.acknowledged_unheard:
                    self.trace.count("lost acknowledgement repeated")
                    self.oracle.acknowledged_unheard.discard(operation)
            if receipt.get("code") == "gap":
                self.trace.count("gap held")
            if verdict == "stored" and receipt.get("redacted") and operation in sealed:
                self.trace.count("redaction raced a push")
            if operation in told_stored and there is not None:
                self._is_as_answered(receipt, there.get(operation))
            if verdict in ("held", "quarantined"):
                self.oracle.kept_at_office[operation] = verdict
            if verdict == "unreadable":
                self.oracle.kept_at_office[receipt["line_hash"]] = verdict

    def _is_as_answered(self, receipt: Mapping[str, Any], row: tuple[str, str | None] | None) -> None:
        operation = receipt["operation"]
        # A redact further down in the same push may have taken the words that were stored a moment before.
        taken = row is not None and row[1] is None and operation in self.oracle.meant_to_go
        if row is None or row[0] != receipt["header_hash"] or (row[1] != receipt["body_hash"] and not taken):
            raise Broken("I2", f"{operation} was answered {receipt['verdict']} and is not so at the office")


def _sealed_operations(push: bytes) -> set[str]:
    """The operations in a push that came with their words."""
    sealed: set[str] = set()
    for line in push.split(b"\n")[1:]:
        columns = line.split(b"\t")
        if len(columns) == 3 and columns[2]:
            sealed.add(str(json.loads(columns[0])["operation"]))
    return sealed


def name_of(person: str | None) -> str:
    return PEOPLE.get(person or "", "nobody")
