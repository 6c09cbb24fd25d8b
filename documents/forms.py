"""What the record of a service asks for, on the page and over the API."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.days import now, today
from common.forms import OnceForm
from documents.models import Method, Relation, Service
from documents.services import Delivery


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time."""

    input_type = "datetime-local"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class Outcome:
    SERVED, REFUSED, FAILED = "served", "refused", "failed"
    CHOICES = (
        (SERVED, _("Received and signed for")),
        (REFUSED, _("Signature refused: left before two witnesses")),
        (FAILED, _("Could not be served")),
    )


class OfficerField(forms.ModelChoiceField):
    """One officer with a valid card, by user name."""

    def __init__(self, **kwargs):
        super().__init__(queryset=User.objects.none(), to_field_name="username", empty_label="—", **kwargs)

    def label_from_instance(self, person):
        return f"{person.name} {person.card_number}"


class ServeForm(OnceForm):
    """One service or one failed attempt."""

    outcome = forms.ChoiceField(
        label=_("Result"), choices=Outcome.CHOICES, initial=Outcome.SERVED, widget=forms.RadioSelect
    )
    method = forms.ChoiceField(label=_("How it was served"), choices=Method.choices, initial=Method.DIRECT)
    served_at = forms.DateTimeField(
        label=_("Served at"),
        widget=MomentInput(),
        help_text=_("For a public notice the day on which it counts as served."),
    )
    receiver = forms.CharField(label=_("Received by"), max_length=60, required=False)
    relation = forms.ChoiceField(
        label=_("Relation to the addressee"), choices=[("", "—"), *Relation.choices], required=False
    )
    refusal_reason = forms.CharField(
        label=_("Why nobody signed, or why it failed"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    witness_1 = forms.CharField(label=_("First witness"), max_length=60, required=False)
    witness_2 = forms.CharField(label=_("Second witness"), max_length=60, required=False)
    colleague = OfficerField(
        label=_("Second officer"),
        required=False,
        help_text=_("Two officers sign the receipt of service."),
    )
    photo = forms.FileField(
        label=_("Photo of the receipt"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )

    show_when = {
        "method": ("outcome", "served failed"),
        "receiver": ("outcome", "served"),
        "relation": ("outcome", "served"),
        "refusal_reason": ("outcome", "refused failed"),
        "witness_1": ("outcome", "refused"),
        "witness_2": ("outcome", "refused"),
    }

    needed = frozenset({"receiver", "relation", "refusal_reason", "witness_1", "witness_2"})

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = colleagues(user)
        if not self.is_bound:
            self.initial.setdefault("colleague", last_colleague(user))
        self.initial.setdefault("served_at", now())
        self.initial.setdefault("relation", Relation.HEAD)

    @property
    def delivery(self) -> Delivery:
        """What the service is told. What the page hides for the result chosen does not count."""
        facts = self.cleaned_data
        outcome, photo = facts["outcome"], facts.get("photo")
        shown = {
            name: facts[name]
            for name, (_other, values) in self.show_when.items()
            if outcome in values.split()
        }
        return Delivery(
            refused=outcome == Outcome.REFUSED,
            succeeded=outcome != Outcome.FAILED,
            photos=(photo,) if photo else (),
            colleague=facts["colleague"],
            **{"method": Method.LEFT} | shown,
        )


def colleagues(user):
    """Whom `user` may have gone with: others who serve in the area and hold a valid card."""
    on = today()
    return User.objects.visible_to(user).serving(on).certificated(on).exclude(pk=user.pk).order_by("pk")


def last_colleague(user) -> str | None:
    """With whom `user` served the last paper: the likeliest second officer."""
    served = Service.objects.filter(recorded_by=user, colleague__isnull=False).order_by("-pk")
    return served.values_list("colleague__username", flat=True).first()
