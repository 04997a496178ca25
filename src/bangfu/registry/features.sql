-- step: people | key: household
-- Members who belong to the household, counted by kind.
SELECT
    household,
    count(*) AS members,
    count(CASE WHEN shares_income THEN 1 END) AS members_sharing,
    count(CASE WHEN age < 6 THEN 1 END) AS children_under_6,
    count(CASE WHEN age BETWEEN 6 AND 15 THEN 1 END) AS children_6_to_15,
    count(CASE WHEN age BETWEEN 16 AND 59 THEN 1 END) AS adults_16_to_59,
    count(CASE WHEN age >= 60 THEN 1 END) AS elderly_60_up,
    count(CASE WHEN age IS NULL THEN 1 END) AS ages_unknown,
    count(CASE WHEN sex = $female THEN 1 END) AS women,
    count(CASE WHEN is_minority THEN 1 END) AS minority,
    count(CASE WHEN education IN ($senior_up) THEN 1 END) AS schooled_senior_up,
    count(CASE WHEN school_status IS NOT NULL AND school_status <> $not_at_school
               THEN 1 END) AS at_school,
    count(CASE WHEN school_age BETWEEN $school_age_min AND $school_age_max
                    AND school_status = $not_at_school THEN 1 END) AS out_of_school,
    count(CASE WHEN is_chronically_ill THEN 1 END) AS chronically_ill,
    count(CASE WHEN is_seriously_ill THEN 1 END) AS seriously_ill,
    count(CASE WHEN is_disabled THEN 1 END) AS disabled,
    count(CASE WHEN disability_grade IN ('1', '2') THEN 1 END) AS severely_disabled,
    count(CASE WHEN NOT coalesce(has_basic_medical, TRUE)
               THEN 1 END) AS without_basic_medical,
    count(CASE WHEN NOT coalesce(has_serious_illness_insurance, TRUE)
               THEN 1 END) AS without_serious_illness_insurance,
    count(CASE WHEN is_on_dibao THEN 1 END) AS on_dibao,
    count(CASE WHEN labour IN ($able_labour) THEN 1 END) AS able_to_work,
    count(CASE WHEN labour = $skilled_labour THEN 1 END) AS skilled,
    count(CASE WHEN work_area IN ($away) AND work_months > 0 THEN 1 END) AS working_away,
    CAST(coalesce(sum(work_months), 0) AS BIGINT) AS work_months
FROM member
WHERE is_live
GROUP BY household

-- step: heads | key: household
-- The head; the register allows one at a time.
SELECT
    household,
    max(age) AS head_age,
    bool_or(sex = $female) AS is_head_female,
    max(education) AS head_education
FROM member
WHERE is_live AND relation = $head
GROUP BY household

-- step: doubts | key: household
SELECT household, CAST(sum(flags) AS BIGINT) AS flags
FROM flag
GROUP BY household

-- step: income_years | key: household
-- The latest year on record up to the cut-off year.
SELECT household, max(year) AS income_year
FROM income
WHERE year <= $cut_off_year
GROUP BY household

-- step: incomes | key: household
-- The income of that year, beside the year before.
SELECT
    latest.household,
    latest.income_year,
    given.net_fen,
    given.wage_fen,
    given.operating_fen,
    given.transfer_fen,
    given.wage_fen + given.operating_fen + given.property_fen + given.transfer_fen AS gross_fen,
    earlier.net_fen AS net_fen_before
FROM income_years AS latest
JOIN income AS given
    ON given.household = latest.household AND given.year = latest.income_year
LEFT JOIN income AS earlier
    ON earlier.household = latest.household AND earlier.year = latest.income_year - 1

