"""The guard against a form that was opened before somebody else changed the row."""

from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import StaleForm


def version_of(row) -> str:
    """What a form keeps in its hidden `version` field: the instant of the row's last change."""
    return row.updated_at.isoformat() if row is not None and row.updated_at else ""


def refuse_stale(row, version: str, *, changed_by=None, what: str = "") -> None:
    """Passes when the row is as the form knew it; StaleForm otherwise, saying who changed what and when.

    Call it on the locked row, inside the transaction that writes. An empty version (a door without a form,
    such as the API) is not checked.
    """
    if not version or version == version_of(row):
        return
    when = f"{timezone.localtime(row.updated_at):%Y-%m-%d %H:%M}"
    words = {"who": changed_by or _("somebody else"), "what": what or _("this record"), "when": when}
    raise StaleForm(
        _(
            "%(who)s changed %(what)s at %(when)s, after you opened the form. Look at it before you save again."
        )
        % words
    )
