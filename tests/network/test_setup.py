"""A setup survives the address, and no address breaks the page."""

import dataclasses

import pytest

from lstm_core.errors import NotAllowed
from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN
from lstm_core.network.locks import LOCKABLE, Locks
from lstm_core.network.setup import Setup, is_setup, read_setup, usual_settings
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import LIBRARY, load_text

AESOP = "aesop-mice-in-council"


def other_value(name: str, usual: object) -> object:
    """Return a value that this knob takes and that is not the usual one."""
    knob = KNOBS[name]
    if knob.choices:
        return next(choice for choice in knob.choices if choice != usual)
    return knob.maximum if usual != knob.maximum else knob.minimum


@pytest.mark.parametrize("experiment", [*EXPERIMENTS, MY_OWN])
@pytest.mark.parametrize("recipe", ["fast", "article"])
def test_every_knob_of_every_recipe_survives_the_address(experiment: str, recipe: str) -> None:
    usual = usual_settings(experiment, recipe)
    turned = usual | {name: KNOBS[name].check(other_value(name, usual[name])) for name in LOCKABLE}
    for settings in (usual, turned):
        setup = Setup(experiment, recipe, AESOP, settings, ("units",), ("batch",))
        assert read_setup(setup.to_query()) == (setup, ())


def test_an_untouched_recipe_is_named_in_one_word() -> None:
    setup, _ = read_setup({"experiment": "atienza-aesop"})
    assert setup.to_query() == {"experiment": "atienza-aesop"}
    assert (setup.text, setup.recipe) == (AESOP, "fast")


@pytest.mark.parametrize(
    ("query", "told", "kept"),
    [
        ({"experiment": "rubik-imdb"}, "no experiment “rubik-imdb”", ("experiment", MY_OWN)),
        ({"experiment": MY_OWN, "recipe": "best"}, "recipe was “best”", ("recipe", "fast")),
        ({"text": "../../etc/passwd"}, "is not here", ("text", "")),
        ({"units": "1e99"}, "number from 1 to 1024", ("units", 128)),
        ({"units": "<b>nan</b>"}, "number from 1 to 1024", ("units", 128)),
        ({"optimizer": "x" * 100_000}, "It takes one of", ("optimizer", KNOBS["optimizer"].default)),
        ({"steps": "0", "seconds": "0"}, "when to stop", ("steps", 2000)),
        ({"lock": "dense"}, "“lock” names “dense”", ("locked", ())),
        ({"hide": "text"}, "“hide” names “text”", ("hidden", ())),
        ({"text": "own.txt", "lock": "text"}, "is not here", ("locked", ())),
    ],
)
def test_what_cannot_be_taken_is_told_and_the_usual_stands(query, told, kept) -> None:
    setup, troubles = read_setup(query)
    assert told in " ".join(troubles)
    assert all(len(trouble) < 400 for trouble in troubles)
    name, value = kept
    assert setup.settings.get(name, getattr(setup, name, None)) == value


def test_a_link_of_nonsense_does_not_fill_the_page() -> None:
    assert len(read_setup({name: "nonsense" for name in LOCKABLE})[1]) == 5


def test_other_words_of_an_address_set_nothing_up() -> None:
    assert not is_setup({"run": "r1", "projector": "1", "start": "1"})
    assert is_setup({"run": "r1", "window": "8"})


def test_all_locks_every_knob_and_is_written_so() -> None:
    setup, _ = read_setup({"experiment": "atienza-aesop", "units": "64", "lock": "all,text"})
    assert setup.locks == Locks({name: setup.settings[name] for name in LOCKABLE}, AESOP)
    assert setup.to_query()["lock"] == "all,text"


def test_locks_refuse_another_text_and_a_moved_knob_and_nothing_else() -> None:
    locks = Locks({"units": 64}, AESOP)
    spec = RunSpec.build(load_text(AESOP), LIBRARY[AESOP].title, units=64)
    locks.check(spec)
    for other in (spec.changed(units=65), dataclasses.replace(spec, text="another")):
        with pytest.raises(NotAllowed):
            locks.check(other)


def test_of_two_teachers_the_rooms_stands_and_is_shown() -> None:
    link = Locks({"units": 64, "batch": 8}, AESOP, frozenset({"units", "batch"}))
    both = link.merged(Locks({"units": 32}, "shakespeare"))
    assert both == Locks({"units": 32, "batch": 8}, "shakespeare", frozenset({"batch"}))
