"""What each part of an LSTM program is for, and how each of the three programs comes by it. Words only."""

from dataclasses import dataclass

from lstm_core.frameworks.parts import PART_NAMES


@dataclass(frozen=True)
class PartStory:
    """`idea` for everyone; then what the part is in each program, and what the framework keeps out of sight."""

    idea: str
    numpy: str
    tensorflow: str
    keras: str

    @property
    def notes(self) -> tuple[str, str, str]:
        """The three programs' sentences, in the order of FRAMEWORKS."""
        return self.numpy, self.tensorflow, self.keras


STORIES: dict[str, PartStory] = {
    "text": PartStory(
        "Each distinct letter gets a number. A window of letters goes in; the same window, one letter later, is what "
        "should come out.",
        "Two functions, a few lines: this has nothing to do with networks yet.",
        "The same lines. TensorFlow takes NumPy’s arrays as they are.",
        "The same lines, and one-hot vectors made beforehand: the LSTM layer wants rows of numbers, not ids.",
    ),
    "weights": PartStory(
        "All that training changes: five arrays of numbers, drawn at random at first.",
        "A dictionary of five arrays. The four gates lie side by side in each of them.",
        "The same arrays as variables, which TensorFlow may change in place, and Adam’s two for each of them.",
        "Hidden: each layer makes its own when it first sees its input. Only the manner of drawing is named.",
    ),
    "gates": PartStory(
        "Four sums of the new letter and of what was said before. Squashed, three of them say how much is let in, kept "
        "and said; the fourth is the new note itself.",
        "One product for all four, cut into four pieces.",
        "The same three lines with TensorFlow’s functions: this is the “own cell” that BasicLSTMCell was.",
        "Hidden: inside the one call of the LSTM layer.",
    ),
    "cell state": PartStory(
        "The memory: a part of the old is kept, a part of the new is added. No weight is multiplied here, which is why "
        "a memory can last.",
        "One line, the heart of it all.",
        "The same line, to the letter.",
        "Hidden: inside the layer. It can be had as the last thing that the layer returns.",
    ),
    "hidden state": PartStory(
        "What the network says of its memory at this moment, as far as the output gate lets it through.",
        "One line; the next letter’s gates hear it too.",
        "The same line.",
        "Hidden: inside the layer, which returns it for every letter (return_sequences=True).",
    ),
    "through time": PartStory(
        "The same cell reads letter after letter, each time with the states that it left the time before.",
        "A plain loop. Everything is kept in a list, because the way back needs it.",
        "The loop is traced once and becomes a loop of the graph. What the way back needs, TensorFlow keeps by itself.",
        "Hidden: the layer loops. Even the length of the window stays open (None).",
    ),
    "output": PartStory(
        "A score for every letter of the alphabet, turned into probabilities that sum to 1.",
        "A product, and softmax by hand. The largest score is taken off first, so that nothing overflows.",
        "A product. Softmax comes ready, and the loss has one of its own inside.",
        "A dense layer with softmax, called at every letter by itself.",
    ),
    "loss": PartStory(
        "How surprised the network is by the letters that really come: minus the logarithm of the probability that it "
        "gave them, on average.",
        "Pick the probability of each right letter, take its logarithm.",
        "One function does softmax, logarithm and picking at once, and is exact where one after the other is not.",
        "A name. It is computed inside train_on_batch.",
    ),
    "backward": PartStory(
        "How much each weight has contributed to the loss: from the last letter back to the first, blame is handed on "
        "through the gates and through the cell.",
        "By hand, the longest part of this program: each line is the derivative of one line above.",
        "One line. The tape has written down each operation and knows the derivative of each.",
        "Hidden: not even the gradients are seen. They are computed inside train_on_batch.",
    ),
    "optimizer": PartStory(
        "Adam: running means of each gradient and of its square say in which direction, and how far, a weight goes.",
        "By hand: two arrays for each weight, and one line that moves it.",
        "By hand here as well, because TensorFlow’s own optimizers are Keras’ today.",
        "A name and a learning rate. Keras makes the two arrays, and moves the weights inside train_on_batch.",
    ),
    "training step": PartStory(
        "Forward, backward, move: once for each batch of windows.",
        "Three calls, one after the other.",
        "The same, traced as one graph: Python is left once, and returned to when all is done.",
        "One call for everything. model.fit would even hide the loop around it.",
    ),
    "writing": PartStory(
        "A letter is drawn from the probabilities and read as the next one; both states are carried on.",
        "The same cell as in training, one letter at a time.",
        "The same cell, as a graph of its own.",
        "A second model that shares the layers, and so their weights, but takes both states in and gives them out.",
    ),
    "main program": PartStory(
        "Read a text, make a thousand steps, write three hundred letters.",
        "The same in all three but for names.",
        "The same in all three but for names.",
        "The same in all three but for names.",
    ),
}

assert tuple(STORIES) == PART_NAMES
