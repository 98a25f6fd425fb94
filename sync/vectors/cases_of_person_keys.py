"""A person's keys on a tablet, wrapped under a passkey, made here with another library than the tablet's (design 3, "Keys").

Central never sees such a row. It stands among the vectors so that a later release opens what an earlier one wrapped. These keys protect
nothing; they exist only here."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.central.seal import wrap_carry_key
from sync.vectors.cases_of_sealing import flipped, point_of, private_key
from sync.vectors.plain import CARRY, PERSON, Json, base64_of

_PERSONS = bytes.fromhex("33" * 32)
_RECEIVERS = bytes.fromhex("44" * 32)
_PULLED_KEY = bytes(range(0x40, 0x60))
_CARRY_KEY = bytes(range(32))
_OUTPUT = bytes(range(0x80, 0xA0))
_SALT = bytes(range(0x20, 0x40))
_PASSPHRASE_KEK = bytes.fromhex("77" * 32)
_NONCE = bytes(range(0xA0, 0xAC))
_OTHER_NONCE = bytes(range(0xB0, 0xBC))
_WORDS = "The line. Everyone touches you."
_BOUND = "what they pulled"


def person_keys() -> Json:
    row = _row()
    return {
        "passkeys": [
            {"name": name, "output": output.hex(), "salt": base64_of(salt), "kek": _kek(output, salt).hex()}
            for name, output, salt in (
                ("bytes that count up", _OUTPUT, _SALT),
                ("zeros", bytes(32), bytes(32)),
                ("ones", b"\xff" * 32, b"\xff" * 32),
            )
        ],
        "opens": {
            "row": row,
            "output": _OUTPUT.hex(),
            "passphrase_kek": _PASSPHRASE_KEK.hex(),
            "pulled": {
                "bound": _BOUND,
                "words": _WORDS,
                "sealed": base64_of(_OTHER_NONCE + AESGCM(_PULLED_KEY).encrypt(_OTHER_NONCE, _WORDS.encode(), _BOUND.encode())),
            },
            "carried": _carried(),
        },
        "opens_not": [
            {"name": name, "row": other, "output": output.hex()}
            for name, other, output in (
                ("another passkey", row, bytes(32)),
                ("a salt that was changed", _with_salt(row, bytes(32)), _OUTPUT),
                ("a wrap that was changed", _with_keys(row, flipped(_wrapped(row), 40)), _OUTPUT),
                ("a wrap that was cut", _with_keys(row, _wrapped(row)[:20]), _OUTPUT),
                ("a wrap that is no Base64", _with_keys(row, "*" + _wrapped(row)[1:]), _OUTPUT),
                ("the row of another public key", row | {"public": base64_of(point_of(_RECEIVERS))}, _OUTPUT),
                ("the passphrase's wrap called a passkey's", _with_keys(row, row["wraps"][0]["keys"]), _OUTPUT),
            )
        ],
    }  # fmt: skip


def _row() -> Json:
    """Person, public key, and the same secrets wrapped twice: pulled key, then the private key as PKCS #8."""
    public = base64_of(point_of(_PERSONS))
    private = private_key(_PERSONS).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    passkey = {
        "name": "webauthn-prf",
        "format": 1,
        "credential": base64_of(bytes(range(16))),
        "transports": ["internal"],
        "salt": base64_of(_SALT),
        "added_at": "2025-02-11T10:05:00.000Z",
    }

    def wrap(way: str, parameters: Json, kek: bytes, nonce: bytes) -> Json:
        bound = f"fieldwork person 1 {PERSON} {public} {way}".encode()
        sealed = nonce + AESGCM(kek).encrypt(nonce, _PULLED_KEY + private, bound)
        return {"way": way, "parameters": parameters, "keys": base64_of(sealed)}

    wraps = [
        wrap("passphrase", {}, _PASSPHRASE_KEK, _NONCE),
        wrap("passkey", passkey, _kek(_OUTPUT, _SALT), _OTHER_NONCE),
    ]
    return {"schema": 1, "person": PERSON, "public": public, "wraps": wraps, "revision": 1}


def _carried() -> Json:
    """A carry key that is wrapped to the person's public key: whoever has the private one opens it."""
    randomness = iter([bytes.fromhex("22" * 32), _NONCE])
    wrap = wrap_carry_key(
        _CARRY_KEY, CARRY, "evidence", point_of(_PERSONS), info="fieldwork own 1", random_bytes=lambda _length: next(randomness)
    )  # fmt: skip
    return {
        "id": CARRY,
        "info": "fieldwork own 1 evidence",
        "carry_key": _CARRY_KEY.hex(),
        "ephemeral": base64_of(wrap.ephemeral),
        "wrapped": base64_of(wrap.wrapped),
    }


def _kek(output: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=salt, info=b"fieldwork passkey 1").derive(output)


def _wrapped(row: Json) -> str:
    return str(row["wraps"][1]["keys"])


def _with_keys(row: Json, keys: str) -> Json:
    return row | {"wraps": [row["wraps"][0], row["wraps"][1] | {"keys": keys}]}


def _with_salt(row: Json, salt: bytes) -> Json:
    passkey = row["wraps"][1]
    changed = passkey | {"parameters": passkey["parameters"] | {"salt": base64_of(salt)}}
    return row | {"wraps": [row["wraps"][0], changed]}
