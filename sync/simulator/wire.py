"""The wire between tablets and office: carries a request, and whatever can happen to it on the way happens by the seed.

An exchange that is delayed stays in the air and is delivered later, out of order. The wire never repairs anything; it also takes
note of what the office really answered, which is what the invariants are about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.simulator.broken import Broken, ProgramFailed
from sync.simulator.cast import PEOPLE
from sync.simulator.chance import Chance
from sync.simulator.faults import OF_THE_WIRE
from sync.simulator.office import Answer, Office, Request
from sync.simulator.oracle import Oracle
from sync.simulator.trace import Trace

PORTAL = Answer(200, "text/html", b"<!DOCTYPE html><title>Free Wi-Fi</title><p>Sign in to go on.</p>")
TROUBLE = 0.4
"""The share of exchanges in a storm to which something happens."""


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

    def draws_fate(self, exchange: Exchange, step: int) -> str | None:
        if self.calm:
            return None
        if self.cut_up.get(exchange.tablet, 0) > step:
            return "partition_up"
        if self.cut_down.get(exchange.tablet, 0) > step:
            return "partition_down"
        kinds = [kind for kind in OF_THE_WIRE if kind in self.on]
        if not kinds or not self.chance.happens(TROUBLE):
            return None
        fate = self.chance.choice(kinds)
        if fate.startswith("office_killed") and exchange.path != "push":
            return None
        return fate

    async def carries(self, exchange: Exchange) -> Answer | None:
        """The answer as it reaches the tablet; None when the line gives nothing."""
        fate = exchange.fate
        if fate is not None:
            self.trace.count(f"fault {fate}")
        if fate in ("request_lost", "partition_up", "slow_drip", "request_cut"):
            await self._breaks_on_the_way(exchange)
            return None
        if fate == "captive_portal":
            return PORTAL
        if fate == "empty_answer":
            return Answer(200, "application/json", b"")
        if fate is not None and fate.startswith("refused_"):
            return self._refuses(int(fate.removeprefix("refused_")))
        if fate == "request_cut_and_passed_on":
            cut = Request(
                exchange.request.method,
                exchange.request.path,
                exchange.request.headers,
                exchange.request.body[: self.chance.randrange(len(exchange.request.body) + 1)],
            )
            return await self._delivers(exchange, cut)
        if fate == "office_killed_before_commit":
            self.office.kill_at("before commit")
        if fate == "office_killed_after_commit":
            self.office.kill_at("after commit")
        answer = await self._delivers(exchange, exchange.request)
        self.office.kill_at(None)
        if fate == "request_duplicated":
            again = await self._delivers(exchange, exchange.request)
            answer = again if self.chance.happens(0.5) else answer
        if fate in ("answer_lost", "partition_down"):
            self._goes_unheard(exchange, answer)
            return None
        if fate == "answer_cut" and answer is not None:
            self._goes_unheard(exchange, answer)
            cut_at = self.chance.randrange(len(answer.body) + 1)
            # A line that breaks is noticed by most browsers and by some not: then the part counts as the whole.
            return (
                Answer(answer.status, answer.content_type, answer.body[:cut_at]) if self.chance.happens(0.7) else None
            )
        return answer

    async def _breaks_on_the_way(self, exchange: Exchange) -> None:
        if exchange.fate in ("slow_drip", "request_cut"):
            so_far = self.chance.randrange(len(exchange.request.body) + 1)
            await self.office.ask(exchange.request, cut_after=so_far)

    def _refuses(self, status: int) -> Answer:
        """Something between tablet and office says no; sometimes in the office's own form."""
        retry = str(self.chance.choice((1, 30, 3600))) if status in (429, 503) else None
        body = b'{"format":"fieldwork-problem/1","problem":"proxy"}' if self.chance.happens(0.3) else b"no\n"
        return Answer(status, "text/plain", body, retry)

    async def delivers_late(self, exchange: Exchange) -> None:
        """A request that its tablet gave up long ago reaches the office after all."""
        self._goes_unheard(exchange, await self._delivers(exchange, exchange.request))

    async def _delivers(self, exchange: Exchange, request: Request) -> Answer | None:
        answer = await self.office.ask(request)
        if answer is None:
            self.trace.tell("office silent", exchange.tablet, exchange.path)
            return None
        if answer.status >= 500:
            raise ProgramFailed(f"the office answered {answer.status} to {exchange.path}")
        self.trace.tell("office", exchange.tablet, exchange.path, answer.status, len(answer.body))
        if exchange.path == "push" and answer.status == 200:
            await self._notes_receipts(exchange, answer)
        return answer

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
