"""The rules of the household file, V1 to V15, as pure checks over frames.

Only impossible data is refused: a number whose check character is wrong, two heads, a
birth in the future. What is merely doubtful is stored and flagged: a flag is a lead for
a person, never a verdict. A rule judges only what is known; null never breaks one.

    persons    V1 identity number, V2 disability certificate, V4 relation and sex,
               V6 school, V7 labour
    families   V3 head and spouse, V5 registered twice, V11 house, V12 causes,
               V14 five-guarantee household
    incomes    V8 work and wage, V9 sums, V10 Dibao and pension, V13 changes and the
               line, V15 copied values

The rules load polars; modules that answer a web page reach them through `intake`.
"""

from __future__ import annotations

from bangfu.registry.rules import families, incomes, persons
from bangfu.registry.rules.frames import Breach, Frames, Limits

__all__ = ["RULES", "Breach", "Frames", "Limits", "check_all"]

RULES = (
    persons.v1_identity_number,
    persons.v1_agrees_with_sex_and_birth,
    persons.v1_birth_date,
    persons.v1_missing,
    persons.v2_certificate,
    persons.v2_health,
    families.v3_head,
    families.v3_spouse,
    persons.v4_relation_and_sex,
    families.v5_twice_in_household,
    families.v5_elsewhere_in_files,
    families.v5_elsewhere_in_register,
    persons.v6_school,
    persons.v6_education,
    persons.v7_labour,
    incomes.v8_work_and_wage,
    incomes.v9_negative,
    incomes.v9_sums,
    incomes.v10_dibao,
    incomes.v10_pension,
    families.v11_house,
    families.v12_causes,
    incomes.v13_change,
    incomes.v13_line,
    families.v14_five_guarantees,
    incomes.v15_copies,
    persons.member_left,
    families.causes_count,
    families.status_of_cases,
    incomes.year_of_income,
)


def check_all(frames: Frames, limits: Limits) -> list[Breach]:
    """Apply every rule and return what breaks one; rules without a breach are absent."""
    found = [breach for rule in RULES for breach in rule(frames, limits)]
    return [breach for breach in found if not breach.rows.is_empty()]
