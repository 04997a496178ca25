"""Templates and static files of all apps, read as text."""

import re
from pathlib import Path

import pytest

from bangfu.web.icons import icon_svg

SOURCE = Path(__file__).parents[2] / "src" / "bangfu"
TEMPLATES = sorted(SOURCE.glob("**/templates/**/*.html"))
STATIC = sorted(p for p in SOURCE.glob("**/static/**/*") if p.is_file())
CHINESE = re.compile(r"[\u3400-\u9fff]")
SENTENCE_TAG = re.compile(r"""\{%\s*(t|panel)\s+(.*?)%\}""", re.DOTALL)
ARGUMENT = re.compile(r"""(?<![=\w])("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
# Words for eyes that stand in attributes, and a language's name in its own language.
VISIBLE_ATTRIBUTES = r'(?:title|alt|placeholder|aria-label)="([^"]*)"'
NAMES_OF_LANGUAGES = {"中文", "English"}


def name(path):
    return str(path.relative_to(SOURCE))


def without_tags(source):
    """Return what a reader sees of a template besides its tags and values."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%-?\s*comment.*?endcomment\s*%\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{% block \w*class %\}.*?\{% endblock", "{%", source)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\x00", source, flags=re.DOTALL)
    source = re.sub(r"<(script|style)\b.*?</\1>", "", source, flags=re.DOTALL)
    seen = re.findall(VISIBLE_ATTRIBUTES, source)
    return [*re.split(r"<[^>]*>", source), *seen]


def bare_words(source):
    """Return pieces of text that no {% t %} says: Chinese, or two letters and more."""
    pieces = (
        re.sub(r"&\w+;|\x00", " ", piece).strip() for piece in without_tags(source)
    )
    return [
        piece
        for piece in pieces
        if (CHINESE.search(piece) or re.search(r"[A-Za-z]{2}", piece))
        and piece not in NAMES_OF_LANGUAGES
    ]


def half_sentences(source):
    """Return the {% t %} and titled {% panel %} tags that lack one of two languages."""
    wrong = []
    for tag, rest in SENTENCE_TAG.findall(source):
        words = [argument[1:-1] for argument in ARGUMENT.findall(rest)]
        if tag == "panel" and not words:
            continue
        complete = len(words) >= 2 and all(word.strip() for word in words[:2])
        # A name such as "Excel" is the same in both; anything else is Chinese, English.
        if not complete or CHINESE.search(words[1]):
            wrong.append(f"{tag} {rest.strip()}")
    return wrong


def test_the_readers_of_templates_find_what_they_look_for():
    assert bare_words("<p>你好</p>") == ["你好"]
    assert bare_words('<p title="Hello">{% t "好" "Hi" %}</p>') == ["Hello"]
    assert bare_words('<p class="abc">{# note #}{{ value }} · 7</p>') == []
    assert half_sentences('{% t "好" %}') == ['t "好"']
    assert half_sentences('{% t "好" "" %}') == ['t "好" ""']
    assert half_sentences("{% t 'Hi' '好' %}") == ["t 'Hi' '好'"]
    assert half_sentences('{% t "好{n}" "Hi {n}" n="x" %}{% panel title=t %}') == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_visible_word_is_said_in_both_languages(path):
    assert bare_words(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_sentence_has_both_languages(path):
    assert half_sentences(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_places_for_values_are_the_same_in_both_languages(path):
    for tag, rest in SENTENCE_TAG.findall(path.read_text()):
        words = [argument[1:-1] for argument in ARGUMENT.findall(rest)]
        if tag == "t":
            zh, en = (set(re.findall(r"\{(\w+)", word)) for word in words[:2])
            assert zh == en, rest


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_needs_inline_code_or_another_host(path):
    source = path.read_text()

    assert not re.search(r"\son[a-z]+\s*=", source)
    assert not re.search(r"\sstyle\s*=|<style\b", source)
    assert not re.search(r"\b(?:https?:)?//[\w.-]+\.\w+", source)
    assert not re.search(r"hx-on|hx-vals=.js:|javascript:", source)
    assert "|safe" not in source
    assert "autoescape off" not in source
    for script in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in script or "application/json" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_exists(path):
    for icon in re.findall(r"\{%\s*icon\s+[\"']([^\"']+)", path.read_text()):
        assert icon_svg(icon)


@pytest.mark.parametrize("path", [p for p in STATIC if p.suffix == ".css"], ids=name)
def test_styles_need_no_newer_browser_than_chromium_86(path):
    source = path.read_text()

    newer = re.findall(
        r"oklch\(|oklab\(|color-mix\(|@layer|:has\(|@container|:is\(|:where\(|\binset:"
        r"|aspect-ratio|overflow: clip|&\s",
        source,
    )
    assert newer == []
    assert not re.search(r"https?://|@import", source)


@pytest.mark.parametrize("path", [p for p in STATIC if p.suffix == ".js"], ids=name)
def test_scripts_are_es2020_and_touch_no_other_host(path):
    source = path.read_text()

    newer = re.findall(
        r"\?\?=|\|\|=|&&=|\.at\(|\.replaceAll\(|structuredClone|Object\.hasOwn|#\w+\s*[=(]"
        r"|\.findLast\(|static \{|^\s*await ",
        re.sub(r'"[^"\n]*"|//.*|/\*.*?\*/', "", source, flags=re.DOTALL),
    )
    assert newer == []
    assert not re.search(r"https?://", source)
    assert not re.search(
        r"\beval\(|new Function|innerHTML|\.style\b|insertAdjacentHTML", source
    )


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TOKENS = dict(
    re.findall(
        r"--(bf-[a-z-]+): (#[0-9a-f]{6});",
        (SOURCE / "web/static/web/bangfu.css").read_text(),
    )
)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("bf-ink", "bf-ground", 4.5),
        ("bf-ink-soft", "bf-ground", 4.5),
        ("bf-blue", "bf-tint", 4.5),
        ("bf-green", "bf-green-tint", 4.5),
        ("bf-amber", "bf-amber-tint", 4.5),
        ("bf-red", "bf-ground", 4.5),
        ("bf-line-strong", "bf-ground", 3),
        ("bf-focus", "bf-ink", 3),
        ("bf-accent", "bf-blue-deep", 3),
    ],
)
def test_colours_can_be_told_apart(text, ground, least):
    assert contrast(TOKENS[text], TOKENS[ground]) >= least


def test_the_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
