"""When coverage is impossible, the office learns what is missing, where, and what to do."""

import polars as pl
import pytest
from tests.calc.pairing.small_cities import random_city
from tests.calc.pairing.test_optimum import V1, V2, households, officials

from bangfu.calc.pairing import RemedyKind, ShortageKind, Status, solve
from bangfu.calc.values.findings import BadInput

NAMES = {"990101": "云栖区", "990101101": "青石镇", V1: "上溪村"}
HOMES = households(
    ("H1", V1, None, None, "x"),
    ("H2", V1, None, None, "x"),
    ("H3", V2, None, None, "x"),
)


def person(number, serves, low, high):
    return (f"P{number}", f"U{number}", serves, None, None, "x", low, high)


def solved(*people, legal=None):
    frame = officials(*people)
    if legal:
        frame = frame.with_columns(max_legal=pl.Series(legal))
    return solve(households=HOMES, officials=frame, names=NAMES)


def test_it_covers_as_many_as_can_be_and_names_the_lack():
    result = solved(person(1, "990101101", 1, 2))

    assert result.status is Status.OPTIMAL_PARTIAL
    assert (result.covered, result.uncovered, result.above_max) == (2, 1, 0)
    shortage = result.shortages[0]
    assert shortage.kind is ShortageKind.PLACES
    assert (shortage.lacking, shortage.places) == (1, 2)
    assert (
        sum(s.lacking for s in result.shortages if s.kind is ShortageKind.PLACES) == 1
    )
    sentence = shortage.message.in_language("zh-hans")
    assert "缺 1 个帮扶名额" in sentence
    assert "3 户贫困户" in sentence
    assert "lacks 1 place" in shortage.message.in_language("en")


def test_every_uncovered_household_knows_which_division_lacks():
    result = solved(person(1, V2, 1, 1), person(2, V1, 1, 1))

    left = result.uncovered_households
    assert left.height == 1
    assert left["division_code"][0] == V1
    assert left["shortage_division"][0] in V1


def test_officials_who_cannot_reach_their_minimum_are_named():
    result = solved(person(1, V2, 3, 3), person(2, "9901", 0, 3))

    assert result.uncovered == 0
    assert (result.below_min, result.shortfall) == (1, 2)
    shortage = next(s for s in result.shortages if s.kind is ShortageKind.HOUSEHOLDS)
    assert shortage.ids == ("P1",)
    assert shortage.lacking == 2
    assert "达不到下限" in shortage.message.in_language("zh-hans")


def test_raising_a_quota_within_the_regulation_is_offered_first():
    result = solved(person(1, "990101101", 1, 2), legal=[5])

    remedies = result.shortages[0].remedies
    assert remedies[0].kind is RemedyKind.RAISE_MAX
    assert remedies[0].places == 1
    assert remedies[0].official_ids == ("P1",)


def test_more_officials_are_asked_for_when_nothing_else_is_left():
    result = solved(person(1, "990101101", 1, 2))

    assert [remedy.kind for remedy in result.shortages[0].remedies] == [
        RemedyKind.ASSIGN
    ]


def test_officials_of_another_division_with_free_places_are_offered():
    spare = ("P9", "U9", V2, None, None, "x", 0, 3)
    result = solved(person(1, V1, 1, 1), spare)

    kinds = {remedy.kind for s in result.shortages for remedy in s.remedies}
    assert RemedyKind.SECOND in kinds


@pytest.mark.parametrize("empty", ["households", "officials"])
def test_an_empty_table_is_refused_by_name(empty):
    given = {"households": HOMES, "officials": officials(person(1, V1, 0, 1))}
    given[empty] = given[empty].clear()

    with pytest.raises(BadInput) as refusal:
        solve(**given)

    names = {"households": "贫困户表", "officials": "帮扶干部表"}
    assert [f.message.in_language("zh-hans") for f in refusal.value.findings] == [
        f"{names[empty]}没有数据。"
    ]


# One county with two townships. Green Stone has 4 households and one official with 2
# places; White Water has 1 household and officials with 5 places and 3 mandatory ones.
GREEN, WHITE = "990121101", "990121102"
TWO_TOWNS = households(
    *((f"H{n}", f"{GREEN}200", None, None, "x") for n in range(1, 5)),
    ("H5", f"{WHITE}200", None, None, "x"),
)
TOWN_NAMES = {GREEN: "青石镇", WHITE: "白水镇"}


