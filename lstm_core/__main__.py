"""The core without a browser: a teacher trains before class, a benchmark measures.

Progress goes to standard error; with `--json` the last line of standard output is one JSON object. Exit codes: 0 done,
2 bad arguments or input (said on standard error), 1 a bug.
"""

import argparse
import json
import sys
from pathlib import Path

from lstm_core.commands import list_experiments, train_run, write_text
from lstm_core.errors import CoreError
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _build_parser().parse_args(arguments)
    try:
        result, lines = options.run(options)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False) if options.json else lines)
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lstm_core", description="Train LSTMs on texts and let them write.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    experiments = commands.add_parser("experiments", help="list the tutorials' experiments and their settings")
    experiments.set_defaults(run=list_experiments)

    train = commands.add_parser("train", help="train an experiment")
    train.add_argument("experiment", choices=[*EXPERIMENTS, MY_OWN], metavar="EXPERIMENT")
    train.add_argument("--recipe", choices=("fast", "article"), default="fast")
    train.add_argument("--text", type=Path, metavar="FILE", help="a text of your own, UTF-8")
    train.add_argument("--set", action="append", default=[], metavar="knob=value", dest="settings")
    train.add_argument("--steps", metavar="N")
    train.add_argument("--seconds", metavar="S", help="of training alone: no compiling, loading, evaluating")
    train.add_argument("--until-accuracy", type=float, metavar="A", help="0 to 1, over all windows of the text")
    train.add_argument("--random-seed", metavar="N")
    train.add_argument(
        "--out", type=Path, metavar="DIR", help="where the run's folder is made (default: LSTM_RUNS_DIR)"
    )
    train.set_defaults(run=train_run)

    write = commands.add_parser("write", help="let a trained network go on from a seed text")
    write.add_argument("network", type=Path, metavar="RUN_DIR")
    write.add_argument("--seed-text", required=True, metavar="TEXT")
    write.add_argument("--length", type=int, required=True, metavar="N")
    write.add_argument("--temperature", type=float, default=1.0, metavar="T", help="0: always the likeliest symbol")
    write.add_argument("--top-k", type=int, default=0, metavar="K")
    write.add_argument("--top-p", type=float, default=1.0, metavar="P")
    write.add_argument("--random-seed", type=int, default=1, metavar="N")
    write.set_defaults(run=write_text)

    for command in (experiments, train, write):
        command.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
