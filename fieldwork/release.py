"""A release of the browser half: the list of its files with one hash over all of them, and what a tablet keeps of it.

A tablet takes everything it runs from one release, served under `/a/<release>/…` in the shape of the checkout, so that no tablet ever
runs half of one release and half of another. `fieldwork build` writes the list; a server reads it at start and checks each file against it.
An address names a source; what lies behind it may have been built from that source and all that it imports.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import brotli  # type: ignore[import-untyped]

VENDOR = "static/vendor"
RELEASE_LIST = f"{VENDOR}/release.json"
COMPRESSED = frozenset({".js", ".css", ".svg", ".webmanifest"})


class CannotBuild(Exception):
    """The browser half cannot be built or read; the sentence says what is missing and what to do."""


@dataclass(frozen=True)
class Listed:
    """A file that belongs into a release, before its bytes are looked at."""

    path: str
    """Its name in the release: the path of its source in the checkout."""
    lies_at: str
    """Where its bytes lie in the checkout: the same path, or a built file."""
    kept: bool
    """Whether a tablet keeps it for the time without signal. What only the office's pages or a home screen ask for is not kept."""


@dataclass(frozen=True)
class BuiltFile(Listed):
    """One file of a release, with the SHA-256 of its bytes and how large it is."""

    sha256: str
    size_bytes: int
    compressed_bytes: int
    """Size of the `.br` beside it; 0 where there is none."""


@dataclass(frozen=True)
class BuiltRelease:
    """Everything that is served to browsers, and one hash over it."""

    release: str
    files: tuple[BuiltFile, ...]

    @property
    def prefix(self) -> str:
        """What stands before every address of this release, without a closing slash: templates get it as `assets`."""
        return f"/a/{self.release}"

    def address(self, path: str) -> str:
        """The address of one file, named as in the checkout. `KeyError` if it is not in the release."""
        if not any(file.path == path for file in self.files):
            raise KeyError(f"{path} is not in release {self.release}")
        return f"{self.prefix}/{path}"


def read_release(root: Path) -> BuiltRelease:
    """The release as last built. Raises `CannotBuild` if there is none that this version of fieldwork can read."""
    try:
        listed = json.loads((root / RELEASE_LIST).read_bytes())
    except FileNotFoundError:
        raise CannotBuild("The browser half has not been built yet. Run `fieldwork build`.") from None
    try:
        return BuiltRelease(listed["release"], tuple(BuiltFile(**file) for file in listed["files"]))
    except (KeyError, TypeError):
        raise CannotBuild("The browser half was built by another version. Run `fieldwork build`.") from None


def list_release(root: Path, listed: Iterable[Listed]) -> BuiltRelease:
    """Hash and compress these files and write the list. The second time, with nothing changed, nothing is written."""
    files = tuple(_built_file(root, file) for file in sorted(listed, key=lambda file: file.path))
    over_all = hashlib.sha256("".join(f"{file.path}\0{file.kept}\0{file.sha256}\n" for file in files).encode())
    built = BuiltRelease(over_all.hexdigest()[:16], files)
    write_if_changed(root / RELEASE_LIST, json.dumps(asdict(built), indent=1).encode() + b"\n")
    _forget_stale_compressions(root, files)
    return built


def compressed_beside(root: Path, path: str) -> Path:
    """Where the compressed form lies: under `static/vendor/.br/`, so that no source folder gathers built files."""
    return root / VENDOR / ".br" / f"{path}.br"


def compressed(content: bytes) -> bytes:
    """In brotli, as small as it goes. Slow, so it is done once and kept."""
    small: bytes = brotli.compress(content, quality=11, mode=brotli.MODE_TEXT)
    return small


def write_if_changed(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: a reader sees the old bytes or the new, never a half."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _built_file(root: Path, file: Listed) -> BuiltFile:
    content = (root / file.lies_at).read_bytes()
    compressed_bytes = 0
    if PurePosixPath(file.path).suffix in COMPRESSED:
        compressed_bytes = _compress(root, file.path, content)
    return BuiltFile(
        **asdict(file),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        compressed_bytes=compressed_bytes,
    )


def _compress(root: Path, path: str, content: bytes) -> int:
    """Keep `<name>.br` true; returns its size. What is already true is left alone."""
    beside = compressed_beside(root, path)
    if not (beside.exists() and _is_compression_of(beside.read_bytes(), content)):
        write_if_changed(beside, compressed(content))
    return beside.stat().st_size


def _is_compression_of(small: bytes, content: bytes) -> bool:
    try:
        return bool(brotli.decompress(small) == content)
    except brotli.error:
        return False


def _forget_stale_compressions(root: Path, files: tuple[BuiltFile, ...]) -> None:
    wanted = {compressed_beside(root, file.path) for file in files if file.compressed_bytes}
    for found in (root / VENDOR / ".br").rglob("*.br"):
        if found not in wanted:
            found.unlink()
