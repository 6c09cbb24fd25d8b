"""Acts on several cases at once: a refusal says which of them it speaks of."""

from contextlib import contextmanager

from common.errors import RuleBroken


@contextmanager
def about(case):
    """Whatever is refused in here concerns `case`: the page shows it at that item (`refusal.case`)."""
    try:
        yield
    except RuleBroken as refusal:
        refusal.case = case
        raise
