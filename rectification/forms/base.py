"""What every form about a case shares: who fills it in, and who may be on the team."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.days import today
from common.forms import OnceForm
from inspections.selectors import usual_partner
from rectification.forms.fields import words


class ActForm(OnceForm):
    """A form about one case, filled in by one person."""

    show_when: ClassVar[dict[str, tuple[str, str]]] = {}
    """Fields that the page shows only while another field has a value: {name: (other, value)}."""
    needed: ClassVar[frozenset[str]] = frozenset()
    """Fields that are not always asked for, but needed wherever the page shows them; no “optional” stands there."""
    ASK_AFTER: ClassVar[str] = ""
    """The field after which the page offers to ask the rules."""
    GONE_BY: ClassVar[str] = ""
    """The field with a day that has gone by: today unless another is given, never later."""

    def __init__(self, *args, case=None, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.user = user
        if self.GONE_BY:
            self.initial.setdefault(self.GONE_BY, today())
            self.fields[self.GONE_BY].widget.attrs["max"] = today().isoformat()
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


class ReasonForm(ActForm):
    reason = words(_("Reason"))
