"""A stormy day: people work, and what can go wrong goes wrong, in an order that the seed decides.

Every day has at least sixty deeds of people, a restart of the office and a tablet that dies. What else befalls it is drawn from the
kinds that this seed may use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sync.simulator.cast import ADA, BEN_A, CAL_A, CAL_B, REVIEW
from sync.simulator.chance import written
from sync.simulator.faults import OF_THE_DAY
from sync.simulator.invariants import check_always
from sync.simulator.office import DeskWriting
from sync.simulator.oracle import Saved
from sync.simulator.people import People
from sync.simulator.world import Tab, TabletSeen, World

LEAST_DEEDS = 60
MISHAP = 0.3
LOOKED_AT_EVERY = 20
A_DAY_MS = 86_400_000
TRIES = 12


class Day:
    """The storm of one seed."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people
        self.office_starts_at: int | None = None
        self.backup: tuple[frozenset[str], dict[str, Saved]] | None = None
        self.epochs = 0
        self.mishaps: dict[str, Callable[[], Awaitable[bool]]] = {
            "partition_up": self.cuts_up,
            "partition_down": self.cuts_down,
            "office_restarted": self.restarts_office,
            "office_killed": self.kills_office,
            "office_restored": self.restores_office,
            "assignment_ended": self.ends_assignment,
            "tablet_killed": self.kills_tablet,
            "power_lost": self.cuts_power,
            "crash_point": self.arms_crash,
            "storage_quota": lambda: self.fails_storage("quota"),
            "storage_gone": lambda: self.fails_storage("gone"),
            "storage_failed": lambda: self.fails_storage("failed"),
            "journal_failed": self.fails_journal,
            "clock_steps": self.steps_clock,
            "clock_a_day_off": self.sets_clock_off,
            "database_wiped": self.wipes_database,
            "database_put_back": self.puts_database_back,
        }

    async def begins(self) -> None:
        """The tablets are enrolled while all is well, and somebody is signed in on each."""
        world = self.world
        if not world.chance.happens(0.25):
            del world.tablets["t4"]
        for tablet in world.tablets.values():
            tablet.tabs = [Tab(1)]
            seed = f"{world.seed} {tablet.name}"
            shown = world.ok(tablet, await world.does(tablet, "enrol", seed=seed, people=list(tablet.people)))
            assert shown is not None
            tablet.tabs[0].person = tablet.people[0]
        await self._backs_up()

    async def passes(self) -> None:
        world, chance = self.world, self.world.chance
        world.wire.calm = False
        deeds = LEAST_DEEDS + chance.randrange(12)
        must_restart, must_die, must_restore = (chance.randrange(5, deeds) for _ in range(3))
        while world.trace.counts["deeds"] < deeds:
            world.step += 1
            world.clock.moves(chance.randint(500, 240_000))
            await self._office_comes_back()
            await world.delivers_what_is_due()
            if world.step == must_restart:
                await self._befalls("office_restarted")
            if world.step == must_die:
                await self._befalls(chance.choice(("tablet_killed", "power_lost")))
            if world.step == must_restore and "office_restored" in world.on:
                await self._befalls("office_restored")
            if chance.happens(MISHAP):
                kinds = [kind for kind in OF_THE_DAY if kind in world.on and kind != "office_restored"]
                if kinds:
                    await self._befalls(chance.choice(kinds))
            if "office_restored" in world.on and chance.happens(0.05):
                await self._backs_up()
            await self._brings_files()
            await self._somebody_acts()
            for _ in range(chance.choice((0, 1, 2, 2, 3))):
                running = [each for each in world.tablets.values() if each.runs]
                if running:
                    await self.people.works_in_background(chance.choice(running))
            if world.step % LOOKED_AT_EVERY == 0:
                await check_always(world)

    async def _somebody_acts(self) -> None:
        world, chance = self.world, self.world.chance
        for tablet in world.tablets.values():
            if not tablet.runs and chance.happens(0.6):
                await self._starts(tablet)
        for _ in range(TRIES):
            running = [each for each in world.tablets.values() if each.runs]
            if not running:
                return
            tablet = chance.choice(running)
            if await self.people.acts(tablet):
                world.trace.count("deeds")
                return

    async def _starts(self, tablet: TabletSeen) -> None:
        world, chance = self.world, self.world.chance
        more = {}
        if "crash_point" in world.on and chance.happens(0.2):
            world.trace.count("fault crash_point")
            more = {"arm": {"point": chance.randint(1, 14), "power": chance.happens(0.5), "tear": chance.random()}}
        world.plans(f"{tablet.name} starts", *more)
        await self.people.opens(tablet, "start", chance.choice(tablet.people), **more)

    # Mishaps

    async def _befalls(self, kind: str) -> None:
        if await self.mishaps[kind]():
            self.world.trace.count(f"fault {kind}")

    def _a_running_tablet(self) -> TabletSeen | None:
        running = [each for each in self.world.tablets.values() if each.runs]
        return self.world.chance.choice(running) if running else None

    async def cuts_up(self) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        self.world.wire.cut_up[tablet.name] = self.world.step + self.world.chance.randint(2, 10)
        self.world.plans(f"{tablet.name} cannot send")
        return True

    async def cuts_down(self) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        self.world.wire.cut_down[tablet.name] = self.world.step + self.world.chance.randint(2, 10)
        self.world.plans(f"{tablet.name} cannot hear")
        return True

    async def restarts_office(self) -> bool:
        self.world.plans("the office restarts")
        if self.world.office.up:
            await self.world.office.restart()
        else:
            await self._opens_office()
        return True

    async def kills_office(self) -> bool:
        if not self.world.office.up:
            return False
        self.world.plans("the office is killed")
        await self.world.office.kill()
        return True

    async def _office_comes_back(self) -> None:
        """A dead office is noticed, and started again after a while."""
        world = self.world
        if world.office.up:
            return
        if self.office_starts_at is None:
            self.office_starts_at = world.step + world.chance.randint(0, 4)
        if world.step >= self.office_starts_at:
            await self._opens_office()

    async def _opens_office(self) -> None:
        self.office_starts_at = None
        self.world.trace.tell("the office starts")
        await self.world.office.start()

    async def _backs_up(self) -> None:
        """At a moment when nothing waits at the office. An operation that a backup has as held or quarantined occupies its
        number there, so after a restore no manifest would show that it has become less than its tablet counts it.
        """
        if not self.world.office.up:
            return
        facts = await self.world.office.look()
        if all(each.standing == "stored" for each in facts.operations):
            self.world.plans("the office is backed up")
            await self.world.office.back_up("yesterday")
            self.backup = self.world.oracle.copy_of_rights_and_desk()

    async def restores_office(self) -> bool:
        assert self.backup is not None
        world = self.world
        world.plans("the office is restored from its backup")
        self.office_starts_at = None
        await world.office.restore("yesterday", world.chance.uuid4())
        world.oracle.goes_back_to(self.backup)
        return True

    async def ends_assignment(self) -> bool:
        """The lead ends somebody's part at a desk; what they wrote before and bring later is for the lead to let in."""
        world = self.world
        part = world.chance.choice((BEN_A, CAL_A, CAL_B))
        if not world.office.up or part.record in world.oracle.ended:
            return False
        world.plans("a part in the review ends", part.record)
        writing = DeskWriting(
            world.chance.uuid7(world.clock.now),
            REVIEW,
            "evidence",
            "assignment",
            part.record,
            "revise",
            {"ended_at": written(world.clock.now)},
            world.chance.randbytes(16),
            (part.operation,),
        )
        await world.office.write([writing], ADA)
        world.oracle.ended |= {part.record}
        return True

    async def _brings_files(self) -> None:
        world = self.world
        if world.files_to_come and world.office.up and world.chance.happens(0.1):
            await world.office.keep_file(world.files_to_come.pop(0))

    async def kills_tablet(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        self.world.plans(f"{tablet.name} is killed")
        await self.world.does(tablet, "kill")
        return True

    async def cuts_power(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        self.world.plans(f"{tablet.name} loses power")
        await self.world.does(tablet, "power_loss", tear=self.world.chance.random())
        return True

    async def arms_crash(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        chance = self.world.chance
        tab, point, power = chance.choice(tablet.tabs).number, chance.randint(1, 25), chance.happens(0.5)
        self.world.plans(f"{tablet.name}/{tab} will crash at its point {point}", "losing power" if power else "")
        await self.world.does(tablet, "arm_crash", tab=tab, point=point, power=power, tear=chance.random())
        return True

    async def fails_storage(self, kind: str) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        self.world.storage_trouble = True
        commits = self.world.chance.randint(1, 5)
        self.world.plans(f"{tablet.name}: {kind} for {commits} commits")
        fault = {"kind": kind, "commits": commits, "reads": self.world.chance.happens(0.2)}
        await self.world.does(tablet, "fault", storage=fault)
        return True

    async def fails_journal(self) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        self.world.storage_trouble = True
        self.world.plans(f"{tablet.name}: the journal fails")
        await self.world.does(tablet, "fault", journal={"kind": "failed", "writes": self.world.chance.randint(1, 4)})
        return True

    async def steps_clock(self) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        tablet.off_ms += self.world.chance.randint(-7_200_000, 7_200_000)
        self.world.plans(f"{tablet.name}'s clock steps to {tablet.off_ms} ms off")
        return True

    async def sets_clock_off(self) -> bool:
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        tablet.off_ms = self.world.chance.choice((-A_DAY_MS, A_DAY_MS))
        self.world.plans(f"{tablet.name}'s clock is a day off")
        return True

    async def wipes_database(self) -> bool:
        """The browser throws the database away; the journal beside it stays."""
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        self.world.plans(f"{tablet.name} loses its database")
        if tablet.runs:
            await self.world.does(tablet, "kill")
        self.world.ok(tablet, await self.world.does(tablet, "wipe", what=["database"]))
        self._forgets_drafts(tablet)
        return True

    async def puts_database_back(self) -> bool:
        """An older copy of the database comes back, as after a restore of the whole tablet; the journal is newer."""
        tablet = self.world.chance.choice(list(self.world.tablets.values()))
        if tablet.snapshots == 0 or self.world.chance.happens(0.3):
            tablet.snapshots += 1
            self.world.ok(tablet, await self.world.does(tablet, "snapshot", name="older"))
            return False
        self.world.plans(f"{tablet.name}: an older database is put back")
        if tablet.runs:
            await self.world.does(tablet, "kill")
        self.world.ok(tablet, await self.world.does(tablet, "put_back", name="older"))
        self._forgets_drafts(tablet)
        return True

    def _forgets_drafts(self, tablet: TabletSeen) -> None:
        """A draft has no second copy, and nobody was told that it has one."""
        oracle = self.world.oracle
        oracle.drafts = {name: each for name, each in oracle.drafts.items() if each.person not in tablet.people}
        tablet.interview = None
