"""Handing cases over to another inspector."""

from django import forms
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import Role
from accounts.scope import within
from common.days import today
from common.forms import OnceForm
from rectification.forms.base import ActForm
from rectification.forms.fields import words
from rectification.forms.instructions import PersonChoice


class HandOverForm(ActForm):
    inspector = PersonChoice(label=_("New inspector in charge"), empty_label=_("Choose a person"))
    reason = words(_("Reason"), most=500)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            self.fields["inspector"].queryset = successors([self.case.region_id])


class HandOverAllForm(OnceForm):
    """What of a person's work goes to whom; the lists themselves are read by the page."""

    which = forms.ChoiceField(
        label=_("Which cases"),
        choices=[
            ("all", _("All of this list")),
            ("chosen", _("Those ticked on this page")),
            ("none", _("No case")),
        ],
        widget=forms.RadioSelect,
        initial="all",
    )
    instructions = forms.BooleanField(label=_("Unanswered instructions too"), required=False)
    look_backs = forms.BooleanField(label=_("Pending look-backs too"), required=False)
    to = PersonChoice(label=_("Takes over"), empty_label=_("Choose a person"))
    reason = words(_("Reason"), most=500)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


def successors(regions: list[str], *roles: str):
    """Active people who hold a post of their own in one of the roles (as inspector) in or over one of the regions."""
    over = {code[:length] for code in regions for length in range(2, len(code) + 1)}
    posts = Post.objects.current(today()).filter(role__in=roles or (Role.INSPECTOR,))
    posts = posts.filter(Q(region_id__in=over) | within("region_id", regions))
    nearest = posts.filter(user=OuterRef("pk")).order_by(Length("region_id").desc(), "pk")
    people = User.objects.filter(is_active=True, pk__in=posts.order_by().values("user_id"))
    return people.annotate(duty=Subquery(nearest.values("title")[:1])).order_by("name", "pk")
