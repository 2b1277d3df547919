"""A setup of /train as the query of an address, and back: experiment, recipe, text, every knob, and what is locked.

    experiment=atienza-aesop&text=aesop-mice-in-council&units=64&lock=units,text&hide=batch

Only what differs from the recipe is written. An address is typed by anyone: whatever cannot be taken is told in words
and its usual value stands, so that the rest of the link still counts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN, recipe_settings
from lstm_core.network.locks import LOCKABLE, Locks
from lstm_core.text.library import LIBRARY

LOCK, HIDE = "lock", "hide"
EXPERIMENT, RECIPE, TEXT = "experiment", "recipe", "text"
ALL = "all"  # in place of a list of every knob
NAMES = frozenset((EXPERIMENT, RECIPE, TEXT, LOCK, HIDE, *LOCKABLE))
MAX_VALUE_CHARACTERS = 60  # of a value that is told back to whoever opened the link
MAX_TROUBLES = 5  # that are told; a link of nonsense shall not fill the page


@dataclass(frozen=True)
class Setup:
    """All that /train can be set to. `settings` holds every knob; `text` is a name of the list of texts, "" for none.

    `locked` names knobs, and perhaps "text"; `hidden` knobs, which are locked, too.
    """

    experiment: str
    recipe: str = "fast"
    text: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def locks(self) -> Locks:
        """Return what whoever opens the link is held to."""
        names = [name for name in LOCKABLE if name in self.locked or name in self.hidden]
        text = self.text if TEXT in self.locked and self.text in LIBRARY else None
        return Locks({name: self.settings[name] for name in names}, text, frozenset(self.hidden))

    def to_query(self) -> dict[str, str]:
        """Return the address's query, which `read_setup` turns into this setup again."""
        query = {EXPERIMENT: self.experiment}
        if self.recipe != "fast":
            query[RECIPE] = self.recipe
        if self.text and (self.text != _usual_text(self.experiment) or TEXT in self.locked):
            query[TEXT] = self.text
        usual = usual_settings(self.experiment, self.recipe)
        query |= {name: str(self.settings[name]) for name in LOCKABLE if self.settings[name] != usual[name]}
        for word, names in ((LOCK, self.locked), (HIDE, self.hidden)):
            if names:
                knobs = [name for name in names if name != TEXT]
                listed = [ALL] if len(knobs) == len(LOCKABLE) else knobs
                query[word] = ",".join([*listed, *([TEXT] if TEXT in names else [])])
        return query


def usual_settings(experiment: str, recipe: str) -> dict[str, Any]:
    """Return every knob as a recipe leaves it. Raises InvalidSetting for unknown ones."""
    return {name: knob.default for name, knob in KNOBS.items()} | recipe_settings(experiment, recipe)


def is_setup(query: Mapping[str, str]) -> bool:
    """Tell whether an address sets anything up."""
    return not NAMES.isdisjoint(query)


def read_setup(query: Mapping[str, str], texts: Collection[str] = LIBRARY) -> tuple[Setup, tuple[str, ...]]:
    """Return what an address asks for, and in words what of it could not be taken.

    `texts` are the names that can be chosen. Without an experiment knobs are those of one's own network. Names that no
    setup knows are left alone: an address also carries others.
    """
    troubles: list[str] = []
    experiment = query.get(EXPERIMENT, MY_OWN)
    if experiment != MY_OWN and experiment not in EXPERIMENTS:
        known = ", ".join([*EXPERIMENTS, MY_OWN])
        troubles.append(f"There is no experiment “{_short(experiment)}”. There are {known}. “{MY_OWN}” was taken.")
        experiment = MY_OWN
    recipe = query.get(RECIPE, "fast")
    try:
        usual = usual_settings(experiment, recipe)
    except InvalidSetting as error:
        troubles.append(f"The recipe was “{_short(recipe)}”. {error.expected} “fast” was taken.")
        recipe, usual = "fast", usual_settings(experiment, "fast")
    text = query.get(TEXT, "") or _usual_text(experiment)
    if text and text not in texts:
        troubles.append(f"The text “{_short(text)}” is not here. The experiment’s own was taken, or choose another.")
        text = _usual_text(experiment)
    settings = _read_knobs(query, usual, troubles)
    locked = _read_names(query.get(LOCK, ""), (*LOCKABLE, TEXT), LOCK, troubles)
    if TEXT in locked and text not in LIBRARY:
        troubles.append("The text cannot be locked. Only those that ship can. Choose any.")
        locked = tuple(name for name in locked if name != TEXT)
    hidden = _read_names(query.get(HIDE, ""), LOCKABLE, HIDE, troubles)
    return Setup(experiment, recipe, text, settings, locked, hidden), tuple(troubles[:MAX_TROUBLES])


def _usual_text(experiment: str) -> str:
    return EXPERIMENTS[experiment].corpus if experiment in EXPERIMENTS else ""


def _read_knobs(query: Mapping[str, str], usual: Mapping[str, Any], troubles: list[str]) -> dict[str, Any]:
    settings = dict(usual)
    for name in LOCKABLE:
        if name not in query:
            continue
        try:
            settings[name] = KNOBS[name].check(query[name])
        except InvalidSetting as error:
            troubles.append(f"“{name}” was set to “{_short(query[name])}”. {error.expected} {usual[name]} was taken.")
    if settings["steps"] == 0 and settings["seconds"] == 0:
        troubles.append("Both “steps” and “seconds” are 0. One of them must say when to stop. The usual were taken.")
        settings |= {name: usual[name] for name in ("steps", "seconds")}
    return settings


def _read_names(listed: str, known: Collection[str], word: str, troubles: list[str]) -> tuple[str, ...]:
    names = {name.strip() for name in listed.split(",")} - {""}
    if ALL in names:
        names = (names - {ALL}) | set(LOCKABLE)
    for name in sorted(names.difference(known)):
        troubles.append(f"“{word}” names “{_short(name)}”. It takes knobs{' or text' if TEXT in known else ''}.")
    return tuple(name for name in known if name in names)


def _short(value: str) -> str:
    return value if len(value) <= MAX_VALUE_CHARACTERS else value[:MAX_VALUE_CHARACTERS] + "…"