def two_towns(*, legal):
    people = officials(
        person(1, GREEN, 1, 2), person(2, WHITE, 2, 2), person(3, WHITE, 1, 3)
    ).with_columns(max_legal=pl.Series(legal))
    return solve(households=TWO_TOWNS, officials=people, names=TOWN_NAMES)


def words(result, language):
    return [
        [s.message.in_language(language)]
        + [remedy.message.in_language(language) for remedy in s.remedies]
        for s in result.shortages
    ]


def test_the_sentences_are_these():
    """4 - 2 = 2 places lack in one town, 3 - 1 = 2 households in the other.

    Both officials of White Water have a place free and lack a household: seconding
    them settles both shortages.
    """
    result = two_towns(legal=[2, 2, 3])

    assert (result.uncovered, result.shortfall) == (2, 2)
    assert words(result, "zh") == [
        [
            (
                "青石镇（990121101）缺 2 个帮扶名额：1 个村的 4 户贫困户，可由其帮扶的干部"
                "名额上限合计只有 2 个。本级有 2 个名额，下级还需 4 个：990121101200 4 个。"
            ),
            "请白水镇（990121102）有空余名额的 2 名干部同时帮扶青石镇（990121101），增加 2 个名额。",
        ],
        [
            (
                "白水镇（990121102）的 2 名干部达不到下限：下限合计 3 户，可帮扶的贫困户只有 1 户，少 2 户。"
                "涉及 P2、P3。"
            ),
            "安排其中 2 名干部帮扶青石镇（990121101）尚无帮扶责任人的 2 户。",
        ],
    ]
    assert words(result, "en") == [
        [
            (
                "青石镇 (990121101) lacks 2 places: 4 households in 1 village may only be "
                "served by officials whose upper quotas add up to 2. It has 2 places of its "
                "own; below it 4 more are needed: 990121101200 4."
            ),
            (
                "Let 2 officials of 白水镇 (990121102) with free places serve 青石镇 "
                "(990121101) too, which gives 2 places."
            ),
        ],
        [
            (
                "2 officials of 白水镇 (990121102) cannot reach the lower quota: lower quotas "
                "add up to 3, but 1 household may be served, 2 too few. Concerned: P2, P3."
            ),
            "Let 2 of them take 2 households of 青石镇 (990121101) without an official.",
        ],
    ]


def test_of_many_officials_the_first_ten_are_spelled_out():
    people = [person(n, V2, 1, 1) for n in range(10, 23)]

    shortage = solved(*people, person(1, "9901", 0, 3)).shortages[0]

    assert len(shortage.ids) == 12
    assert str(shortage.message).endswith(
        f"Concerned: {', '.join(shortage.ids[:10])} and 2 more."
    )
    assert shortage.message.in_language("zh").endswith("等 12 个。")


def test_raised_quotas_are_offered_only_as_far_as_they_help():
    result = two_towns(legal=[9, 2, 3])

    remedies = result.shortages[0].remedies
    assert [(r.kind, r.places, r.official_ids) for r in remedies] == [
        (RemedyKind.RAISE_MAX, 2, ("P1",))
    ]
    assert str(remedies[0].message) == (
        "Raise the upper quotas of 1 official of 青石镇 (990121101) within the range of "
        "the regulation, which gives 2 places."
    )


@pytest.mark.parametrize("seed", range(80))
def test_remedies_add_up_and_promise_nothing_twice(seed):
    tables = random_city(seed, households=18, officials=10)
    result = solve(**tables)
    rows = result.loads.select("official_id", "load", "max").rows()
    free = {official: high - load for official, load, high in rows}
    promised = dict.fromkeys(free, 0)

    for shortage in result.shortages:
        assert sum(remedy.places for remedy in shortage.remedies) == shortage.lacking
        assert all(remedy.places > 0 for remedy in shortage.remedies)
        if shortage.kind is ShortageKind.PLACES:
            for remedy in shortage.remedies:
                if remedy.kind is RemedyKind.SECOND:
                    helpers = remedy.official_ids
                    assert sum(free[i] for i in helpers) >= remedy.places
                    if len(helpers) == 1:
                        promised[helpers[0]] += remedy.places
    assert all(promised[official] <= free[official] for official in free)


@pytest.mark.parametrize("seed", range(40))
def test_following_the_remedies_for_places_covers_everybody(seed):
    """Seconding officials and assigning new ones as told leaves nobody out."""
    tables = random_city(seed, households=18, officials=10, forbidden=0, existing=0)
    result = solve(**tables)
    added = [
        (f"N{n}", "N", shortage.division_code, 0.0, 0.0, "farming", 0, remedy.places)
        for n, (shortage, remedy) in enumerate(
            (s, r)
            for s in result.shortages
            if s.kind is ShortageKind.PLACES
            for r in s.remedies
        )
    ]
    if not added:
        assert result.uncovered == 0
        return
    more = pl.DataFrame(added, schema=tables["officials"].schema, orient="row")
    helped = tables | {"officials": pl.concat([tables["officials"], more])}

    assert solve(**helped).uncovered == 0


