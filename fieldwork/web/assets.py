"""The files a tablet runs on, served under `/a/<release>/…`.

The whole release is read into memory at start and checked against its list, so a request never touches the disk: what
is not on the list does not exist here, however its address is written, and a build that runs meanwhile cannot change
what an address means. Addresses are immutable, so browsers keep the answers for a year.
No evidence passes through here and no session is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fieldwork.release import BuiltFile, CannotBuild, compressed_beside, read_release

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/a"
CONTENT_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".webmanifest": b"application/manifest+json",
}
WORKER = "static/tablet/worker.js"

# The policy of the worker's own answer counts, not the page's (offline.md, section 13): Argon2id is WebAssembly and is
# allowed there and nowhere else.
WORKER_POLICY = b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'"
# A file opened by itself, such as a picture in SVG, can run and load nothing.
FILE_POLICY = b"default-src 'none'; frame-ancestors 'none'"

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class _Form:
    """One way of sending a file: as it is, or compressed."""

    body: bytes
    etag: bytes
    encoding: bytes


@dataclass(frozen=True)
class _Asset:
    content_type: bytes
    policy: bytes
    plain: _Form
    compressed: _Form | None


class Assets:
    """An ASGI application for one release. `prefix` is what templates receive as `assets`."""

    def __init__(self, root: Path) -> None:
        """Read and check the release built under the checkout `root`.

        Raises `CannotBuild` if there is none, or if a file is not the one that was listed.
        """
        built = read_release(root)
        self.release = built.release
        self.prefix = built.prefix
        self._assets = {f"{built.prefix}/{file.path}": _load(root, file) for file in built.files}
        self._kept = [f"{built.prefix}/{file.path}" for file in built.files if file.kept]

    def url(self, path: str) -> str:
        """The address of a file named as in the checkout. `KeyError` if the release has none of that name."""
        address = f"{self.prefix}/{path}"
        if address not in self._assets:
            raise KeyError(f"{path} is not in release {self.release}")
        return address

    def addresses(self) -> list[str]:
        """Every address of the release, in order."""
        return sorted(self._assets)

    def kept_addresses(self) -> list[str]:
        """What a service worker keeps for the time without signal: all that a tablet runs on, and nothing else."""
        return sorted(self._kept)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Anything but the exact address of a listed file is 404."""
        asset = self._assets.get(scope["path"])
        if asset is None:
            await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not found", scope["method"])
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"", scope["method"])
            return
        asked = dict(scope["headers"])
        compressed = asset.compressed if accepts_brotli(asked.get(b"accept-encoding", b"")) else None
        form = compressed or asset.plain
        headers: list[Header] = [
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"etag", form.etag),
            (b"vary", b"accept-encoding"),
            (b"content-type", asset.content_type),
            (b"content-security-policy", asset.policy),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        if form.encoding:
            headers.append((b"content-encoding", form.encoding))
        if form.etag in [tag.strip().removeprefix(b"W/") for tag in asked.get(b"if-none-match", b"").split(b",")]:
            await _answer(send, 304, headers, None, scope["method"])
            return
        await _answer(send, 200, headers, form.body, scope["method"])


def _load(root: Path, file: BuiltFile) -> _Asset:
    content = (root / file.lies_at).read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise CannotBuild(f"{file.path} has changed since the browser half was built. Run `fieldwork build`.")
    beside = compressed_beside(root, file.path)
    tag = file.sha256[:32].encode()
    return _Asset(
        content_type=CONTENT_TYPES[PurePosixPath(file.path).suffix],
        policy=WORKER_POLICY if file.path == WORKER else FILE_POLICY,
        plain=_Form(content, b'"' + tag + b'"', b""),
        compressed=_Form(beside.read_bytes(), b'"' + tag + b'-br"', b"br") if beside.exists() else None,
    )


def accepts_brotli(accepted: bytes) -> bool:
    """Whether the header Accept-Encoding offers brotli."""
    for offer in accepted.lower().split(b","):
        name, _, weight = offer.replace(b" ", b"").partition(b";q=")
        if name == b"br":
            return weight.strip(b"0.") != b"" or not weight
    return False


async def _answer(send: Send, status: int, headers: list[Header], body: bytes | None, method: str) -> None:
    sent = [*headers, (b"x-content-type-options", b"nosniff")]
    if body is not None:
        sent.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" or body is None else body})
