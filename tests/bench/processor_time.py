"""Where a browser's processor time goes: counted by the kernel for each thread, so that another program on the machine cannot change it.

Milliseconds of processor time at full speed become about four times as many on the clock at a quarter core; the words that this module
makes stand below a figure that was too slow and say in which part to look.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

PROC = Path("/proc")
PARTS = ("page", "worker", "painting", "the rest")

Spent = Counter[tuple[str, str]]
"""Nanoseconds by part and thread."""


def spent_by(browser: int) -> Spent:
    """What every thread of this browser has used until now; empty where the kernel does not say."""
    spent: Spent = Counter()
    for pid in _family(browser):
        kind = _kind(pid)
        for thread in (PROC / str(pid) / "task").glob("*"):
            try:
                name = (thread / "comm").read_text("utf-8").strip()
                used_ns = int((thread / "schedstat").read_text("ascii").split()[0])
            except (OSError, IndexError):
                continue  # A thread that ended meanwhile.
            spent[_part(kind, name, first=thread.name == str(pid)), thread.name] = used_ns
    return spent


def words_of(before: Spent, after: Spent, keys: int) -> str:
    """ "16.1 ms a key: page 5.8, worker 0.4, painting 5.9, the rest 4.0"."""
    parts: Counter[str] = Counter()
    for (part, thread), used_ns in after.items():
        parts[part] += used_ns - before[part, thread]
    in_ms = {part: parts[part] / 1e6 / max(1, keys) for part in PARTS}
    return f"{sum(in_ms.values()):.1f} ms a key: " + ", ".join(f"{part} {ms:.1f}" for part, ms in in_ms.items())


def browser_of(profile: Path) -> int | None:
    """The first process of the browser that has this profile open."""
    for folder in PROC.glob("[0-9]*"):
        given = _arguments(int(folder.name))
        if f"--user-data-dir={profile}" in given and not any(one.startswith("--type=") for one in given):
            return int(folder.name)
    return None


def _part(kind: str, name: str, *, first: bool) -> str:
    if kind == "renderer":
        if first:
            return "page"
        if name.startswith("DedicatedWorker"):
            return "worker"
        return "painting" if name.startswith(("Compositor", "ThreadPool")) else "the rest"
    return "painting" if kind == "gpu-process" else "the rest"


def _kind(pid: int) -> str:
    return next((one.removeprefix("--type=") for one in _arguments(pid) if one.startswith("--type=")), "browser")


def _arguments(pid: int) -> list[str]:
    try:
        # Chromium writes its own title over its arguments, with spaces between them.
        given = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return given.decode("utf-8", "replace").replace("\0", " ").split()


def _family(first: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [first]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found
