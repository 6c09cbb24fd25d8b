"""The style guide, and the pages that say what went wrong."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import samples
from common.listing import Listing


@require_safe
def styleguide(request):
    """Each component once, with its states."""
    context = samples.context(request)
    listing = Listing(request, _Many(), filterset=context["filterset"], orderings={"worst": ("最要紧的在前", ())})
    return render(request, "styleguide.html", context | {"listing": listing})


class _Many:
    """Stands for a queryset of a million rows."""

    def order_by(self, *_fields):
        return self

    def __getitem__(self, part):
        return [None] * 21 if part.start is not None else self

    def count(self):
        return 10_001
