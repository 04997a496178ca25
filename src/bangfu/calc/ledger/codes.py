"""Kinds of account, classes and sources of funds, purposes.

Sources and classes: central to county special funds, integrated agriculture-related
funds, bonds, cooperation between regions, donations, help by units. Loans are not fiscal
money and have no account here.
"""

from __future__ import annotations

import enum

from bangfu.calc.values.text import Text


class AccountKind(enum.StrEnum):
    """What an account is. Cash and personal accounts do not exist."""

    APPROPRIATION = "appropriation"
    OPENING = "opening"
    INTEREST = "interest"
    SPECIAL = "special"
    TRANSIT = "transit"
    SUPPLIER = "supplier"
    ONE_CARD = "one_card"
    DEPOSIT = "deposit"
    TREASURY = "treasury"

    @property
    def text(self) -> Text:
        """The kind's name."""
        return KIND_TEXTS[self]

    @property
    def sign(self) -> int:
        """-1 for accounts that money comes from (never above zero), else 1."""
        return -1 if self in ORIGINS else 1


ORIGINS = frozenset(
    {AccountKind.APPROPRIATION, AccountKind.OPENING, AccountKind.INTEREST}
)
KIND_TEXTS = {
    AccountKind.APPROPRIATION: Text("拨入资金", "appropriations"),
    AccountKind.OPENING: Text("期初余额", "opening balances"),
    AccountKind.INTEREST: Text("专户利息", "interest of the special account"),
    AccountKind.SPECIAL: Text("资金专户", "special account"),
    AccountKind.TRANSIT: Text("在途资金", "money in transit"),
    AccountKind.SUPPLIER: Text("支付供应商", "paid to suppliers"),
    AccountKind.ONE_CARD: Text("一卡通发放", "paid to one-cards"),
    AccountKind.DEPOSIT: Text("质量保证金", "quality deposits"),
    AccountKind.TREASURY: Text("收回国库", "recovered to the treasury"),
}


class FundClass(enum.StrEnum):
    """Class of funds; money keeps its class from source to use."""

    DEVELOPMENT = "development"
    WORK_FOR_RELIEF = "work_for_relief"
    MINORITY = "minority"
    STATE_FARM = "state_farm"
    FOREST_FARM = "forest_farm"
    INTEGRATED = "integrated"
    BOND = "bond"
    COOPERATION = "cooperation"
    DONATION = "donation"
    UNIT_HELP = "unit_help"

    @property
    def text(self) -> Text:
        """The class's name."""
        return CLASS_TEXTS[self]


CLASS_TEXTS = {
    FundClass.DEVELOPMENT: Text("扶贫发展资金", "development"),
    FundClass.WORK_FOR_RELIEF: Text("以工代赈资金", "work for relief"),
    FundClass.MINORITY: Text("少数民族发展资金", "minority development"),
    FundClass.STATE_FARM: Text("国有贫困农场扶贫资金", "poor state farms"),
    FundClass.FOREST_FARM: Text("国有贫困林场扶贫资金", "poor state forest farms"),
    FundClass.INTEGRATED: Text("统筹整合涉农资金", "integrated agricultural funds"),
    FundClass.BOND: Text("债券资金", "bonds"),
    FundClass.COOPERATION: Text("东西部协作资金", "east-west cooperation"),
    FundClass.DONATION: Text("社会捐赠资金", "donations"),
    FundClass.UNIT_HELP: Text("单位帮扶资金", "help by units"),
}


class FundSource(enum.StrEnum):
    """Who gave the money."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    PARTNER = "partner"
    SOCIETY = "society"

    @property
    def text(self) -> Text:
        """The source's name."""
        return SOURCE_TEXTS[self]


SOURCE_TEXTS = {
    FundSource.CENTRAL: Text("中央财政", "central budget"),
    FundSource.PROVINCIAL: Text("省级财政", "provincial budget"),
    FundSource.MUNICIPAL: Text("市级财政", "municipal budget"),
    FundSource.COUNTY: Text("县级财政", "county budget"),
    FundSource.PARTNER: Text("帮扶方", "helping region or unit"),
    FundSource.SOCIETY: Text("社会力量", "society"),
}


class Purpose(enum.StrEnum):
    """What a line of funds may be spent on. What is not here has no account."""

    INDUSTRY = "industry"
    TRAINING = "training"
    LOAN_INTEREST = "loan_interest"
    RISK_FUND = "risk_fund"
    INFRASTRUCTURE = "infrastructure"
    RELOCATION = "relocation"
    RELOCATION_INTEREST = "relocation_interest"
    HOUSING = "housing"
    ASSET_SHARES = "asset_shares"
    SAFETY_NET = "safety_net"
    MANAGEMENT = "management"

    @property
    def text(self) -> Text:
        """The purpose's name."""
        return PURPOSE_TEXTS[self]


PURPOSE_TEXTS = {
    Purpose.INDUSTRY: Text("产业发展", "production"),
    Purpose.TRAINING: Text("技能培训", "skills training"),
    Purpose.LOAN_INTEREST: Text("小额信贷贴息", "interest on micro-loans"),
    Purpose.RISK_FUND: Text("信贷风险补偿金", "risk fund of micro-loans"),
    Purpose.INFRASTRUCTURE: Text("小型公益设施", "small infrastructure"),
    Purpose.RELOCATION: Text("易地扶贫搬迁", "relocation"),
    Purpose.RELOCATION_INTEREST: Text("搬迁贷款贴息", "interest on relocation loans"),
    Purpose.HOUSING: Text("危旧土坯房改造", "renovation of adobe houses"),
    Purpose.ASSET_SHARES: Text("资产收益入股", "asset shares"),
    Purpose.SAFETY_NET: Text("保障救助", "safety net"),
    Purpose.MANAGEMENT: Text("项目管理费", "project management fee"),
}

_FISCAL = frozenset(
    {
        Purpose.INDUSTRY,
        Purpose.TRAINING,
        Purpose.LOAN_INTEREST,
        Purpose.RISK_FUND,
        Purpose.INFRASTRUCTURE,
        Purpose.RELOCATION_INTEREST,
        Purpose.ASSET_SHARES,
        Purpose.MANAGEMENT,
    }
)
_FARM = frozenset({Purpose.INDUSTRY, Purpose.TRAINING, Purpose.INFRASTRUCTURE})
_GIVEN = frozenset(Purpose) - {Purpose.MANAGEMENT, Purpose.RELOCATION_INTEREST}
EARMARKS: dict[FundClass, frozenset[Purpose]] = {
    FundClass.DEVELOPMENT: _FISCAL,
    FundClass.WORK_FOR_RELIEF: frozenset({Purpose.INFRASTRUCTURE}),
    FundClass.MINORITY: _FARM | {Purpose.MANAGEMENT},
    FundClass.STATE_FARM: _FARM,
    FundClass.FOREST_FARM: _FARM,
    FundClass.INTEGRATED: _FISCAL | {Purpose.HOUSING, Purpose.RELOCATION},
    FundClass.BOND: frozenset(
        {Purpose.RELOCATION, Purpose.INFRASTRUCTURE, Purpose.HOUSING}
    ),
    FundClass.COOPERATION: _GIVEN,
    FundClass.DONATION: _GIVEN,
    FundClass.UNIT_HELP: _GIVEN,
}
"""What each class may be spent on: the database has no account outside it. It is the
same at every date and place; nothing in the policy pack narrows or widens it."""
