"""The jobs of cases."""

from celery import shared_task

from hazards import tally


@shared_task(ignore_result=True)
def fold_tally() -> int:
    """Fold the differences of the running sums; how many cells were written."""
    return tally.fold()
