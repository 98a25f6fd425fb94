"""Wraps and sealed entries under fixed keys and nonces, private keys included, so that both halves can make and open them
(PROTOCOL.md 3). These keys protect nothing; they exist only here."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.central.seal import (
    NotOpened,
    Wrap,
    open_from_storage,
    open_sealed,
    seal,
    seal_for_storage,
    unwrap_carry_key,
    wrap_carry_key,
)
from sync.vectors.plain import CARRY, EMPTY_BODY, Json, base64_of, header_text

_RECEIVER = bytes.fromhex("11" * 32)
_EPHEMERAL = bytes.fromhex("22" * 32)
_CARRY_KEY = bytes(range(32))
_NONCE = bytes(range(0xA0, 0xAC))
_OTHER_CARRY = "55555555-5555-4555-8555-555555555556"


def seals() -> Json:
    wraps = [
        _wrap(f"{info}, {lane}", info, lane)
        for info, lane in (
            ("fieldwork carry 1", "evidence"),
            ("fieldwork carry 1", "vault"),
            ("fieldwork carry 1", "concern"),
            ("fieldwork own 1", "evidence"),
        )
    ]
    odd = '{"salt":"000102030405060708090a0b0c0d0e0f","fields":{"text":"caf\u00e9 \\ud83d \U0001f600"}}'
    entries = [
        _entry("an empty body", header_text(), EMPTY_BODY.decode()),
        _entry("odd text", header_text(lane="vault"), odd),
    ]
    return {
        "wraps": wraps,
        "entries": entries,
        "storage": [_storage()],
        "wraps_not_opened": [_unwrappable(name, wraps[0] | change) for name, change in _other_wraps(wraps[0])],
        "entries_not_opened": [_unopenable(name, entries[0] | change) for name, change in _other_entries(entries[0])],
    }


def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def _jwk(secret: bytes) -> Json:
    numbers = private_key(secret).public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return {"kty": "EC", "crv": "P-256", "x": _url64(x), "y": _url64(y), "d": _url64(secret), "ext": True}


def _url64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def point_of(secret: bytes) -> bytes:
    numbers = private_key(secret).public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _pem(secret: bytes) -> bytes:
    return private_key(secret).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _wrap(name: str, info: str, lane: str) -> Json:
    randomness: Iterator[bytes] = iter([_EPHEMERAL, _NONCE])
    wrap = wrap_carry_key(
        _CARRY_KEY, CARRY, lane, point_of(_RECEIVER), info=info, random_bytes=lambda _length: next(randomness)
    )
    assert wrap.ephemeral == point_of(_EPHEMERAL)
    assert wrap.wrapped[:12] == _NONCE
    assert len(wrap.wrapped) == 60
    assert unwrap_carry_key(wrap, CARRY, lane, _pem(_RECEIVER), info=info) == _CARRY_KEY
    return {
        "name": name,
        "info": info,
        "lane": lane,
        "carry_id": CARRY,
        "carry_key": _CARRY_KEY.hex(),
        "nonce": _NONCE.hex(),
        "private_jwk": _jwk(_RECEIVER),
        "private_pem": _pem(_RECEIVER).decode("ascii"),
        "public": base64_of(point_of(_RECEIVER)),
        "ephemeral_jwk": _jwk(_EPHEMERAL),
        "ephemeral": base64_of(wrap.ephemeral),
        "wrapped": base64_of(wrap.wrapped),
    }


def _entry(name: str, header: str, body: str) -> Json:
    sealed = seal(_CARRY_KEY, _NONCE, header.encode(), body.encode())
    assert open_sealed(_CARRY_KEY, header.encode(), sealed) == body.encode()
    return {
        "name": name,
        "carry_key": _CARRY_KEY.hex(),
        "nonce": _NONCE.hex(),
        "header": header,
        "body": body,
        "sealed": base64_of(sealed),
    }


def _storage() -> Json:
    header_hash = "ab" * 32
    sealed = seal_for_storage(_CARRY_KEY, header_hash, EMPTY_BODY, random_bytes=lambda _length: _NONCE)
    assert open_from_storage(_CARRY_KEY, header_hash, sealed) == EMPTY_BODY
    return {
        "name": "a body at rest, under a storage key",
        "storage_key": _CARRY_KEY.hex(),
        "nonce": _NONCE.hex(),
        "header_hash": header_hash,
        "body": EMPTY_BODY.decode(),
        "sealed": base64_of(sealed),
    }


def flipped(base64_text: str, at: int) -> str:
    raw = bytearray(_raw(base64_text))
    raw[at] ^= 1
    return base64_of(bytes(raw))


def _raw(base64_text: str) -> bytes:
    return b64decode(base64_text, validate=True)


def _other_wraps(wrap: Json) -> list[tuple[str, Json]]:
    return [
        ("another lane", {"lane": "vault"}),
        ("another purpose", {"info": "fieldwork own 1"}),
        ("another carry key's id", {"carry_id": _OTHER_CARRY}),
        ("another receiver", {"private_jwk": _jwk(_EPHEMERAL), "private_pem": _pem(_EPHEMERAL).decode("ascii")}),
        ("another ephemeral key", {"ephemeral": base64_of(point_of(bytes.fromhex("33" * 32)))}),
        ("an ephemeral key that is no point", {"ephemeral": base64_of(b"\x04" + b"\x01" * 64)}),
        ("a short ephemeral key", {"ephemeral": base64_of(point_of(_EPHEMERAL)[:64])}),
        ("a bit changed", {"wrapped": flipped(wrap["wrapped"], 20)}),
        ("cut short", {"wrapped": base64_of(_raw(wrap["wrapped"])[:-1])}),
        ("nothing", {"wrapped": ""}),
    ]


def _other_entries(entry: Json) -> list[tuple[str, Json]]:
    return [
        ("another header", {"header": header_text(lane="vault")}),
        ("another carry key", {"carry_key": "00" * 32}),
        ("a bit of the nonce changed", {"sealed": flipped(entry["sealed"], 0)}),
        ("a bit of the words changed", {"sealed": flipped(entry["sealed"], 20)}),
        ("a bit of the tag changed", {"sealed": flipped(entry["sealed"], -1)}),
        ("cut short", {"sealed": base64_of(_raw(entry["sealed"])[:-1])}),
        ("shorter than a nonce", {"sealed": base64_of(b"\x00" * 11)}),
        ("nothing", {"sealed": ""}),
    ]


def _unwrappable(name: str, case: Json) -> Json:
    case = case | {"name": name}
    wrap = Wrap(_raw(case["ephemeral"]), _raw(case["wrapped"]))
    try:
        unwrap_carry_key(wrap, case["carry_id"], case["lane"], case["private_pem"].encode(), info=case["info"])
    except NotOpened:
        return case
    raise AssertionError(f"{name} was opened")


def _unopenable(name: str, case: Json) -> Json:
    case = case | {"name": name}
    try:
        open_sealed(bytes.fromhex(case["carry_key"]), case["header"].encode(), _raw(case["sealed"]))
    except NotOpened:
        return case
    raise AssertionError(f"{name} was opened")
