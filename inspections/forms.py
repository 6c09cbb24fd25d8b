"""What the inspection pages send: beginning, one finding, the last step, putting a draft away."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.forms import OnceForm
from common.listing import key_in
from documents.models import Relation
from inspections import joint, outcome, selectors
from inspections.models import ENFORCEMENT_KINDS, STARTED_BY_HAND, Finding, Inspection, Kind
from reference.forms import DeadlineField

ON_SITE, BY_DATE, REPORT = "on_site", "by_date", "report"


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time."""

    input_type = "datetime-local"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class PeopleField(forms.ModelMultipleChoiceField):
    """People by key; the page draws them itself, with cards and offices."""

    def __init__(self, **options):
        super().__init__(queryset=User.objects.none(), **options)
        self.people: list[User] = []

    def offer(self, people: list[User]) -> None:
        """Let these be chosen, without another query."""
        self.people = people
        self.queryset = User.objects.filter(pk__in=[person.pk for person in people])


class TeamFields(forms.Form):
    """Who went: officers with a card, helpers apart."""

    officers = PeopleField(label=_("Officers"), error_messages={"required": _("Choose who went.")})
    assistants = PeopleField(label=_("Assistants"), required=False)

    def offer_people(self, user, unit, kind: str, on) -> None:
        """Offer the colleagues whose posts cover the unit on the day."""
        self.colleagues = selectors.colleagues(user, unit.region_id, kind, on)
        self.fields["officers"].offer(self.colleagues.officers)
        # An officer may come along as a helper, too; who has no card only so.
        self.fields["assistants"].offer([*self.colleagues.assistants, *self.colleagues.officers])

    @property
    def chosen_officers(self) -> set[int]:
        return self._chosen("officers")

    @property
    def chosen_assistants(self) -> set[int]:
        return self._chosen("assistants")

    def _chosen(self, name: str) -> set[int]:
        values = self[name].value() or []
        keys = (key_in(str(getattr(value, "pk", value))) for value in values)
        return {key for key in keys if key is not None}


class StartForm(TeamFields, OnceForm):
    """Begin a visit at a unit."""

    kind = forms.ChoiceField(label=_("Kind of inspection"), widget=forms.RadioSelect)
    latitude = forms.DecimalField(required=False, max_digits=9, decimal_places=6, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, max_digits=9, decimal_places=6, widget=forms.HiddenInput)

    def __init__(self, *args, user, unit, on, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user, unit)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        kind = self.data.get("kind") or self.initial.get("kind") or (kinds[0] if kinds else Kind.GRID)
        kind = kind if kind in kinds else (kinds[0] if kinds else Kind.GRID)
        self.initial["kind"] = str(kind)
        self.offer_people(user, unit, str(kind), on)
        if not self.is_bound:
            partner = selectors.usual_partner(user) if kind in ENFORCEMENT_KINDS else None
            known = {person.pk for person in self.colleagues.officers}
            self.initial["officers"] = [pk for pk in (user.pk, partner) if pk in known]


def kinds_for(user, unit) -> list[Kind]:
    """The kinds a person may begin at a unit: inspectors all, township officers and grid workers a patrol."""
    kinds = list(STARTED_BY_HAND) if user.may("inspection.file", unit.region_id) else []
    if kinds or user.may("inspection.self_check", unit.region_id):
        kinds.append(Kind.GRID)
    return kinds


