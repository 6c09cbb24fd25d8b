"""A rung as a sentence: 到期后3个工作日 → 乡镇长 · 收件箱+短信 · 每5个工作日再次."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models import Delivery
from rectification.chase.sound import fault_sentences, faults
from rectification.models import Rung
from rectification.models.chase import FollowUp, Measure, Recipient, Watched
from rectification.watched import WAITING


@dataclass(frozen=True)
class Spoken:
    """One version of a rung with its words."""

    rung: Rung
    today: date

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
        return "、".join(str(labels.get(kind, kind)) for kind in self.rung.recipients)

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
        names = [*self.chosen("grades"), *self.chosen("levels"), *self.rung.clocks]
        return "、".join(map(str, names))

    def chosen(self, field: str) -> list:
        labels = dict(Rung._meta.get_field(field).base_field.choices)
        return [labels.get(one, one) for one in getattr(self.rung, field)]

    @property
    def suggests(self) -> str:
        labels = dict(FollowUp.choices)
        return "、".join(str(labels.get(one, one)) for one in self.rung.follow_ups)

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


def groups(on: date) -> list[tuple[str, str, list[Spoken]]]:
    """(kind, its label, its rungs in force or to come, in the order of the days); every kind, also without a rung."""
    found = defaultdict(list)
    for rung in Rung.objects.since(on).order_by("offset", "code", "valid_from"):
        found[rung.watched].append(Spoken(rung, on))
    for spoken in found.values():
        # Hours before days: they are the nearer ones.
        spoken.sort(key=lambda one: (one.rung.clocks, one.rung.measure, one.rung.offset, one.rung.code))
    return [(str(kind), str(kind.label), found[kind]) for kind in Watched]
