from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from bangfu.calc.values.findings import BadInput, Severity
from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.cells import Badge, Link, Meter
from bangfu.web.icons import UnknownIcon, icon_svg
from bangfu.web.language import html_language, say, say_later


def test_it_says_a_sentence_in_either_language(draw):
    source = '{% t "共 {n} 户" "{n} households" n=3 %}'

    with translation.override("zh-hans"):
        assert draw(source) == "共 3 户"
    with translation.override("en"):
        assert draw(source) == "3 households"


def test_a_sentence_escapes_its_values_and_keeps_marked_ones(draw):
    source = '{% t "{a}<{b}" "{a}<{b}" a=a b=b %}'

    shown = draw(source, a="<i>", b=SafeString("<b>x</b>"))

    assert shown == "&lt;i&gt;&lt;<b>x</b>"


def test_a_sentence_formats_numbers_and_puts_texts_into_the_language(draw):
    with translation.override("en"):
        shown = draw(
            '{% t "{n:,} {x}" "{n:,} {x}" n=n x=x %}', n=12345, x=Text("户", "homes")
        )

    assert shown == "12,345 homes"


def test_say_takes_texts_refusals_enumerations_and_nothing(language):
    zh = language == "zh-hans"

    assert say(Text("是", "yes")) == ("是" if zh else "yes")
    assert say(BadInput(Text("错", "wrong"))) == ("错" if zh else "wrong")
    assert say(Badge(Text("好", "good"), "success")) == ("好" if zh else "good")
    assert say(None) == ""
    assert say(7) == "7"


def test_a_label_is_put_into_words_when_it_is_shown():
    label = say_later("姓名", "Name")

    with translation.override("en"):
        assert str(label) == "Name"
    with translation.override("zh-hans"):
        assert str(label) == "姓名"


def test_the_page_names_its_language():
    with translation.override("zh-cn"):
        assert html_language() == "zh-Hans"
    with translation.override("en-gb"):
        assert html_language() == "en"


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (0, "0.00 元", "¥0.00"),
        (123456, "1,234.56 元", "¥1,234.56"),
        (-5, "-0.05 元", "-¥0.05"),
        (None, "—", "—"),
    ],
)
def test_money_is_whole_fen_shown_as_yuan(draw, fen, zh, en):
    with translation.override("zh-hans"):
        assert draw("{% yuan fen %}", fen=fen) == zh
    with translation.override("en"):
        assert draw("{% yuan fen %}", fen=fen) == en


def test_days_are_written_as_people_write_them(draw):
    day = date(2016, 3, 5)

    with translation.override("zh-hans"):
        assert draw("{% civil_date d %}", d=day) == "2016年3月5日"
    with translation.override("en"):
        assert draw("{% civil_date d %}", d=day) == "5 March 2016"
    assert formats.short_date(day) == "2016-03-05"
    assert draw("{% civil_date d %}", d=None) == formats.short_date(None) == "—"


def test_moments_stand_in_the_citys_time(draw):
    at = datetime(2016, 3, 4, 16, 30, tzinfo=UTC)

    shown = draw("{% moment at %}", at=at)

    assert shown == '<time datetime="2016-03-04T16:30:00+00:00">2016-03-05 00:30</time>'
    assert draw("{% moment at %}", at=None) == "—"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1, "100.0%"),
        (0, "0.0%"),
        (0.99996, "99.9%"),
        (0.00001, "0.1%"),
        (0.5, "50.0%"),
        (1.25, "125.0%"),
        (None, "—"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(share, words):
    assert formats.percent(share) == words


def test_numbers_have_separators(draw):
    assert draw("{% number n %}", n=1234567) == "1,234,567"
    assert draw("{% number n 2 %}", n=0.5) == "0.50"
    assert draw("{% percent s 0 %}", s=0.25) == "25%"


def test_an_icon_is_decoration_and_an_unknown_one_is_refused():
    drawing = icon_svg("house")

    assert drawing.startswith('<svg class="icon"')
    assert 'aria-hidden="true"' in drawing
    for name in ("no-such-icon", "../house", "House"):
        with pytest.raises(UnknownIcon):
            icon_svg(name)


def test_a_state_has_icon_and_words(draw, language):
    text = Text("已<结>对", "pai<red>")

    shown = draw('{% status text "check-circle" "success" %}', text=text)

    words = "已&lt;结&gt;对" if language == "zh-hans" else "pai&lt;red&gt;"
    assert shown.startswith('<span class="tag tag-success"><svg class="icon"')
    assert shown.endswith(f"</svg>{words}</span>")
    assert draw("{{ badge }}", badge=Badge(text, "success", "check-circle")) == shown


def test_an_unknown_kind_of_state_is_a_programming_error():
    with pytest.raises(KeyError):
        str(Badge("x", "purple"))


def test_severities_read_differently(draw):
    shown = [draw("{% severity s %}", s=s) for s in Severity]

    assert [("tag-" + kind in html) for kind, html in zip(
        ("danger", "warning", "info"), shown, strict=True)] == [True] * 3  # fmt: skip


def test_a_meter_never_leaves_its_frame():
    assert 'width="36.0"' in str(Meter(0.5, "50.0%"))
    assert 'width="72.0"' in str(Meter(1.3, "130.0%"))
    assert 'width="0.0"' in str(Meter(-1, "-"))
    assert str(Link("a&b", "/?x=1&y=2")) == '<a href="/?x=1&amp;y=2">a&amp;b</a>'


def test_a_query_is_kept_and_changed(draw):
    request = RequestFactory().get("/list/?q=a&page=3&x=1&x=2")

    shown = draw('{% query_with request page=2 q="" %}', request=request)

    assert shown == "?page=2&amp;x=1&amp;x=2"


def test_a_panel_is_a_named_part_of_the_page(draw):
    with translation.override("en"):
        shown = draw(
            '{% panel "成员" "Members" id="m" more_url="/all/" %}<p>x</p>{% endpanel %}'
        )

    assert '<section class="panel" id="m" aria-labelledby="m-h">' in shown
    assert '<h2 id="m-h" class="panel-title">Members</h2>' in shown
    assert 'href="/all/">View all<span class="visually-hidden"> Members</span>' in shown
    assert '<div class="panel-body"><p>x</p></div>' in shown
    assert "panel-head" not in draw("{% panel %}x{% endpanel %}")


def test_a_panel_takes_its_title_from_the_view(draw):
    with translation.override("zh-hans"):
        shown = draw(
            "{% panel title=title %}x{% endpanel %}", title=Text("收入", "Income")
        )

    assert ">收入</h2>" in shown


def test_large_text_and_narrow_menu_are_classes_of_the_page(draw):
    request = SimpleNamespace(COOKIES={"bangfu_text": "large", "bangfu_menu": "narrow"})

    assert draw("{% shell_class %}", request=request) == "text-large menu-narrow"
    assert draw("{% shell_class %}") == ""


def test_help_names_the_installations_contact(draw, settings):
    with translation.override("zh-hans"):
        assert draw("{% help_contact %}") == "本单位系统管理员"
    settings.BANGFU_HELP_CONTACT = "县扶贫办 0000-0000"
    assert draw("{% help_contact %}") == "县扶贫办 0000-0000"