-- step: household_features | key: household
SELECT
    h.household,
    h.division_code,
    h.status,
    coalesce(h.status IN ($active_status), FALSE) AS is_active,
    h.attribute,
    h.cause_main,
    CAST(CASE WHEN h.cause_main IS NULL THEN 0 ELSE 1 END
         + CASE WHEN h.cause_other_1 IS NULL THEN 0 ELSE 1 END
         + CASE WHEN h.cause_other_2 IS NULL THEN 0 ELSE 1 END AS BIGINT) AS causes,
    coalesce(p.members, 0) AS members,
    coalesce(p.members_sharing, 0) AS members_sharing,
    coalesce(p.children_under_6, 0) AS children_under_6,
    coalesce(p.children_6_to_15, 0) AS children_6_to_15,
    coalesce(p.adults_16_to_59, 0) AS adults_16_to_59,
    coalesce(p.elderly_60_up, 0) AS elderly_60_up,
    coalesce(p.ages_unknown, 0) AS ages_unknown,
    coalesce(p.women, 0) AS women,
    coalesce(p.minority, 0) AS minority,
    d.head_age,
    d.is_head_female,
    d.head_education,
    coalesce(p.schooled_senior_up, 0) AS schooled_senior_up,
    coalesce(p.at_school, 0) AS at_school,
    coalesce(p.out_of_school, 0) AS out_of_school,
    coalesce(p.chronically_ill, 0) AS chronically_ill,
    coalesce(p.seriously_ill, 0) AS seriously_ill,
    coalesce(p.disabled, 0) AS disabled,
    coalesce(p.severely_disabled, 0) AS severely_disabled,
    coalesce(p.without_basic_medical, 0) AS without_basic_medical,
    coalesce(p.without_serious_illness_insurance, 0) AS without_serious_illness_insurance,
    coalesce(p.on_dibao, 0) AS on_dibao,
    coalesce(p.able_to_work, 0) AS able_to_work,
    coalesce(p.skilled, 0) AS skilled,
    coalesce(p.working_away, 0) AS working_away,
    coalesce(p.work_months, 0) AS work_months,
    (p.members - p.able_to_work) / nullif(p.able_to_work, 0) AS dependants_per_worker,
    h.land_arable_mu / nullif(p.members, 0) AS land_arable_mu_per_head,
    h.land_forest_mu / nullif(p.members, 0) AS land_forest_mu_per_head,
    h.house_area_m2 / nullif(p.members, 0) AS house_area_m2_per_head,
    h.is_house_dangerous OR h.house_grade IN ('C', 'D') AS is_house_unsafe,
    h.house_structure = $adobe AS is_house_adobe,
    $cut_off_year - h.house_built_year AS house_age,
    h.has_power,
    h.has_radio_tv,
    h.has_toilet,
    h.is_water_safe,
    h.is_water_difficult,
    h.fuel = $clean_fuel AS has_clean_fuel,
    h.road_distance_km,
    h.road_type IN ($hard_road) AS has_hard_road,
    h.is_coop_member,
    h.is_led_by_enterprise,
    CAST(CASE WHEN coalesce(h.guaranteed_food, TRUE) THEN 0 ELSE 1 END
         + CASE WHEN coalesce(h.guaranteed_clothing, TRUE) THEN 0 ELSE 1 END
         + CASE WHEN coalesce(h.guaranteed_education, TRUE) THEN 0 ELSE 1 END
         + CASE WHEN coalesce(h.guaranteed_medical, TRUE) THEN 0 ELSE 1 END
         + CASE WHEN coalesce(h.guaranteed_housing, TRUE) THEN 0 ELSE 1 END
         + CASE WHEN coalesce(h.guaranteed_water, TRUE) THEN 0 ELSE 1 END
         AS BIGINT) AS guarantees_unmet,
    CAST(CASE WHEN h.guaranteed_food IS NULL THEN 1 ELSE 0 END
         + CASE WHEN h.guaranteed_clothing IS NULL THEN 1 ELSE 0 END
         + CASE WHEN h.guaranteed_education IS NULL THEN 1 ELSE 0 END
         + CASE WHEN h.guaranteed_medical IS NULL THEN 1 ELSE 0 END
         + CASE WHEN h.guaranteed_housing IS NULL THEN 1 ELSE 0 END
         + CASE WHEN h.guaranteed_water IS NULL THEN 1 ELSE 0 END
         AS BIGINT) AS guarantees_unknown,
    i.income_year,
    i.net_fen,
    CAST(floor(CAST(i.net_fen AS DOUBLE) / nullif(p.members_sharing, 0)) AS BIGINT)
        AS net_per_head_fen,
    i.wage_fen / nullif(i.gross_fen, 0) AS wage_share,
    i.operating_fen / nullif(i.gross_fen, 0) AS operating_share,
    i.transfer_fen / nullif(i.gross_fen, 0) AS transfer_share,
    CASE WHEN i.net_fen_before > 0
         THEN (i.net_fen - i.net_fen_before) / nullif(i.net_fen_before, 0)
    END AS net_change,
    coalesce(f.flags, 0) AS flags
FROM household AS h
LEFT JOIN people AS p ON p.household = h.household
LEFT JOIN heads AS d ON d.household = h.household
LEFT JOIN incomes AS i ON i.household = h.household
LEFT JOIN doubts AS f ON f.household = h.household
