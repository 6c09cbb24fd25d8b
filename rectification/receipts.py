"""What a finished act is told as: one sentence in the field's words, with the day or the paper that counts."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.face import day_words
from hazards.models import Level
from rectification.models import AcceptanceCheck


def of_act(name: str, case, facts: dict) -> str:
    """What stands above the case after the act `name`; `case` is as it stands now."""
    case.refresh_from_db()
    due = day_words(case.due_on) if case.due_on else ""
    match name:
        case "order":
            return _("Rectification ordered, deadline %(day)s.") % {"day": due}
        case "submit":
            return _("Reported as rectified; the inspector re-inspects.")
        case "withdraw":
            return _("The submission is withdrawn; the deadline stays %(day)s.") % {"day": due}
        case "urge":
            return _("Noted: the unit was urged.")
        case "instruct":
            return _("%(name)s is asked to answer by %(day)s.") % {
                "name": facts["addressee"].name,
                "day": day_words(facts["due_on"]),
            }
        case "hand_over":
            return _("%(name)s is the inspector in charge now.") % {"name": facts["inspector"].name}
        case "reply":
            return _("The answer is sent.")
        case "review" if facts["outcome"] == "pass":
            return _("Re-inspection passed: the case is closed.")
        case "review" if facts["outcome"] == "partly":
            return _("Partly rectified; new deadline %(day)s.") % {"day": due}
        case "review":
            return _("Re-inspection failed; new deadline %(day)s.") % {"day": due}
        case "ask_extension":
            return _("Asked to extend until %(day)s; the office decides.") % {
                "day": day_words(facts["until"])
            }
        case "decide_extension" if facts["decision"] == "granted":
            return _("Extension granted: the deadline is now %(day)s.") % {"day": due}
        case "decide_extension":
            return _("Extension refused: the deadline stays %(day)s.") % {"day": due}
        case "correct_deadline":
            return _("The deadline is corrected: %(day)s.") % {"day": due}
        case "void" if case.state == "void":
            return _("The case is void.")
        case "void":
            return _("Asked to void the case; somebody else of the office decides.")
        case "merge":
            return _("Asked to merge into %(number)s; somebody else of the office decides.") % {
                "number": facts["into"].number
            }
        case "decide_void" if facts["decision"] == "refused":
            return _("Refused: the case stands as before.")
        case "look_back" if facts["outcome"] == "relapse":
            return _("Relapse recorded: round %(n)s begins, rectification must be ordered.") % {
                "n": case.round
            }
        case "look_back":
            return _("Look-back recorded: the rectification holds.")
        case "determine":
            return _("Determined as: %(grade)s.") % {"grade": case.get_grade_display()}
        case "list":
            return _("Listed: %(level)s.") % {"level": Level(facts["level"]).label}
        case "delist":
            return delisted(case, facts["level"])
        case "report":
            return _("Progress is reported: %(n)s %%.") % {"n": facts["percent"]}
        case "reverse":
            return _("The closing is reversed: the case stands again, deadline %(day)s.") % {"day": due}
        case "transfer":
            row = case.transfers.standing().first()
            return _("Transferred to %(department)s; a reply is due by %(day)s.") % {
                "department": row.department,
                "day": day_words(row.reply_due_on),
            }
        case "accept_referral":
            return _("Noted: the department has accepted it.")
        case "answer_referral":
            return _("Noted what the department did; two officers verify it, or the case is taken back.")
        case "close_referral":
            return _("Verified after the referral: the case is closed.")
        case "take_back" | "resume":
            return _("The case is in hand again; rectification must be ordered.")
        case "suspend":
            return _("The case is discontinued.")
        case "reopen":
            return _("Reopened as round %(n)s; rectification must be ordered.") % {"n": case.round}
    return _("The case is void.")


def delisted(case, level: str) -> str:
    """The unit's board comes down with the last of its listed hazards."""
    label = Level(level).label
    left = case.events.filter(act="delist").order_by("pk").last().data.get("left", 0)
    if not left:
        return _("The board is down: %(level)s.") % {"level": label}
    return ngettext(
        "Taken off the list: %(level)s. The unit's board stays up: %(n)s listed hazard is left.",
        "Taken off the list: %(level)s. The unit's board stays up: %(n)s listed hazards are left.",
        left,
    ) % {"level": label, "n": left}


def of_supervision(step: str, listing) -> str:
    """What stands above the listing after one of its steps."""
    listing.refresh_from_db()
    if step == "report" and listing.report_due_on:
        return _("Progress is reported; the next report is due %(day)s.") % {
            "day": day_words(listing.report_due_on)
        }
    return {
        "assure": _("Noted what is in place."),
        "interval": _("How often it is reported on has changed."),
        "add": _("The milestone stands in the plan."),
        "achieve": _("The milestone is reached."),
        "move": _("The milestone has its new day."),
        "drop": _("The milestone is dropped."),
        "call-in": _("The talk is noted."),
        "report": _("Progress is reported."),
    }[step]


def of_step(step: str, suspension, facts: dict) -> str:
    """What stands above the suspension after one of its steps."""
    suspension.refresh_from_db()
    match step:
        case "decide":
            return _("The suspension is in force: %(number)s.") % {"number": suspension.document.number}
        case "decline":
            return _("The proposal is declined; the unit goes on.")
        case "ask-to-resume":
            return _("Acceptance check asked for.")
        case "accept" if facts["outcome"] == AcceptanceCheck.Outcome.PASS:
            return _("Acceptance check passed; the office allows the unit to resume.")
        case "accept":
            return _("Acceptance check not passed; the unit stays under suspension.")
        case "refuse":
            return _("Resumption is refused; the unit stays stopped and may ask again.")
    return _("The unit may resume: %(number)s.") % {"number": suspension.lifting_document.number}
