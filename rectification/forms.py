"""What each act asks for: one form per act, for the page and for the API."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.days import today
from common.forms import OnceForm
from hazards.models import Grade, Level
from inspections.selectors import usual_partner
from rectification.models import AcceptanceCheck, Extension, ReviewItem


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
    due_on = day(_("Rectification deadline"), required=False, help_text=_("The end of that day."))
    working_days = forms.IntegerField(
        label=_("Or: number of working days"),
        required=False,
        min_value=1,
        max_value=500,
        help_text=_("Counted from the day after service; the day is worked out and shown with its reason."),
    )
    measure = forms.CharField(label=_("What must be done"), max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            self.fields["due_on"].widget.attrs["min"] = today().isoformat()

    def clean(self):
        facts = super().clean()
        if not {"due_on", "working_days"} & self.errors.keys():
            if not facts.get("due_on") and not facts.get("working_days"):
                self.add_error("due_on", self.fields["due_on"].error_messages["required"])
            elif facts.get("due_on") and facts.get("working_days"):
                self.add_error("working_days", _("Give a day or a number of working days, not both."))
        return facts


class SubmitForm(ActForm):
    words = words(_("What was done"), most=2000)
    photos = PhotosField(label=_("Photos after rectification"), required=False)


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


class CorrectDeadlineForm(ActForm):
    due_on = day(_("Correct deadline"), help_text=_("The end of that day."))
    reason = words(_("Why it is corrected"), rows=2, most=500)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            self.initial.setdefault("due_on", self.case.due_on)
            self.fields["due_on"].widget.attrs["min"] = self.case.opened_on.isoformat()


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


class DeclineForm(ActForm):
    note = words(_("Why the unit may go on"), most=500)


class WordsForm(ActForm):
    words = words(_("What was done"))
