"""A rung as a sentence: 到期后3个工作日 → 乡镇长 · 收件箱+短信 · 每5个工作日再次."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.models import Delivery
from rectification.chase.sound import fault_sentences, faults
from rectification.models import Rung
from rectification.models.chase import FollowUp, Measure, Recipient, Watched
from rectification.watched import WAITING
from reference.models import Limit, in_chinese

FACT_NAMES = {
    "what": gettext_lazy("the matter"),
    "when": gettext_lazy("how its day stands"),
    "days": gettext_lazy("number of days"),
    "due_on": gettext_lazy("its day"),
    "number": gettext_lazy("case number"),
    "unit": gettext_lazy("name of the unit"),
    "address": gettext_lazy("address of the unit"),
    "township": gettext_lazy("name of the township"),
    "category": gettext_lazy("the hazard as the catalogue has it"),
    "part": gettext_lazy("part of the premises"),
    "description": gettext_lazy("what was found there"),
    "inspector": gettext_lazy("the inspector's name"),
    "why": gettext_lazy("why this person gets the letter"),
}
"""What the facts of a letter are called on the form; wording.FACTS says them at length."""


@dataclass(frozen=True)
class Spoken:
    """One version of a rung with its words."""

    rung: Rung
    today: date
    clock_names: dict = field(default_factory=dict)
    """The statutory clocks by code, given where many rungs are spoken."""

    @property
    def when(self) -> str:
        """How far from the day: 到期前3个工作日, 到期当天, 等待满5个工作日."""
        n = abs(self.rung.offset)
        if self.rung.watched in WAITING and not n:
            return _("as soon as it waits")
        if self.rung.measure == Measure.HOURS and self.rung.watched in WAITING:
            return ngettext("after waiting %(n)d hour", "after waiting %(n)d hours", n) % {"n": n}
        if self.rung.measure == Measure.HOURS:
            if not n:
                return _("at the end of the hours")
            if self.rung.offset < 0:
                return ngettext("%(n)d hour before the end", "%(n)d hours before the end", n) % {"n": n}
            return ngettext("%(n)d hour after the end", "%(n)d hours after the end", n) % {"n": n}
        if self.rung.watched in WAITING:
            return ngettext("after waiting %(n)d working day", "after waiting %(n)d working days", n) % {
                "n": n
            }
        if not n:
            return _("on the day")
        if self.rung.offset < 0:
            return ngettext("%(n)d working day before the day", "%(n)d working days before the day", n) % {
                "n": n
            }
        return ngettext("%(n)d working day after the day", "%(n)d working days after the day", n) % {"n": n}

    @property
    def whom(self) -> str:
        labels = dict(Recipient.choices)
        return _(", ").join(str(labels.get(kind, kind)) for kind in self.rung.recipients)

    @property
    def ways(self) -> str:
        """The inbox always; what the rung demands besides."""
        labels = dict(Delivery.Channel.choices)
        return "+".join(str(labels.get(name, name)) for name in ("in_app", *self.rung.channels))

    @property
    def again(self) -> str:
        n = self.rung.repeat_every
        if not n:
            return ""
        if self.rung.measure == Measure.HOURS:
            return ngettext("again every hour", "again every %(n)d hours", n) % {"n": n}
        return ngettext("again every working day", "again every %(n)d working days", n) % {"n": n}

    @property
    def which(self) -> str:
        """Of which grade, listing and clocks; "" where all."""
        known = (self.clock_names or clock_names()) if self.rung.clocks else {}
        clocks = [known.get(code, code) for code in self.rung.clocks]
        names = [*self.chosen("grades"), *self.chosen("levels"), *clocks]
        return _(", ").join(map(str, names))

    def chosen(self, field: str) -> list:
        labels = dict(Rung._meta.get_field(field).base_field.choices)
        return [labels.get(one, one) for one in getattr(self.rung, field)]

    @property
    def subject(self) -> str:
        """The line of the letter, its facts named as the form names them."""
        return named(self.rung.subject)

    @property
    def body(self) -> str:
        return named(self.rung.body)

    @property
    def suggests(self) -> str:
        labels = dict(FollowUp.choices)
        return _(", ").join(str(labels.get(one, one)) for one in self.rung.follow_ups)

    @property
    def faults(self) -> list[str]:
        """What is wrong with a row that did not come through the form."""
        return list(fault_sentences(faults(self.rung)))

    @property
    def sentence(self) -> str:
        """Everything in one line."""
        parts = [f"{self.when} → {self.whom}", self.ways, self.again]
        if self.rung.urgent:
            parts.append(_("at once, a letter of its own"))
        if self.suggests:
            parts.append(_("suggests: %(what)s") % {"what": self.suggests})
        return " · ".join(filter(None, parts))

    @property
    def is_current(self) -> bool:
        return self.rung.valid_from <= self.today and (
            self.rung.valid_to is None or self.rung.valid_to >= self.today
        )

    @property
    def is_to_come(self) -> bool:
        return self.rung.valid_from > self.today

    @property
    def ends_soon(self) -> bool:
        """Whether an end is set that is still to come."""
        return self.rung.valid_to is not None and self.rung.valid_to >= self.today


def named(text: str) -> str:
    """A letter with the names of its facts in the place of the words in braces."""
    return re.sub(r"\{(\w+)\}", lambda found: f"〔{FACT_NAMES.get(found[1], found[1])}〕", text)


def clock_names() -> dict[str, str]:
    """The statutory clocks by code, as the table of limits names them."""
    return {
        limit.code: limit.name if in_chinese() else limit.name_en or limit.name
        for limit in Limit.objects.order_by("valid_from")
    }


def groups(on: date) -> list[tuple[str, str, list[Spoken]]]:
    """(kind, its label, its rungs in force or to come, in the order of the days); every kind, also without a rung."""
    found = defaultdict(list)
    names = clock_names()
    for rung in Rung.objects.since(on).order_by("offset", "code", "valid_from"):
        found[rung.watched].append(Spoken(rung, on, names))
    for spoken in found.values():
        # Hours before days: they are the nearer ones.
        spoken.sort(key=lambda one: (one.rung.clocks, one.rung.measure, one.rung.offset, one.rung.code))
    return [(str(kind), str(kind.label), found[kind]) for kind in Watched]
