"""Sealing: how words travel in other people's hands, and how the vault and the concerns rest at the office.

A tablet seals every entry once under a carry key and wraps that key to the office; central unwraps a carry key once and
opens the entries under it (step 6 of the life of one note). The header's bytes are bound to the sealed body, so no
body can be moved to another header. Nothing here stores a key or decides who may have one.
All randomness is handed in or comes from the operating system. Source: PROTOCOL.md 3, 1.4.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from sync.central.header import Lane, is_uuid_4
from sync.central.line import CarryKey, PublicIngestKey

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
POINT_BYTES = 65

TO_THE_OFFICE = "fieldwork carry 1"
TO_ONESELF = "fieldwork own 1"
_AT_REST = b"fieldwork storage 1 "

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

RandomBytes = Callable[[int], bytes]


class NotOpened(Exception):
    """It cannot be opened with this key: damaged, another header's, another lane's, or meant for somebody else."""


@dataclass(frozen=True, slots=True)
class IngestKey:
    """The office's key pair of one lane. `private_pem` is PKCS 8 without a passphrase: its keeper protects it."""

    id: str
    lane: Lane
    private_pem: bytes = field(repr=False)
    public: bytes

    def as_sent(self) -> PublicIngestKey:
        return PublicIngestKey(self.id, self.lane, b64encode(self.public).decode("ascii"))


@dataclass(frozen=True, slots=True)
class Wrap:
    """A wrapped carry key: the ephemeral public point (65 bytes), and nonce, ciphertext and tag (60 bytes)."""

    ephemeral: bytes
    wrapped: bytes


def make_ingest_key(lane: Lane, *, random_bytes: RandomBytes = os.urandom) -> IngestKey:
    """A new key pair with a random UUIDv4 as its id."""
    key_id = str(UUID(bytes=random_bytes(16), version=4))
    private = _private_key_from(random_bytes)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return IngestKey(key_id, lane, pem, _point_of(private))


def wrap_carry_key(
    carry_key: bytes,
    carry_id: str,
    lane: str,
    public: bytes,
    *,
    info: str = TO_THE_OFFICE,
    random_bytes: RandomBytes = os.urandom,
) -> Wrap:
    """Wrap a carry key so that only the owner of `public` gets it. Asks for 32 random bytes (the ephemeral key), and
    then for 12 (the nonce). Raises ValueError for a `public` that is no point of P-256."""
    ephemeral = _private_key_from(random_bytes)
    nonce = random_bytes(NONCE_BYTES)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    wrapping_key = _wrapping_key(ephemeral, receiver, carry_id, lane, info)
    wrapped = nonce + AESGCM(wrapping_key).encrypt(nonce, carry_key, UUID(carry_id).bytes)
    return Wrap(_point_of(ephemeral), wrapped)


def unwrap_carry_key(wrap: Wrap, carry_id: str, lane: str, private_pem: bytes, *, info: str = TO_THE_OFFICE) -> bytes:
    """The 32 bytes of the carry key. Raises NotOpened."""
    if not is_uuid_4(carry_id) or len(wrap.ephemeral) != POINT_BYTES:
        raise NotOpened
    if len(wrap.wrapped) != NONCE_BYTES + KEY_BYTES + TAG_BYTES:
        raise NotOpened
    private = load_pem_private_key(private_pem, None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("an ingest key is a P-256 key")
    try:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), wrap.ephemeral)
        wrapping_key = _wrapping_key(private, sender, carry_id, lane, info)
        nonce, wrapped = wrap.wrapped[:NONCE_BYTES], wrap.wrapped[NONCE_BYTES:]
        return AESGCM(wrapping_key).decrypt(nonce, wrapped, UUID(carry_id).bytes)
    except (ValueError, InvalidTag) as problem:
        raise NotOpened from problem


def carry_key_as_sent(carry_id: str, lane: str, ingest_id: str, wrap: Wrap) -> CarryKey:
    return CarryKey(
        carry_id, lane, ingest_id, b64encode(wrap.ephemeral).decode("ascii"), b64encode(wrap.wrapped).decode("ascii")
    )


def open_carry_key(carry: CarryKey, ingest: IngestKey) -> bytes:
    """Unwrap a carry key that came with a push. Raises NotOpened, also when it is for another ingest key or lane."""
    if carry.ingest != ingest.id or carry.lane != ingest.lane:
        raise NotOpened
    try:
        wrap = Wrap(b64decode(carry.ephemeral, validate=True), b64decode(carry.wrapped, validate=True))
    except ValueError as problem:
        raise NotOpened from problem
    return unwrap_carry_key(wrap, carry.id, carry.lane, ingest.private_pem)


def seal(carry_key: bytes, nonce: bytes, header_raw: bytes, body: bytes) -> bytes:
    """Nonce, ciphertext and tag. A nonce is random and is never used twice under one carry key."""
    return nonce + AESGCM(carry_key).encrypt(nonce, body, header_raw)


def open_sealed(carry_key: bytes, header_raw: bytes, sealed: bytes) -> bytes:
    """The body's bytes. Raises NotOpened."""
    return open_with(AESGCM(carry_key), header_raw, sealed)


def open_with(cipher: AESGCM, header_raw: bytes, sealed: bytes) -> bytes:
    """The body's bytes, with a cipher that was made once for many entries. Raises NotOpened."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise NotOpened
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], header_raw)
    except (InvalidTag, ValueError) as problem:
        raise NotOpened from problem


def seal_for_storage(
    storage_key: bytes, header_hash: str, body: bytes, *, random_bytes: RandomBytes = os.urandom
) -> bytes:
    """A body of the vault or of the concerns, as it rests in central's database: nonce, ciphertext and tag."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + AESGCM(storage_key).encrypt(nonce, body, _AT_REST + bytes.fromhex(header_hash))


def open_from_storage(storage_key: bytes, header_hash: str, sealed: bytes) -> bytes:
    """The body's bytes. Raises NotOpened, also when the row was moved to another header."""
    return open_sealed(storage_key, _AT_REST + bytes.fromhex(header_hash), sealed)


def _private_key_from(random_bytes: RandomBytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from random bytes: the first 32 that are a number below the curve's order, and not 0."""
    while True:
        number = int.from_bytes(random_bytes(KEY_BYTES), "big")
        if 0 < number < _ORDER_OF_P256:
            return ec.derive_private_key(number, ec.SECP256R1())


def _point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _wrapping_key(
    private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey, carry_id: str, lane: str, info: str
) -> bytes:
    shared = private.exchange(ec.ECDH(), public)
    derivation = HKDF(SHA256(), KEY_BYTES, salt=UUID(carry_id).bytes, info=f"{info} {lane}".encode("ascii"))
    return derivation.derive(shared)
