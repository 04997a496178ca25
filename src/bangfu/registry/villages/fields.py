"""The fields of a village file: names, units and national codes, in sections.

Source: registration form of poor villages (national codes AAD and ADA), as used by
provincial forms; the counts of poor households and people come from the register and are
not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList, Kind

_HOUSEHOLDS = Text("户", "households")
_PEOPLE = Text("人", "people")
_MU = Text("亩", "mu")
_KM = Text("公里", "km")
_HAMLETS = Text("个", "hamlets")
_PLACES = Text("个", "number")
TERRAIN = CodeList(
    "terrain",
    Text("地形", "terrain"),
    (
        ("1", Text("平原", "plain")),
        ("2", Text("丘陵", "hills")),
        ("3", Text("山区", "mountains")),
    ),
)


@dataclass(frozen=True, slots=True)
class VillageField:
    """One field. key: the column of `VillageYear`, without “_fen” for money.

    counted: the register counts it; nobody types it.
    """

    key: str
    text: Text
    kind: Kind
    unit: Text | None = None
    external_code: str = ""
    counted: bool = False

    @property
    def column(self) -> str:
        """Name of the stored column."""
        return f"{self.key}_fen" if self.kind is Kind.YUAN else self.key


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together on the form."""

    text: Text
    fields: tuple[VillageField, ...]


def _count(
    key: str, zh: str, en: str, unit: Text, code: str = "", *, counted: bool = False
) -> VillageField:
    return VillageField(key, Text(zh, en), Kind.INTEGER, unit, code, counted)


def _size(key: str, zh: str, en: str, unit: Text, code: str = "") -> VillageField:
    return VillageField(key, Text(zh, en), Kind.DECIMAL, unit, code)


def _name(key: str, zh: str, en: str) -> VillageField:
    return VillageField(key, Text(zh, en), Kind.TEXT)


def _yes(key: str, zh: str, en: str, code: str = "") -> VillageField:
    return VillageField(key, Text(zh, en), Kind.BOOL, None, code)


def _yuan(key: str, zh: str, en: str, code: str = "") -> VillageField:
    return VillageField(key, Text(zh, en), Kind.YUAN, None, code)


