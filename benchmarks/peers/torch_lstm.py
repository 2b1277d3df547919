"""PyTorch's `nn.LSTM` trained on characters, as nanoGPT's and char-rnn's readers write it: embedding, LSTM, linear,
Adam, gradients clipped, all cores. What it is beside: `lstm_core.training.step`.
"""

import math
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.timing import Stretch

WARM_STEPS = 3  # the first ones allocate what the others reuse


class CharacterNetwork(nn.Module):
    """Ids (batch, window) in, logits (batch, window, symbols) out."""

    def __init__(self, symbol_count: int, embedding: int, units: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbol_count, embedding)
        self.lstm = nn.LSTM(embedding, units, batch_first=True)
        self.output = nn.Linear(units, symbol_count)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.lstm(self.embedding(ids))
        return self.output(hidden)


class CharacterTraining:
    """The loop: windows from anywhere in the text, one step of Adam each."""

    def __init__(
        self,
        ids: np.ndarray,
        symbol_count: int,
        embedding: int,
        units: int,
        window: int,
        batch: int,
        learning_rate: float,
        beta_2: float,
        clip_norm: float,
        random_seed: int = 1,
    ) -> None:
        torch.set_num_threads(os.cpu_count() or 1)
        torch.manual_seed(random_seed)
        self.ids = torch.from_numpy(ids.astype(np.int64))
        self.symbol_count, self.window, self.batch = symbol_count, window, batch
        self.learning_rate, self.clip_norm = learning_rate, clip_norm
        self.network = CharacterNetwork(symbol_count, embedding, units)
        self.optimizer = torch.optim.Adam(self.network.parameters(), learning_rate, betas=(0.9, beta_2))
        self.loss = float("nan")

    def step(self, rate_factor: float = 1.0) -> None:
        starts = torch.randint(len(self.ids) - self.window, (self.batch, 1))
        windows = self.ids[starts + torch.arange(self.window + 1)]  # (batch, window + 1)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * rate_factor
        logits = self.network(windows[:, :-1])
        loss = nn.functional.cross_entropy(logits.reshape(-1, self.symbol_count), windows[:, 1:].reshape(-1))
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.clip_norm)
        self.optimizer.step()
        self.loss = loss.item()


def build(ids_file: str, **settings: Any) -> Callable[..., Stretch]:
    """Return what measures the symbols trained on in about `seconds`."""
    training = CharacterTraining(np.load(ids_file), **settings)
    for _ in range(WARM_STEPS):
        training.step()

    def measure(seconds: float) -> Stretch:
        steps, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            training.step()
            steps += 1
        return Stretch(steps * training.batch * training.window, time.perf_counter() - started)

    return measure


def build_from_nothing(ids_file: str, held_out_file: str, **settings: Any) -> Callable[..., dict[str, float]]:
    """Return what trains a new network for so many seconds, the rate sinking along a cosine, and measures its loss.

    The loss is that on the held-out ids, by the code that measures ours.
    """
    ids, held_out = np.load(ids_file), np.load(held_out_file)

    def measure(seconds: float, random_seed: int = 1) -> dict[str, float]:
        training = CharacterTraining(ids, random_seed=random_seed, **settings)
        training.step(0.0)  # nothing learned: what is allocated once is allocated now
        steps, started = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - started) < seconds:
            training.step(0.5 + 0.5 * math.cos(math.pi * elapsed / seconds))
            steps += 1
        return {"loss": measure_loss(training, held_out), "steps": steps, "seconds": time.perf_counter() - started}

    return measure


def measure_loss(training: CharacterTraining, held_out: np.ndarray) -> float:
    """Return the loss on held-out ids in nats, as `lstm_core` measures its own networks."""
    from lstm_core.network.numpy_network import evaluate
    from lstm_core.network.shape import NetworkShape

    network, window = training.network, training.window
    size = network.embedding.embedding_dim
    shape = NetworkShape(training.symbol_count, "embedding", size, 1, network.lstm.hidden_size, "every", window)
    return evaluate(shape, get_weights(network), held_out, window).loss_nats


def get_weights(network: CharacterNetwork) -> dict[str, np.ndarray]:
    """Return the weights by our names. PyTorch keeps matrices turned, gates in Keras' order, and the bias in two."""
    lstm = network.lstm
    tensors = {
        "embedding": network.embedding.weight,
        "lstm_1/kernel": lstm.weight_ih_l0.T,
        "lstm_1/recurrent_kernel": lstm.weight_hh_l0.T,
        "lstm_1/bias": lstm.bias_ih_l0 + lstm.bias_hh_l0,
        "output/kernel": network.output.weight.T,
        "output/bias": network.output.bias,
    }
    return {name: np.ascontiguousarray(tensor.detach().numpy()) for name, tensor in tensors.items()}


def set_weights(network: CharacterNetwork, weights: Mapping[str, np.ndarray]) -> None:
    """Take over weights by our names; the second bias becomes zero."""
    lstm = network.lstm
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in weights.items()}
    with torch.no_grad():
        network.embedding.weight.copy_(tensors["embedding"])
        lstm.weight_ih_l0.copy_(tensors["lstm_1/kernel"].T)
        lstm.weight_hh_l0.copy_(tensors["lstm_1/recurrent_kernel"].T)
        lstm.bias_ih_l0.copy_(tensors["lstm_1/bias"])
        lstm.bias_hh_l0.zero_()
        network.output.weight.copy_(tensors["output/kernel"].T)
        network.output.bias.copy_(tensors["output/bias"])
