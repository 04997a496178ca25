"""Sealing and blind indexes."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bangfu.vault.keys import keys

_NONCE_BYTES = 12


def seal(plain: str) -> bytes:
    """Encrypt `plain`: one byte key number, 12 bytes nonce, then AES-256-GCM."""
    return seal_many([plain])[0]


def seal_many(plains: Iterable[str]) -> list[bytes]:
    """Encrypt many values with the current key, each with a nonce of its own."""
    return _seal(plain.encode() for plain in plains)


def seal_bytes(plain: bytes) -> bytes:
    """Encrypt the content of a file, as `seal` does a text."""
    return _seal([plain])[0]


def _seal(plains: Iterable[bytes]) -> list[bytes]:
    current = keys()
    number = bytes([current.current])
    cipher = _cipher(current.seal[current.current])
    sealed = []
    for plain in plains:
        nonce = os.urandom(_NONCE_BYTES)
        sealed.append(number + nonce + cipher.encrypt(nonce, plain, number))
    return sealed


def unseal(sealed: bytes) -> str:
    """Decrypt what `seal` made. Raises ValueError when it was changed."""
    return unseal_bytes(sealed).decode()


def unseal_bytes(sealed: bytes) -> bytes:
    """Decrypt what `seal_bytes` made. Raises ValueError when it was changed."""
    sealed = bytes(sealed)
    number, nonce = sealed[:1], sealed[1 : 1 + _NONCE_BYTES]
    key = keys().seal.get(number[0]) if number else None
    if key is None:
        msg = "sealed with a key that this installation does not have"
        raise ValueError(msg)
    try:
        return _cipher(key).decrypt(nonce, sealed[1 + _NONCE_BYTES :], number)
    except InvalidTag as error:
        msg = "the sealed value was changed"
        raise ValueError(msg) from error


def blind_index(plain: str, purpose: str) -> bytes:
    """Return the 32-byte keyed digest under which `plain` is found.

    purpose: keeps digests of the same text apart, e.g. "identity" and "last-four".
    """
    return blind_index_many([plain], purpose)[0]


def blind_index_many(plains: Iterable[str], purpose: str) -> list[bytes]:
    """Return the digests of many values; see `blind_index`."""
    key, prefix = keys().index, purpose.encode() + b"\x00"
    return [hmac.digest(key, prefix + plain.encode(), "sha256") for plain in plains]


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
