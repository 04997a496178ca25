"""Forms of the ledger: a voucher to prepare, a reason, a period, a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from bangfu.calc.ledger.edges import EDGE_BY_CODE, EDGES, Way
from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.money import InvalidAmount, parse_yuan
from bangfu.funds.ledger import rules
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.rules import Movement
from bangfu.web.language import say, say_later

ROWS = 4
ACCOUNTS_MAX = 500


class _DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """From which day to which."""

    start = forms.DateField(
        label=say_later("自", "From"), required=False, widget=_DateInput
    )
    end = forms.DateField(
        label=say_later("至", "To"), required=False, widget=_DateInput
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=say_later("原因", "Reason"),
        min_length=rules.REASON_LENGTH_MIN,
        max_length=rules.REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReversalForm(ReasonForm):
    """Why a voucher is undone, and on which day."""

    posted_on = forms.DateField(
        label=say_later("记账日期", "Posted on"), widget=_DateInput
    )


class MonthForm(forms.Form):
    """Which month."""

    year = forms.IntegerField(min_value=2000, max_value=2099)
    month = forms.IntegerField(min_value=1, max_value=12)


class DraftForm(forms.Form):
    """A voucher: day, text, document and up to four movements.

    accounts: those to choose from, at most 500. `movements` after validation.
    """

    posted_on = forms.DateField(
        label=say_later("记账日期", "Posted on"), widget=_DateInput
    )
    text = forms.CharField(
        label=say_later("摘要", "Text"), max_length=rules.TEXT_LENGTH_MAX
    )
    document_no = forms.CharField(
        label=say_later("文号", "Document number"),
        max_length=60,
        required=False,
        help_text=say_later(
            "拨入、下达、调整用途或类别、收回须填写",
            "needed for appropriations, money handed down, adjustments and recovery",
        ),
    )

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._accounts = {str(one.pk): one for one in accounts}
        self.movements: list[Movement] = []
        choices = [
            ("", "—"),
            *((key, _label(one)) for key, one in self._accounts.items()),
        ]
        edges = [
            ("", "—"),
            *((one.code, say(one.text)) for one in EDGES if one.way is Way.SAME),
        ]
        for row in range(1, ROWS + 1):
            is_first = row == 1
            self.fields[f"edge_{row}"] = forms.ChoiceField(
                label=say_later("业务", "Business"), choices=edges, required=is_first
            )
            self.fields[f"source_{row}"] = forms.ChoiceField(
                label=say_later("转出账户（贷）", "Out of (credit)"),
                choices=choices,
                required=is_first,
            )
            self.fields[f"target_{row}"] = forms.ChoiceField(
                label=say_later("转入账户（借）", "Into (debit)"),
                choices=choices,
                required=is_first,
            )
            self.fields[f"amount_{row}"] = forms.CharField(
                label=say_later("金额（元）", "Amount (yuan)"),
                max_length=30,
                required=is_first,
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """The movements' fields, row by row."""
        return [
            (
                self[f"edge_{row}"],
                self[f"source_{row}"],
                self[f"target_{row}"],
                self[f"amount_{row}"],
            )
            for row in range(1, ROWS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """Read the rows that are filled."""
        found: dict[str, Any] = super().clean() or {}
        for row in range(1, ROWS + 1):
            names = [f"{name}_{row}" for name in ("edge", "source", "target", "amount")]
            given = [found.get(name) for name in names]
            if not any(given):
                continue
            if not all(given):
                self._ask_for(names, given)
                continue
            self._read(row, found)
        return found

    def _ask_for(self, names: list[str], given: list[Any]) -> None:
        for name, value in zip(names, given, strict=True):
            if not value and name not in self.errors:
                self.add_error(
                    name, say_later("请把这一行填完整。", "Complete this row.")
                )

    def _read(self, row: int, found: dict[str, Any]) -> None:
        try:
            movement = Movement(
                edge=found[f"edge_{row}"],
                source=self._accounts[found[f"source_{row}"]],
                target=self._accounts[found[f"target_{row}"]],
                amount_fen=parse_yuan(found[f"amount_{row}"]),
            )
            rules.check_amount(movement.amount_fen)
            rules.find_edge(movement)
        except (InvalidAmount, rules.WrongVoucher) as refused:
            self.add_error(f"amount_{row}", say(refused))
        except Refusal as refused:
            self.add_error(f"edge_{row}", say(refused))
        else:
            self.movements.append(movement)

    @property
    def posted_day(self) -> date:
        """The day, after validation."""
        day: date = self.cleaned_data["posted_on"]
        return day


def _label(account: Account) -> str:
    return f"{say(account.title_text)} · {say(account.line_text)}"


def edge_words(code: str) -> str:
    """Say an edge."""
    return say(EDGE_BY_CODE[code].text)
