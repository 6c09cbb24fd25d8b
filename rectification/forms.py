"""What each act asks for: one form per act, for the page and for the API."""

import json
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import Role, roles_of
from accounts.scope import within
from common.days import today
from common.errors import RuleBroken
from common.forms import OnceForm
from hazards.grading_words import element_limits
from hazards.models import Grade, HazardCase, Level
from hazards.proposals import place_of, propose, reference_book
from inspections.selectors import usual_partner
from rectification.models import (
    AcceptanceCheck,
    Flag,
    LookBack,
    Milestone,
    ReportEvery,
    ReviewItem,
    Suspension,
    Transfer,
    VoidRequest,
    WatchLook,
)
from rectification.services.orders import Kind
from rectification.services.transfers import reply_due
from rectification.services.urging import How
from reference.models import PlaceFlag, Region, Regulator


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


class ElementsInput(forms.CheckboxSelectMultiple):
    """The elements of the rules by chapter, each a box, with a percentage where the clause has a limit.

    A program sends the list of the `determine` command instead, as JSON under the same name.
    """

    template_name = "rectification/_elements.html"
    book = None

    def value_from_datadict(self, data, files, name):
        if not hasattr(data, "getlist"):
            return data.get(name) or []
        chosen = data.getlist(name)
        if chosen and chosen[0].lstrip().startswith(("[", "{")):
            return chosen[0]
        return [self.entry(*key.partition("@")[::2], data.get(f"{name}-{key}", "")) for key in chosen if key]

    @staticmethod
    def entry(clause: str, limb: str, typed: str) -> dict:
        """One box as the engine takes it: the page asks for percentages, the rules speak of ratios."""
        found = {"clause": clause} | ({"limb": limb} if limb else {})
        typed = str(typed).strip().rstrip("%％").strip()
        if typed:
            try:
                found["value"] = Decimal(typed) / 100
            except ArithmeticError:
                found["value"] = typed
        return found

    def get_context(self, name, value, attrs):
        given = value if isinstance(value, list) else []
        typed = {
            f"{one.get('clause')}@{one.get('limb', '')}".rstrip("@"): one.get("value")
            for one in given
            if isinstance(one, dict)
        }
        return {"widget": {"name": name, "attrs": attrs or {}}, "chapters": self.chapters(typed)}

    def chapters(self, typed: dict) -> list[dict]:
        found = []
        for chapter in self.book.chapters if self.book else ():
            rows = [
                self.row(element, limb, typed)
                for element in chapter.elements
                for limb in element.limbs or ("",)
            ]
            found.append({"name": chapter.name, "rows": rows, "open": any(row["checked"] for row in rows)})
        return found

    def row(self, element, limb: str, typed: dict) -> dict:
        key = f"{element.clause}@{limb}" if limb else element.clause
        value = typed.get(key)
        if isinstance(value, Decimal):
            value = f"{(value * 100).normalize():f}" if value.is_finite() else str(value)
        return {
            "key": key,
            "clause": element.clause,
            "label": self.book.labels[element.clause],
            "limits": element_limits(element, limb),
            "value": "" if value is None else value,
            "checked": key in typed,
        }


