"""The core without a browser: a teacher trains before class, a benchmark measures.

Progress goes to standard error; with `--json` the last line of standard output is one JSON object. Exit codes: 0 done,
2 bad arguments or input (said on standard error), 1 a bug.
"""

import argparse
import json
import sys
from pathlib import Path

from lstm_core.commands import decode_file, list_experiments, pretrain_network, review_text, train_run, write_text
from lstm_core.errors import CoreError
from lstm_core.export_commands import export_run
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN
from lstm_core.network.pretrained import JUDGES, PRETRAINED, PRETRAINED_FOLDER, WRITERS
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS


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
    train.add_argument("experiment", choices=[*EXPERIMENTS, *REVIEW_EXPERIMENTS, MY_OWN], metavar="EXPERIMENT")
    train.add_argument("--recipe", choices=("fast", "article", "best"), default="fast")
    train.add_argument(
        "--text", type=Path, metavar="FILE", help="a text of your own (.txt, .md, .pdf, .docx), or tiny-shakespeare, …"
    )
    train.add_argument("--reviews", type=Path, metavar="FILE", help="a table of text and label (.csv, .tsv, .csv.gz)")
    train.add_argument("--test-reviews", type=Path, metavar="FILE", help="others, to measure on")
    train.add_argument("--encoding", metavar="E", help="of that text, when it is guessed wrong")
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
    write.add_argument("network", metavar="RUN_DIR|PRETRAINED", help=f"a run's folder, or {', '.join(WRITERS)}")
    write.add_argument("--seed-text", required=True, metavar="TEXT")
    write.add_argument("--length", type=int, required=True, metavar="N")
    write.add_argument("--temperature", type=float, default=1.0, metavar="T", help="0: always the likeliest symbol")
    write.add_argument("--top-k", type=int, default=0, metavar="K")
    write.add_argument("--top-p", type=float, default=1.0, metavar="P")
    write.add_argument("--random-seed", type=int, default=1, metavar="N")
    write.set_defaults(run=write_text)

    review = commands.add_parser("review", help="let a trained network judge a review, or a table of them")
    review.add_argument("network", metavar="RUN_DIR|PRETRAINED", help=f"a run's folder, or {', '.join(JUDGES)}")
    judged = review.add_mutually_exclusive_group(required=True)
    judged.add_argument("--text", metavar="TEXT")
    judged.add_argument("--file", type=Path, metavar="CSV_OR_TSV")
    review.set_defaults(run=review_text)

    export = commands.add_parser("export", help="write a run as files for elsewhere")
    export.add_argument("network", metavar="RUN_DIR", help=f"a run's folder; with --keras also {', '.join(PRETRAINED)}")
    export.add_argument("--keras", type=Path, metavar="FILE", help="the network in Keras' own layers (.keras)")
    export.add_argument("--script", type=Path, metavar="FILE", help="a program that trains it anew with plain Keras")
    export.add_argument("--notebook", type=Path, metavar="FILE", help="the same as a Jupyter notebook (.ipynb)")
    export.add_argument("--tensorboard", type=Path, metavar="DIR", help="a log: curves, samples, weights")
    export.add_argument("--csv", type=Path, metavar="FILE", help="every step's numbers")
    export.set_defaults(run=export_run)

    decode = commands.add_parser("decode", help="say what an upload of a file would be understood as")
    decode.add_argument("file", type=Path, metavar="FILE")
    decode.add_argument("--encoding", metavar="E", help="such as GBK or Windows-1251, when it is guessed wrong")
    decode.set_defaults(run=decode_file)

    pretrain = commands.add_parser("pretrain", help="make a network that ships with the app anew")
    pretrain.add_argument("name", choices=list(PRETRAINED), metavar="NAME")
    pretrain.add_argument("--text", type=Path, metavar="FILE", help="the text that its card names")
    pretrain.add_argument("--reviews", type=Path, metavar="FILE", help="or the reviews")
    pretrain.add_argument("--test-reviews", type=Path, metavar="FILE", help="and those to measure it on, once")
    pretrain.add_argument("--out", type=Path, default=PRETRAINED_FOLDER, metavar="DIR")
    pretrain.set_defaults(run=pretrain_network)

    for command in (experiments, train, write, review, export, decode, pretrain):
        command.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
