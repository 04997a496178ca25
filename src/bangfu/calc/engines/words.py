"""What the checks allow, and how they say what is wrong."""

from __future__ import annotations

from sqlglot import exp

from bangfu.calc.values.text import Text

# Nodes that are taken without a word; the rest has a rule of its own or is refused.
PLAIN: frozenset[type] = frozenset(
    {
        exp.Select,
        exp.Union,
        exp.From,
        exp.Join,
        exp.Where,
        exp.Having,
        exp.Group,
        exp.Distinct,
        exp.Alias,
        exp.TableAlias,
        exp.Table,
        exp.Column,
        exp.Identifier,
        exp.Literal,
        exp.Null,
        exp.Boolean,
        exp.Paren,
        exp.Star,
        exp.Placeholder,
        exp.Cast,
        exp.DataType,
        exp.And,
        exp.Or,
        exp.Not,
        exp.EQ,
        exp.NEQ,
        exp.GT,
        exp.GTE,
        exp.LT,
        exp.LTE,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Is,
        exp.In,
        exp.Between,
        exp.Like,
        exp.Add,
        exp.Sub,
        exp.Mul,
        exp.Div,
        exp.Mod,
        exp.Neg,
        exp.BitwiseAnd,
        exp.BitwiseOr,
        exp.DPipe,
        exp.Case,
        exp.If,
        exp.Window,
        exp.WindowSpec,
        exp.Order,
        exp.Ordered,
        exp.Filter,
    }
)
# Functions that mean the same on both engines, with NULLs and at the borders.
FUNCTIONS: frozenset[type] = frozenset(
    {
        exp.Coalesce,
        exp.Nullif,
        exp.Abs,
        exp.Floor,
        exp.Ceil,
        exp.Sqrt,
        exp.Ln,
        exp.Exp,
        exp.Pow,
        exp.Greatest,
        exp.Least,
        exp.Length,
        exp.Substring,
        exp.Year,
        exp.Month,
        exp.Day,
        exp.Sum,
        exp.Count,
        exp.Min,
        exp.Max,
        exp.Avg,
        exp.LogicalOr,
        exp.LogicalAnd,
        exp.RowNumber,
        exp.Rank,
        exp.DenseRank,
        exp.PercentRank,
        exp.Ntile,
        exp.Lag,
        exp.Lead,
    }
)
FUNCTION_NAMES = (
    "abs, avg, bool_and, bool_or, ceil, coalesce, count, day, dense_rank, exp, floor, "
    "greatest, lag, lead, least, length, ln, max, min, month, ntile, nullif, "
    "percent_rank, power, rank, row_number, sqrt, substr, sum, year"
)
# Parts of a SELECT that are taken.
SELECT_PARTS = frozenset(
    {"kind", "expressions", "from_", "joins", "where", "group", "having", "distinct"}
)

