"""A stormy day: people work, and what can go wrong goes wrong, in an order that the seed decides.

Every day has at least sixty deeds of people, a restart of the office and a tablet that dies. What else befalls it is drawn from the
kinds that this seed may use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from sync.simulator.faults import OF_THE_DAY
from sync.simulator.invariants import check_always
from sync.simulator.office_mishaps import OfficeMishaps
from sync.simulator.people import People
from sync.simulator.tablet_mishaps import TabletMishaps
from sync.simulator.world import Tab, TabletSeen, World

LEAST_DEEDS = 60
MISHAP = 0.3
LOOKED_AT_EVERY = 20
TRIES = 12


class Day:
    """The storm of one seed."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people
        self.office = OfficeMishaps(world)
        tablets = TabletMishaps(world, self.office)
        self.mishaps: dict[str, Callable[[], Awaitable[bool]]] = {
            "partition_up": tablets.cuts_up,
            "partition_down": tablets.cuts_down,
            "swizzle_clog": tablets.clogs_all_lines,
            "office_restarted": self.office.restarts,
            "office_killed": self.office.is_killed,
            "office_restored": self.office.is_restored,
            "assignment_ended": self.office.ends_assignment,
            "device_revoked": self.office.revokes_device,
            "tablet_lost": tablets.loses_tablet,
            "tablet_killed": tablets.kills_tablet,
            "power_lost": tablets.cuts_power,
            "crash_point": tablets.arms_crash,
            "storage_quota": partial(tablets.fails_storage, "quota"),
            "storage_gone": partial(tablets.fails_storage, "gone"),
            "storage_failed": partial(tablets.fails_storage, "failed"),
            "journal_failed": tablets.fails_journal,
            "clock_steps": tablets.steps_clock,
            "clock_a_day_off": tablets.sets_clock_off,
            "database_wiped": tablets.wipes_database,
            "database_put_back": tablets.puts_database_back,
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
        if "pages_cut_small" in world.on:
            world.trace.count("fault pages_cut_small")
            world.office.premises.cut_pages(world.chance.randint(1, 6))
        await self.office.backs_up()

    async def passes(self) -> None:
        world, chance = self.world, self.world.chance
        world.wire.calm = False
        deeds = LEAST_DEEDS + chance.randrange(12)
        must_restart, must_die, must_restore = (chance.randrange(5, deeds) for _ in range(3))
        while world.trace.counts["deeds"] < deeds:
            world.step += 1
            world.clock.moves(chance.randint(500, 240_000))
            await self.office.comes_back()
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
                await self.office.backs_up()
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

    async def _befalls(self, kind: str) -> None:
        if await self.mishaps[kind]():
            self.world.trace.count(f"fault {kind}")

    async def _brings_files(self) -> None:
        world = self.world
        if world.files_to_come and world.office.up and world.chance.happens(0.1):
            await world.office.keep_file(world.files_to_come.pop(0))