class ElementsField(forms.Field):
    """Elements as the rules take them; whether they make sense is for the rules to say."""

    widget = ElementsInput
    takes_json = True

    def clean(self, value):
        if not isinstance(value, str):
            return value or []
        try:
            found = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is no list of elements.")) from error
        if not isinstance(found, list):
            raise forms.ValidationError(_("This is no list of elements."))
        return found


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
    ASK_AFTER: ClassVar[str] = ""
    """The field after which the page offers to ask the rules."""

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
    """Without `kind` the kind follows from the hazard and its deadline; a major hazard may get its own notice."""

    show_when: ClassVar = {
        "interim": ("kind", "major"),
        "due_on": ("kind", "by major"),
        "working_days": ("kind", "by major"),
    }

    kind = forms.ChoiceField(
        label=_("Kind of order"),
        choices=Kind.choices,
        required=False,
        initial=Kind.BY,
        widget=forms.RadioSelect,
    )
    due_on = day(_("Rectification deadline"), required=False, help_text=_("The end of that day."))
    working_days = forms.IntegerField(
        label=_("Or: number of working days"),
        required=False,
        min_value=1,
        max_value=500,
        help_text=_("Counted from the day after service; the day is worked out and shown with its reason."),
    )
    breach_due_on = day(_("Deadline for the breach, where it differs"), required=False)
    measure = forms.CharField(label=_("What must be done"), max_length=500, required=False)
    interim = words(_("Measures that keep people safe until then"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            for name in ("due_on", "breach_due_on"):
                self.fields[name].widget.attrs["min"] = today().isoformat()
            if self.case.grade == Grade.MAJOR:
                self.fields["kind"].initial = Kind.MAJOR
            else:
                self.fields["kind"].choices = [one for one in Kind.choices if one[0] != Kind.MAJOR]
                del self.fields["interim"]

    def clean(self):
        """At once means today; every other kind needs its day, or a number of working days."""
        facts = super().clean()
        if {"due_on", "working_days"} & self.errors.keys():
            return facts
        if facts.get("kind") == Kind.NOW:
            facts["due_on"] = facts.get("due_on") or today()
        if not facts.get("due_on") and not facts.get("working_days"):
            self.add_error("due_on", self.fields["due_on"].error_messages["required"])
        elif facts.get("due_on") and facts.get("working_days"):
            self.add_error("working_days", _("Give a day or a number of working days, not both."))
        return facts


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
        label=_("Decision"),
        choices=[("granted", _("Grant")), ("refused", _("Refuse"))],
        widget=forms.RadioSelect,
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


class CaseChoice(forms.ModelChoiceField):
    """A case, told apart from its neighbours at the same unit."""

    def label_from_instance(self, case):
        return f"{case.number} · {case.category.label} · {case.description[:30]}"


class MergeForm(ActForm):
    into = CaseChoice(
        label=_("The case that stays"),
        queryset=HazardCase.objects.none(),
        empty_label=_("Choose the other case"),
        help_text=_("Another standing case of the same unit. This one becomes void."),
    )
    reason = words(_("Reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            same = HazardCase.objects.live().filter(unit=self.case.unit_id, void_asked_on=None)
            self.fields["into"].queryset = (
                same.exclude(pk=self.case.pk).select_related("category").order_by("-opened_on", "-pk")
            )


class DecideVoidForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(name, label) for name, label in VoidRequest.Decision.choices if name != "lapsed"],
        widget=forms.RadioSelect,
    )
    note = words(_("Note to the decision"), most=500, required=False)


class LookBackForm(ActForm):
    outcome = forms.ChoiceField(label=_("Result"), choices=LookBack.Outcome.choices, widget=forms.RadioSelect)
    note = words(
        _("What was seen"), most=500, required=False, help_text=_("Needed where the hazard is back.")
    )
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Looked back on"), required=False)
    photos = PhotosField(label=_("Photos"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", today())
        self.fields["held_on"].widget.attrs["max"] = today().isoformat()


class WatchLookForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("Result"), choices=WatchLook.Outcome.choices, widget=forms.RadioSelect
    )
    note = words(
        _("What was seen"), most=500, required=False, help_text=_("Needed where the unit produces again.")
    )
    held_on = day(_("Looked on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", today())
        self.fields["held_on"].widget.attrs["max"] = today().isoformat()


class DrawForm(forms.Form):
    """What a draw is made from: where, which quarter, what share, which seed."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)
    quarter = forms.CharField(label=_("Quarter"), max_length=6, help_text=_("For example 2026Q3."))
    percent = forms.DecimalField(
        label=_("Percent of each township"),
        max_digits=5,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=100,
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**63 - 1,
        help_text=_("The same seed draws the same cases, so that anybody can check the draw."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        codes = [code for role, code in user.scope.grants if role in roles_of("lookback.draw")]
        self.fields["region"].queryset = Region.objects.filter(code__in=codes).order_by("code")

    def clean_quarter(self):
        return self.cleaned_data["quarter"].strip().upper()


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
    """The meeting's record, and what was put to the rules before it."""

    ASKED: ClassVar = ("held_on", "place", "elements", "exclusions")
    ASK_AFTER: ClassVar = "exclusions"

    held_on = day(_("Meeting held on"))
    place = forms.MultipleChoiceField(
        label=_("The place, as the rules see it"),
        choices=PlaceFlag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    place_shown = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)
    elements = ElementsField(
        label=_("Elements found"),
        required=False,
        help_text=_(
            "Only what cannot be corrected at once counts. A clause counts once, however often found."
        ),
    )
    exclusions = forms.MultipleChoiceField(
        label=_("Not to be judged major, because"), required=False, widget=forms.CheckboxSelectMultiple
    )
    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    attendees = words(_("People at the meeting"), rows=2, help_text=_("At least three, one name a line."))
    clauses = forms.CharField(label=_("Clauses relied on"), max_length=500)
    conclusion = words(_("Conclusion"))
    experts = forms.IntegerField(
        label=_("Experts on the panel"),
        min_value=0,
        max_value=200,
        required=False,
        help_text=_("Only where a panel was asked: at least seven, two thirds of them for the conclusion."),
    )
    expert_votes = forms.IntegerField(
        label=_("Of them for the conclusion"), min_value=0, max_value=200, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        book = reference_book(self.day_of_decision())
        if book is None:
            for name in ("place", "place_shown", "elements", "exclusions"):
                del self.fields[name]
            return
        self.fields["elements"].widget.book = book
        self.fields["exclusions"].choices = [
            (one.code, book.labels[one.code]) for one in book.rules.exclusions
        ]
        if self.case is not None:
            self.initial.setdefault("place", place_of(self.case.unit))

    def day_of_decision(self):
        """The day of the meeting where one is given: its rules are the ones to choose from."""
        try:
            return date.fromisoformat(str(self.data.get("held_on", "")))
        except ValueError:
            return today()

    def clean_attendees(self):
        text = self.cleaned_data["attendees"]
        for mark in "、，,;；\n":
            text = text.replace(mark, "\n")
        return [name.strip() for name in text.split("\n") if name.strip()]

    def question(self) -> dict:
        """What is put to the rules. Whoever does not say what the place is leaves it to the register."""
        facts = self.cleaned_data
        place = facts.get("place") or []
        if not place and not facts.get("place_shown") and self.case is not None:
            place = place_of(self.case.unit)
        return {
            "place": place,
            "elements": facts.get("elements") or [],
            "exclusions": facts.get("exclusions") or [],
        }

    def clean(self):
        facts = super().clean()
        if "elements" not in self.fields and self.data.get("elements"):
            self.add_error(None, _("No rules on major fire hazards are loaded. Run “load_reference” first."))
        facts["question"] = self.question()
        return facts

    def preview(self) -> tuple[dict | None, str]:
        """What the rules would say of the question so far, or why it cannot be put; nothing is written."""
        wrong = next(
            (self.errors[name][0] for name in self.ASKED if self.data.get(name) and name in self.errors), ""
        )
        self.errors.clear()
        if wrong:
            return None, wrong
        try:
            return propose(self.question(), on=self.cleaned_data.get("held_on") or today()), ""
        except RuleBroken as refusal:
            return None, str(refusal)


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
    report_every = forms.ChoiceField(
        label=_("Progress is reported"),
        choices=ReportEvery.choices,
        initial=ReportEvery.MONTHLY,
        required=False,
    )

    def clean_report_every(self):
        return self.cleaned_data["report_every"] or ReportEvery.MONTHLY


class DelistForm(ActForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    paper_number = forms.CharField(label=_("Document number of the delisting"), max_length=80)
    delisted_on = day(_("Board taken down on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            labels = dict(Level.choices)
            self.fields["level"].choices = [(level, labels[level]) for level in self.case.listed_levels]


class ReportForm(ActForm):
    """Progress of a listed hazard, to the main listing unless another level is named."""

    level = forms.ChoiceField(label=_("To the board of"), choices=Level.choices, required=False)
    words = words(_("Progress"), most=2000)
    percent = forms.IntegerField(label=_("Per cent done"), min_value=0, max_value=100)
    funds = forms.DecimalField(
        label=_("Funds spent so far (10,000 yuan)"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.case is not None:
            labels = dict(Level.choices)
            self.fields["level"].choices = [(level, labels[level]) for level in self.case.listed_levels]
            if len(self.case.listed_levels) == 1:
                self.fields["level"].widget = forms.HiddenInput()
            self.initial.setdefault("level", self.case.main_level)


class ReverseForm(ActForm):
    reason = words(_("Why the closing was wrong"))


class AssureForm(ActForm):
    flag = forms.ChoiceField(label=_("What"), choices=Flag.choices)
    is_met = forms.ChoiceField(
        label=_("In place"), choices=[("yes", _("Yes")), ("no", _("Not yet"))], widget=forms.RadioSelect
    )
    on = day(_("In place since, or looked at on"), required=False)
    words = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("What is missing, where it is not in place."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today())
        self.fields["on"].widget.attrs["max"] = today().isoformat()

    def clean_is_met(self):
        return self.cleaned_data["is_met"] == "yes"


class IntervalForm(ActForm):
    every = forms.ChoiceField(label=_("Progress is reported"), choices=ReportEvery.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class MilestoneForm(ActForm):
    title = forms.CharField(label=_("What is to be reached"), max_length=120)
    due_on = day(_("By"), help_text=_("The end of that day."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = today().isoformat()


class OpenMilestoneForm(ActForm):
    """About one milestone of the listing that is still open."""

    milestone = forms.ModelChoiceField(label=_("Milestone"), queryset=Milestone.objects.none())

    def __init__(self, *args, listing=None, **kwargs):
        super().__init__(*args, **kwargs)
        if listing is not None:
            self.fields["milestone"].queryset = listing.milestones.open()


class AchieveForm(OpenMilestoneForm):
    done_on = day(_("Reached on"), required=False)
    words = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("done_on", today())
        self.fields["done_on"].widget.attrs["max"] = today().isoformat()


class MoveForm(OpenMilestoneForm):
    due_on = day(_("New day"), help_text=_("The first day stays to be seen."))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class DropForm(OpenMilestoneForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class CallInForm(ActForm):
    on = day(_("Called in on"), required=False)
    words = words(_("What was said"))


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
