"""Where the apps above the register have their say: what forbids a retirement, what follows a move.

Each list takes callables from an AppConfig.ready of an app above; the register never imports upwards.
"""

# (unit, on) -> a sentence in the way of the retirement ("3 hazards are still open"), or "".
before_retire: list = []
# (unit, *, by, on) -> None; runs inside the transaction of the move, after the unit was written.
after_move: list = []
# (unit, *, by, on) -> None; run inside the transaction that took the unit off the register, or put it back.
after_retire: list = []
after_restore: list = []


def objections(unit, on) -> list[str]:
    """What stands in the way of taking the unit off the register."""
    return [str(sentence) for ask in before_retire if (sentence := ask(unit, on))]
