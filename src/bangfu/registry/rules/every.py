"""All rules together, in the order of their numbers."""

from __future__ import annotations

from bangfu.registry.rules import families, incomes, persons
from bangfu.registry.rules.frames import Breach, Frames, Limits

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
