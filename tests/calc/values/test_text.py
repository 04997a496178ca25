"""Sentences in both languages."""

import pytest

from bangfu.calc.values.text import Text, join


def test_values_are_put_into_the_sentence_of_each_language():
    text = Text("还差 {count} 户。", "{count} households are missing.", {"count": 3})

    assert text.in_language("zh-hans") == "还差 3 户。"
    assert text.in_language("zh-CN") == "还差 3 户。"
    assert text.in_language("en") == "3 households are missing."
    assert str(text) == "3 households are missing."


def test_a_value_that_is_a_text_follows_the_language():
    text = Text("{level}区划", "a {level} division", {"level": Text("县级", "county")})

    assert text.in_language("zh-hans") == "县级区划"
    assert text.in_language("en") == "a county division"


@pytest.mark.parametrize(("zh", "en"), [("", "only English"), ("只有中文", "")])
def test_half_a_translation_is_refused(zh, en):
    with pytest.raises(ValueError, match="both languages are needed"):
        Text(zh, en)


def test_more_places_can_be_filled():
    text = Text("{a}{b}", "{a} {b}", {"a": 1}).with_(b=2)

    assert str(text) == "1 2"


def test_json_keeps_both_sentences_and_braces_stay_text():
    stored = Text("值 {x}", "value {x}", {"x": "{y}"}).as_json()

    assert stored == {"zh": "值 {y}", "en": "value {y}"}
    assert str(Text.from_json(stored)) == "value {y}"


def test_sentences_join_with_each_languages_separator():
    joined = join([Text("甲", "a"), Text("乙", "b")])

    assert joined.in_language("zh") == "甲；乙"
    assert joined.in_language("en") == "a; b"


def test_equal_texts_can_be_counted_in_a_set():
    assert len({Text("甲", "a", {"n": 1}), Text("甲", "a", {"n": 1})}) == 1
