"""The same steps as Spark SQL.

Read the inputs with `spark.sql.sources.partitionColumnTypeInference.enabled=false`, or
county codes come back as numbers, and register each as a view of its table's name.
"""

from __future__ import annotations

from sqlglot import ErrorLevel

from bangfu.calc.engines.steps import Pipeline, Values


def statements(
    pipeline: Pipeline, values: Values | None = None
) -> list[tuple[str, str]]:
    """Return each step's name and its SELECT in Spark's words, in order.

    Raises PipelineRefused for a wrong value of a parameter.
    """
    return [
        (
            step.name,
            tree.sql("spark", pretty=True, unsupported_level=ErrorLevel.RAISE),
        )
        for step, tree in pipeline.filled(values or {})
    ]
