"""The words for acts on a case, given once for pages, timeline, API refusals and docs."""

from django.utils.translation import gettext_lazy as _

ACT_LABELS = {
    "open": _("Register the hazard"),
    "correct_on_site": _("Corrected on the spot"),
    "order": _("Order rectification"),
    "reorder": _("Issue the order anew"),
    "submit": _("Submit rectification"),
    "withdraw": _("Withdraw the submission"),
    "urge": _("Urge the unit"),
    "pass": _("Re-inspection passed"),
    "partly": _("Re-inspection: partly rectified"),
    "fail": _("Re-inspection failed"),
    "ask_extension": _("Ask for an extension"),
    "grant_extension": _("Grant the extension"),
    "refuse_extension": _("Refuse the extension"),
    "transfer": _("Transfer"),
    "accept_referral": _("Record that the department accepted"),
    "answer_referral": _("Record the result of the department"),
    "close_referral": _("Verify and close"),
    "take_back": _("Take back"),
    "suspend": _("Discontinue"),
    "resume": _("Continue"),
    "ask_void": _("Ask to void the case"),
    "ask_merge": _("Ask to merge as a duplicate"),
    "void": _("Void the case"),
    "refuse_void": _("Refuse to void the case"),
    "absorb": _("Take in a duplicate"),
    "look_back": _("Look-back"),
    "reopen": _("Reopen: the hazard is back"),
    "instruct": _("Give an instruction"),
    "reply": _("Answer the instruction"),
    "correct_deadline": _("Correct the deadline"),
    "hand_over": _("Hand the case over"),
    "determine": _("Determine the grade"),
    "list": _("List for supervision"),
    "delist": _("Take the board down"),
    "reverse": _("Reverse the closing"),
    "plan": _("Plan the rectification"),
    "assure": _("Note what is in place"),
    "achieve": _("Reach a milestone"),
    "report": _("Report progress"),
}


def act_label(act: str) -> str:
    return str(ACT_LABELS[act])


BUTTON_LABELS = {
    "review": _("Record the re-inspection"),
    "decide_extension": _("Decide the extension"),
    "void": _("Ask to void the case"),
    "merge": _("Ask to merge as a duplicate"),
    "decide_void": _("Decide whether the case is void"),
    "look_back": _("Record the look-back"),
}


def button_label(name: str) -> str:
    """What stands on the button of an act that a person can press."""
    return str(BUTTON_LABELS.get(name) or ACT_LABELS[name])


EVENT_LABELS = {
    "open": _("Hazard registered"),
    "order": _("Rectification ordered"),
    "reorder": _("Order issued anew"),
    "submit": _("Reported as rectified"),
    "withdraw": _("Submission withdrawn"),
    "urge": _("Unit urged to rectify"),
    "ask_extension": _("Extension asked for"),
    "grant_extension": _("Extension granted"),
    "refuse_extension": _("Extension refused"),
    "transfer": _("Transferred to a department"),
    "accept_referral": _("Accepted by the department"),
    "answer_referral": _("The department reported its result"),
    "close_referral": _("Verified after the referral, closed"),
    "take_back": _("Taken back"),
    "suspend": _("Case discontinued"),
    "resume": _("Case continued"),
    "ask_void": _("Voiding asked for"),
    "ask_merge": _("Merging asked for"),
    "void": _("Case voided"),
    "refuse_void": _("Voiding refused"),
    "absorb": _("A duplicate went into this case"),
    "moved": _("Went with the unit to another place"),
    "look_back": _("Looked back: rectification holds"),
    "reopen": _("Relapse: a new round begins"),
    "instruct": _("Instruction given"),
    "reply": _("Instruction answered"),
    "correct_deadline": _("Deadline corrected"),
    "hand_over": _("Handed over to another inspector"),
    "determine": _("Grade determined by meeting"),
    "list": _("Listed by a government"),
    "delist": _("Board taken down"),
    "reverse": _("Closing reversed"),
    "plan": _("Rectification plan changed"),
    "assure": _("What is in place was noted"),
    "achieve": _("Milestone reached"),
    "report": _("Progress reported"),
}


def event_label(act: str) -> str:
    """What stands in the timeline for an act."""
    return str(EVENT_LABELS.get(act) or ACT_LABELS[act])


CONDITION_WORDS = {
    "accept_referral": _("The acceptance or the result is written down already."),
    "answer_referral": _("The result is written down already."),
    "close_referral": _(
        "The department has not reported its result yet. Write it down first, or take the case back."
    ),
    "list": _("Only a major fire hazard is listed. Record the meeting that found it major first."),
    "delist": _("No board hangs for this case."),
    "reverse": _(
        "Only the closing of a major hazard with a deadline is reversed; for others, reopen the case."
    ),
    "plan": _("No board hangs for this case."),
    "assure": _("No board hangs for this case."),
    "achieve": _("No board hangs for this case."),
    "report": _("No board hangs for this case."),
    "correct_deadline": _("The case has no deadline to correct."),
    "ask_extension": _("A request for this case waits for its decision."),
    "grant_extension": _("No extension of this case waits for a decision."),
    "refuse_extension": _("No extension of this case waits for a decision."),
    "ask_void": _("A request to void this case waits for its decision."),
    "ask_merge": _("A request to void this case waits for its decision."),
    "void": _("Nobody asked to void this case: one person asks, another decides."),
    "refuse_void": _("Nobody asked to void this case: one person asks, another decides."),
}


def condition_words(act: str) -> str:
    """Why an act is not possible although the state would allow it."""
    return str(CONDITION_WORDS[act])
