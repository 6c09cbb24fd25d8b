"""The hazard case with its headline, its events and its deadline ledger."""

import re
from collections.abc import Callable
from functools import reduce
from operator import and_

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hazards import conditions, orphans, recurrence, states, tally
from hazards.clock_models import Clock, DeadlineProposal
from hazards.words import event_label
from units.models import Unit
from units.text import terms

CaseTally = tally.CaseTally
CLOCKS = (Clock, DeadlineProposal)
"""Defined beside their rules in hazards.clock_models."""

FEW_UNITS = 1_000
NUMBERLIKE = re.compile(r"[0-9A-Za-z-]*[0-9][0-9A-Za-z-]*")


class State(models.TextChoices):
    """A TextChoices face for hazards.states, with the words that pages show."""

    REGISTERED = states.REGISTERED, _("Registered")
    ORDERED = states.ORDERED, _("Being rectified")
    SUBMITTED = states.SUBMITTED, _("Awaiting re-inspection")
    CLOSED = states.CLOSED, _("Closed")
    TRANSFERRED = states.TRANSFERRED, _("Transferred")
    SUSPENDED = states.SUSPENDED, _("Discontinued")
    VOID = states.VOID, _("Void")


class Grade(models.TextChoices):
    GENERAL = "general", _("General hazard")
    MAJOR = "major", _("Major fire hazard")


class Level(models.TextChoices):
    """Levels of government listing (挂牌督办), the highest first."""

    PROVINCE = "province", _("Listed by the province")
    CITY = "city", _("Listed by the city")
    COUNTY = "county", _("Listed by the county")


class Source(models.TextChoices):
    INSPECTION = "inspection", _("Inspection")
    REPORT = "report", _("Public report")
    SELF_CHECK = "self_check", _("Unit's own check")
    LEDGER = "ledger", _("Imported ledger")
    REFERRAL = "referral", _("Referred by a department")


def description_grams() -> Func:
    """Every character and every pair of neighbours of the words of the finding, as the index keeps them."""
    grams = ArrayField(models.CharField(max_length=2))
    return Func("description", function="case_grams", output_field=grams)


def words_contain(text: str) -> Q:
    """The words of the finding contain `text`. Trigrams begin at three characters; shorter words have their grams."""
    contain = Q(description__contains=text)
    if len(text) > 2 or not text.isalnum():
        return contain
    # Both: the index finds rare words, and rows that are looked at one by one are first asked the cheaper question.
    return contain & Q(ArrayContains(description_grams(), [text]))


def same_found_before(fact: Callable):
    """Cases of the same unit under the same clause, found in the twelve months up to the finding of another case.

    `fact(name)` gives that case's fact: OuterRef inside a query, its value for one case. Void cases were never
    found; of two of one day the later row is the recurrence.
    """
    on = fact("opened_on")
    earlier = Q(opened_on__lt=on) | Q(opened_on=on, pk__lt=fact("pk"))
    same = HazardCase.objects.counted().filter(
        recurrence.same_clause(fact("category_id")), unit=fact("unit_id")
    )
    return same.filter(earlier, opened_on__gte=recurrence.since(on), opened_on__lte=on).order_by(
        "opened_on", "pk"
    )


