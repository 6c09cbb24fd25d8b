"""The ledger of the chase: who was told what, by which rung, when, through what, and why not."""

from rectification.models import ChaseClaim


def digest_of(run, user):
    """What one run told one person, the longest overdue first."""
    claims = ChaseClaim.objects.filter(run=run, person=user, outcome=ChaseClaim.Outcome.TOLD)
    return claims.select_related("rung").order_by("due_on", "pk")
