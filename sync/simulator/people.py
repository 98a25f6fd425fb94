"""What people do on their tablets: write, revise, withdraw, redact, code, move words to another lane, lock, share, try again.

Each deed is one that a person could do with what their tablet shows them. They write nasty texts, because children and keyboards do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from sync.simulator.cast import ADA, DEE, VISIT_A, VISIT_B, may_hold, works_in
from sync.simulator.node import Line
from sync.simulator.oracle import Meant
from sync.simulator.wire import name_of
from sync.simulator.world import Tab, TabletSeen, World

NASTY = (
    "",
    "x" * 40_000,
    "a\u0000b",
    "\ud800 alone",
    "é and e\u0301",
    "\u202eשלום\u202c",
    "👩‍👧‍👦",
    "=1+1",
    "<script>alert(1)</script>",
    "tab\there\r\nline",
    '"quote" \\ back',
)


class People:
    """The people of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deeds: tuple[tuple[int, str, Callable[[TabletSeen, Tab, str], Awaitable[bool]]], ...] = (
            (22, "writes", self.writes),
            (12, "revises", self.revises),
            (4, "withdraws", self.withdraws),
            (8, "redacts own words", self.redacts_own),
            (6, "redacts others' words", self.redacts_others),
            (6, "codes", self.codes),
            (4, "moves words to the vault", self.moves_to_vault),
            (4, "moves words to the concerns", self.moves_to_concern),
            (3, "names a file", self.names_file),
            (6, "drafts", self.drafts),
            (3, "takes drafts up", self.takes_drafts),
            (4, "opens an interview", self.opens_interview),
            (4, "locks", self.locks),
            (3, "writes in two tabs at once", self.races),
            (3, "opens a second tab", self.opens_tab),
            (3, "presses the button again", self.tries_again),
            (3, "lets words in", self.decides),
        )

    async def acts(self, tablet: TabletSeen) -> bool:
        """One deed of somebody at this tablet. False when there was nothing that they could do."""
        world, chance = self.world, self.world.chance
        tab = chance.choice(tablet.tabs)
        if tab.person is None:
            return await self._at_a_locked_tab(tablet, tab)
        weights = [weight for weight, _, _ in self.deeds]
        ((_, name, deed),) = chance.choices(self.deeds, weights)
        world.trace.tell(f"{name_of(tab.person)} {name} on {tablet.name}/{tab.number}")
        if not await deed(tablet, tab, tab.person):
            return False
        world.trace.count(f"deed {name}")
        return True

    async def _at_a_locked_tab(self, tablet: TabletSeen, tab: Tab) -> bool:
        if tablet.interview is not None and self.world.chance.happens(0.5):
            return await self._writes_locked(tablet, tab)
        return await self.unlocks(tablet, tab, self.world.chance.choice(tablet.people))

    # Words

    def _text(self) -> tuple[str, str]:
        token = self.world.new_token()
        chance = self.world.chance
        nasty = chance.choices(NASTY, [4, 0.05, *(2,) * (len(NASTY) - 2)])[0] if chance.happens(0.3) else "They said"
        return f"{nasty} {token}", token

    def _intention(self, meant: Meant, **parts: Any) -> Line:
        world = self.world
        world.oracle.means(meant)
        intention: Line = {
            "operation": meant.operation,
            "person": meant.person,
            "scope": meant.scope,
            "lane": meant.lane,
            "record_type": meant.record_type,
            "record": meant.record,
            "kind": meant.kind,
            **parts,
        }
        if meant.redacts:
            intention["redacts"] = list(meant.redacts)
        return intention

    def _meant(
        self, person: str, scope: str, lane: str, record_type: str, record: str, kind: str, **more: Any
    ) -> Meant:
        world = self.world
        operation = world.chance.uuid7(world.clock.now)
        return Meant(operation, person, scope, lane, record_type, record, kind, **more)

    async def _saves(
        self, tablet: TabletSeen, tab: Tab, person: str, intentions: list[Line], **more: Any
    ) -> Line | None:
        """Press the button; whatever is not shown saved may be pressed again later."""
        world = self.world
        reply = await world.does(tablet, "write", tab=tab.number, operations=intentions, **more)
        shown = world.ok(tablet, reply)
        if shown is None or shown["saved"] != "twice":
            tablet.to_try_again.append((person, tab, intentions))
            return shown
        for told in shown["operations"]:
            world.oracle.shown_saved(tablet.name, told)
        return shown

    def _place(self, person: str) -> str:
        if person == DEE:
            return self.world.chance.choice((VISIT_A, VISIT_B))
        return self.world.chance.choice(works_in(person))

    async def writes(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        lane = "concern" if person == DEE else "evidence"
        record_type = "concern" if person == DEE else self.world.chance.choice(("block", "block", "evidence"))
        text, token = self._text()
        meant = self._meant(
            person, self._place(person), lane, record_type, self.world.chance.uuid4(), "create", token=token
        )
        await self._saves(tablet, tab, person, [self._intention(meant, fields={"text": text})])
        return True

    async def races(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """Another tab writes in the very moment between reading the last number and taking the next."""
        others = [other for other in tablet.tabs if other is not tab and other.person == person]
        if not others or person == DEE or any(each.waits_for is not None for each in tablet.tabs):
            return False
        world, scope = self.world, self._place(person)
        intentions = []
        for _ in range(2):
            text, token = self._text()
            meant = self._meant(person, scope, "evidence", "block", world.chance.uuid4(), "create", token=token)
            intentions.append(self._intention(meant, fields={"text": text}))
        between = [{"do": "write", "tab": others[0].number, "operations": intentions[1:]}]
        shown = await self._saves(tablet, tab, person, intentions[:1], between=between)
        for reply in (shown or {}).get("between", []):
            if reply.get("ok", {}).get("saved") == "twice":
                for told in reply["ok"]["operations"]:
                    world.oracle.shown_saved(tablet.name, told)
        return True

    # What is there already

    def _seen(self, tablet: TabletSeen, person: str, lane: str = "evidence") -> list[Meant]:
        """Notes that this person has before them: own ones saved here, and those that were pulled here."""
        oracle = self.world.oracle
        pulled = tablet.known.get(person, set())
        return [
            saved.meant
            for name, saved in oracle.saved.items()
            if saved.meant.lane == lane
            and saved.meant.kind in ("create", "revise")
            and saved.meant.record_type in ("block", "evidence", "coding", "concern", "identity")
            and not oracle.words_gone(name)
            and ((saved.tablet == tablet.name and saved.meant.person == person) or name in pulled)
        ]

    async def revises(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        seen = self._seen(tablet, person, "concern" if person == DEE else "evidence")
        if not seen:
            return False
        world = self.world
        note = world.chance.choice(seen)
        text, token = self._text()
        field = world.chance.choice(("text", "text", "place"))
        meant = self._meant(person, note.scope, note.lane, note.record_type, note.record, "revise", token=token)
        await self._saves(tablet, tab, person, [self._intention(meant, fields={field: text}, base="heads")])
        if any(
            saved.meant.record == note.record and saved.meant.person != person for saved in world.oracle.saved.values()
        ):
            world.trace.count("edit of a record that others wrote in")
        return True

    async def withdraws(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        seen = self._seen(tablet, person)
        if not seen:
            return False
        note = self.world.chance.choice(seen)
        meant = self._meant(person, note.scope, note.lane, note.record_type, note.record, "withdraw")
        await self._saves(tablet, tab, person, [self._intention(meant, base="heads")])
        return True

    async def codes(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        seen = self._seen(tablet, person)
        if not seen or person == DEE:
            return False
        note = self.world.chance.choice(seen)
        text, token = self._text()
        meant = self._meant(person, note.scope, "evidence", "coding", self.world.chance.uuid4(), "create", token=token)
        fields = {"evidence": note.record, "code": "C1", "start_cp": 0, "end_cp": 4, "quote": "They", "memo": text}
        await self._saves(tablet, tab, person, [self._intention(meant, fields=fields)])
        return True

    # Taking words back

    async def _redacts(self, tablet: TabletSeen, tab: Tab, person: str, notes: list[Meant]) -> bool:
        if not notes:
            return False
        world = self.world
        first = world.chance.choice(notes)
        named = [first]
        if world.chance.happens(0.3):
            named += [each for each in notes if each.record == first.record and each is not first]
        named = [each for each in named if (each.scope, each.lane) == (first.scope, first.lane)]
        reason = world.chance.choice(("name_replaced", "disclosure", "written_in_error"))
        redacts = tuple(each.operation for each in named)
        meant = self._meant(person, first.scope, first.lane, first.record_type, first.record, "redact", redacts=redacts)
        await self._saves(tablet, tab, person, [self._intention(meant, base="heads", reason=reason)])
        return True

    async def redacts_own(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        lane = self.world.chance.choice(("evidence", "evidence", "vault", "concern"))
        own = [
            saved.meant
            for name, saved in self.world.oracle.saved.items()
            if saved.meant.person == person
            and saved.meant.lane == lane
            and saved.meant.token is not None
            and not self.world.oracle.words_gone(name)
        ]
        return await self._redacts(tablet, tab, person, own)

    async def redacts_others(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """The lead takes out what others wrote; now and then before it has come to the office."""
        if person != ADA:
            return False
        others = [
            saved.meant
            for name, saved in self.world.oracle.saved.items()
            if saved.meant.person != ADA
            and saved.meant.lane == "evidence"
            and saved.meant.token is not None
            and not self.world.oracle.words_gone(name)
        ]
        return await self._redacts(tablet, tab, person, others)

    async def _moves(self, tablet: TabletSeen, tab: Tab, person: str, lane: str, record_type: str) -> bool:
        """Words change the lane: created there and redacted here, in one step."""
        own = [each for each in self._seen(tablet, person) if each.person == person]
        if not own or person == DEE:
            return False
        note = self.world.chance.choice(own)
        text, token = self._text()
        there = self._meant(person, note.scope, lane, record_type, self.world.chance.uuid4(), "create", token=token)
        gone = (note.operation,)
        here = self._meant(person, note.scope, note.lane, note.record_type, note.record, "redact", redacts=gone)
        field = {"identity": "name", "concern": "exact_words"}[record_type]
        intentions = [
            self._intention(there, fields={field: text}),
            self._intention(here, base="heads", reason="moved_to_lane"),
        ]
        await self._saves(tablet, tab, person, intentions)
        return True

    async def moves_to_vault(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        return await self._moves(tablet, tab, person, "vault", "identity")

    async def moves_to_concern(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        return await self._moves(tablet, tab, person, "concern", "concern")

    # Files, drafts, locks, tabs

    async def names_file(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """The operation that names a file arrives before the file's bytes do; they come up another way."""
        if person == DEE:
            return False
        world = self.world
        sha256 = hashlib.sha256(world.new_token().encode()).hexdigest()
        meant = self._meant(person, self._place(person), "evidence", "file", world.chance.uuid4(), "create")
        fields = {"name": "photo.jpg", "media_type": "text/plain", "size_bytes": 1, "sha256": sha256}
        world.files_to_come.append(sha256)
        world.files_named.append(sha256)
        await self._saves(tablet, tab, person, [self._intention(meant, fields=fields)])
        return True

    async def drafts(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        if person == DEE:
            return False
        world = self.world
        text, token = self._text()
        seen = self._seen(tablet, person)
        begun_from = world.chance.choice(seen) if seen and world.chance.happens(0.4) else None
        if begun_from is None:
            meant = self._meant(
                person, self._place(person), "evidence", "block", world.chance.uuid4(), "create", token=token
            )
        else:
            meant = self._meant(
                person,
                begun_from.scope,
                "evidence",
                begun_from.record_type,
                begun_from.record,
                "revise",
                token=token,
                started_from=(begun_from.operation,),
            )
        place = {
            "person": person,
            "scope": meant.scope,
            "lane": meant.lane,
            "record_type": meant.record_type,
            "record": meant.record,
            "field": "text",
            "block": meant.operation,
        }
        world.oracle.means(meant)
        reply = await world.does(
            tablet,
            "draft",
            tab=tab.number,
            place=place,
            kind=meant.kind,
            base=list(meant.started_from),
            started_from=list(meant.started_from),
            fields={"text": text},
            operation=meant.operation,
        )
        if world.ok(tablet, reply) is not None:
            world.oracle.drafts[meant.operation] = meant
        return True

    async def takes_drafts(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        world = self.world
        if len(tablet.tabs) > 1:
            # Of two tabs only the one in which it is being typed may take a draft up.
            return False
        shown = world.ok(tablet, await world.does(tablet, "take_drafts", tab=tab.number))
        for saved in (shown or {}).get("saved", []):
            if saved["saved"] == "twice":
                for told in saved["operations"]:
                    world.oracle.shown_saved(tablet.name, told)
        return True

    async def opens_interview(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        world = self.world
        own = [
            saved.meant
            for saved in world.oracle.saved.values()
            if saved.meant.person == person and saved.tablet == tablet.name and saved.meant.record_type == "evidence"
        ]
        if not own:
            return False
        note = world.chance.choice(own)
        place = {
            "person": person,
            "scope": note.scope,
            "lane": "evidence",
            "record_type": "evidence",
            "record": note.record,
        }
        reply = await world.does(tablet, "open_place", tab=tab.number, place=place)
        if world.ok(tablet, reply) is not None:
            tablet.interview = person
        return True

    async def _writes_locked(self, tablet: TabletSeen, tab: Tab) -> bool:
        world = self.world
        text, token = self._text()
        world.plans(f"somebody writes on {tablet.name}/{tab.number}, locked")
        reply = await world.does(tablet, "write_locked", tab=tab.number, text=text)
        if "no interview is open" in str(reply.get("error", "")):
            return False
        shown = world.ok(tablet, reply)
        if shown is not None and shown["saved"] == "twice":
            (told,) = shown["operations"]
            _, person, scope, lane = str(told["stream"]).split(" ")
            world.oracle.means(
                Meant(str(told["operation"]), person, scope, lane, "locked_words", "", "create", locked_words=token)
            )
            world.oracle.shown_saved(tablet.name, told)
        world.trace.count("deed writes while locked")
        return True

    async def locks(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        if tab.waits_for is not None:
            return False
        world = self.world
        if world.ok(tablet, await world.does(tablet, "lock", tab=tab.number)) is not None:
            tab.person = None
        if tablet.runs and world.chance.happens(0.6):
            await self.unlocks(tablet, tab, world.chance.choice(tablet.people))
        return True

    async def unlocks(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """Somebody unlocks the tab; on a shared tablet it may be somebody else than before."""
        world = self.world
        reply = await world.does(tablet, "unlock", tab=tab.number, person=person)
        shown = world.ok(tablet, reply)
        if shown is not None and shown["unlocked"]:
            tab.person = person
            world.trace.count("deed unlocks")
            if person != tablet.people[0]:
                world.trace.count("deed signs another person in")
        return True

    async def opens_tab(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        if len(tablet.tabs) >= 2:
            return False
        return await self.opens(tablet, "second_tab", person)

    async def opens(self, tablet: TabletSeen, deed: str, person: str, **more: Any) -> bool:
        """A worker starts, alone or beside another. It may crash over it."""
        world = self.world
        opened = Tab(len(tablet.tabs) + 1)
        tablet.tabs.append(opened)
        reply = await world.does(tablet, deed, person=person, **more)
        shown = world.ok(tablet, reply)
        if "problem" in reply:
            # The start failed; the person closes the browser and opens it again later.
            await world.does(tablet, "kill")
            return True
        if shown is not None:
            world.oracle.reports |= dict.fromkeys(shown["reports_due"], tablet.name)
        if shown is not None and shown["unlocked"]:
            opened.person = person
        return True

    async def tries_again(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """Under the same ids: pressed twice, it is written once."""
        # A form is open in one tab; what it holds is found by another only after that one is gone.
        mine = [
            each for each in tablet.to_try_again if each[0] == person and (each[1] is tab or each[1] not in tablet.tabs)
        ]
        if not mine:
            return False
        tablet.to_try_again.remove(mine[0])
        await self._saves(tablet, tab, person, mine[0][2])
        return True

    async def decides(self, tablet: TabletSeen, tab: Tab, person: str) -> bool:
        """The lead, or the safeguarding lead among the concerns, lets in what the office kept for a person to look at."""
        oracle = self.world.oracle
        kept = [
            oracle.meant[name]
            for name, verdict in sorted(oracle.kept_at_office.items())
            if verdict == "quarantined" and name in oracle.meant and oracle.meant[name].record_type != "decision"
        ]
        kept = [each for each in kept if (each.lane == "concern") == (person == DEE)]
        if person not in (ADA, DEE) or not kept:
            return False
        about = self.world.chance.choice(kept)
        meant = self._meant(person, about.scope, about.lane, "decision", self.world.chance.uuid4(), "create")
        fields = {"about": about.operation, "decision": "release", "reason": "seen"}
        await self._saves(tablet, tab, person, [self._intention(meant, fields=fields)])
        return True

    # Beside the people

    async def works_in_background(self, tablet: TabletSeen) -> None:
        """One step of what a worker does by itself: send, fetch, compare, ask for keys, report."""
        world, chance = self.world, self.world.chance
        tab = chance.choice(tablet.tabs)
        if tab.waits_for is not None:
            return
        deed = chance.choices(
            ("flush_step", "pull_step", "manifest_step", "keys_step", "report_step"), (10, 6, 2, 1, 1)
        )[0]
        more: Line = {}
        if deed == "pull_step":
            if tab.person is None:
                return
            places = sorted(may_hold(tab.person, frozenset()))
            if chance.happens(0.05):
                places = [(VISIT_A, "concern"), (VISIT_B, "vault"), (VISIT_B, "evidence")]
            scope, lane = chance.choice(places)
            more = {"scope": scope, "lane": lane}
        if deed == "flush_step" and any(each.waits_for is not None for each in tablet.tabs):
            return
        if "crash_point" in world.on and chance.happens(0.06):
            # In the very middle of sending or fetching, where a page and its cursor, or a receipt and its note, could part.
            world.trace.count("fault crash_point")
            crash = {"point": chance.randint(1, 8), "power": chance.happens(0.5), "tear": chance.random()}
            await world.does(tablet, "arm_crash", tab=tab.number, **crash)
        world.trace.tell("background", tablet.name, tab.number, deed, *more.values())
        reply = await world.does(tablet, deed, tab=tab.number, **more)
        world.told(tablet, reply)