class CaseQuerySet(models.QuerySet):
    """Named once: the tile, the list, the export and the API all use these."""

    def visible_to(self, user):
        return self.filter(user.scope.q("region_id"))

    def under(self, code: str):
        """Cases in the region `code` and everything below it."""
        return self.filter(region_id__gte=code, region_id__lt=code + "~")

    def live(self):
        return self.filter(conditions.live())

    def counted(self):
        return self.filter(conditions.counted())

    def orphaned(self, on):
        """Standing cases for which nobody answers on a day: see hazards.orphans."""
        return self.filter(conditions.live(), orphans.condition(on))

    def closed(self):
        return self.filter(conditions.closed())

    def overdue(self, on):
        return self.filter(conditions.overdue(on))

    def due_between(self, first, last):
        return self.live().filter(due_on__range=(first, last))

    def closed_on_time(self):
        return self.filter(conditions.closed_on_time())

    def closed_late(self):
        return self.filter(conditions.closed_late())

    def listed(self, level: str = "any"):
        if level == "any":
            # Not "other than empty": only this form of the question can use the index.
            return self.filter(listed_levels__overlap=Level.values)
        if level == "none":
            return self.filter(listed_levels=[])
        return self.filter(listed_levels__contains=[level])

    def on_board(self, level: str = "any"):
        """By the highest level that ever listed the case, whether its board still hangs or came down."""
        ever = self.model._base_manager.filter(listings__isnull=False)
        if level == "none":
            return self.exclude(pk__in=ever.values("pk"))
        found = self
        if level != "any":
            above = Level.values[: Level.values.index(level)]
            found = found.exclude(pk__in=ever.filter(listings__level__in=above).values("pk"))
            ever = ever.filter(listings__level=level)
        return found.filter(pk__in=ever.values("pk"))

    def recurring(self):
        """Found at a unit where a hazard under the same clause had been found within the twelve months before."""
        return self.filter(Exists(same_found_before(OuterRef)))

    def with_recurrence(self):
        """Each with `recurs`, so that a page asks for the earlier ones only where there are any."""
        return self.annotate(recurs=Exists(same_found_before(OuterRef)))

    def not_recurring(self):
        return self.filter(~Exists(same_found_before(OuterRef)))

    def search(self, text: str):
        """By case number, by unit (name, address, people, pinyin initials) or by the words of the finding.

        Three questions with an index each. Words that many units share are looked for row by row instead, in the
        order of the list: whoever asks for them finds a page of them soon.
        """
        text = text.replace("\x00", "").strip()
        if not text:
            return self
        unit = Unit.objects.search(text)
        units = list(unit.order_by().values_list("pk", flat=True)[: FEW_UNITS + 1])
        if len(units) <= FEW_UNITS:
            wanted = Q(unit_id__in=units) | words_contain(text)
        else:
            wanted = reduce(and_, (Q(unit__search_text__contains=term) for term in terms(text)))
            wanted |= Q(description__contains=text)
        if NUMBERLIKE.fullmatch(text):
            wanted |= Q(number__contains=text.upper())
        return self.filter(wanted)

    def for_rows(self):
        """What a row of a list shows, in one query; the search columns of the unit are long and shown nowhere."""
        found = self.select_related("unit", "region", "region__parent", "category", "category__group")
        return found.defer("unit__search_text", "unit__grams")


