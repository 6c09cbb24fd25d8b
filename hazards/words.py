"""The words for acts on a case, given once for pages, timeline, API refusals and docs."""

from django.utils.translation import gettext_lazy as _

ACT_LABELS = {
    "open": _("Register the hazard"),
    "correct_on_site": _("Corrected on the spot"),
    "order": _("Order rectification"),
    "submit": _("Submit rectification"),
    "pass": _("Re-inspection passed"),
    "fail": _("Re-inspection failed"),
    "ask_extension": _("Ask for an extension"),
    "grant_extension": _("Grant the extension"),
    "refuse_extension": _("Refuse the extension"),
    "transfer": _("Transfer"),
    "take_back": _("Take back"),
    "suspend": _("Discontinue"),
    "resume": _("Continue"),
    "void": _("Void the case"),
    "reopen": _("Reopen: the hazard is back"),
    "determine": _("Determine the grade"),
    "list": _("List for supervision"),
    "delist": _("Take the board down"),
}


def act_label(act: str) -> str:
    return str(ACT_LABELS[act])
