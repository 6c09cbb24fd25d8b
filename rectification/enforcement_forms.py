"""What each step against a stop that is not obeyed asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.days import today
from rectification import limits
from rectification.forms import ActForm, OfficersField, day, words


class DayForm(ActForm):
    """A form with one day, today unless somebody says otherwise, and not in the future."""

    DAY = "held_on"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault(self.DAY, today())
        self.fields[self.DAY].widget.attrs["max"] = today().isoformat()


class FindForm(DayForm):
    DAY = "found_on"

    words = words(_("What was seen at work"))
    officers = OfficersField(label=_("Officers"))
    found_on = day(_("Found on"), required=False)


class DemandForm(ActForm):
    perform_days = forms.IntegerField(
        label=_("Days to obey"), help_text=_("Calendar days from the service of the demand."), min_value=1
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("perform_days", limits.demand_days(today()))


class HearForm(DayForm):
    DAY = "heard_on"

    said_by = forms.CharField(label=_("Stated by"), max_length=60)
    words = words(_("What was stated"), most=2000)
    heard_on = day(_("Heard on"), required=False)


class EnforceForm(ActForm):
    reason = words(_("What was seen after the demand"))
    way = words(_("How it is executed"), rows=2, most=500)
    execute_on = day(_("Executed on"))
    view = words(
        _("View on what the unit stated"),
        rows=2,
        most=500,
        required=False,
        help_text=_("Needed where the unit made a statement."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["execute_on"].widget.attrs["min"] = today().isoformat()


class ExecuteForm(DayForm):
    words = words(_("What was done"))
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Executed on"), required=False)


class ComplyForm(DayForm):
    words = words(_("What was seen"))
    officers = OfficersField(label=_("Officers"))
    held_on = day(_("Seen on"), required=False)