SECTIONS: tuple[Section, ...] = (
    Section(
        Text("基本情况", "Basics"),
        (
            _name("secretary_name", "村党支部书记", "Party secretary"),
            _name("director_name", "村委会主任", "Head of the village committee"),
            _name("first_secretary_name", "第一书记", "First secretary"),
            _name("team_leader_name", "驻村工作队队长", "Leader of the resident team"),
            VillageField("terrain", Text("地形", "Terrain"), Kind.CODE),
            _count("groups", "村民小组（自然村）", "Hamlets", _HAMLETS, "AAD006"),
            _count("households", "总户数", "Households", _HOUSEHOLDS, "AAD005"),
            _count("population", "总人口", "Population", _PEOPLE, "AAD010"),
            _count(
                "poor_households",
                "贫困户数",
                "Poor households",
                _HOUSEHOLDS,
                "AAD007",
                counted=True,
            ),
            _count(
                "poor_people",
                "贫困人口",
                "Poor people",
                _PEOPLE,
                "AAD011",
                counted=True,
            ),
            _count(
                "dibao_households",
                "低保户数",
                "Dibao households",
                _HOUSEHOLDS,
                "AAD008",
            ),
            _count("dibao_people", "低保人口", "People on Dibao", _PEOPLE, "AAD012"),
            _count(
                "five_guarantee_households",
                "五保户数",
                "Five-guarantee households",
                _HOUSEHOLDS,
                "AAD009",
            ),
            _count("minority_people", "少数民族人口", "Minorities", _PEOPLE, "AAD014"),
            _count("women", "妇女人口", "Women", _PEOPLE, "AAD015"),
            _count("disabled_people", "残疾人口", "Disabled", _PEOPLE, "AAD016"),
            _count("labour_people", "劳动力人数", "Able to work", _PEOPLE, "AAD017"),
            _count("migrant_workers", "外出务工人数", "Working away", _PEOPLE),
        ),
    ),
    Section(
        Text("土地", "Land"),
        (
            _size("arable_mu", "耕地面积", "Arable land", _MU),
            _size("irrigated_mu", "有效灌溉面积", "Irrigated", _MU),
            _size("forest_mu", "林地面积", "Forest", _MU),
            _size("returned_mu", "退耕还林面积", "Returned to forest", _MU),
            _size("orchard_mu", "林果面积", "Orchards", _MU),
            _size("pasture_mu", "牧草地面积", "Pasture", _MU),
            _size("water_mu", "水域面积", "Water", _MU),
        ),
    ),
    Section(
        Text("收入与社会保障", "Income and social security"),
        (
            _yuan("farmer_income", "农民人均纯收入", "Farmers' income per person"),
            _yuan("collective_income", "村集体经济收入", "Collective income"),
            _count("medical_insured", "参加医疗保险人数", "Medical insurance", _PEOPLE),
            _count("pension_insured", "参加养老保险人数", "Pension insurance", _PEOPLE),
            _count(
                "medical_aid_times",
                "医疗救助人次",
                "Times medical aid was given",
                Text("人次", "times"),
            ),
        ),
    ),
    Section(
        Text("道路", "Roads"),
        (
            _yes(
                "is_road_paved",
                "到乡镇是否通硬化路",
                "Paved road to the township",
                "AAD328",
            ),
            _yes("has_bus", "是否通客运班车", "Bus", "AAD323"),
            _size(
                "unpaved_km",
                "未硬化里程",
                "Unpaved road to the township",
                _KM,
                "AAD321",
            ),
            _count(
                "unpaved_hamlets",
                "未通硬化路的自然村",
                "Hamlets without a paved road",
                _HAMLETS,
                "AAD322",
            ),
            _size(
                "unpaved_hamlet_km",
                "自然村未硬化里程",
                "Unpaved roads to hamlets",
                _KM,
                "AAD324",
            ),
        ),
    ),
    Section(
        Text("饮水、电力与住房", "Water, power, housing"),
        (
            _count(
                "unsafe_water_households",
                "饮水不安全户数",
                "Without safe water",
                _HOUSEHOLDS,
                "ADA008",
            ),
            _count(
                "difficult_water_households",
                "饮水困难户数",
                "With difficult water",
                _HOUSEHOLDS,
                "ADA009",
            ),
            _count(
                "hamlets_without_power",
                "未通生活用电的自然村",
                "Hamlets without power",
                _HAMLETS,
                "AAD355",
            ),
            _count(
                "households_without_power",
                "未通生活用电户数",
                "Without power",
                _HOUSEHOLDS,
                "AAD356",
            ),
            _count(
                "hamlets_without_production_power",
                "未通生产用电的自然村",
                "Hamlets without power for production",
                _HAMLETS,
                "AAD357",
            ),
            _count(
                "dangerous_houses",
                "危房户数",
                "In dangerous houses",
                _HOUSEHOLDS,
                "ADA010",
            ),
        ),
    ),
    Section(
        Text("产业与旅游", "Industry and tourism"),
        (
            _count("coops", "农民专业合作社", "Cooperatives", _PLACES, "AAD371"),
            _count(
                "poor_households_in_coops",
                "加入合作社的贫困户",
                "Poor households in them",
                _HOUSEHOLDS,
                "AAD372",
            ),
            _count(
                "mutual_funds",
                "资金互助组织",
                "Mutual-fund associations",
                _PLACES,
                "ADA012",
            ),
            _yuan("mutual_fund", "互助资金规模", "Size of the mutual funds", "ADA013"),
            _count(
                "tourism_households",
                "从事乡村旅游户数",
                "In tourism",
                _HOUSEHOLDS,
                "AAD381",
            ),
            _count(
                "tourism_workers", "旅游从业人数", "Tourism workers", _PEOPLE, "AAD382"
            ),
            _count("farm_inns", "农家乐", "Farm inns", _PLACES, "AAD383"),
            _yuan("inn_income", "农家乐户均年收入", "Income of an inn", "AAD384"),
        ),
    ),
    Section(
        Text("卫生、文化与信息", "Health, culture, information"),
        (
            _count("clinics", "村卫生室", "Clinics", _PLACES, "AAD391"),
            _count("doctors", "执业（助理）医师", "Doctors", _PEOPLE, "AAD393"),
            _count("public_toilets", "公共厕所", "Public toilets", _PLACES, "AAD392"),
            _count("refuse_points", "垃圾集中堆放点", "Refuse points", _PLACES),
            _count("reading_rooms", "农家书屋", "Reading rooms", _PLACES),
            _count("tv_households", "通广播电视户数", "With radio or TV", _HOUSEHOLDS),
            _count("broadband_households", "通宽带户数", "With broadband", _HOUSEHOLDS),
            _count(
                "online_households",
                "能上网户数（含手机）",
                "Able to go online (phones too)",
                _HOUSEHOLDS,
            ),
            _count(
                "schools_with_broadband",
                "通宽带的学校",
                "Schools with broadband",
                _PLACES,
            ),
            _count("information_officers", "信息员", "Information officers", _PEOPLE),
        ),
    ),
)


def fields() -> Iterator[VillageField]:
    """Yield all fields in the order of the form."""
    for section in SECTIONS:
        yield from section.fields