class HazardCase(models.Model):
    """One hazard, the smallest thing that is corrected on its own.

    The headline (state, grade, due_on, listed_levels ...) is written by hazards.services.record alone.
    """

    number = models.CharField(_("case number"), max_length=32, unique=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="cases", verbose_name=_("unit"))
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    category = models.ForeignKey(
        "reference.HazardCategory", models.PROTECT, related_name="+", verbose_name=_("category")
    )
    description = models.TextField(_("what was found"), max_length=2000)
    part = models.CharField(_("part of the premises"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=16, choices=Source, default=Source.INSPECTION)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("inspector in charge"),
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened at"))
    opened_on = models.DateField(_("found on"))

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REGISTERED)
    state_on = models.DateField(_("in this state since"))
    grade = models.CharField(_("grade"), max_length=8, choices=Grade, default=Grade.GENERAL)
    due_on = models.DateField(_("rectification deadline"), null=True, blank=True)
    original_due_on = models.DateField(_("original deadline"), null=True, blank=True)
    deadline_version = models.PositiveSmallIntegerField(default=0)
    asked_until = models.DateField(
        _("extension asked until"), null=True, blank=True, help_text=_("Empty: no request waits.")
    )
    void_asked_on = models.DateField(
        _("voiding asked for on"), null=True, blank=True, help_text=_("Empty: no request waits.")
    )
    referral_stage = models.CharField(
        _("how far the department is"),
        max_length=8,
        blank=True,
        db_default="",
        default="",
        help_text=_("Empty: the case is not referred."),
    )
    listed_levels = ArrayField(
        models.CharField(max_length=8, choices=Level), default=list, blank=True, verbose_name=_("listed by")
    )
    main_level = models.CharField(_("main listing"), max_length=8, choices=Level, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    on_site = models.BooleanField(_("corrected on the spot"), default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        verbose_name = _("hazard case")
        verbose_name_plural = _("hazard cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=states.CLOSED, closed_on__isnull=False)
                | (~Q(state=states.CLOSED) & Q(closed_on__isnull=True)),
                name="case_closed_has_day",
                violation_error_message=_("A closed case has the day on which it was closed."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[states.ORDERED, states.SUBMITTED]) | Q(due_on__isnull=False),
                name="case_ordered_has_deadline",
                violation_error_message=_("An ordered case has a deadline."),
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gte=F("opened_on")),
                name="case_deadline_not_before_finding",
                violation_error_message=_("The deadline is earlier than the day of the finding."),
            ),
        ]
        indexes = [
            models.Index(fields=["region", "state", "due_on"], name="case_region_state_due"),
            # Figures read nothing but this index: see dashboards.selectors.figures.
            models.Index(
                fields=["region", "opened_on"],
                include=["state", "due_on", "original_due_on", "closed_on"],
                name="case_figures",
            ),
            models.Index(fields=["unit", "state"], name="case_unit_state"),
            # What was found at the unit before: see CaseQuerySet.recurring.
            models.Index(fields=["unit", "category", "opened_on"], name="case_recurrence"),
            models.Index(fields=["state", "due_on"], name="case_state_due"),
            # The standing cases in the order of every worklist: see hazards.filters.WORST_FIRST.
            models.Index(
                F("grade").desc(),
                "due_on",
                "id",
                name="case_worst_first",
                condition=Q(state__in=sorted(states.LIVE)),
            ),
            # What stands in an area and what of it is late, counted without looking at the cases themselves.
            models.Index(
                fields=["region", "due_on"],
                include=["state"],
                name="case_standing",
                condition=Q(state__in=sorted(states.LIVE)),
            ),
            # An inspector's day.
            models.Index(
                fields=["inspector", "state", "due_on"],
                name="case_inspector_standing",
                condition=Q(state__in=sorted(states.LIVE)),
            ),
            models.Index(fields=["-opened_on", "-id"], name="case_newest"),
            models.Index(
                fields=["-closed_on", "-id"], name="case_closed_last", condition=Q(state=states.CLOSED)
            ),
            GinIndex(fields=["listed_levels"], name="case_listed", fastupdate=False),
            # The boards: those of standing cases in the order of a worklist, those to be hung, those to be taken down.
            models.Index(
                F("grade").desc(),
                "due_on",
                "id",
                name="case_listed_standing",
                include=["region"],
                condition=Q(state__in=sorted(states.LIVE), listed_levels__overlap=Level.values),
            ),
            models.Index(
                fields=["region"],
                name="case_to_list",
                condition=Q(state__in=sorted(states.LIVE), grade="major", listed_levels=[]),
            ),
            models.Index(
                fields=["region"],
                name="case_to_delist",
                condition=Q(state=states.CLOSED, listed_levels__overlap=Level.values),
            ),
            # The search: parts of numbers, words of findings (three characters or more).
            GinIndex(
                fields=["number"], name="case_number_parts", opclasses=["gin_trgm_ops"], fastupdate=False
            ),
            GinIndex(fields=["description"], name="case_words", opclasses=["gin_trgm_ops"], fastupdate=False),
            GinIndex(description_grams(), name="case_short_words", fastupdate=False),
        ]
        triggers = tally.TRIGGERS

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("hazards:detail", args=[self.pk])

    @property
    def listed(self) -> list[str]:
        """The levels whose boards hang there, the highest first."""
        return self.listed_levels

    @property
    def is_live(self) -> bool:
        return self.state in states.LIVE

    def found_before(self):
        """What was found under the same clause at the same unit in the twelve months before, the earliest first."""
        facts = {
            "opened_on": Value(self.opened_on, models.DateField()),
            "category_id": Value(self.category_id, models.CharField()),
        }
        return same_found_before(lambda name: facts.get(name) or getattr(self, name))

    def is_overdue(self, on) -> bool:
        return self.is_live and self.due_on is not None and self.due_on < on

    def overdue_days(self, on) -> int:
        """Calendar days past the deadline, 0 while it is not overdue."""
        return (on - self.due_on).days if self.is_overdue(on) else 0


