"""What people do while parts break: they order, extend, submit, close, reverse, instruct, answer and seal.

Every act is a service of the product. A refusal is an answer (the day may just have been set back); anything else
that goes wrong is a fault of the product and is kept.
"""

import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from django.db import connection

from common.days import now, today
from common.errors import RuleBroken
from faults.county import County
from hazards.models import HazardCase
from hazards.services import record
from rectification.models import Instruction
from rectification.services import extensions, instructions, lookbacks, reversals, reviews, seals, submissions


class People:
    """Chooses by the seed who does what; `windows` are the real times between which each act was under way."""

    def __init__(self, county: County):
        self.county, self.rng = county, county.rng
        self.windows: list[tuple[float, float]] = []
        self.done, self.refused = Counter(), Counter()
        self.accidents: list[str] = []
        self.number = len(county.cases)

    def act(self) -> None:
        """One act, whole or not at all."""
        name = self.rng.choices(list(ACTS), weights=[weight for _do, weight in ACTS.values()])[0]
        began = time.time()
        try:
            done = ACTS[name][0](self)
        except RuleBroken:
            self.refused[name] += 1
        except Exception as error:
            self.accidents.append(f"{name}: {type(error).__name__}: {error}")
            with suppress(Exception):
                connection.close()
        else:
            self.done[name] += done is not False
        self.windows.append((began, time.time()))

    def pick(self, **which) -> HazardCase | None:
        rows = list(HazardCase.objects.filter(**which).order_by("pk").values_list("pk", flat=True))
        return HazardCase.objects.get(pk=self.rng.choice(rows)) if rows else None

    def person(self, name: str):
        return self.county.people[name]

    def team(self):
        """Two inspectors with a card, not those who ordered, as far as that can be."""
        return self.rng.sample([self.person(name) for name in ("周安", "吴平", "郑岩")], 2)

    # --- acts --------------------------------------------------------------------------------------------
    def find(self):
        self.number += 1
        self.county.open(self.number * 5 + 2, today())

    def order(self):
        if not (case := self.pick(state="registered")):
            return False
        due = today() + timedelta(days=self.rng.randint(2, 15))
        record(case, "order", by=case.inspector, at=now(), due_on=due)

    def ask_extension(self):
        if not (case := self.pick(state="ordered", asked_until=None)):
            return False
        until = max(case.due_on, today()) + timedelta(days=self.rng.randint(3, 20))
        extensions.ask(
            case, until=until, reason="设备未到货", interim="专人值守", by=self.person("周安"), at=now()
        )

    def decide_extension(self):
        case = self.pick(state="ordered", asked_until__isnull=False)
        if not case or not (asked := case.extensions.filter(decision="").first()):
            return False
        if self.rng.random() < 0.75:
            extensions.grant(asked, by=self.person("安主任"), at=now())
        else:
            extensions.refuse(asked, by=self.person("安主任"), at=now(), note="理由不足")

    def submit(self):
        if not (case := self.pick(state="ordered")):
            return False
        submissions.submit(case, words="已清理，通道畅通", by=case.inspector, at=now())

    def close(self, outcome="pass"):
        if not (case := self.pick(state__in=["ordered", "submitted"])):
            return False
        due = None if outcome == "pass" else today() + timedelta(days=self.rng.randint(2, 15))
        verdict = reviews.Verdict(
            case, outcome, "现场查看属实，通道已恢复畅通", due, no_photo="" if due else "other"
        )
        team = self.team()
        reviews.review(
            unit=case.unit, verdicts=[verdict], officers=team, by=team[0], at=now(), held_on=today()
        )

    def fail(self):
        return self.close("fail")

    def reverse(self):
        if not (case := self.pick(state="closed", grade="major")):
            return False
        reversals.reverse(case, reason="现场仍有隐患", by=self.person("安主任"), at=now())

    def relapse(self):
        if not (case := self.pick(state="closed")):
            return False
        team = self.team()
        lookbacks.look_back(
            case, outcome="relapse", officers=team, by=team[0], at=now(), held_on=today(), note="再次堵塞"
        )

    def instruct(self):
        if not (case := self.pick(state="ordered")):
            return False
        instructions.give(
            case, words="请尽快处理", addressee=self.person("周安"), by=self.person("副县长"), at=now(),
            due_on=today() + timedelta(days=self.rng.randint(1, 8)),
        )  # fmt: skip

    def answer(self):
        if not (asked := Instruction.objects.filter(replied_at=None).order_by("?").first()):
            return False
        instructions.reply(asked, words="已经办理", by=self.person("吴平"), at=now())

    def seal(self):
        """On oral consent: 24 hours for the study, 30 days until it lapses."""
        team = self.team()
        cause = seals.Cause(f"{self.rng.randint(1, 999)}号库", "exits", "安全出口封堵")
        seals.seal_at_once(
            self.rng.choice(self.county.units), cause, consent_by="大队长", officers=team, by=team[0],
            sealed_at=now() - timedelta(minutes=5), at=now(),
        )  # fmt: skip


ACTS = {
    "find": (People.find, 4),
    "order": (People.order, 4),
    "ask_extension": (People.ask_extension, 4),
    "decide_extension": (People.decide_extension, 4),
    "submit": (People.submit, 3),
    "close": (People.close, 6),
    "fail": (People.fail, 3),
    "reverse": (People.reverse, 3),
    "relapse": (People.relapse, 3),
    "instruct": (People.instruct, 2),
    "answer": (People.answer, 2),
    "seal": (People.seal, 1),
}
