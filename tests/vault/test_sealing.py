"""Sealed values come back, are never the same twice, and cannot be changed unnoticed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.vault import (
    KeysMissing,
    blind_index,
    create_keys_file,
    seal,
    seal_bytes,
    seal_many,
    unseal,
    unseal_bytes,
)


@pytest.fixture(autouse=True)
def keys_file(tmp_path, settings):
    path = tmp_path / "keys.json"
    create_keys_file(path)
    settings.BANGFU_KEYS_FILE = str(path)
    return path


def test_it_comes_back():
    assert unseal(seal("990101199001010015")) == "990101199001010015"


@given(st.binary(max_size=2_000))
def test_contents_of_files_come_back(content):
    sealed = seal_bytes(content)

    assert unseal_bytes(sealed) == content
    assert len(sealed) == len(content) + 1 + 12 + 16


def test_the_same_text_is_sealed_differently_each_time():
    assert len(set(seal_many(["990101199001010015"] * 100))) == 100


def test_the_sealed_value_does_not_hold_the_text():
    assert b"1990" not in seal("990101199001010015")


def test_a_changed_value_is_refused():
    sealed = bytearray(seal("990101199001010015"))
    sealed[-1] ^= 1

    with pytest.raises(ValueError, match="was changed"):
        unseal(bytes(sealed))


def test_a_value_sealed_with_another_key_is_refused():
    sealed = bytes([9]) + seal("x")[1:]

    with pytest.raises(ValueError, match="does not have"):
        unseal(sealed)


def test_old_keys_still_open_after_a_new_one_is_added(keys_file):
    sealed = seal("x")
    content = json.loads(keys_file.read_text())
    content["seal"]["2"] = content["index"]
    content["current"] = 2
    keys_file.write_text(json.dumps(content))

    assert unseal(sealed) == "x"
    assert seal("x")[0] == 2


def test_a_blind_index_is_the_same_for_the_same_text_and_purpose():
    assert blind_index("a", "identity") == blind_index("a", "identity")
    assert blind_index("a", "identity") != blind_index("a", "last-four")
    assert blind_index("a", "identity") != blind_index("b", "identity")
    assert len(blind_index("a", "identity")) == 32


@given(st.text())
def test_any_text_comes_back(keys_file_for_all, text):
    assert unseal(seal(text)) == text


@pytest.fixture(scope="module")
def keys_file_for_all():
    return None


def test_an_existing_keys_file_is_never_replaced(keys_file):
    before = keys_file.read_bytes()

    assert create_keys_file(keys_file) is False
    assert keys_file.read_bytes() == before


def test_the_keys_file_is_for_its_owner_only(keys_file):
    assert keys_file.stat().st_mode & 0o777 == 0o600


def test_it_refuses_a_keys_file_open_to_others(keys_file):
    keys_file.chmod(0o644)

    with pytest.raises(KeysMissing) as refusal:
        seal("x")
    assert refusal.value.message.in_language("en") == (
        f"The keys file {keys_file} is open to other accounts."
    )


def test_it_says_what_to_do_without_a_keys_file(keys_file):
    keys_file.unlink()

    with pytest.raises(KeysMissing) as refusal:
        seal("x")
    assert refusal.value.remedy.in_language("zh-hans") == (
        "首次安装请运行 bangfu setup；已有数据时请从备份恢复该文件。"
    )
