"""A character LSTM in low-level TensorFlow: the cell is written out, gradients come from the tape. No Keras.

    python tensorflow_program.py shakespeare.txt

It reads a text letter by letter, learns to name the next letter, and writes some lines of its own. Its two twins,
numpy_program.py and keras_program.py, compute the same numbers. Copy it: TensorFlow and NumPy are needed.

B windows side by side, T letters in each, V distinct letters, U units of the LSTM.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

WINDOW, BATCH, UNITS, RATE, STEPS = 50, 16, 128, 0.01, 1_000


# [text] The same as in NumPy: TensorFlow takes arrays as they are.
def read_text(file: str) -> tuple[list[str], np.ndarray]:
    """Return the distinct letters, and the text as their numbers."""
    letters, ids = np.unique(list(Path(file).read_text(encoding="utf-8")), return_inverse=True)
    return letters.tolist(), ids


def cut_windows(ids: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cut windows out of the text at random places: inputs and targets, (B, T) each."""
    starts = random.integers(len(ids) - WINDOW, size=(BATCH, 1))
    windows = ids[starts + np.arange(WINDOW + 1)]  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


# [weights] Variables: TensorFlow keeps them, and may change them in place.
class CharacterLSTM(tf.Module):
    """The network, with what Adam remembers of each weight."""

    def __init__(self, letter_count: int, units: int, random: np.random.Generator) -> None:
        super().__init__()

        def draw(rows: int, columns: int) -> np.ndarray:
            limit = np.sqrt(6 / (rows + columns))
            return random.uniform(-limit, limit, (rows, columns))

        bias = np.zeros(4 * units)
        bias[units : 2 * units] = 1  # the forget gates start open: first of all, remember
        arrays = {
            "kernel": draw(letter_count, 4 * units),
            "recurrent_kernel": draw(units, 4 * units),
            "bias": bias,
            "output_kernel": draw(units, letter_count),
            "output_bias": np.zeros(letter_count),
        }
        self.units, self.letter_count = units, letter_count
        self.weights = {name: tf.Variable(array, dtype=tf.float32) for name, array in arrays.items()}
        self.means = {name: tf.Variable(tf.zeros_like(weight)) for name, weight in self.weights.items()}
        self.squares = {name: tf.Variable(tf.zeros_like(weight)) for name, weight in self.weights.items()}
        self.count = tf.Variable(0.0)  # steps made

    # [gates] The same sum as in NumPy, in TensorFlow's words.
    def step(self, x: Any, hidden: Any, cell: Any) -> tuple[Any, Any]:
        """Read one letter, one-hot (B, V): return hidden and cell state after it, both (B, U)."""
        weights = self.weights
        z = x @ weights["kernel"] + hidden @ weights["recurrent_kernel"] + weights["bias"]  # (B, 4U)
        i, f, g, o = tf.split(z, 4, axis=1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        # [cell state] Keep a part of the old, add a part of the new.
        cell = f * cell + i * g
        # [hidden state] Say as much of it as the output gate lets through.
        hidden = o * tf.tanh(cell)
        return hidden, cell

    # [through time] It looks like a loop of Python, and becomes a loop within the graph (tf.while_loop).
    def scores(self, inputs: Any) -> Any:
        """Read windows (B, T): return a score for each letter that may come next, (B, T, V)."""
        x = tf.transpose(tf.one_hot(inputs, self.letter_count), (1, 0, 2))  # (T, B, V)
        hidden = cell = tf.zeros((x.shape[1], self.units))
        said = tf.TensorArray(tf.float32, x.shape[0])
        for t in tf.range(x.shape[0]):
            hidden, cell = self.step(x[t], hidden, cell)
            said = said.write(t, hidden)
        # [output] Softmax is left to whoever wants probabilities: the loss below takes the scores.
        stacked = tf.transpose(said.stack(), (1, 0, 2))  # (B, T, U)
        return stacked @ self.weights["output_kernel"] + self.weights["output_bias"]

    @tf.function  # traced once, then run as a graph
    def probabilities(self, inputs: Any) -> Any:
        """Return the probabilities of the next letter after each of the windows' letters, (B, T, V)."""
        return tf.nn.softmax(self.scores(inputs))

    # [loss] One function for softmax, logarithm and the choice of the right letter.
    @tf.function
    def loss_and_gradients(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        """Return how surprised it is by the targets (B, T), and how each weight should change to be less so."""
        with tf.GradientTape() as tape:
            scores = self.scores(inputs)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, scores)  # (B, T)
            loss = tf.reduce_mean(losses)
        # [backward] The tape has written down all that was done, and plays it backwards.
        return loss, tape.gradient(loss, self.weights)

    # [optimizer] Adam: a running mean of each gradient and of its square say how far to go.
    def update(self, gradients: Any) -> None:
        """Move the weights."""
        self.count.assign_add(1.0)
        rate = RATE * tf.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        for name, gradient in gradients.items():
            mean, square = self.means[name], self.squares[name]
            mean.assign_add(0.1 * (gradient - mean))
            square.assign_add(0.001 * (gradient**2 - square))
            self.weights[name].assign_sub(rate * mean / (tf.sqrt(square) + 1e-7))

    # [training step] Forward, backward, move: one graph, one call.
    @tf.function
    def train_step(self, inputs: Any, targets: Any) -> Any:
        """Learn from one batch of windows; return the loss before."""
        loss, gradients = self.loss_and_gradients(inputs, targets)
        self.update(gradients)
        return loss

    # [writing] One letter at a time: what is drawn is read next, and both states are carried on.
    def write(self, letters: list[str], length: int, random: np.random.Generator) -> str:
        """Write from a random first letter; each next one is drawn from the probabilities, as the tutorial does."""
        step = tf.function(self.step)
        hidden = cell = tf.zeros((1, self.units))
        written = [int(random.integers(len(letters)))]
        for _ in range(length):
            hidden, cell = step(tf.one_hot(written[-1:], len(letters)), hidden, cell)
            scores = hidden @ self.weights["output_kernel"] + self.weights["output_bias"]
            probabilities = tf.nn.softmax(tf.cast(scores, tf.float64))[0].numpy()
            written.append(int(random.choice(len(letters), p=probabilities / probabilities.sum())))
        return "".join(letters[letter] for letter in written)


# [main program] Read, train, write.
def main(file: str) -> None:
    """Train on a text and write."""
    random = np.random.default_rng(1)
    letters, ids = read_text(file)
    network = CharacterLSTM(len(letters), UNITS, random)
    for count in range(1, STEPS + 1):
        loss = network.train_step(*cut_windows(ids, random))
        if count % 100 == 0:
            print(f"step {count:,}  loss {loss.numpy():.3f}", flush=True)
    print(network.write(letters, 300, random))


if __name__ == "__main__":
    main(sys.argv[1])
