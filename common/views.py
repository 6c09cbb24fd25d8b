"""The style guide, and the pages that say what went wrong."""

import re
from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common import samples
from common.listing import Listing

CASE_NUMBER = re.compile(r"^\d{6}-\d{4}|^\d{4}-\d{3,}$|〔\d{4}〕")


@require_safe
def styleguide(request):
    """Each component once, with its states."""
    context = samples.context(request)
    listing = Listing(
        request, _Many(), filterset=context["filterset"], orderings={"worst": ("最要紧的在前", ())}
    )
    return render(request, "styleguide.html", context | {"listing": listing})


@require_safe
def search(request):
    """The search of the top bar: what looks like a case number goes to the cases, everything else to the register."""
    words = request.GET.get("q", "").strip()
    target = "hazards:list" if CASE_NUMBER.search(words) else "units:list"
    return redirect(f"{reverse(target)}?{urlencode({'q': words})}" if words else reverse(target))


class _Many:
    """Stands for a queryset of a million rows."""

    def order_by(self, *_fields):
        return self

    def __getitem__(self, part):
        return [None] * 21 if part.start is not None else self

    def count(self):
        return 10_001
