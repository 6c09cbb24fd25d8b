"""Forms of the chase: the filter of the ledger, a rung of the ladder and its end, and what becomes of a suggestion."""

import hashlib
import json
from datetime import date, timedelta
from typing import ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.days import today
from common.forms import OnceForm
from notifications.models import Delivery
from rectification.chase import rung_words
from rectification.forms import DayInput, words
from rectification.models import ChaseClaim, Rung
from rectification.models.chase import FollowUp, Measure, Recipient, Watched
from rectification.services import ladder
from rectification.watched import BY_HOUR
from rectification.wording import FACTS as LETTER_FACTS
from reference.models import Region

MOST_DAYS = 366
EARLIEST = date(2000, 1, 1)
FARTHEST = 250


class LedgerFilter(forms.Form):
    """Which lines of the ledger. Bad values filter nothing: a list is never a reason for an error page."""

    day_from = forms.DateField(label=_("From"), required=False, widget=DayInput())
    day_to = forms.DateField(label=_("To"), required=False, widget=DayInput())
    rung = forms.ModelChoiceField(Rung.objects.all(), label=_("Rung"), required=False)
    rung_code = forms.ChoiceField(label=_("Rung"), required=False)
    township = forms.ModelChoiceField(
        Region.objects.filter(level="township"), label=_("Township"), required=False, widget=forms.TextInput
    )
    person = forms.ModelChoiceField(
        User.objects.all(), label=_("Person"), required=False, widget=forms.TextInput
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *ChaseClaim.Outcome.choices]
    )
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All")), *Delivery.Channel.choices]
    )
    state = forms.ChoiceField(
        label=_("Delivery"), required=False, choices=[("", _("All")), *Delivery.State.choices]
    )
    unread = forms.BooleanField(label=_("Unread only"), required=False)

    def __init__(self, data, *, fields: tuple[str, ...]):
        super().__init__(data)
        self.fields = {name: field for name, field in self.fields.items() if name in fields}
        if "rung_code" in self.fields:
            self.fields["rung_code"].choices = [("", _("All")), *rung_names()]
        self.is_valid()

    @property
    def form(self):
        """The filter bar asks for it."""
        return self

    @property
    def facts(self) -> dict:
        """What `ledger.narrowed` takes."""
        found = dict(self.cleaned_data)
        if found.get("township"):
            found["township"] = found["township"].code
        return found

    @property
    def days(self):
        """First and last day: the last thirty days where nothing is said, a year at most."""
        last = max(self.cleaned_data.get("day_to") or today(), EARLIEST)
        first = self.cleaned_data.get("day_from") or last - timedelta(days=30)
        return max(first, last - timedelta(days=MOST_DAYS)), last


def rung_names() -> list[tuple[str, str]]:
    """Each rung once, by the name of its latest version."""
    return list(
        {rung.code: rung.label for rung in Rung.objects.order_by("watched", "offset", "valid_from")}.items()
    )


def clock_choices() -> list[tuple[str, str]]:
    """The statutory clocks by code, as the table of limits names them; those that rungs name come along."""
    codes = {code for row in Rung.objects.values_list("clocks", flat=True) for code in row}
    names = rung_words.clock_names()
    found = {code: names.get(code, code) for code in codes | (ladder.OF_UNITS & names.keys())}
    return sorted(found.items(), key=lambda item: (item[0][0], len(item[0].partition("-")[0]), item[0]))


