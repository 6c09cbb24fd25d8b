"""Urging a unit, instructing a person, and the answer."""

from django import forms
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import roles_of
from common.days import today
from rectification.forms.base import ActForm
from rectification.forms.fields import day, words
from rectification.services.urging import How


class UrgeForm(ActForm):
    how = forms.ChoiceField(label=_("How"), choices=How.choices, widget=forms.RadioSelect, initial=How.CALL)
    spoken_to = forms.CharField(label=_("Spoken to"), max_length=60, required=False)
    words = words(_("What was agreed"), most=500)


class PersonChoice(forms.ModelChoiceField):
    """One of the people who answer for the place, by user name."""

    def __init__(self, **kwargs):
        super().__init__(queryset=User.objects.none(), to_field_name="username", **kwargs)

    def label_from_instance(self, person):
        return f"{person.name} · {person.duty}" if getattr(person, "duty", "") else person.name


class InstructForm(ActForm):
    addressee = PersonChoice(label=_("Who answers"), empty_label=_("Choose a person"))
    words = words(_("What is to be done"))
    due_on = day(_("Answer by"), help_text=_("The end of that day."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()
        if self.case is not None:
            self.fields["addressee"].queryset = answering_for(self.case.region_id, self.user)


class ReplyForm(ActForm):
    words = words(_("Answer"))


def answering_for(region_id: str, giver):
    """Who can be asked about a place: the township first, then the inspectors, then the office; with their post."""
    on = today()
    roles = roles_of("instruction.reply")
    posts = Post.objects.current(on).over(region_id).filter(role__in=roles, user=OuterRef("pk"))
    nearest = posts.order_by(Length("region_id").desc(), "pk")
    return (
        User.objects.serving(on)
        .exclude(pk=giver.pk)
        .annotate(duty=Subquery(nearest.values("title")[:1]), place=Subquery(nearest.values("region_id")[:1]))
        .filter(place__isnull=False)
        .order_by(Length("place").desc(), "pk")
    )
