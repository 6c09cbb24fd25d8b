"""Where the apps above the papers have their say: what forbids a service, what follows from one.

Each list takes callables from an AppConfig.ready of an app above; the papers never import upwards.
"""

# (document, on) -> a sentence in the way of serving the paper on that day, or "".
before_serve: list = []
# (document, *, on, by, at) -> None; runs inside the transaction of the service, after it was written.
after_serve: list = []


def objections(document, on) -> list[str]:
    """What stands in the way of serving the paper on a day."""
    return [str(sentence) for ask in before_serve if (sentence := ask(document, on))]