class FindingForm(forms.Form):
    """One finding of a draft, saved as it is typed: what is still missing is asked for at the end."""

    description = forms.CharField(
        label=_("What was found"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    part = forms.CharField(label=_("Part of the premises"), max_length=200, required=False)
    remedy = forms.ChoiceField(label=_("What happens to it"), required=False, widget=forms.RadioSelect)
    due_on = DeadlineField(label=_("Rectification deadline"), required=False)

    def __init__(self, *args, finding: Finding, enforcing: bool, on, **kwargs):
        kwargs.setdefault("prefix", f"f{finding.pk}")
        kwargs.setdefault("initial", self.values_of(finding, enforcing))
        super().__init__(*args, **kwargs)
        self.finding, self.enforcing = finding, enforcing
        self.suggested = selectors.suggested_deadline(finding.category, on)
        on_site = enforcing and finding.category.on_site
        choices = [(ON_SITE, _("Corrected on the spot"))] if on_site else []
        choices.append((BY_DATE, _("By a deadline")) if enforcing else (REPORT, _("Report it")))
        self.fields["remedy"].choices = choices
        if not enforcing:
            del self.fields["due_on"]
        else:
            self.fields["due_on"].widget.attrs["min"] = on.isoformat()

    @staticmethod
    def values_of(finding: Finding, enforcing: bool) -> dict:
        """The finding as the form shows it."""
        remedy = ON_SITE if finding.corrected_on_site else BY_DATE if enforcing else REPORT
        return {
            "description": finding.description,
            "part": finding.part,
            "remedy": remedy,
            "due_on": finding.due_on,
        }

    @property
    def facts(self) -> dict:
        """What the service is told."""
        sent = self.cleaned_data
        on_site = sent["remedy"] == ON_SITE
        return {
            "description": sent["description"],
            "part": sent["part"],
            "corrected_on_site": on_site,
            "due_on": None if on_site else sent.get("due_on"),
        }


HAND_OVER = (
    ("signed", _("Served now: signed for")),
    ("refused", _("Served now: signature refused before two witnesses")),
    ("later", _("Later: within 3 working days")),
)
HANDING = ("hand_over", "receiver", "relation", "refusal_reason", "witness_1", "witness_2")


class FinishForm(TeamFields):
    """The last step before completing: who went, who was met, what else there is to say."""

    started_at = forms.DateTimeField(label=_("Began at"), widget=MomentInput())
    ended_at = forms.DateTimeField(label=_("Ended at"), widget=MomentInput())
    on_site_person = forms.CharField(label=_("Person on site"), max_length=60, required=False)
    on_site_phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    refused_signature = forms.BooleanField(label=_("The person on site refused to sign"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    hand_over = forms.ChoiceField(
        label=_("Hand over the order"),
        choices=HAND_OVER,
        initial="signed",
        required=False,
        widget=forms.RadioSelect,
    )
    receiver = forms.CharField(
        label=_("Received by"), max_length=60, required=False, help_text=_("Empty: the person on site.")
    )
    relation = forms.ChoiceField(
        label=_("Relation to the addressee"), choices=Relation.choices, required=False
    )
    refusal_reason = forms.CharField(label=_("Why nobody signed"), max_length=500, required=False)
    witness_1 = forms.CharField(label=_("First witness"), max_length=60, required=False)
    witness_2 = forms.CharField(label=_("Second witness"), max_length=60, required=False)
    joint = forms.CharField(
        label=_("Departments taking part (joint enforcement)"),
        max_length=4000,
        required=False,
        help_text=_("One department a line, then a colon and its people: 住建局：张三、李四"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    suspend = forms.ChoiceField(
        label=_("Stop production or business"),
        choices=[("yes", _("Propose to stop")), ("no", _("Do not propose"))],
        required=False,
        widget=forms.RadioSelect,
    )
    no_suspension_reason = forms.CharField(
        label=_("Why it is not to stop"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, inspection: Inspection, user, on, proposes_stop: bool, now, **kwargs):
        team = list(inspection.team.all())
        kwargs["initial"] = {
            "officers": [member.user_id for member in team if member.is_officer],
            "assistants": [member.user_id for member in team if not member.is_officer],
            "started_at": inspection.started_at,
            "ended_at": inspection.ended_at or now,
            "on_site_person": inspection.on_site_person,
            "on_site_phone": inspection.on_site_phone,
            "refused_signature": inspection.refused_signature,
            "note": inspection.note,
            "joint": joint.text_of(inspection.joint),
            "suspend": "yes",
        }
        super().__init__(*args, **kwargs)
        self.inspection, self.proposes_stop = inspection, proposes_stop
        self.orders = outcome.issues_order(inspection)
        if not self.orders:
            for name in HANDING:
                del self.fields[name]
        self.offer_people(user, inspection.unit, inspection.kind, on)
        if inspection.kind not in ENFORCEMENT_KINDS:
            del self.fields["joint"]
        if not proposes_stop:
            del self.fields["suspend"], self.fields["no_suspension_reason"]

    def clean(self):
        sent = super().clean()
        begun, ended = sent.get("started_at"), sent.get("ended_at")
        if begun and ended and ended < begun:
            self.add_error("ended_at", ValidationError(_("The inspection ends before it begins.")))
        self.refuse_unnamed(sent)
        if (
            self.proposes_stop
            and sent.get("suspend") == "no"
            and not sent.get("no_suspension_reason", "").strip()
        ):
            self.add_error(
                "no_suspension_reason", ValidationError(_("Say why this combined-use site is not to stop."))
            )
        return sent

    def refuse_unnamed(self, sent: dict) -> None:
        """An order that is signed for has somebody who signs; one refused, two witnesses and the reason."""
        if "save" in self.data:  # a draft may wait for a name
            return
        if sent.get("hand_over") == "signed" and not (sent.get("receiver") or sent.get("on_site_person")):
            words = _("Say who signs for the order, or choose to serve it later.")
            self.add_error("receiver", ValidationError(words))
        if sent.get("hand_over") != "refused":
            return
        for name in ("refusal_reason", "witness_1", "witness_2"):
            if not sent.get(name):
                self.add_error(
                    name, ValidationError(_("A refusal needs its reason and two witnesses by name."))
                )
        if sent.get("witness_1") and sent.get("witness_1") == sent.get("witness_2"):
            self.add_error("witness_2", ValidationError(_("The two witnesses are one person.")))

    @property
    def details(self) -> dict:
        """What the service writes."""
        names = ("started_at", "ended_at", "on_site_person", "on_site_phone", "refused_signature", "note")
        details = {name: self.cleaned_data[name] for name in names}
        if "joint" in self.cleaned_data:
            details["joint"] = joint.parse(self.cleaned_data["joint"])
        return details


class DiscardForm(forms.Form):
    """Why a draft is put away."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


def findings_forms(findings, *, enforcing: bool, on) -> dict[int, FindingForm]:
    """The form of each finding, by key."""
    return {finding.pk: FindingForm(finding=finding, enforcing=enforcing, on=on) for finding in findings}
