"""Extensions of a deadline: asked and decided."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rectification.forms.base import ActForm
from rectification.forms.fields import deadline, words


class AskExtensionForm(ActForm):
    until = deadline(_("Extend until"))
    reason = words(_("Reason"))
    interim = words(_("Measures that keep people safe until then"))


class DecideExtensionForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("granted", _("Grant")), ("refused", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    note = words(_("Note to the decision"), most=500, required=False)