def free_code(wanted: str) -> str:
    """`wanted`, or with a number behind it where a rung has it already."""
    wanted = wanted.replace("--", "-before-").replace("_", "-").strip("-")[:20]
    taken = set(Rung.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    return next(code for n in range(1, 99) if (code := f"{wanted}-{n}" if n > 1 else wanted) not in taken)


class RungForm(OnceForm):
    """One version of a rung. `old` is the version that it follows; None for a new rung."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=24,
        required=False,
        help_text=_("Latin letters and figures, such as after-15; never changes. Empty: one is made."),
    )
    name = forms.CharField(label=_("Name of the rung"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    watched = forms.ChoiceField(label=_("What it watches"), choices=Watched.choices)
    clocks = forms.MultipleChoiceField(
        label=_("Which clocks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them."),
    )
    grades = forms.MultipleChoiceField(
        label=_("Of which grade"),
        required=False,
        choices=Rung._meta.get_field("grades").base_field.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every grade."),
    )
    levels = forms.MultipleChoiceField(
        label=_("Of which listing"),
        required=False,
        choices=Rung._meta.get_field("levels").base_field.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: listed or not."),
    )
    measure = forms.ChoiceField(
        label=_("Counted in"), choices=Measure.choices, initial=Measure.WORKING_DAYS, required=False
    )
    offset = forms.IntegerField(
        label=_("Distance from the day"),
        min_value=-FARTHEST,
        max_value=FARTHEST,
        help_text=_(
            "In working days, or in hours where hours are chosen. -3: before the day; 0: on the day; 5: after it."
        ),
    )
    repeat_every = forms.IntegerField(
        label=_("Again every"),
        min_value=1,
        max_value=FARTHEST,
        required=False,
        help_text=_("Working days, or hours. Empty: once. It comes again for as long as the thing stands."),
    )
    recipients = forms.MultipleChoiceField(
        label=_("Whom it tells"),
        choices=Recipient.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say whom this rung tells.")},
    )
    urgent = forms.BooleanField(
        label=_("Cannot wait: a letter of its own at once, instead of a line in the morning's digest"),
        required=False,
    )
    channels = forms.MultipleChoiceField(
        label=_("Must also go by"),
        required=False,
        choices=Rung._meta.get_field("channels").base_field.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Beside the inbox, whatever the person has chosen."),
    )
    follow_ups = forms.MultipleChoiceField(
        label=_("What it suggests"),
        required=False,
        choices=FollowUp.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = words(_("Text"), rows=8, most=2000)
    valid_from = forms.DateField(
        label=_("In force from"),
        widget=DayInput(),
        help_text=_("Tomorrow at the earliest; the present version ends the day before."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, old: Rung | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.old = old
        self.fields["clocks"].choices = clock_choices()
        self.fields["body"].help_text = gettext("Facts that may stand in braces: %(names)s") % {
            "names": gettext(", ").join(f"{{{name}}} {rung_words.FACT_NAMES[name]}" for name in LETTER_FACTS)
        }
        self.initial.setdefault("valid_from", today() + timedelta(days=1))
        if old:
            self.initial |= {name: getattr(old, name) for name in ladder.FACTS}
            # What a rung watches is what it is: another kind of thing is another rung.
            del self.fields["code"], self.fields["watched"]
            if old.watched != Watched.CLOCK:
                del self.fields["clocks"]
            if old.watched not in BY_HOUR:
                del self.fields["measure"]

    field_order = ("name", "watched", "clocks", *ladder.FACTS[3:], "valid_from", "name_en", "code")
    """What matters first; the names that few people need stand at the end."""

    def clean(self):
        """A rung without a short name gets one from what it watches and its distance from the day."""
        given = super().clean()
        if "code" in self.fields and "code" not in self.errors and not given.get("code"):
            given["code"] = free_code(f"{given.get('watched', 'rung')}-{given.get('offset', '')}")
        return given

    def clean_measure(self):
        """Nobody is asked but for clocks and relapses: the page hides it, and what is hidden is not sent."""
        return self.cleaned_data["measure"] or Measure.WORKING_DAYS.value

    # Questions of some kinds of things alone.
    show_when: ClassVar = {
        "clocks": ("watched", Watched.CLOCK.value),
        "measure": ("watched", " ".join(BY_HOUR)),
    }

    @property
    def facts(self) -> dict:
        found = {name: self.cleaned_data[name] for name in ladder.FACTS if name in self.cleaned_data}
        # What the form of an old rung leaves out stays as it is.
        return {name: getattr(self.old, name) for name in ladder.FACTS} | found if self.old else found

    @property
    def draft(self) -> Rung:
        """The version as it would be saved, not saved."""
        code = self.old.code if self.old else self.cleaned_data["code"]
        return Rung(code=code, valid_from=self.cleaned_data["valid_from"], **self.facts)

    @property
    def mark(self) -> str:
        """What was previewed, in short: a form that was changed after its preview is previewed again."""
        told = {
            **self.facts,
            "from": str(self.cleaned_data["valid_from"]),
            "code": self.cleaned_data.get("code", ""),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]


class EndRungForm(forms.Form):
    """The last day of a rung."""

    last_day = forms.DateField(label=_("Last day"), widget=DayInput(), help_text=_("Today at the earliest."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_day", today())


class SettleForm(forms.Form):
    """Why a suggestion is set aside, or what was said in a talk."""

    reason = words(_("Reason"), rows=2, most=300)
    done = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.label = _("What was said, with whom") if self.is_talk else _("Why it is set aside")

    @property
    def is_talk(self) -> bool:
        """Whether a talk is noted; otherwise the suggestion is set aside."""
        return self["done"].value() in (True, "True", "on")
