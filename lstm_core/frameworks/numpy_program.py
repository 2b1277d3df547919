"""A character LSTM in NumPy alone: what TensorFlow and Keras do by themselves is written out by hand.

    python numpy_program.py shakespeare.txt

It reads a text letter by letter, learns to name the next letter, and writes some lines of its own. Its two twins,
tensorflow_program.py and keras_program.py, compute the same numbers. Copy it: nothing but NumPy is needed.

B windows side by side, T letters in each, V distinct letters, U units of the LSTM.
"""

import sys
from pathlib import Path

import numpy as np

WINDOW, BATCH, UNITS, RATE, STEPS = 50, 16, 128, 0.01, 1_000

Arrays = dict[str, np.ndarray]
Moments = dict[str, tuple[np.ndarray, np.ndarray]]  # what Adam remembers of each weight


# [text] Each distinct letter gets a number. A window goes in; the same window, one letter later, should come out.
def read_text(file: str) -> tuple[list[str], np.ndarray]:
    """Return the distinct letters, and the text as their numbers."""
    letters, ids = np.unique(list(Path(file).read_text(encoding="utf-8")), return_inverse=True)
    return letters.tolist(), ids


def cut_windows(ids: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cut windows out of the text at random places: inputs and targets, (B, T) each."""
    starts = random.integers(len(ids) - WINDOW, size=(BATCH, 1))
    windows = ids[starts + np.arange(WINDOW + 1)]  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


# [weights] Five arrays. The four gates lie side by side, in Keras' order: input, forget, candidate, output.
def draw_weights(letter_count: int, units: int, random: np.random.Generator) -> Arrays:
    """Draw the first weights, float32 (Glorot and Bengio 2010)."""

    def draw(rows: int, columns: int) -> np.ndarray:
        limit = np.sqrt(6 / (rows + columns))
        return random.uniform(-limit, limit, (rows, columns)).astype(np.float32)

    bias = np.zeros(4 * units, np.float32)
    bias[units : 2 * units] = 1  # the forget gates start open: first of all, remember
    return {
        "kernel": draw(letter_count, 4 * units),
        "recurrent_kernel": draw(units, 4 * units),
        "bias": bias,
        "output_kernel": draw(units, letter_count),
        "output_bias": np.zeros(letter_count, np.float32),
    }


# [gates] Numbers between 0, shut, and 1, open: how much is let in, kept, and said?
def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash any number to between 0 and 1."""
    return 0.5 * np.tanh(0.5 * z) + 0.5


def step(weights: Arrays, x: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, ...]:
    """Read one letter, one-hot (B, V): return hidden and cell state after it, and the four gates, all (B, U)."""
    # One sum for all four: the letter that comes in, and what was said a step ago.
    z = x @ weights["kernel"] + hidden @ weights["recurrent_kernel"] + weights["bias"]  # (B, 4U)
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    # [cell state] Keep a part of the old, add a part of the new.
    cell = f * cell + i * g
    # [hidden state] Say as much of it as the output gate lets through.
    hidden = o * np.tanh(cell)
    return hidden, cell, i, f, g, o


# [through time] A plain loop, letter after letter. All that happens is kept, for the way back.
def forward(weights: Arrays, inputs: np.ndarray) -> tuple[np.ndarray, list[tuple[np.ndarray, ...]]]:
    """Read windows (B, T): return the probabilities of the next letter (B, T, V), and all that happened."""
    x = np.eye(len(weights["kernel"]), dtype=np.float32)[inputs]  # (B, T, V), one-hot
    hidden = cell = np.zeros((len(inputs), len(weights["output_kernel"])), np.float32)
    steps = []
    for t in range(inputs.shape[1]):
        before = (x[:, t], hidden, cell)
        hidden, cell, *gates = step(weights, x[:, t], hidden, cell)
        steps.append((*before, hidden, cell, *gates))
    # [output] A score for each letter, turned into probabilities that sum to 1 (softmax).
    said = np.stack([after[3] for after in steps], axis=1)  # (B, T, U)
    scores = said @ weights["output_kernel"] + weights["output_bias"]
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True), steps


