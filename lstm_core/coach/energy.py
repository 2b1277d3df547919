"""How much energy has the training used? An estimate, and how it was made."""

from lstm_core.knobs import WATTS_PER_CORE


def estimate_watt_hours(cpu_seconds: float) -> float:
    """Return the energy in Wh of so many seconds of one core at work."""
    return cpu_seconds * WATTS_PER_CORE / 3_600


def describe_energy(cpu_seconds: float) -> str:
    """Tell the estimate and how it comes about, in two sentences."""
    return (
        f"About {format_watt_hours(estimate_watt_hours(cpu_seconds))}: {cpu_seconds:,.0f} seconds of processor time, "
        f"taken times {WATTS_PER_CORE:g} watts for each core at work. It is an estimate: {WATTS_PER_CORE:g} watts are "
        "what the Green Algorithms calculator assumes of a core that it does not know (Lannelongue, Grealey and Inouye "
        "2021); yours may take a third of that, or twice as much. Memory, screens and cooling are not in it."
    )


def format_watt_hours(watt_hours: float) -> str:
    """Write an energy with two digits that count."""
    return f"{watt_hours:.0f} Wh" if watt_hours >= 10 else f"{watt_hours:.2g} Wh" if watt_hours >= 0.001 else "0 Wh"
