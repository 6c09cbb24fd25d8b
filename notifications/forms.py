"""What people fill in about their letters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Preference


class DropForm(forms.Form):
    """Why a letter need not arrive any more."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class PreferenceForm(forms.ModelForm):
    """By which channels, and when not."""

    class Meta:
        model = Preference
        fields = ("email", "webhook", "bot", "quiet_from", "quiet_to", "quiet_days_off")
        labels = {
            "quiet_from": _("Quiet from"),
            "quiet_to": _("Quiet until"),
            "quiet_days_off": _("Quiet on days off"),
        }
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_to")
        }

    def clean(self):
        """Half of a stretch of time says nothing."""
        given = super().clean()
        ends = {name: given.get(name) for name in ("quiet_from", "quiet_to")}
        for name, value in ends.items():
            if value is None and any(ends.values()) and name not in self.errors:
                self.add_error(name, _("Give both ends of the quiet hours, or neither."))
        if ends["quiet_from"] is not None and ends["quiet_from"] == ends["quiet_to"]:
            self.add_error(
                "quiet_to", _("The quiet hours end when they begin. Choose another end, or leave both empty.")
            )
        return given