# [loss] Cross-entropy: minus the logarithm of the probability that the right letter was given, on average.
def loss_and_gradients(weights: Arrays, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, Arrays]:
    """Return how surprised it is by the targets (B, T), and how each weight should change to be less so."""
    probabilities, steps = forward(weights, inputs)
    given = np.take_along_axis(probabilities, targets[..., None], axis=-1)  # (B, T, 1)
    loss = float(-np.log(given).mean())

    # [backward] By hand. Softmax and cross-entropy together: probability minus truth.
    truth = np.eye(probabilities.shape[-1], dtype=np.float32)[targets]
    dscores = (probabilities - truth) / targets.size  # (B, T, V)
    gradients = {name: np.zeros_like(weight) for name, weight in weights.items()}
    dhidden = dcell = np.zeros_like(steps[0][1])  # the blame that comes back from later letters
    for t in reversed(range(len(steps))):
        x, hidden_before, cell_before, hidden, cell, i, f, g, o = steps[t]
        gradients["output_kernel"] += hidden.T @ dscores[:, t]
        gradients["output_bias"] += dscores[:, t].sum(axis=0)
        dhidden = dhidden + dscores[:, t] @ weights["output_kernel"].T
        squashed = np.tanh(cell)
        dcell = dcell + dhidden * o * (1 - squashed**2)
        dz = np.concatenate(  # each gate: the blame that reaches it, times its own slope
            [
                dcell * g * i * (1 - i),
                dcell * cell_before * f * (1 - f),
                dcell * i * (1 - g**2),
                dhidden * squashed * o * (1 - o),
            ],
            axis=1,
        )  # (B, 4U)
        gradients["kernel"] += x.T @ dz
        gradients["recurrent_kernel"] += hidden_before.T @ dz
        gradients["bias"] += dz.sum(axis=0)
        dhidden = dz @ weights["recurrent_kernel"].T  # on to the letter before, through the gates
        dcell = dcell * f  # and through the cell, only scaled: this is what an LSTM is for
    return loss, gradients


# [optimizer] Adam: a running mean of each gradient and of its square say how far to go.
def start_adam(weights: Arrays) -> Moments:
    """Return what Adam remembers before the first step: nothing."""
    return {name: (np.zeros_like(weight), np.zeros_like(weight)) for name, weight in weights.items()}


def update(weights: Arrays, gradients: Arrays, moments: Moments, count: int) -> None:
    """Move the weights, in place; `count` is the number of this step, from 1."""
    rate = RATE * np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    for name, gradient in gradients.items():
        mean, square = moments[name]
        mean += 0.1 * (gradient - mean)
        square += 0.001 * (gradient**2 - square)
        weights[name] -= rate * mean / (np.sqrt(square) + 1e-7)


# [training step] Forward, backward, move.
def train_step(weights: Arrays, moments: Moments, count: int, inputs: np.ndarray, targets: np.ndarray) -> float:
    """Learn from one batch of windows; return the loss before."""
    loss, gradients = loss_and_gradients(weights, inputs, targets)
    update(weights, gradients, moments, count)
    return loss


# [writing] One letter at a time: what is drawn is read next, and both states are carried on.
def write(weights: Arrays, letters: list[str], length: int, random: np.random.Generator) -> str:
    """Write from a random first letter; each next one is drawn from the probabilities, as the tutorial does."""
    hidden = cell = np.zeros((1, len(weights["output_kernel"])), np.float32)
    written = [int(random.integers(len(letters)))]
    for _ in range(length):
        x = np.eye(len(letters), dtype=np.float32)[written[-1:]]  # (1, V)
        hidden, cell, *_ = step(weights, x, hidden, cell)
        scores = (hidden @ weights["output_kernel"] + weights["output_bias"])[0].astype(float)
        powers = np.exp(scores - scores.max())
        written.append(int(random.choice(len(letters), p=powers / powers.sum())))
    return "".join(letters[letter] for letter in written)


# [main program] Read, train, write.
def main(file: str) -> None:
    """Train on a text and write."""
    random = np.random.default_rng(1)
    letters, ids = read_text(file)
    weights = draw_weights(len(letters), UNITS, random)
    moments = start_adam(weights)
    for count in range(1, STEPS + 1):
        loss = train_step(weights, moments, count, *cut_windows(ids, random))
        if count % 100 == 0:
            print(f"step {count:,}  loss {loss:.3f}", flush=True)
    print(write(weights, letters, 300, random))


if __name__ == "__main__":
    main(sys.argv[1])
