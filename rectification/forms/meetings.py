"""The meeting that decides whether a hazard is major, and what is put to the rules before it."""

import json
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from common.errors import RuleBroken
from hazards.grading_words import element_limits
from hazards.models import Grade
from hazards.proposals import place_of, propose, reference_book
from rectification.forms.base import ActForm
from rectification.forms.fields import day, words
from reference.models import PlaceFlag


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
