"""Freezes a checklist when the first visit uses it."""

from datetime import date

from reference.models import Checklist


def mark_used(checklist: Checklist, *, on: date) -> None:
    """Note that a visit used this version: from now on its questions never change."""
    if checklist.first_used_on:
        return
    Checklist.objects.filter(pk=checklist.pk, first_used_on__isnull=True).update(first_used_on=on)
    checklist.first_used_on = on
