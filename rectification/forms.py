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
from rectification.models import AcceptanceCheck, Extension, ReviewItem, Transfer
from rectification.services.transfers import reply_due
from rectification.services.urging import How
from reference.models import Regulator


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
    due_on = day(_("Rectification deadline"), help_text=_("The end of that day."))
    measure = forms.CharField(label=_("What must be done"), max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            self.fields["due_on"].widget.attrs["min"] = today().isoformat()


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


NO_PHOTO = [("", _("Choose a reason")), *ReviewItem.NoPhoto.choices]


class LookForm(ActForm):
    """What every look at a case has: what was seen, by whom, when, and the evidence."""

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=32_000, localize=False
    )
    note = words(_("What was seen"), most=500, required=False)
    photos = PhotosField(label=_("Photos"), required=False)
    no_photo = forms.ChoiceField(
        label=_("Closed without a photo, because"),
        choices=NO_PHOTO,
        required=False,
        help_text=_("Only where no photo can be taken; then say in words what was seen."),
    )
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Re-inspected on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", today())
        self.fields["held_on"].widget.attrs["max"] = today().isoformat()
        if self.case is not None and not self.is_bound:
            self.initial["sequence"] = self.case.review_items.count() + 1


class ReviewForm(LookForm):
    show_when: ClassVar = {"due_on": ("outcome", "partly fail"), "no_photo": ("outcome", "pass")}
    field_order: ClassVar = ["outcome", "note", "due_on", "photos", "no_photo", "officers", "held_on"]

    outcome = forms.ChoiceField(
        label=_("Result"), choices=ReviewItem.Outcome.choices, widget=forms.RadioSelect
    )
    due_on = day(_("New deadline"), required=False, help_text=_("The end of that day."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()


class VerifyForm(LookForm):
    """The look at what a department reported as dealt with."""


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
    kind = forms.ChoiceField(
        label=_("Kind of referral"),
        choices=Transfer.Kind.choices,
        widget=forms.RadioSelect,
        initial=Transfer.Kind.DEPARTMENT,
        required=False,
    )
    regulator = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Regulator.objects.none(),
        required=False,
        empty_label=_("Another, named below"),
    )
    department = forms.CharField(
        label=_("Name of the department"),
        max_length=120,
        required=False,
        help_text=_("As it stands on the paper; empty: the name from the list."),
    )
    clause = forms.CharField(label=_("Under which clause"), max_length=200, required=False)
    reason = words(_("Reason"))
    reply_due_on = day(
        _("Reply by"), required=False, help_text=_("The end of that day; ten working days unless changed.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        on = today()
        self.fields["regulator"].queryset = Regulator.objects.current(on)
        self.fields["regulator"].label_from_instance = lambda regulator: regulator.label
        self.fields["reply_due_on"].widget.attrs["min"] = on.isoformat()
        if not self.is_bound:
            self.initial.setdefault("reply_due_on", reply_due(on))

    def clean_kind(self):
        """Another program that names no kind means the department in charge."""
        return self.cleaned_data["kind"] or Transfer.Kind.DEPARTMENT


class AcceptReferralForm(ActForm):
    accepted_on = day(_("Accepted on"))
    accepted_by = forms.CharField(label=_("Accepted there by"), max_length=60)
    their_number = forms.CharField(label=_("Their number"), max_length=80, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("accepted_on", today())
        self.fields["accepted_on"].widget.attrs["max"] = today().isoformat()


class AnswerReferralForm(ActForm):
    result = words(_("What the department did"))
    answered_on = day(_("Done on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("answered_on", today())
        self.fields["answered_on"].widget.attrs["max"] = today().isoformat()


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
