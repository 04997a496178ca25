"""The kinds of outside lists, with what their rows say. Codes are this system's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from bangfu.calc.values.disability import CATEGORIES, GRADES
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList
from bangfu.registry.code_lists import SCHOOL


class ListKind(models.TextChoices):
    """What a list is about."""

    VEHICLES = "vehicles"
    REAL_ESTATE = "real_estate"
    BUSINESS = "business"
    PAYROLL = "payroll"
    DEATHS = "deaths"
    DISABILITY = "disability"
    SCHOOLING = "schooling"
    INSURANCE = "insurance"
    RELIEF = "relief"

    @property
    def text(self) -> Text:
        """The list's name."""
        return LAYOUTS[self].title

    @property
    def import_kind(self) -> str:
        """The kind of import by which it arrives."""
        return f"list_{self.value}"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows of a kind say beside who it is.

    source: the department that keeps it. what: the category of a row; status: whether it
    still holds. facts: further columns, title by field of `ExternalRow`. is_complete: it
    names everybody concerned in its division, so that to be missing says something.
    """

    title: Text
    source: Text
    what: CodeList
    status: CodeList
    facts: dict[str, Text]
    is_complete: bool = False


def _codes(key: str, title: Text, *entries: tuple[str, str, str]) -> CodeList:
    return CodeList(key, title, tuple((code, Text(zh, en)) for code, zh, en in entries))


_STATUS = Text("状态", "State")
_KIND = Text("类别", "Kind")
_HOLDS = _codes(
    "list_holds", _STATUS, ("active", "有效", "in force"), ("ended", "已终止", "ended")
)
LAYOUTS: dict[ListKind, Layout] = {
    ListKind.VEHICLES: Layout(
        Text("机动车登记名单", "Vehicle register"),
        Text("公安交管部门", "traffic police"),
        _codes(
            "vehicle_class",
            Text("车辆类型", "Class of vehicle"),
            ("car", "小型轿车", "car"),
            ("minibus", "小型客车", "minibus"),
            ("truck", "货车", "lorry"),
            ("machinery", "工程机械", "construction machinery"),
            ("farm_machinery", "大型农机", "large farm machinery"),
            ("motorcycle", "摩托车", "motorcycle"),
            ("tricycle", "三轮车", "tricycle"),
            ("disabled_tricycle", "残疾人专用车", "vehicle for the disabled"),
        ),
        _codes(
            "vehicle_status",
            _STATUS,
            ("in_use", "正常", "in use"),
            ("scrapped", "报废注销", "scrapped"),
            ("sold", "已转出", "transferred"),
        ),
        {
            "value_fen": Text("登记价值", "Registered value"),
            "since": Text("登记日期", "Registered on"),
        },
    ),
    ListKind.REAL_ESTATE: Layout(
        Text("不动产登记名单", "Real estate register"),
        Text("不动产登记部门", "real estate registry"),
        _codes(
            "estate_kind",
            Text("房屋类型", "Kind of building"),
            ("flat", "商品住房", "commercial flat"),
            ("shop", "商铺", "shop"),
            ("town_house", "城镇自建房", "house built in town"),
            ("rural", "农村宅基地住房", "house on a rural plot"),
            ("relocation", "易地搬迁安置房", "relocation housing"),
            ("disaster", "灾后重建房", "house rebuilt after a disaster"),
            ("public_rent", "公共租赁住房", "public rental housing"),
        ),
        _codes(
            "estate_status",
            _STATUS,
            ("held", "现势", "held"),
            ("sold", "已转移", "transferred"),
        ),
        {
            "area_m2": Text("建筑面积", "Floor area"),
            "since": Text("登记日期", "Registered on"),
            "place": Text("坐落", "Location"),
        },
    ),
    ListKind.BUSINESS: Layout(
        Text("市场主体登记名单", "Business register"),
        Text("市场监管部门", "market regulator"),
        _codes(
            "business_role",
            Text("身份", "Role"),
            ("legal_representative", "法定代表人", "legal representative"),
            ("shareholder", "股东", "shareholder"),
            ("owner", "个体工商户经营者", "own-account operator"),
            ("coop_member", "农民合作社成员", "member of a farmers' cooperative"),
        ),
        _codes(
            "business_status",
            _STATUS,
            ("operating", "存续", "operating"),
            ("revoked", "吊销", "revoked"),
            ("cancelled", "注销", "cancelled"),
        ),
        {
            "value_fen": Text("注册资本", "Registered capital"),
            "since": Text("成立日期", "Founded on"),
            "place": Text("名称", "Name of the business"),
        },
    ),
    ListKind.PAYROLL: Layout(
        Text("财政供养和稳定就业人员名单", "Public payroll and steady jobs"),
        Text("财政部门", "finance department"),
        _codes(
            "post_kind",
            Text("人员类别", "Kind of post"),
            ("staff", "在编人员", "on the establishment"),
            ("contract", "长期合同制人员", "long-term contract"),
            (
                "enterprise",
                "国有和大型企业正式职工",
                "regular job in a large enterprise",
            ),
            ("village_cadre", "村“两委”干部", "member of a village committee"),
            ("welfare_post", "公益性岗位", "public welfare post"),
            ("retired", "离退休人员", "retired"),
        ),
        _codes(
            "post_status",
            _STATUS,
            ("in_post", "在岗", "in post"),
            ("left", "已离岗", "left"),
        ),
        {
            "value_fen": Text("月工资", "Monthly pay"),
            "since": Text("入职日期", "Since"),
            "place": Text("单位", "Unit"),
        },
    ),
    ListKind.DEATHS: Layout(
        Text("死亡、失踪和服刑人员名单", "Deaths, missing and imprisoned"),
        Text("民政、公安、司法部门", "civil affairs, police, justice"),
        _codes(
            "absence_kind",
            _KIND,
            ("died", "死亡", "died"),
            ("missing", "宣告失踪", "declared missing"),
            ("custody", "服刑", "imprisoned"),
        ),
        _HOLDS,
        {"since": Text("发生日期", "On")},
    ),
    ListKind.DISABILITY: Layout(
        Text("持证残疾人名单", "Disability certificates"),
        Text("残疾人联合会", "disabled persons' federation"),
        CodeList(
            "certificate_kind", Text("残疾类别", "Kind"), tuple(CATEGORIES.items())
        ),
        _HOLDS,
        {"grade": Text("残疾等级", "Grade"), "since": Text("发证日期", "Issued on")},
        is_complete=True,
    ),
    ListKind.SCHOOLING: Layout(
        Text("学籍名单", "School rolls"),
        Text("教育部门", "education department"),
        CodeList(
            "school_stage",
            Text("就读阶段", "Stage"),
            (
                *SCHOOL.entries[1:],
                ("abroad", Text("自费出国留学", "abroad at own expense")),
            ),
        ),
        _codes(
            "school_roll_status",
            _STATUS,
            ("enrolled", "在读", "enrolled"),
            ("dropped_out", "失学辍学", "dropped out"),
            ("left", "毕业或转出", "graduated or moved"),
        ),
        {"place": Text("学校", "School"), "since": Text("入学日期", "Since")},
        is_complete=True,
    ),
    ListKind.INSURANCE: Layout(
        Text("参保名单", "Insured persons"),
        Text("医保、人社部门和保险机构", "medical and social insurance, insurers"),
        _codes(
            "insurance_kind",
            Text("险种", "Insurance"),
            ("resident_medical", "城乡居民医保", "residents' medical"),
            ("employee_medical", "职工医保", "employees' medical"),
            ("resident_pension", "城乡居民养老保险", "residents' pension"),
            ("employee_pension", "职工养老保险", "employees' pension"),
            ("commercial_pension", "商业养老保险", "commercial pension"),
        ),
        _HOLDS,
        {
            "value_fen": Text("年缴费", "Yearly premium"),
            "since": Text("参保日期", "Since"),
            "place": Text("经办机构", "Insurer"),
        },
        is_complete=True,
    ),
    ListKind.RELIEF: Layout(
        Text("低保和特困供养名单", "Dibao and destitute support"),
        Text("民政部门", "civil affairs"),
        _codes(
            "relief_kind",
            Text("救助类别", "Kind of relief"),
            ("dibao", "低保", "Dibao"),
            ("destitute", "特困供养", "destitute support"),
        ),
        _HOLDS,
        {
            "value_fen": Text("月保障金", "Monthly amount"),
            "since": Text("批准日期", "Approved on"),
        },
        is_complete=True,
    ),
}
GRADE_CODES = CodeList(
    "certificate_grade", Text("残疾等级", "Grade"), tuple(GRADES.items())
)
