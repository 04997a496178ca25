"""The full village lists: who is on the roll, and who may have been missed."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.registry.cases.stage import VILLAGE, Stage

from bangfu.registry.cases import frame_lists
from bangfu.registry.cases.models import FrameHousehold
from bangfu.registry.cases.states import CaseKind
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def families(stage: Stage) -> Stage:
    """On the roll; off it with a bad house; off it with nothing; a lead; no file."""
    stage.family("0", is_house_dangerous=True)
    stage.family("7", is_house_dangerous=True)
    stage.family("7")
    stage.open(CaseKind.ENTRY, "record_lead")
    with acting(system_actor("tests")):
        FrameHousehold.objects.bulk_create(
            FrameHousehold(
                division_code=VILLAGE,
                household_no=f"{n:04}",
                head_name=f"张{n}",
                persons=3,
                listed_on=date(2021, 1, 1),
                import_id=1,
                recorded_at=stage.at,
            )
            for n in range(1, 6)
        )
    return stage


def test_missed_families_are_those_off_the_roll_with_signs_of_need(families):
    with acting(families["county"]):
        rows = frame_lists.families().order_by("household_no")
        found = [(row.household_no, row.file_status, row.has_signs) for row in rows]

    assert found == [
        ("0001", "0", False),
        ("0002", "7", True),
        ("0003", "7", False),
        ("0004", "7", True),
        ("0005", None, False),
    ]


@pytest.mark.parametrize(
    ("standing", "heads"),
    [
        ("roll", ["张1"]),
        ("out", ["张2", "张3", "张4", "张5"]),
        ("signs", ["张2", "张4"]),
    ],
)
def test_the_page_narrows_to_them(families, login, standing, heads):
    page = login(families["county"]).get(
        reverse("registry:frame"), {"standing": standing}
    )

    words = page.content.decode()
    assert [f"张{n}" for n in range(1, 6) if f"张{n}" in words] == heads


def test_township_and_village_do_not_see_it(families, login):
    for who in ("township", "village"):
        page = login(families[who]).get(reverse("registry:frame"))
        assert page.status_code == 403
    cases = login(families["township"]).get(reverse("registry:cases"))
    assert reverse("registry:frame") not in cases.content.decode()
