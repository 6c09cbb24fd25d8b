"""The words for acts on a case, given once for pages, timeline, API refusals and docs."""

from django.utils.translation import gettext_lazy as _

ACT_LABELS = {
    "open": _("Register the hazard"),
    "correct_on_site": _("Corrected on the spot"),
    "order": _("Order rectification"),
    "reorder": _("Issue the order anew"),
    "submit": _("Submit rectification"),
    "urge": _("Urge the unit"),
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
    "instruct": _("Give an instruction"),
    "reply": _("Answer the instruction"),
    "determine": _("Determine the grade"),
    "list": _("List for supervision"),
    "delist": _("Take the board down"),
}


def act_label(act: str) -> str:
    return str(ACT_LABELS[act])


BUTTON_LABELS = {
    "review": _("Record the re-inspection"),
    "decide_extension": _("Decide the extension"),
}


def button_label(name: str) -> str:
    """What stands on the button of an act that a person can press."""
    return str(BUTTON_LABELS.get(name) or ACT_LABELS[name])


EVENT_LABELS = {
    "open": _("Hazard registered"),
    "order": _("Rectification ordered"),
    "reorder": _("Order issued anew"),
    "submit": _("Reported as rectified"),
    "urge": _("Unit urged to rectify"),
    "ask_extension": _("Extension asked for"),
    "grant_extension": _("Extension granted"),
    "refuse_extension": _("Extension refused"),
    "transfer": _("Transferred to a department"),
    "take_back": _("Taken back"),
    "suspend": _("Case discontinued"),
    "resume": _("Case continued"),
    "void": _("Case voided"),
    "reopen": _("Relapse: a new round begins"),
    "instruct": _("Instruction given"),
    "reply": _("Instruction answered"),
    "determine": _("Grade determined by meeting"),
    "list": _("Listed by a government"),
    "delist": _("Board taken down"),
}


def event_label(act: str) -> str:
    """What stands in the timeline for an act."""
    return str(EVENT_LABELS.get(act) or ACT_LABELS[act])


CONDITION_WORDS = {
    "list": _("Only a major fire hazard is listed. Record the meeting that found it major first."),
    "delist": _("No board hangs for this case."),
    "ask_extension": _("A request for this case waits for its decision."),
    "grant_extension": _("No extension of this case waits for a decision."),
    "refuse_extension": _("No extension of this case waits for a decision."),
}


def condition_words(act: str) -> str:
    """Why an act is not possible although the state would allow it."""
    return str(CONDITION_WORDS[act])
