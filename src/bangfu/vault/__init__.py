"""Encryption at rest: sealing, and blind indexes for looking sealed values up.

An identity number is stored sealed (AES-256-GCM, a new nonce each time) beside a keyed
digest by which it can be found but not read. Keys live in one file outside the
database (BANGFU_KEYS_FILE, mode 0600); whoever has only the database has neither.
"""

from bangfu.vault.keys import KeysMissing, create_keys_file
from bangfu.vault.sealing import (
    blind_index,
    blind_index_many,
    seal,
    seal_bytes,
    seal_many,
    unseal,
    unseal_bytes,
)

__all__ = [
    "KeysMissing",
    "blind_index",
    "blind_index_many",
    "create_keys_file",
    "seal",
    "seal_bytes",
    "seal_many",
    "unseal",
    "unseal_bytes",
]
