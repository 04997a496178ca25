"""Code lists of the household file.

The codes are those of the national and provincial forms, kept for exchange: household
attribute L1, cause L2, relation L3, education L4, school L4b, health L5, labour L6, work
area L6b, road L7, fuel L8, house grade L9, status L10, relocation L11, change L12.
Source: national registration form as filled in from 2014 on; ethnic groups GB/T 3304.
"""

from __future__ import annotations

from collections.abc import Mapping

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList


def _list(
    key: str,
    zh: str,
    en: str,
    *entries: tuple[str, str, str],
    aliases: Mapping[str, str] | None = None,
) -> CodeList:
    rows = tuple(
        (code, Text(label_zh, label_en)) for code, label_zh, label_en in entries
    )
    return CodeList(key, Text(zh, en), rows, aliases or {})


STATUS = _list(
    "status",
    "脱贫状态",
    "status",
    ("0", "未脱贫", "not exited"),
    ("1", "已脱贫", "exited"),
    ("2", "预脱贫", "pre-exit"),
    ("3", "返贫", "relapsed"),
    ("7", "未建档", "not registered"),
    ("8", "申请中", "applicant"),
    ("9", "已注销", "deregistered"),
)
# Families on file that are not, or not yet, in the roll: only a case gives these.
NOT_IN_ROLL = ("7", "8")
IN_ROLL = ("0", "1", "2", "3", "9")
# Households that are helped: every one of them needs a responsible official.
ACTIVE_STATUS = ("0", "2", "3")
ID_STANDARD = _list(
    "id_standard",
    "识别标准",
    "identification standard",
    ("1", "国家标准", "national"),
    ("2", "省定标准", "provincial"),
    ("3", "市定标准", "municipal"),
)
ATTRIBUTE = _list(
    "attribute",
    "贫困户属性",
    "household attribute",
    ("1", "一般贫困户", "general poor"),
    ("2", "低保户", "Dibao"),
    ("3", "五保户", "five-guarantee"),
    ("4", "低保贫困户", "poor on Dibao"),
    ("5", "低收入农户", "low income"),
)
CAUSE = _list(
    "cause",
    "致贫原因",
    "cause of poverty",
    ("1", "因病", "illness"),
    ("2", "因残", "disability"),
    ("3", "因学", "schooling"),
    ("4", "因灾", "disaster"),
    ("5", "缺土地", "lack of land"),
    ("6", "缺水", "lack of water"),
    ("7", "缺技术", "lack of skills"),
    ("8", "缺劳力", "lack of labour"),
    ("9", "缺资金", "lack of capital"),
    ("10", "交通条件落后", "poor transport"),
    ("11", "自身发展动力不足", "lack of motivation"),
    ("12", "因婚", "marriage"),
    ("13", "因丧", "funeral"),
    ("99", "其他", "other"),
)
RELATION = _list(
    "relation",
    "与户主关系",
    "relation to head",
    ("01", "户主", "head"),
    ("02", "配偶", "spouse"),
    ("03", "之子", "son"),
    ("04", "之女", "daughter"),
    ("05", "之儿媳", "daughter-in-law"),
    ("06", "之女婿", "son-in-law"),
    ("07", "之孙子", "grandson"),
    ("08", "之孙女", "granddaughter"),
    ("09", "之外孙子", "daughter's son"),
    ("10", "之外孙女", "daughter's daughter"),
    ("11", "之父", "father"),
    ("12", "之母", "mother"),
    ("13", "之岳父", "wife's father"),
    ("14", "之岳母", "wife's mother"),
    ("15", "之公公", "husband's father"),
    ("16", "之婆婆", "husband's mother"),
    ("17", "之祖父", "paternal grandfather"),
    ("18", "之祖母", "paternal grandmother"),
    ("19", "之外祖父", "maternal grandfather"),
    ("20", "之外祖母", "maternal grandmother"),
    ("99", "其他", "other"),
    aliases={
        "本人": "01",
        "妻子": "02",
        "妻": "02",
        "丈夫": "02",
        "夫": "02",
        "儿子": "03",
        "子": "03",
        "长子": "03",
        "次子": "03",
        "三子": "03",
        "女儿": "04",
        "女": "04",
        "长女": "04",
        "次女": "04",
        "三女": "04",
        "儿媳": "05",
        "女婿": "06",
        "孙子": "07",
        "孙女": "08",
        "外孙子": "09",
        "外孙": "09",
        "外孙女": "10",
        "父亲": "11",
        "父": "11",
        "母亲": "12",
        "母": "12",
        "岳父": "13",
        "岳母": "14",
        "公公": "15",
        "婆婆": "16",
        "祖父": "17",
        "爷爷": "17",
        "祖母": "18",
        "奶奶": "18",
        "外祖父": "19",
        "外公": "19",
        "外祖母": "20",
        "外婆": "20",
    },
)
MALE_RELATIONS = ("03", "06", "07", "09", "11", "13", "15", "17", "19")
FEMALE_RELATIONS = ("04", "05", "08", "10", "12", "14", "16", "18", "20")
SEX = _list(
    "sex",
    "性别",
    "sex",
    ("1", "男", "male"),
    ("2", "女", "female"),
    ("9", "未说明", "not stated"),
)
EDUCATION = _list(
    "education",
    "文化程度",
    "education",
    ("1", "文盲或半文盲", "illiterate or semi-literate"),
    ("2", "小学", "primary"),
    ("3", "初中", "junior secondary"),
    ("4", "高中", "senior secondary"),
    ("5", "大专及以上", "college or above"),
    ("6", "学龄前儿童", "pre-school child"),
)
SCHOOL = _list(
    "school_status",
    "在校生状况",
    "school status",
    ("01", "非在校生", "not at school"),
    ("02", "学前教育", "pre-school"),
    ("03", "小学", "primary"),
    ("04", "七年级", "grade 7"),
    ("05", "八年级", "grade 8"),
    ("06", "九年级", "grade 9"),
    ("07", "高一", "senior 1"),
    ("08", "高二", "senior 2"),
    ("09", "高三", "senior 3"),
    ("10", "中职一年级", "secondary vocational 1"),
    ("11", "中职二年级", "secondary vocational 2"),
    ("12", "中职三年级", "secondary vocational 3"),
    ("13", "高职一年级", "higher vocational 1"),
    ("14", "高职二年级", "higher vocational 2"),
    ("15", "高职三年级", "higher vocational 3"),
    ("16", "大专及以上", "college or above"),
)
HEALTH = _list(
    "health",
    "健康状况",
    "health",
    ("1", "健康", "healthy"),
    ("2", "长期慢性病", "long-term chronic"),
    ("3", "患有大病", "serious illness"),
    ("4", "残疾", "disabled"),
)
LABOUR = _list(
    "labour",
    "劳动技能",
    "labour",
    ("1", "普通劳动力", "ordinary"),
    ("2", "技能劳动力", "skilled"),
    ("3", "丧失劳动力", "lost"),
    ("4", "无劳动力", "none"),
    ("5", "弱劳动力或半劳动力", "weak or half"),
)
ABLE_LABOUR = ("1", "2", "5")
WORK_AREA = _list(
    "work_area",
    "务工区域",
    "work area",
    ("01", "乡（镇）内务工", "in the township"),
    ("02", "乡（镇）外县内务工", "elsewhere in the county"),
    ("03", "县外省内务工", "elsewhere in the province"),
    ("04", "省外务工", "another province"),
    ("05", "其他", "other"),
)
ROAD = _list(
    "road_type",
    "入户路类型",
    "access road",
    ("1", "泥土路", "earth"),
    ("2", "砂石路", "gravel"),
    ("3", "水泥路", "concrete"),
    ("4", "沥青路", "asphalt"),
)
FUEL = _list(
    "fuel",
    "主要燃料类型",
    "main fuel",
    ("1", "柴草", "firewood"),
    ("2", "干畜粪", "dung"),
    ("3", "煤炭", "coal"),
    ("4", "清洁能源", "clean energy"),
    ("9", "其他", "other"),
)
HOUSE_GRADE = _list(
    "house_grade",
    "住房鉴定等级",
    "house grade",
    ("A", "A级", "A, safe"),
    ("B", "B级", "B, basically safe"),
    ("C", "C级", "C, partly dangerous"),
    ("D", "D级", "D, wholly dangerous"),
)
HOUSE_STRUCTURE = _list(
    "house_structure",
    "住房结构",
    "house structure",
    ("1", "砖混", "brick and concrete"),
    ("2", "砖木", "brick and wood"),
    ("3", "土坯", "adobe"),
    ("4", "木结构", "wood"),
    ("9", "其他", "other"),
)
RELOCATION_MODE = _list(
    "relocation_mode",
    "搬迁方式",
    "relocation mode",
    ("1", "整村搬迁", "whole village"),
    ("2", "整自然村搬迁", "whole hamlet"),
    ("3", "分散搬迁", "scattered household"),
)
RESETTLEMENT = _list(
    "resettlement",
    "安置方式",
    "resettlement",
    ("1", "集中安置", "concentrated"),
    ("2", "分散安置", "scattered"),
)
RESETTLEMENT_PLACE = _list(
    "resettlement_place",
    "安置地",
    "resettlement place",
    ("1", "县城", "county town"),
    ("2", "乡镇", "township"),
    ("3", "县外", "another county"),
    ("4", "村外", "outside the village"),
    ("5", "村内", "inside the village"),
)
MEMBER_CHANGE = _list(
    "member_change",
    "成员变动原因",
    "member change",
    ("1", "死亡", "death"),
    ("2", "婚出", "marriage out"),
    ("3", "户籍迁出", "emigration"),
    ("4", "判刑收监", "imprisonment"),
    ("5", "婚入", "marriage in"),
    ("6", "新生儿", "newborn"),
    ("7", "其他减少", "other decrease"),
    ("8", "其他增加", "other increase"),
    ("9", "录入错误", "entry error"),
)
# Of the member changes, those for which somebody leaves.
LEAVING = ("1", "2", "3", "4", "7", "9")
POLITICS = _list(
    "politics",
    "政治面貌",
    "political status",
    ("01", "中共党员", "Party member"),
    ("02", "中共预备党员", "probationary Party member"),
    ("03", "共青团员", "Youth League member"),
    ("13", "群众", "no party"),
)
ETHNICITY = _list(
    "ethnicity",
    "民族",
    "ethnic group",
    *[
        (f"{number:02d}", name, spelling)
        for number, (name, spelling) in enumerate(
            [
                ("汉族", "Han"),
                ("蒙古族", "Mongol"),
                ("回族", "Hui"),
                ("藏族", "Tibetan"),
                ("维吾尔族", "Uygur"),
                ("苗族", "Miao"),
                ("彝族", "Yi"),
                ("壮族", "Zhuang"),
                ("布依族", "Bouyei"),
                ("朝鲜族", "Korean"),
                ("满族", "Manchu"),
                ("侗族", "Dong"),
                ("瑶族", "Yao"),
                ("白族", "Bai"),
                ("土家族", "Tujia"),
                ("哈尼族", "Hani"),
                ("哈萨克族", "Kazak"),
                ("傣族", "Dai"),
                ("黎族", "Li"),
                ("傈僳族", "Lisu"),
                ("佤族", "Va"),
                ("畲族", "She"),
                ("高山族", "Gaoshan"),
                ("拉祜族", "Lahu"),
                ("水族", "Sui"),
                ("东乡族", "Dongxiang"),
                ("纳西族", "Naxi"),
                ("景颇族", "Jingpo"),
                ("柯尔克孜族", "Kirgiz"),
                ("土族", "Tu"),
                ("达斡尔族", "Daur"),
                ("仫佬族", "Mulao"),
                ("羌族", "Qiang"),
                ("布朗族", "Blang"),
                ("撒拉族", "Salar"),
                ("毛南族", "Maonan"),
                ("仡佬族", "Gelao"),
                ("锡伯族", "Xibe"),
                ("阿昌族", "Achang"),
                ("普米族", "Pumi"),
                ("塔吉克族", "Tajik"),
                ("怒族", "Nu"),
                ("乌孜别克族", "Uzbek"),
                ("俄罗斯族", "Russ"),
                ("鄂温克族", "Ewenki"),
                ("德昂族", "Deang"),
                ("保安族", "Bonan"),
                ("裕固族", "Yugur"),
                ("京族", "Gin"),
                ("塔塔尔族", "Tatar"),
                ("独龙族", "Derung"),
                ("鄂伦春族", "Oroqen"),
                ("赫哲族", "Hezhen"),
                ("门巴族", "Monba"),
                ("珞巴族", "Lhoba"),
                ("基诺族", "Jino"),
            ],
            start=1,
        )
    ],
)
