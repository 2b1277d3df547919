"""What programs for texts and for reviews share: the optimizer, the learning rate of each step, how steps are made.

All that goes into a program are numbers and words of the app's own settings; names and texts that people wrote go in
as quoted Python strings, never as code or comment.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.export.exported_run import ExportedRun
from lstm_core.network.spec import RunSpec
from lstm_core.training.plan import Plan
from lstm_core.training.reports import STEPS_AVERAGED

MAX_LINE_CHARACTERS = 100
STEPS_WITHOUT_RUN = 100  # of a run in seconds that has made no step yet


@dataclass(frozen=True)
class Cell:
    """A piece of a program: what it does in a few words, one line; and its code."""

    words: str
    code: str


def import_lines(cells: list[Cell], layers: str) -> list[str]:
    """Write the imports that the cells need; `layers` is the line for Keras' own."""
    code = "\n".join(cell.code for cell in cells)
    modules = ("itertools", "math", "re", "unicodedata")
    lines = [f"import {module}" for module in modules if f"{module}." in code]
    lines += ["from collections import Counter"] if "Counter(" in code else []
    lines += ["from pathlib import Path"] if "Path(" in code else []
    return [*lines, *([""] if lines else []), "import keras", "import numpy as np", layers]


def count_steps(run: ExportedRun) -> int:
    """Return how many steps the program makes: those that the run has made, or its budget before the first."""
    return len(run.losses) or run.plan.total_steps or run.spec.steps or STEPS_WITHOUT_RUN


def tell_run(run: ExportedRun) -> str:
    """Say in a line what the program expects, and what came of the run: for the head of the program."""
    steps = f"It makes {count_steps(run):,} steps"
    last = run.losses[-STEPS_AVERAGED:]
    if len(last) and np.isfinite(last).all():
        steps += f", as the run in the app has, whose loss was then {last.mean():.4f}"
    return (
        f"{steps}. First weights are drawn anew: the numbers\n"
        "differ a little. It needs Keras 3 with TensorFlow, and NumPy: pip install tensorflow keras numpy"
    )


def optimizer_code(spec: RunSpec, plan: Plan) -> str:
    """Write the lines that make `optimizer` and, where it changes, the function `learning_rate`."""
    rate = f"{plan.learning_rates[0][1]!r}"
    clip = f", global_clipnorm={spec.clip_norm!r}" if spec.clip_norm else ""
    makers = {
        "adam": f"keras.optimizers.Adam({rate}, beta_2={spec.beta_2!r}, epsilon=1e-7{clip})",
        "rmsprop": f"keras.optimizers.RMSprop({rate}, rho=0.9, epsilon=1e-7{clip})",
        "rmsprop-tf1": f"keras.optimizers.RMSprop({rate}, rho=0.9, epsilon=1e-10{clip})",
        "sgd": f"keras.optimizers.SGD({rate}{clip})",
    }
    lines = [f"optimizer = {makers[spec.optimizer]}"]
    if spec.optimizer == "rmsprop-tf1":
        lines += [
            "optimizer.build(learner.trainable_variables)",
            "for variable in optimizer.variables:  # TensorFlow 1 started the mean square at 1, Keras at 0",
            '    if "velocity" in variable.path:',
            "        variable.assign(np.ones(variable.shape))",
        ]
    return "\n".join([*lines, *_rate_lines(plan)])


def _rate_lines(plan: Plan) -> list[str]:
    length = plan.decay_steps or (plan.total_steps or 0) - plan.schedule_start
    is_cosine = plan.schedule == "cosine" and length > 0
    if not is_cosine and len(plan.learning_rates) == 1:
        return []
    lines = [
        "",
        "",
        "def learning_rate(step):",
        '    """Return the learning rate of a step, counted from 1."""',
    ]
    if len(plan.learning_rates) == 1:
        lines.append(f"    rate = {plan.learning_rates[0][1]!r}")
    else:
        changes = ", ".join(f"({first}, {value!r})" for first, value in plan.learning_rates)
        lines += [
            f"    changes = [{changes}]  # the first step of each, as it was set by hand",
            "    rate = [value for first, value in changes if first <= step][-1]",
        ]
    if is_cosine:
        lines += [
            f"    done = min(max((step - 1 - {plan.schedule_start}) / {length}, 0), 1)  # it sinks along a cosine",
            f"    rate *= {plan.final_rate!r} + {1 - plan.final_rate!r} * (0.5 + 0.5 * math.cos(math.pi * done))",
        ]
    return [*lines, "    return rate"]


def changes_rate(plan: Plan) -> bool:
    """Tell whether the program has a function `learning_rate`."""
    return bool(_rate_lines(plan))


def training_code(run: ExportedRun, loss: str, order: str, batch: str) -> str:
    """Write the loop of training; `order` is called once, `batch` gives `inputs` and `targets` of each step."""
    lines = [
        optimizer_code(run.spec, run.plan),
        "" if not changes_rate(run.plan) else "\n",
        f"learner.compile(loss={loss}, optimizer=optimizer)",
        f"losses, order = [], {order}",
        "for step in range(1, STEPS + 1):",
        *(["    optimizer.learning_rate = learning_rate(step)"] if changes_rate(run.plan) else []),
        f"    inputs, targets = {batch}",
        "    learner.reset_metrics()  # else Keras tells the mean over all steps so far",
        "    losses.append(float(learner.train_on_batch(inputs, targets)))",
        "    if step % max(1, STEPS // 20) == 0:",
        '        print(f"step {step:,}  loss {losses[-1]:.4f}", flush=True)',
    ]
    return "\n".join(line for line in lines if line != "")


def write_call(name: str, settings: list[str], indent: str = "") -> str:
    """Write a call in one line where it fits, else with a line for each setting."""
    in_one_line = f"{name}({', '.join(settings)})"
    if len(indent) + len(in_one_line) <= MAX_LINE_CHARACTERS:
        return in_one_line
    return f"{name}(\n" + "".join(f"{indent}    {setting},\n" for setting in settings) + f"{indent})"


def dropout_settings(spec: RunSpec) -> list[str]:
    """Write the settings of an LSTM layer that leave out some numbers at random."""
    settings = [f"dropout={spec.dropout!r}"] if spec.dropout else []
    return settings + ([f"recurrent_dropout={spec.recurrent_dropout!r}"] if spec.recurrent_dropout else [])


def forget_bias_code(spec: RunSpec) -> list[str]:
    """Write the lines that set the forget gates' first bias, where it is another than Keras' 1."""
    if spec.forget_bias == 1:
        return []
    return [
        f"for variable in learner.trainable_variables:  # the forget gates begin at {spec.forget_bias!r}, Keras has 1",
        '    if "lstm" in variable.path and variable.name == "bias":',
        "        bias = np.zeros(variable.shape, np.float32)",
        f"        bias[UNITS : 2 * UNITS] = {spec.forget_bias!r}",
        "        variable.assign(bias)",
    ]