def test_kin_that_leave_a_household_without_help_are_named():
    people = officials(person(1, V1, 0, 5), person(2, V2, 0, 5))
    kin = pl.DataFrame({"household_id": ["H1"], "official_id": ["P1"]})

    result = solve(households=HOMES, officials=people, forbidden=kin)

    assert result.uncovered == 1
    assert result.uncovered_households.rows() == [("H1", V1, "")]
    assert [(s.kind, s.ids, str(s.message)) for s in result.shortages] == [
        (
            ShortageKind.KIN,
            ("H1",),
            "Besides, 1 household cannot be helped because of kinship; concerned: H1.",
        )
    ]
    assert result.shortages[0].remedies[0].message.in_language("zh") == (
        "请为其安排没有亲属关系的干部，补足 1 个名额。"
    )


def park_beside_a_town(*, town_minimum):
    """A park of one household asks for three; the town beside it has four households."""
    homes = households(
        *((f"H{n}", f"{WHITE}200", None, None, "x") for n in range(1, 5)),
        ("H5", f"{GREEN}200", None, None, "x"),
    )
    people = officials(person(1, GREEN, 3, 3), person(2, WHITE, town_minimum, 4))
    names = {GREEN: "青石工业园", "990121": "云栖县"}
    return solve(households=homes, officials=people, names=names)


def test_officials_of_a_park_are_to_serve_the_smallest_division_that_helps():
    result = park_beside_a_town(town_minimum=1)

    assert words(result, "zh")[0][1:] == [
        "将青石工业园（990121101）的 1 名干部帮扶范围扩大到云栖县（990121），重新配对后可补足 2 户。"
    ]
    assert words(result, "en")[0][1:] == [
        (
            "Let 1 official of 青石工业园 (990121101) serve all of 云栖县 (990121) and pair "
            "again, which makes up for 2 households."
        )
    ]
    assert result.shortages[0].remedies[0].official_ids == ("P1",)


def test_a_wider_division_is_not_offered_for_more_than_it_has():
    """Of the five households the town must keep three, so one of two is to be had."""
    result = park_beside_a_town(town_minimum=3)

    assert [(r.kind, r.places) for r in result.shortages[0].remedies] == [
        (RemedyKind.WIDEN, 1),
        (RemedyKind.REDUCE_MIN, 1),
    ]
    assert words(result, "zh")[0][2] == "其余 1 户按规定核减下限。"


def test_where_nothing_else_helps_the_lower_quota_is_reduced_in_all():
    result = park_beside_a_town(town_minimum=4)

    assert words(result, "zh")[0][1:] == ["按规定核减下限共 2 户。"]
    assert words(result, "en")[0][1:] == [
        "Reduce lower quotas by 2 households in all, as the regulation allows."
    ]


def test_the_rest_is_spoken_of_only_after_another_remedy():
    alone = solved(person(1, "990101101", 1, 2))
    after = solved(person(1, "990101101", 1, 1), legal=[2])

    assert words(alone, "zh")[0][1:] == [
        "为青石镇（990101101）增派干部，补足 1 个名额。"
    ]
    assert words(after, "zh")[0][2] == (
        "为青石镇（990101101）增派干部，补足其余 1 个名额。"
    )


def test_serving_the_wider_division_gives_what_was_promised():
    """Pairing again with the wider divisions falls short by exactly so much less."""
    checked = 0
    for seed in range(60):
        tables = random_city(seed, households=14, officials=12, forbidden=0, existing=0)
        first = solve(**tables)
        remedies = [r for s in first.shortages for r in s.remedies]
        wider = [r for r in remedies if r.kind is RemedyKind.WIDEN]
        if not wider or any(r.kind is RemedyKind.SECOND for r in remedies):
            continue
        serves = {i: r.division_code for r in wider for i in r.official_ids}
        moved = pl.col("id").replace_strict(serves, default=pl.col("serves_code"))
        people = tables["officials"].with_columns(serves_code=moved)

        again = solve(**(tables | {"officials": people}))

        assert again.shortfall == first.shortfall - sum(r.places for r in wider)
        assert again.uncovered <= first.uncovered
        checked += 1
    assert checked == 22
