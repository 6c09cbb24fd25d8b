"""What completing a draft will bring about, told before it is done: papers, cases, a proposed stop."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.days import day_of
from inspections.models import ENFORCEMENT_KINDS, Inspection
from units.flags import Flag


@dataclass(frozen=True)
class Paper:
    """One paper or consequence, as the last page announces it."""

    icon: str
    name: str
    text: str = ""


def proposes_stop(visit: Inspection) -> bool:
    """A 三合一 site with a hazard left standing is to stop, unless it stands still already."""
    if visit.kind not in ENFORCEMENT_KINDS or Flag.COMBINED_USE not in visit.unit.flags:
        return False
    return not visit.unit.is_suspended and visit.findings.filter(corrected_on_site=False).exists()


def issues_order(visit: Inspection) -> bool:
    """Whether completing it issues a notice that must be served."""
    return visit.kind in ENFORCEMENT_KINDS and visit.findings.filter(corrected_on_site=False).exists()


def papers_of(visit: Inspection) -> list[Paper]:
    """The record, the notice over what stands, the cases."""
    findings = list(visit.findings.all())
    standing = [finding for finding in findings if not finding.corrected_on_site]
    papers = []
    if visit.kind in ENFORCEMENT_KINDS:
        papers.append(Paper("clipboard-text", _("Inspection record")))
        if standing:
            papers.append(notice_over(standing, visit))
    if findings:
        cases = ngettext("%(n)s case is opened", "%(n)s cases are opened", len(findings)) % {
            "n": len(findings)
        }
        closed = len(findings) - len(standing)
        text = _("%(n)s of them closed at once: corrected on the spot") % {"n": closed} if closed else ""
        papers.append(Paper("flame", cases, text))
    return papers


def notice_over(standing: list, visit: Inspection) -> Paper:
    """责令立即改正 where everything is due today, else 责令限期改正 (Order 120, Art. 19)."""
    on = day_of(visit.started_at)
    name = _("Order to correct by a deadline")
    if all(finding.due_on == on for finding in standing):
        name = _("Order to correct at once")
    text = ngettext("%(n)s item", "%(n)s items", len(standing)) % {"n": len(standing)}
    return Paper("gavel", name, text)
