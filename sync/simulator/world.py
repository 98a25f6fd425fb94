"""One seed's world: an office, three or four tablets, the wire between them, the clock and the oracle, and the order of events.

Everything that happens passes through here, one thing at a time. People and mishaps are told what to do by `day.py`; this module
only makes it happen and takes note of what the tablets said.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sync.simulator.broken import ProgramFailed
from sync.simulator.cast import PEOPLE, TABLETS
from sync.simulator.chance import Chance, VirtualClock, written
from sync.simulator.node import Line, NodeTablets
from sync.simulator.office import Answer, Office, Request
from sync.simulator.oracle import Oracle
from sync.simulator.trace import Trace
from sync.simulator.wire import READING, Exchange, Wire


@dataclass(eq=False)
class Tab:
    """One worker on a tablet: who is unlocked in it, and the command that waits for the office, if any."""

    number: int
    person: str | None = None
    waits_for: int | None = None


@dataclass
class TabletSeen:
    """A tablet as the people around it see it."""

    name: str
    people: tuple[str, ...]
    off_ms: int = 0
    """How far its clock is from the true one."""
    tabs: list[Tab] = field(default_factory=list)
    interview: str | None = None
    """Whose interview is open: words can be written into it while the tablet is locked."""
    to_try_again: list[tuple[str, Tab, list[Line]]] = field(default_factory=list)
    """Who pressed where, and the intentions that were not told saved: people press the button again."""
    known: dict[str, set[str]] = field(default_factory=dict)
    """Person -> operations that were pulled here."""
    snapshots: int = 0

    @property
    def runs(self) -> bool:
        return bool(self.tabs)


class World:
    """Made for one seed; `prefix` keeps its tablets apart from those of other seeds in the same Node process."""

    def __init__(
        self,
        seed: int,
        prefix: str,
        chance: Chance,
        clock: VirtualClock,
        node: NodeTablets,
        office: Office,
        tokens: Mapping[tuple[str, str], tuple[str, str]],
        on: frozenset[str],
    ) -> None:
        self.seed = seed
        self.prefix, self.chance, self.clock, self.node, self.office, self.tokens = (
            prefix,
            chance,
            clock,
            node,
            office,
            dict(tokens),
        )
        self.trace, self.oracle = Trace(), Oracle()
        self.on = on
        self.wire = Wire(chance, self.trace, office, self.oracle, on)
        self.tablets = {name: TabletSeen(name, people) for name, people in TABLETS.items()}
        self.waiting: dict[int, Exchange] = {}
        """By command: exchanges that have no answer yet."""
        self.commands: dict[int, tuple[str, str]] = {}
        self.files_to_come: list[str] = []
        """Hashes of files that operations name and whose bytes are still on their way."""
        self.files_named: list[str] = []
        """Every one of them, come or not: after a restore they come once more."""
        self.reports_waiting: set[str] = set()
        """Reports that lay on the tablets when the storm was over."""
        self.storage_trouble = False
        """Whether the database of some tablet has been made to fail in this seed."""
        self.step = 0
        self.tokens_made = 0

    # Commands

    async def does(self, tablet: TabletSeen, deed: str, *, tab: int = 1, **more: Any) -> Line:
        """Have a tab do something, and give what came of it: `ok`, `crashed`, `error` or, while the office has not
        answered, `waits`.
        """
        now = written(self.clock.now + timedelta(milliseconds=tablet.off_ms))
        command = self.node.begin({"tablet": f"{self.prefix}{tablet.name}", "tab": tab, "do": deed, "now": now, **more})
        self.commands[command] = (tablet.name, deed)
        return await self._until_told(command)

    async def _until_told(self, command: int) -> Line:
        while True:
            line = self.node.hear()
            if "request" in line:
                exchange = self._exchange(line, command)
                if await self._leaves(exchange):
                    continue
                self.waiting[command] = exchange
                tab = self._tab(exchange)
                if tab is not None:
                    tab.waits_for = command
                return {"waits": exchange.path}
            number = line["id"]
            tablet, deed = self.commands.pop(number)
            self._is_over(number, tablet)
            if number != command:
                # A life that ended took its other deeds along.
                if "crashed" not in line:
                    raise ProgramFailed(f"{deed} on {tablet} ended out of turn: {line}")
                continue
            if deed in ("kill", "power_loss") or "crashed" in line:
                self._hears_of_the_dead(tablet)
                self._is_down(self.tablets[tablet])
            if "crashed" in line:
                self.trace.count(f"crash at {line['crashed']}")
            return line

    def _hears_of_the_dead(self, tablet: str) -> None:
        """Every other deed that was under way there ends as well, and says so."""
        while any(name == tablet for name, _ in self.commands.values()):
            line = self.node.hear()
            if "request" in line:
                continue
            name, deed = self.commands.pop(line["id"])
            self._is_over(line["id"], name)
            if "crashed" not in line:
                raise ProgramFailed(f"{deed} on {name} outlived its tablet: {line}")

    def _is_over(self, command: int, tablet: str) -> None:
        self.waiting.pop(command, None)
        for tab in self.tablets[tablet].tabs:
            if tab.waits_for == command:
                tab.waits_for = None

    def _is_down(self, tablet: TabletSeen) -> None:
        tablet.tabs = []

    def _tab(self, exchange: Exchange) -> Tab | None:
        tabs = self.tablets[exchange.tablet].tabs
        return tabs[exchange.tab - 1] if exchange.tab <= len(tabs) else None

    # The wire

    def _exchange(self, line: Line, command: int) -> Exchange:
        name = str(line["tablet"]).removeprefix(self.prefix)
        tablet = self.tablets[name]
        tab = tablet.tabs[line["tab"] - 1] if line["tab"] <= len(tablet.tabs) else None
        path = str(line["path"]).partition("?")[0].rpartition("/")[2]
        reads = path in READING
        person = tab.person if tab is not None and reads else tablet.people[0]
        carrying, reading = self.tokens[(name, person or tablet.people[0])]
        headers = {**line["headers"], "authorization": f"Bearer {reading if reads else carrying}"}
        body = b64decode(line["body"]) if line["body"] is not None else b""
        request = Request(str(line["method"]), str(line["path"]), headers, body)
        return Exchange(int(line["request"]), command, name, int(line["tab"]), request, person, path)

    async def _leaves(self, exchange: Exchange) -> bool:
        """Whether the tablet has its answer, or knows that it gets none, right away."""
        exchange.fate = self.wire.draws_fate(exchange, self.step)
        self.trace.tell("request", exchange.tablet, exchange.tab, exchange.path, exchange.fate or "")
        if exchange.fate == "request_delayed":
            self.trace.count("fault request_delayed")
            self.wire.in_the_air.append((self.step + self.chance.randint(1, 12), exchange))
            self._answers(exchange, None)
            return True
        if exchange.fate == "answer_delayed":
            self.trace.count("fault answer_delayed")
            exchange.due = self.step + self.chance.randint(1, 6)
            if self.chance.happens(0.5):
                exchange.answer = await self.wire.carries(_without_fate(exchange))
                exchange.delivered = True
            return False
        if exchange.fate in ("slow_drip", "half_open"):
            await self._takes_long(exchange, exchange.fate)
            return False
        self._answers(exchange, await self.wire.carries(exchange))
        return True

    async def _takes_long(self, exchange: Exchange, fate: str) -> None:
        """The tablet waits: for an office that hears it drop by drop, or for a line that is dead and does not say so."""
        self.trace.count(f"fault {fate}")
        exchange.due = self.step + self.chance.randint(2, 8)
        if fate == "slow_drip":
            exchange.pieces = self.wire.falls_apart(exchange)
            if self.chance.happens(0.7):
                return
            await self.wire.breaks_off(exchange)
        elif self.chance.happens(0.5):
            await self.wire.delivers_unheard(exchange)
        exchange.delivered = True

    def _answers(self, exchange: Exchange, answer: Answer | None) -> None:
        its_own = exchange.fate != "answer_of_another"
        if answer is not None and its_own and exchange.path == "pull" and answer.status == 200:
            self._notes_pulled(exchange, answer)
        if answer is None:
            self.node.say({"fail": exchange.number})
            return
        self.node.say(
            {
                "answer": exchange.number,
                "status": answer.status,
                "content_type": answer.content_type,
                "retry_after": answer.retry_after,
                "body": b64encode(answer.body).decode(),
            }
        )

    def _notes_pulled(self, exchange: Exchange, answer: Answer) -> None:
        """Records that this person can see from now on, if the page arrives: only such are revised and redacted."""
        known = self.tablets[exchange.tablet].known.setdefault(exchange.person or "", set())
        for line in answer.body.split(b"\n")[1:]:
            columns = line.split(b"\t")
            if len(columns) == 4:
                known.add(columns[2].partition(b'"operation":"')[2][:36].decode())

    async def delivers_what_is_due(self, *, everything: bool = False) -> None:
        """Late requests reach the office, and late answers the tablets, in the order in which they are due."""
        late = [each for each in self.wire.in_the_air if everything or each[0] <= self.step]
        self.wire.in_the_air = [each for each in self.wire.in_the_air if each not in late]
        for _, exchange in sorted(late, key=lambda each: each[0]):
            self.trace.tell("late request", exchange.tablet, exchange.path)
            await self.wire.delivers_unheard(exchange)
        for command, exchange in sorted(self.waiting.items()):
            if command in self.waiting and (everything or exchange.due <= self.step):
                await self._answers_late(command, exchange)

    async def _answers_late(self, command: int, exchange: Exchange) -> None:
        self.trace.tell("late answer", exchange.tablet, exchange.tab, exchange.path)
        if not exchange.delivered:
            exchange.answer = await self.wire.carries(_without_fate(exchange))
        if command not in self.waiting:
            return
        self._answers(exchange, exchange.answer)
        del self.waiting[command]
        reply = await self._until_told(command)
        self.told(self.tablets[exchange.tablet], reply)

    # What tablets say

    def told(self, tablet: TabletSeen, reply: Line) -> None:
        """Take note of what came of a command. A database that would not do it is trouble; any other error is a bug."""
        if "problem" in reply and self.storage_trouble:
            self.trace.tell(" storage failed", tablet.name)
            return
        if "error" in reply or "problem" in reply:
            raise ProgramFailed(f"{tablet.name}: {reply.get('error') or reply['problem']}")
        self.trace.tell(" told", tablet.name, _shown(reply))

    def ok(self, tablet: TabletSeen, reply: Line) -> Line | None:
        """What a command gave, or None when its tablet crashed over it or waits."""
        self.told(tablet, reply)
        found: Line | None = reply.get("ok")
        return found

    def new_token(self) -> str:
        """A word that is in no other note, in letters that no encoding changes."""
        self.tokens_made += 1
        return f"zq{self.tokens_made}x{self.chance.getrandbits(40):010x}qz"

    async def enrols_again(self, tablet: str, person: str) -> None:
        """A person whose device was revoked is let in again on the same tablet: what lies there is as it was."""
        self.trace.plans(f"{self.step}: {PEOPLE[person]} enrols again on {tablet}")
        self.tokens[(tablet, person)] = await self.office.enrol(tablet, person)
        self.oracle.revoked -= {(tablet, person)}
        self.oracle.unknown.discard((tablet, person))
        self.trace.count("deed enrols again")

    async def states(self, *, full: bool = False) -> dict[str, Line]:
        """What lies on each tablet that takes part, seen from outside."""
        found = {}
        for tablet in self.tablets.values():
            reply = await self.does(tablet, "state", full=full)
            if "ok" not in reply:
                raise ProgramFailed(f"{tablet.name} could not be looked at: {reply}")
            found[tablet.name] = reply["ok"]
        return found

    def plans(self, *parts: object) -> None:
        self.trace.plans(f"{self.step}:", *parts)


def _without_fate(exchange: Exchange) -> Exchange:
    exchange.fate = None
    return exchange


def _shown(reply: Line) -> str:
    """A reply as the trace shows it: names and counts, in a fixed order."""
    if "ok" not in reply:
        return str(reply.get("crashed") or reply.get("waits") or "failed")
    ok = reply["ok"]
    parts = []
    for name in sorted(ok):
        value = ok[name]
        if name in ("operations", "saved") and isinstance(value, list):
            for each in value:
                parts.append(str(each.get("header_hash") or each.get("saved")))
        elif isinstance(value, (str, int, bool)) or value is None:
            parts.append(f"{name}={value}")
    return " ".join(parts)
