"""What a finished act is told as: one sentence in the field's words, with the day or the paper that counts."""

from django.utils.translation import gettext as _

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
        case "urge":
            return _("Noted: the unit was urged.")
        case "instruct":
            return _("%(name)s is asked to answer by %(day)s.") % {
                "name": facts["addressee"].name,
                "day": day_words(facts["due_on"]),
            }
        case "reply":
            return _("The answer is sent.")
        case "review" if facts["outcome"] == "pass":
            return _("Re-inspection passed: the case is closed.")
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
        case "determine":
            return _("Determined as: %(grade)s.") % {"grade": case.get_grade_display()}
        case "list":
            return _("Listed: %(level)s.") % {"level": Level(facts["level"]).label}
        case "delist":
            return _("The board is down: %(level)s.") % {"level": Level(facts["level"]).label}
        case "transfer":
            return _("Transferred to %(department)s.") % {"department": facts["department"]}
        case "take_back" | "resume":
            return _("The case is in hand again; rectification must be ordered.")
        case "suspend":
            return _("The case is discontinued.")
        case "reopen":
            return _("Reopened as round %(n)s; rectification must be ordered.") % {"n": case.round}
    return _("The case is void.")


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
