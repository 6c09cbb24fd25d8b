"""What each act asks for: one form per act, for the page and for the API."""

from typing import ClassVar

from django import forms
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import roles_of
from common.days import today
from common.forms import OnceForm
from hazards.models import Grade, Level
from inspections.selectors import usual_partner
from rectification.models import AcceptanceCheck, Extension, ReviewItem, Suspension
from rectification.services.orders import Kind
from rectification.services.urging import How


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files under one name; each is checked by the service that stores it."""

    widget = Photos(attrs={"accept": "image/*"})

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


def words(label, *, rows: int = 3, most: int = 1000, required: bool = True, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def day(label, *, required: bool = True, help_text="") -> forms.DateField:
    return forms.DateField(label=label, required=required, help_text=help_text, widget=DayInput())


class OfficersField(forms.ModelMultipleChoiceField):
    """Officers with a valid card, by user name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(queryset=User.objects.none(), to_field_name="username", **kwargs)

    def label_from_instance(self, person):
        return f"{person.name} {person.card_number}"


class ActForm(OnceForm):
    """A form about one case, filled in by one person."""

    show_when: ClassVar[dict[str, tuple[str, str]]] = {}
    """Fields that the page shows only while another field has a value: {name: (other, value)}."""

    def __init__(self, *args, case=None, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.user = user
        if "officers" in self.fields:
            self.fields["officers"].queryset = colleagues(user)
            if not self.is_bound:
                self.initial.setdefault("officers", usual_team(user))


def usual_team(user) -> list[str]:
    """The person and whom they last went out with: the likeliest two."""
    partner = User.objects.filter(pk=usual_partner(user)).values_list("username", flat=True)
    return [user.username, *partner]


def colleagues(user):
    """Those with a valid card who serve where `user` serves."""
    on = today()
    return User.objects.visible_to(user).serving(on).certificated(on).order_by("pk")


class OrderForm(ActForm):
    """Without `kind` the kind follows from the deadline; a major hazard may get its own notice."""

    show_when: ClassVar = {"interim": ("kind", "major"), "due_on": ("kind", "by major")}

    kind = forms.ChoiceField(
        label=_("Kind of order"),
        choices=Kind.choices,
        required=False,
        initial=Kind.BY,
        widget=forms.RadioSelect,
    )
    due_on = day(_("Rectification deadline"), required=False, help_text=_("The end of that day."))
    breach_due_on = day(_("Deadline for the breach, where it differs"), required=False)
    measure = forms.CharField(label=_("What must be done"), max_length=500, required=False)
    interim = words(_("Measures that keep people safe until then"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            for name in ("due_on", "breach_due_on"):
                self.fields[name].widget.attrs["min"] = today().isoformat()
            if self.case.grade != Grade.MAJOR:
                self.fields["kind"].choices = [one for one in Kind.choices if one[0] != Kind.MAJOR]
                del self.fields["interim"]

    def clean(self):
        """At once means today; every other kind needs its day."""
        sent = super().clean()
        if sent.get("kind") == Kind.NOW:
            sent["due_on"] = sent.get("due_on") or today()
        elif not sent.get("due_on") and "due_on" not in self.errors:
            self.add_error(
                "due_on", forms.ValidationError(self.fields["due_on"].error_messages["required"], "required")
            )
        return sent


class SubmitForm(ActForm):
    words = words(_("What was done"), most=2000)
    photos = PhotosField(label=_("Photos after rectification"), required=False)


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


class ReviewForm(ActForm):
    show_when: ClassVar = {"due_on": ("outcome", "fail")}

    outcome = forms.ChoiceField(
        label=_("Result"), choices=ReviewItem.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(_("What was seen"), most=500, required=False)
    due_on = day(_("New deadline"), required=False, help_text=_("The end of that day."))
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Re-inspected on"), required=False)
    photos = PhotosField(label=_("Photos"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", today())
        self.fields["held_on"].widget.attrs["max"] = today().isoformat()
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()


class AskExtensionForm(ActForm):
    until = day(_("Extend until"))
    reason = words(_("Reason"))
    interim = words(_("Measures that keep people safe until then"))


class DecideExtensionForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=Extension.Decision.choices, widget=forms.RadioSelect
    )
    note = words(_("Note to the decision"), most=500, required=False)


class ReasonForm(ActForm):
    reason = words(_("Reason"))


class TransferForm(ActForm):
    department = forms.CharField(label=_("Department"), max_length=120)
    reason = words(_("Reason"))


class DetermineForm(ActForm):
    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    held_on = day(_("Meeting held on"))
    attendees = words(_("People at the meeting"), rows=2, help_text=_("At least three, one name a line."))
    clauses = forms.CharField(label=_("Clauses relied on"), max_length=500)
    conclusion = words(_("Conclusion"))

    def clean_attendees(self):
        text = self.cleaned_data["attendees"]
        for mark in "、，,;；\n":
            text = text.replace(mark, "\n")
        return [name.strip() for name in text.split("\n") if name.strip()]


class ListForm(ActForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, widget=forms.RadioSelect)
    paper_number = forms.CharField(label=_("Government document number"), max_length=80)
    leader_name = forms.CharField(label=_("Supervising leader"), max_length=60)
    department = forms.CharField(label=_("Supervising department"), max_length=120, required=False)
    responsible = forms.CharField(
        label=_("Person responsible for rectification"), max_length=60, required=False
    )
    requirement = words(_("What is required"), required=False)
    listed_on = day(_("Listed on"), required=False)


class DelistForm(ActForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    paper_number = forms.CharField(label=_("Document number of the delisting"), max_length=80)
    delisted_on = day(_("Board taken down on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            labels = dict(Level.choices)
            self.fields["level"].choices = [(level, labels[level]) for level in self.case.listed_levels]


class AcceptanceForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("Result"), choices=AcceptanceCheck.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(_("What was seen"))
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Checked on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", today())
        self.fields["held_on"].widget.attrs["max"] = today().isoformat()


class NoteForm(ActForm):
    note = words(_("Note to the decision"), most=500, required=False)


class ProposeStopForm(ActForm):
    kind = forms.ChoiceField(
        label=_("What is stopped"),
        choices=Suspension.Kind.choices,
        initial=Suspension.Kind.BUSINESS,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = words(_("Reason"))

    def clean_kind(self):
        return self.cleaned_data["kind"] or Suspension.Kind.BUSINESS


class DecideStopForm(ActForm):
    show_when: ClassVar = {"government_number": ("large_effect", "on")}

    note = words(_("Note to the decision"), most=500, required=False)
    large_effect = forms.BooleanField(
        label=_("Weighs heavily on economy and daily life: the government decides"), required=False
    )
    government_number = forms.CharField(label=_("Government document number"), max_length=80, required=False)


class RefuseForm(ActForm):
    reason = words(_("Why the unit may not resume"), most=500)


class HandingForm(forms.Form):
    """How the order of a visit is handed over, as the last page of the visit sends it on."""

    hand_over = forms.CharField(max_length=10, required=False)
    receiver = forms.CharField(max_length=60, required=False)
    relation = forms.CharField(max_length=8, required=False)
    refusal_reason = forms.CharField(max_length=500, required=False)
    witness_1 = forms.CharField(max_length=60, required=False)
    witness_2 = forms.CharField(max_length=60, required=False)


class DeclineForm(ActForm):
    note = words(_("Why the unit may go on"), most=500)


class WordsForm(ActForm):
    words = words(_("What was done"))