FAMILIES = {
    "whole number": Text("整数", "a whole number"),
    "number": Text("数字", "a number"),
    "text": Text("文字", "text"),
    "boolean": Text("是否", "a boolean"),
    "date": Text("日期", "a date"),
    "null": Text("空值", "null"),
    "unknown": Text("未知类型", "something of unknown type"),
}
ONE_SELECT = Text("应为一条 SELECT 语句。", "It must be one SELECT.")
TABLE = Text(
    "表“{what}”既不是输入表，也不是前面的步骤。",
    "“{what}” is neither an input table nor an earlier step.",
)
COLUMN = Text("列不存在或有歧义：{what}", "A column is unknown or ambiguous: {what}")
CONSTRUCT = Text(
    "不能使用 {what}：两个计算引擎不支持或含义不同。",
    "{what} cannot be used: the two engines do not both have it, or differ.",
)
PART = Text(
    "SELECT 中不能使用 {what}：一个步骤是没有次序的数据集，子查询请写成单独的步骤。",
    "{what} cannot be used: a step is a set without order, and a subquery is a step of "
    "its own.",
)
FUNCTION = Text(
    "函数 {what} 不在允许之列。", "The function {what} is not one of those allowed."
)
FUNCTION_REMEDY = Text(
    "可用函数：{names}。", "Allowed: {names}.", {"names": FUNCTION_NAMES}
)
ROUND = Text(
    "不能使用 round：两个引擎对恰好一半的取舍不同。",
    "round cannot be used: the engines differ where a value lies just half-way.",
)
ROUND_REMEDY = Text(
    "请写成 CAST(floor(x * 1000000 + CAST('0.5' AS DOUBLE)) AS BIGINT)。",
    "Write CAST(floor(x * 1000000 + CAST('0.5' AS DOUBLE)) AS BIGINT).",
)
STAR = Text("请逐一写出列名，不要用 *。", "Name the columns instead of *.")
UNNAMED = Text(
    "第 {what} 个输出列没有合法的名称。", "Output column {what} has no proper name."
)
REPEATED = Text("输出列“{what}”重复。", "The output column “{what}” is there twice.")
KEY = Text("主键列“{what}”不在输出列中。", "The key column “{what}” is not put out.")
FLOAT = Text(
    "数字 {what} 在两个引擎上都会成为 DECIMAL，结果不同。",
    "The bare number {what} becomes a DECIMAL, with which the engines differ.",
)
FLOAT_REMEDY = Text(
    "请写成 CAST('{what}' AS DOUBLE)。", "Write CAST('{what}' AS DOUBLE)."
)
BACKSLASH = Text(
    "文字里不能有反斜杠。", "A text must not hold a backslash: the engines differ."
)
NOT = Text(
    "NOT 之后的条件可能为空，空值取反仍为空。",
    "What NOT negates may be null, and not-null is null again.",
)
NOT_REMEDY = Text(
    "请写成 NOT coalesce(条件, FALSE)，或用 IS NULL。",
    "Write NOT coalesce(condition, FALSE), or test IS NULL.",
)
DIVIDE = Text(
    "除数可能为零，两个引擎结果不同：{what}",
    "The divisor may be zero, where the engines differ: {what}",
)
DIVIDE_REMEDY = Text("请写成 a / nullif(b, 0)。", "Write a / nullif(b, 0).")
MOD = Text(
    "取余的除数应为正整数常数。", "The divisor of % must be a positive whole number."
)
FLOOR = Text(
    "floor 和 ceil 的类型在两个引擎上不同。", "floor and ceil have different types."
)
FLOOR_REMEDY = Text(
    "请写成 CAST(floor(x) AS BIGINT)。", "Write CAST(floor(x) AS BIGINT)."
)
CAST = Text(
    "不能把 {what}（{given}）转换为 {wanted}：两个引擎结果不同。",
    "{what}, {given}, cannot be cast to {wanted}: the engines differ.",
)
CAST_REMEDY = Text(
    "是否请写 CASE WHEN x THEN 1 ELSE 0 END；小数取整请写 CAST(floor(x) AS BIGINT)。",
    "Of a boolean write CASE WHEN x THEN 1 ELSE 0 END; of a fraction CAST(floor(x) AS "
    "BIGINT).",
)
MIXED = Text(
    "{left} 与 {right} 不能放在一起比较或运算：{what}",
    "{left} and {right} cannot be compared or combined: {what}",
)
DATES = Text(
    "不能对日期做加减，两个引擎结果类型不同：{what}",
    "Dates cannot be added or subtracted, the results differ: {what}",
)
DATES_REMEDY = Text(
    "请用 year、month、day 计算，或把日期作为参数传入。",
    "Compute with year, month and day, or pass the date as a parameter.",
)
WINDOW = Text(
    "窗口函数的次序不完整，并列的行会随机排列：{what}",
    "The order of the window is not total, and rows that tie fall at random: {what}",
)
WINDOW_REMEDY = Text(
    "请在 PARTITION BY 或 ORDER BY 中加上主键 {key}。",
    "Add the key {key} to PARTITION BY or ORDER BY.",
)
FRAME = Text("窗口范围只能用 ROWS。", "A window's frame must be given in ROWS.")
JOIN = Text(
    "连接只能用 JOIN … ON、LEFT JOIN … ON 或 CROSS JOIN：{what}",
    "Joins are JOIN … ON, LEFT JOIN … ON or CROSS JOIN: {what}",
)
GROUP = Text("GROUP BY 请逐一写出列名：{what}", "Name the columns of GROUP BY: {what}")
PARAMETER = Text("没有声明参数 ${what}。", "The parameter ${what} is not declared.")
OUTPUT_TYPE = Text(
    "输出列“{what}”的类型是 {given}，应为 VARCHAR、BOOLEAN、BIGINT、DOUBLE 或 DATE。",
    "The output column “{what}” is a {given}; it must be VARCHAR, BOOLEAN, BIGINT, DOUBLE "
    "or DATE.",
)
OUTPUT_TYPE_REMEDY = Text(
    "整数求和请写 CAST(sum(x) AS BIGINT)，整数常数请写 CAST(1 AS BIGINT)。",
    "Write CAST(sum(x) AS BIGINT) for a sum and CAST(1 AS BIGINT) for a whole number.",
)
OUTPUT = Text(
    "最后一步的列与声明不符：{what}", "The last step is not as declared: {what}"
)
BIND = Text("{what}", "{what}")
