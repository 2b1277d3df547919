"""`docs/faults.md`: what each fault costs, as the tests of this folder have measured it."""

import ast
import datetime
import platform
import re
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "faults.md"
HEADER = "| what happens | training lost | at work again after | memory before, after | what the visitor reads |"
TEXT = """# When something goes wrong

Each line is a test in `tests/faults` that lets it happen to a real service. This file is made by

```
.venv/bin/python -m pytest tests/faults --write-faults
```

Times are those of the tests, in which checkpoints come so often that {checkpoint_seconds:g} s of training are at
stake; in the app it is 10 s. Most of the time to recover is the import of TensorFlow in the process that takes the
lost one's place. Memory is that of the processes concerned. After each fault the test has compared the curve with
that of a run that nobody disturbed: each step is there once.

{header}
| --- | --- | --- | --- | --- |
{rows}

Measured on {machine}.
"""


@dataclass(frozen=True)
class FaultCost:
    """One row. Seconds of training lost, seconds until training went on, bytes before and after, the run's note."""

    lost_seconds: float
    recovery_seconds: float
    bytes_before: int
    bytes_after: int
    note: str

    def to_row(self, fault: str) -> str:
        """Write it as a row of the table."""
        memory = f"{self.bytes_before / 2**20:,.0f} MB, {self.bytes_after / 2**20:,.0f} MB"
        lost = f"{self.lost_seconds:.1f} s" if self.lost_seconds else "none"
        return f"| {fault} | {lost} | {self.recovery_seconds:.1f} s | {memory} | {self.note or '–'} |"


def declared_faults() -> list[str]:
    """Return the names of all faults that tests of this folder are marked with, in the order of the files."""
    names = []
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                names.append(ast.literal_eval(node.args[0]))
    return names


def written_faults() -> list[str]:
    """Return the names of all faults in the table as it lies in the project."""
    rows = TABLE.read_text(encoding="utf-8").split(HEADER)[1].strip().split("\n")
    return [re.split(r"\s*\|\s*", row)[1] for row in rows[1:] if row.startswith("|")]


def write_table(costs: dict[str, FaultCost], checkpoint_seconds: float) -> None:
    """Write the table. Raises ValueError when a fault was not measured."""
    missing = [name for name in declared_faults() if name not in costs]
    if missing:
        raise ValueError(f"not measured in this run: {'; '.join(missing)}")
    rows = "\n".join(costs[name].to_row(name) for name in declared_faults())
    today = datetime.date.today().isoformat()
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GB"
    machine = f"{psutil.cpu_count()} cores, {memory}, {platform.system()}, Python {platform.python_version()}, {today}"
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(
        TEXT.format(checkpoint_seconds=checkpoint_seconds, header=HEADER, rows=rows, machine=machine), encoding="utf-8"
    )
