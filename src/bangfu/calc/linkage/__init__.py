"""Find records that are about one person, in any table of persons.

`dedupe` takes a table and a configuration that names its columns by role, and returns
for each record the cluster it belongs to. The model is that of Fellegi and Sunter,
trained on the table itself; Splink compares and weighs, on DuckDB.

What holds:
- the same rows in any order give the same clusters;
- nothing leaves the process: no network, and the spilled files are deleted;
- a cluster has `cluster_max` records at most, and at most half of a file.

docs/algorithms/linkage.md has the model, its assumptions and what was measured.
"""

from bangfu.calc.linkage.config import Config, Role, config_of, read_config
from bangfu.calc.linkage.engine import dedupe
from bangfu.calc.linkage.result import Result
from bangfu.calc.linkage.scoring import Score, score

__all__ = [
    "Config",
    "Result",
    "Role",
    "Score",
    "config_of",
    "dedupe",
    "read_config",
    "score",
]
