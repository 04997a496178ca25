"""Every page of the app, as the roles see it, in both languages; a notice's whole way."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.publicity.conftest import PHOTO, VILLAGE, line, set_clock

from bangfu.audit.models import Event
from bangfu.publicity.models import Notice, Objection

NAMES = {
    "99": "示范省",
    "9901": "示范市",
    "990101": "青石县",
    "990101101": "青石镇",
    VILLAGE: "柳树村",
    "990101101002": "枫树村",
}
ITEMS = {
    "item_unit": "柳树村委会",
    "item_basis": "评议",
    "item_hotline": "12317",
    "item_address": "镇扶贫办",
}


@pytest.fixture
def browse(story, client, login):
    """Return a function that logs a person in and gives a client."""
    from bangfu.divisions.models import Division

    for code, name in NAMES.items():
        parent = code[: {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}[len(code)]]
        Division.objects.create(
            code=code,
            name=name,
            level=len(code),
            parent_code=parent,
            valid_from_date=date(1949, 10, 1),
        )

    def as_(name):
        set_clock(story.at)
        return login(story.person(name))

    return as_


def get(client, name, *args, query="", language="zh-hans"):
    headers = {"accept-language": language}
    return client.get(reverse(f"publicity:{name}", args=args) + query, headers=headers)


def words(response):
    page = re.sub(
        r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def act(client, route, *args, query="", **data):
    return client.post(reverse(f"publicity:{route}", args=args) + query, data)


def photo():
    return SimpleUploadedFile(PHOTO[0], PHOTO[1])


def test_a_notice_goes_its_whole_way_by_hand(story, browse):
    client = browse("clerk")
    chosen = act(client, "new", kind="other")
    assert chosen.url == "/publicity/notices/new/?kind=other"
    made = act(
        client,
        "new",
        query="?kind=other",
        title="低保调整公示",
        division=VILLAGE,
        place="公开栏",
        audience="villagers",
        lines="户主\t人口\n张*\t3 人\n李*|4 人\n",
        **ITEMS,
    )
    assert made.status_code == 302, words(made)
    with story.acting("clerk"):
        notice = Notice.objects.get()
    assert [(one.label, one.values) for one in story.entries(notice)] == [
        ("张*", ["3 人"]),
        ("李*", ["4 人"]),
    ]
    assert "提交核对" in words(get(client, "notice", notice.pk))
    act(client, "submit", notice.pk)
    assert "须由另一人核对" in words(get(client, "notice", notice.pk))

    client = browse("second")
    assert "核对无误" in words(get(client, "notice", notice.pk))
    act(client, "check", notice.pk)

    client = browse("clerk")
    assert "打印张贴" in words(get(client, "notice", notice.pk))
    sent = act(client, "post", notice.pk, happened_on="2016-03-01", photo=photo())
    assert sent.status_code == 302, words(sent)
    page = words(get(client, "notice", notice.pk))
    assert "公示至 2016-03-08 止，还有 7 天" in page
    assert "公示照片.jpg" in page

    story.clock("2016-03-09")
    client = browse("clerk")
    assert "公示期已满" in words(get(client, "notice", notice.pk))
    act(client, "settle", notice.pk)
    page = words(get(client, "notice", notice.pk))
    assert "已办结 2 条。" in page
    assert "公示无异议" in page
    assert story.fresh(notice).state == "closed"


def test_what_the_rules_find_stands_beside_the_field(story, browse):
    response = act(
        browse("clerk"),
        "new",
        query="?kind=other",
        title="公示",
        division=VILLAGE,
        place="公开栏",
        audience="villagers",
        lines="户主\t人口\n张*\t13812345678\n",
        **ITEMS,
    )

    assert response.status_code == 422
    assert "第 1 条 含有证件号、手机号或银行账号样式的数字" in words(response)
    with story.acting("clerk"):
        assert not Notice.objects.exists()


def test_a_bad_photograph_is_said_beside_the_file(story, browse):
    notice = story.checked(line(1))

    response = act(
        browse("clerk"),
        "post",
        notice.pk,
        happened_on="2016-03-01",
        file=SimpleUploadedFile("a.jpg", b"MZ"),
    )

    assert response.status_code == 422
    assert "不是可接收的格式" in words(response)
    assert story.fresh(notice).state == "checked"


def test_a_wrong_day_is_said_beside_the_day(story, browse):
    notice = story.checked(line(1))

    response = act(
        browse("clerk"), "post", notice.pk, happened_on="2016-02-01", photo=photo()
    )

    assert response.status_code == 422
    assert "张贴日期 2016-02-01 应在核对日" in words(response)


def test_a_form_sent_twice_acts_once(story, browse):
    notice = story.draft(line(1))
    client = browse("clerk")
    key = "11111111-1111-4111-8111-111111111111"

    first = act(client, "submit", notice.pk, _once=key)
    second = act(client, "submit", notice.pk, _once=key)

    assert (first.url, second.url) == (f"/publicity/notices/{notice.pk}/",) * 2
    assert story.actions().count("publicity.notice.submitted") == 1


def test_a_draft_of_cases_keeps_its_lines(story, browse):
    notice = story.draft(line(1), line(2))
    client = browse("clerk")
    page = get(client, "revise", notice.pk)
    assert "名单由业务环节生成" in words(page)

    items = {**ITEMS, "item_meeting": "应到 30 人"}
    act(
        client,
        "revise",
        notice.pk,
        title="新标题",
        division=VILLAGE,
        place="公开栏",
        audience="villagers",
        **items,
    )

    assert story.fresh(notice).title == "新标题"
    assert [one.subject_id for one in story.entries(notice)] == ["1", "2"]


def test_a_correction_by_hand(story, browse):
    notice = story.posted(line(1), line(2))
    first, _ = story.entries(notice)
    client = browse("clerk")
    query = f"?entry={first.pk}"
    form = get(client, "correct", notice.pk, query=query)
    assert "户主1" in words(form)

    lacking = act(
        client,
        "correct",
        notice.pk,
        query=query,
        lines="公示对象\t人口\n",
        reason="人口有误",
    )
    assert lacking.status_code == 422
    assert "须保留栏目和原有的 1 行" in words(lacking)
    act(
        client,
        "correct",
        notice.pk,
        query=query,
        lines="公示对象\t人口\n户主1\t5 人\n",
        reason="人口有误",
    )

    with story.acting("clerk"):
        new = Notice.objects.latest("pk")
    assert story.entries(new)[0].values == ["5 人"]
    assert "更正了其中的条目" in words(get(client, "notice", notice.pk))


def test_return_cancel_and_withdraw_ask_for_a_reason(story, browse):
    submitted, posted = story.submitted(line(1)), story.posted(line(2))
    client = browse("second")
    for name, key in (
        ("return", submitted.pk),
        ("cancel", submitted.pk),
        ("withdraw", posted.pk),
    ):
        assert act(client, name, key, reason="").status_code == 422
        assert get(client, name, key).status_code == 200
    act(client, "return", submitted.pk, reason="名单缺一户")
    assert "名单缺一户" in words(get(browse("clerk"), "revise", submitted.pk))
    act(client, "withdraw", posted.pk, reason="评议程序有误")

    assert story.fresh(submitted).state == "draft"
    assert story.fresh(posted).state == "withdrawn"


def test_one_entry_is_withdrawn_by_hand(story, browse):
    notice = story.posted(line(1), line(2))
    first, _ = story.entries(notice)
    client = browse("clerk")

    assert "撤回“户主1”" in words(get(client, "withdraw_entry", first.pk))
    act(client, "withdraw_entry", first.pk, reason="全家迁出")

    assert story.verdict(first) == "withdrawn"


def test_the_poster_holds_nothing_that_may_not_be_public(story, browse):
    notice = story.checked(line(1))
    client = browse("clerk")

    before = words(get(client, "poster", notice.pk))
    assert "自张贴登记次日起 7 天" in before
    assert "12317" in before
    story.post(notice)
    story.object(notice, story.entries(notice)[0])
    page = words(get(browse("clerk"), "poster", notice.pk))

    assert "2016年3月2日" in page
    main = page.partition("识别第一次公示")[2]
    for hidden in ("the-clerk", "the-second", "李四", "异议成立", "tests.case"):
        assert hidden not in main


def test_an_objection_by_hand(story, browse):
    notice = story.posted(line(1), line(2))
    first, _ = story.entries(notice)
    client = browse("township")
    query = f"?entry={first.pk}"
    assert "户主1" in words(get(client, "receive", notice.pk, query=query))
    data = {
        "channel": "visit",
        "about": "facts",
        "received_on": "2016-03-01",
        "text": "该户在县城有商品房，不符合条件。",
        "name": "李四",
    }
    refused = act(
        client,
        "receive",
        notice.pk,
        query=query,
        **{**data, "received_on": "2016-02-01"},
    )
    assert refused.status_code == 422
    assert act(client, "receive", notice.pk, query=query, **data).status_code == 302

    with story.acting("township"):
        found = Objection.objects.get()
    page = words(get(client, "objection", found.pk))
    assert "来访" in page
    assert "李四" not in page
    assert "请填写查看用途" in words(act(client, "open", found.pk, purpose=""))
    opened = act(client, "open", found.pk, purpose="核查异议")
    assert "李四" in words(opened)
    assert "no-store" in opened["Cache-Control"]
    with story.acting("township"):
        assert Event.objects.latest("pk").action == "publicity.complaint.opened"
    act(
        client,
        "decide",
        found.pk,
        decision="upheld",
        finding="经核查，反映的情况属实。",
    )
    assert "登记告知" in words(get(client, "objection", found.pk))
    act(client, "tell", found.pk, told_on="2016-03-01")

    done = story.fresh(found)
    assert (done.state, done.told_on) == ("upheld", date(2016, 3, 1))
    assert "异议成立" in words(get(browse("clerk"), "notice", notice.pk))


def test_taking_over_and_taking_back_by_hand(story, browse):
    notice = story.posted(line(1))
    found = story.object(notice, story.entries(notice)[0])

    act(browse("county"), "take_over", found.pk, reason="案情复杂")
    assert get(browse("township"), "open", found.pk).status_code == 403
    act(browse("county"), "retract", found.pk, reason="来电撤回")

    assert story.fresh(found).state == "retracted"


@pytest.mark.parametrize("who", ["clerk", "team"])
def test_the_village_does_not_see_objections(story, browse, who):
    found = story.object(story.posted(line(1)))
    client = browse(who)

    assert get(client, "objections").status_code == 403
    assert get(client, "objection", found.pk).status_code == 403


def test_an_auditor_sees_that_there_is_one_and_nothing_of_it(story, browse):
    found = story.object(story.posted(line(1)))

    page = words(get(browse("auditor"), "objection", found.pk))

    assert "异议人、来源和内容只有办理单位可以查看" in page
    assert "来电" not in page


LISTS = [
    ("notices", "", 3),
    ("notices", "?standing=posted", 1),
    ("notices", "?standing=over", 0),
    ("notices", "?standing=stopped", 1),
    ("notices", "?kind=exit", 1),
    ("notices", f"?division={VILLAGE}", 3),
    ("notices", "?q=名单", 3),
    ("notices", "?sort=-last", 3),
    ("objections", "", 1),
    ("objections", "?standing=due", 0),
    ("objections", "?standing=open", 1),
    ("objections", "?standing=untold", 0),
    ("objections", "?q=户主1", 1),
]


@pytest.mark.parametrize(("name", "query", "count"), LISTS)
def test_the_filters_of_the_lists_stand_in_the_address(
    story, browse, name, query, count
):
    notice = story.posted(line(1))
    story.object(notice, story.entries(notice)[0])
    story.draft(line(2))
    story.submitted(line(1), kind="exit")

    response = get(browse("township"), name, query=query)

    assert response.status_code == 200
    assert response.context["list"].total == count


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?standing=stopped", 1),
        ("?standing=upheld", 1),
        ("?q=户主2", 1),
        ("?standing=left", 2),
    ],
)
def test_entries_are_filtered_by_what_became_of_them(story, browse, query, count):
    notice = story.posted(line(1), line(2), line(3))
    first, second, _ = story.entries(notice)
    story.object(notice, first)
    story.decide(story.object(notice, second))

    response = get(browse("county"), "notice", notice.pk, query=query)

    assert response.context["list"].total == count


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_shown_in_both_languages(story, browse, language):
    notice = story.posted(line(1), line(2))
    first, second = story.entries(notice)
    found = story.object(notice, first)
    other = story.checked(line(8))
    pages = {
        "clerk": [
            ("notices", ()),
            ("new", ()),
            ("notice", (notice.pk,)),
            ("poster", (notice.pk,)),
            ("correct", (notice.pk,)),
            ("withdraw_entry", (second.pk,)),
            ("post", (other.pk,)),
        ],
        "township": [
            ("objections", ()),
            ("objection", (found.pk,)),
            ("receive", (notice.pk,)),
            ("open", (found.pk,)),
            ("decide", (found.pk,)),
            ("retract", (found.pk,)),
            ("tell", (found.pk,)),
        ],
    }
    for who, asked in pages.items():
        client = browse(who)
        for name, args in asked:
            response = get(client, name, *args, language=language)
            assert response.status_code == 200, name
            assert "{" not in words(response), name


def test_what_waits_stands_on_the_home_page(story, browse):
    over = story.posted(line(1))
    story.object(over)
    story.clock("2016-03-09")
    story.submitted(line(2))
    story.checked(line(3))

    clerk, second, township = (
        words(browse(name).get("/")) for name in ("clerk", "second", "township")
    )

    assert "待核对的公示" not in clerk
    assert "待核对的公示 1" in second
    assert "待张贴的公示 1" in clerk
    assert "期满待办结的公示 1" in clerk
    assert "到期未办结的异议 1" in township
    assert "办理中的异议 1" in township


def notices(*words_, acting_as):
    from click.testing import CliRunner

    from bangfu.publicity.commands import notices as group

    return CliRunner().invoke(group, words_, obj={"as": acting_as, "lang": "en"})


def test_the_commands_list_and_settle(story):
    story.posted(line(1), line(2))
    stopped = story.posted(line(3))
    story.object(stopped, story.entries(stopped)[0])
    story.clock("2016-03-09")
    set_clock(story.at)

    listed = notices("list", "--standing", "over", acting_as="the-township")
    settled = notices("settle", "--json", acting_as="the-township")
    again = notices("settle", acting_as="the-township")

    assert "posted  990101101001  2016-03-02 – 2016-03-08" in listed.output
    assert '"passed": 2' in settled.output
    assert "Notices settled: 0, entries passed: 0." in again.output
    assert story.fresh(stopped).state == "posted"
