"""Every page in both languages: nothing half-translated, nothing of the other one."""

import re
from html.parser import HTMLParser

import pytest
from tests.site.world import NAMES, USERNAMES, build
from tests.structure.test_routes import client_of, gets, routes

from bangfu.accounts.roles import Role

# What is data: names of places, people and units, as they were stored.
DATA = {*NAMES.values(), "张三", "张叁", "王五", "镇政府", "测试", "试点"}
DATA |= {"下达专项资金", "示财农指〔2016〕1号", "存款利息", "金额记错"}
# A project, its papers, and what an order says of its movement.
DATA |= {
    "道路硬化",
    "示例公司",
    "示财农指〔2016〕2号",
    "示财1号",
    "示扶领1号",
    "示扶领2号",
}
DATA |= {"上级资金到账：", "安排到用途：小型公益设施", "一组", "里程", "公里"}
DATA |= {"硬化道路", "投工投劳", "改善出行"}
DATA |= {"低保调整公示", "村务公开栏", "村委会", "公示.jpg"}
HAN = re.compile(r"[\u3400-\u9fff]")
# English in Chinese pages: user names, units, formats and proper names.
LATIN_WORDS = re.compile(r"[A-Za-z][a-z]{2,}(?: [A-Za-z]{2,})+")


class Words(HTMLParser):
    """The words that a reader sees or hears on a page."""

    READ = {"alt", "title", "aria-label", "placeholder"}
    SKIPPED = {"script", "style"}

    def __init__(self, content):
        super().__init__()
        self.words, self._skipping, self._open = [], 0, []
        self.feed(content)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._skipping += tag in self.SKIPPED
        if tag not in {"meta", "link", "input", "img", "br", "hr"}:
            # The language of a part, e.g. of the button that switches to the other.
            self._open.append((tag, values.get("lang") if tag != "html" else None))
        if not self._is_in_another_language:
            self.words += [values[name] for name in self.READ if values.get(name)]

    def handle_endtag(self, tag):
        self._skipping -= tag in self.SKIPPED
        if tag in [name for name, _ in self._open]:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not self._skipping and not self._is_in_another_language:
            self.words.append(" ".join(data.split()))

    @property
    def _is_in_another_language(self):
        return any(language for _, language in self._open)


def pages(db_world, role, language):
    known = routes()
    asker = USERNAMES[role]
    client = client_of(db_world, asker)
    client.cookies["django_language"] = language
    for line in gets():
        if line.statuses[asker] != 200 or line.target == "there":
            continue
        response = client.get(
            known[line.name].url(db_world, line.target), headers={"Accept": "text/html"}
        )
        if response["Content-Type"].startswith("text/html"):
            yield line.name, response.content.decode()


@pytest.fixture
def db_world(db, settings, tmp_path):
    settings.BANGFU_FILES = str(tmp_path)
    return build()


ROLES = [Role.COUNTY, Role.HELPER, Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", ROLES)
def test_no_chinese_on_english_pages_but_data(db_world, role):
    left = {}
    for name, content in pages(db_world, role, "en"):
        if 'lang="en"' not in content:  # a fragment
            continue
        words = [
            text for text in Words(content).words if HAN.search(_without_data(text))
        ]
        if words:
            left[name] = words[:5]

    assert left == {}, left


@pytest.mark.parametrize("role", ROLES)
def test_no_english_on_chinese_pages(db_world, role):
    left = {}
    for name, content in pages(db_world, role, "zh-hans"):
        if "<html" in content:
            assert 'lang="zh-Hans"' in content, name
        words = [text for text in Words(content).words if LATIN_WORDS.search(text)]
        if words:
            left[name] = words[:5]

    assert left == {}, left


def _without_data(text):
    for word in sorted(DATA, key=len, reverse=True):
        text = text.replace(word, "")
    return text