class CaseEvent(models.Model):
    """One act on one case: who, when, which act, from, to, why, which paper. Append-only."""

    case = models.ForeignKey(HazardCase, models.CASCADE, related_name="events")
    act = models.CharField(max_length=24)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    on = models.DateField()
    reason = models.TextField(blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="event_by_case")]
        triggers = [
            pgtrigger.Protect(name="event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.case_id} {self.act}"


class DeadlineEntry(models.Model):
    """The deadline ledger: every deadline a case ever had, with reason and who decided. Append-only."""

    case = models.ForeignKey(HazardCase, models.CASCADE, related_name="deadlines")
    version = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True)
    previous = models.DateField(null=True)
    act = models.CharField(max_length=24)
    reason = models.TextField(blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    # Where it was given as a number of working days: how many, after which day.
    working_days = models.PositiveSmallIntegerField(null=True)
    counted_from = models.DateField(null=True)
    # 预估: when it was set, the year in which it lies was not loaded, so that a holiday may lie on it.
    estimated = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="deadline_version_once_per_case")
        ]
        triggers = [
            pgtrigger.Protect(name="deadline_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.case_id} v{self.version}: {self.due_on}"

    @property
    def label(self) -> str:
        """The act that set it, in words."""
        return event_label(self.act)


class Determination(models.Model):
    """A meeting's decision on whether a hazard is major (Order 120, Art. 21): the people, clauses, day.

    The engine proposes, a meeting of at least three decides, with a panel of experts in hard cases. What was
    put to the engine, under which version of the rules and what it answered is kept as it was that day.
    """

    case = models.ForeignKey(HazardCase, models.CASCADE, related_name="determinations")
    grade = models.CharField(max_length=8, choices=Grade)
    previous_grade = models.CharField(max_length=8, choices=Grade, blank=True)
    held_on = models.DateField(_("meeting held on"))
    attendees = ArrayField(models.CharField(max_length=60), verbose_name=_("people at the meeting"))
    clauses = models.CharField(_("clauses relied on"), max_length=500)
    conclusion = models.TextField(_("conclusion"))
    experts = models.PositiveSmallIntegerField(_("experts on the panel"), null=True, blank=True)
    expert_votes = models.PositiveSmallIntegerField(_("of them for the conclusion"), null=True, blank=True)
    rule_set = models.CharField(_("rule set"), max_length=40, blank=True)
    rule_set_version = models.PositiveSmallIntegerField(_("version of the rule set"), null=True, blank=True)
    inputs = models.JSONField(_("put to the rules"), default=dict, blank=True)
    proposal = models.JSONField(_("what the rules proposed"), null=True, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attendees__len__gte=3),
                name="determination_by_three",
                violation_error_message=_("A meeting of at least three different people decides."),
            ),
            models.CheckConstraint(
                condition=Q(experts__isnull=True, expert_votes__isnull=True)
                | Q(
                    expert_votes__isnull=False,  # or a comparison with nothing would pass
                    experts__gte=7,
                    expert_votes__lte=F("experts"),
                    expert_votes__gte=(F("experts") * 2 + 2) / 3,  # two thirds, rounded up
                ),
                name="determination_experts_agree",
                violation_error_message=_("A panel has seven experts or more, two thirds of them for it."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="determination_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.case_id} {self.grade}"

    @property
    def followed(self) -> bool | None:
        """Whether the meeting went with the rules; None where they gave no verdict."""
        if not self.proposal or self.proposal["major"] is None:
            return None
        return self.proposal["major"] == (self.grade == Grade.MAJOR)
