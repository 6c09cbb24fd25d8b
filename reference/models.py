"""What everybody looks things up in: divisions, the calendar, kinds of place, hazards, law, checklists."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common import clocks

# A code is compared byte by byte, so that "everything below 131121" is one stretch of the index.
CODE_COLLATION = "C"


def in_chinese() -> bool:
    """Whether the person reading this page reads Chinese (also where no language is active, as in jobs)."""
    return (get_language() or "zh-hans").startswith("zh")


class DatedQuerySet(models.QuerySet):
    """Rows that hold from a day to a day, both included; an open end is NULL."""

    def current(self, on):
        """The rows that hold on the day `on`."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
        not_ended = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        return self.filter(begun & not_ended)


class RegionQuerySet(DatedQuerySet):
    """Divisions, picked by where they lie and how deep."""

    def under(self, code):
        """The region `code` itself and everything inside it."""
        return self.filter(code__startswith=code)

    def level(self, *levels):
        """The regions of the given levels."""
        return self.filter(level__in=levels)

    def above(self, code):
        """The ancestors of `code`, the widest first, without itself."""
        prefixes = [code[:length] for length in range(2, len(code))]
        return self.filter(code__in=prefixes).order_by("code")

    def search(self, text):
        """Regions whose name holds `text`, or whose pinyin initials begin with it."""
        text = text.strip()
        return self.filter(Q(name__contains=text) | Q(initials__startswith=text.lower()))


class Region(models.Model):
    """One division (GB/T 2260 code) or a grid; the code of a part begins with the code of the whole."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")
        VILLAGE = "village", _("Village")
        GRID = "grid", _("Grid")

    code = models.CharField(_("code"), max_length=24, primary_key=True, db_collation=CODE_COLLATION)
    name = models.CharField(_("name"), max_length=100)
    short_name = models.CharField(_("short name"), max_length=100)
    path_name = models.CharField(_("name with its county and township"), max_length=250, blank=True)
    initials = models.CharField(_("pinyin initials"), max_length=100, blank=True, db_collation=CODE_COLLATION)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    # Without db_index: the byte-wise collation makes Django's second, LIKE index on such columns needless.
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="children",
        verbose_name=_("part of"),
    )
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="predecessors",
        verbose_name=_("became"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        indexes = [
            models.Index("parent", name="region_parent"),
            models.Index("successor", name="region_successor", condition=Q(successor__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2,24}$"),
                name="region_code_is_digits",
                violation_error_message=_("A region code has 2 to 24 digits and nothing else."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="region_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self):
        return self.short_name

    @property
    def label(self) -> str:
        """The name as people say it."""
        return self.short_name

    @property
    def path_names(self):
        """From the county down: 枣强县 大营镇 陈吕木村. A stored column: no query."""
        return self.path_name or self.short_name

    @property
    def county_code(self):
        """The first six digits, or what there is of them."""
        return self.code[:6]


class RegionMembership(models.Model):
    """What a village or grid was part of, from a day to a day: old cases keep their old township.

    Written when a region is moved and when a grid is made. A region without a row has always belonged to its
    `parent`: 620,000 villages that never moved need no history.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="memberships", verbose_name=_("region"))
    parent = models.ForeignKey(Region, models.PROTECT, related_name="member_rows", verbose_name=_("part of"))
    starts_on = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Empty: since before our records.")
    )
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["region", "starts_on"]
        verbose_name = _("membership of a region")
        verbose_name_plural = _("memberships of regions")
        constraints = [
            ExclusionConstraint(
                name="region_has_one_parent_a_day",
                expressions=[
                    ("region", RangeOperators.EQUAL),
                    (
                        models.Func(
                            models.F("starts_on"),
                            models.F("ends_on"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The region already belongs somewhere on these days."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self):
        return f"{self.region_id} < {self.parent_id}, {self.starts_on} – {self.ends_on or ''}"


class CalendarDay(models.Model):
    """One day as the State Council's holiday notice has it; a year is loaded whole or not at all."""

    date = models.DateField(_("day"), primary_key=True)
    is_workday = models.BooleanField(_("working day"))
    note = models.CharField(
        _("note"),
        max_length=40,
        blank=True,
        help_text=_("The holiday's name, or 补班 for a make-up working day."),
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {self.note}".strip()


class Confidence(models.TextChoices):
    """How sure we are of a rule: read in the published text, or known but not checked against it."""

    READ = "read", _("Read in the text")
    HIGH = "high", _("Known, not checked")
    MEDIUM = "medium", _("Likely, to be confirmed locally")
    OWN = "own", _("Our own arrangement")


class Limit(models.Model):
    """A number that a rule sets: how long somebody may take, how often, how many people. Dated, never changed.

    A clock that began keeps its row; a new rule is a new row with its first day. Rows of one code never overlap: a
    newer row ends the older one for good from its first day on, without touching it (`reference.limits.find`).
    """

    class Unit(models.TextChoices):
        WORKING_DAYS = clocks.WORKING_DAYS, _("working days")
        HOURS = clocks.HOURS, _("clock hours")
        DAYS = clocks.DAYS, _("calendar days")
        MONTHS = "months", _("calendar months")
        TIMES = "times", _("times")
        PEOPLE = "people", _("people")

    class Whose(models.TextChoices):
        AUTHORITY = "authority", _("Fire authority")
        POLICE = "police", _("Police station")
        OWNER = "owner", _("The unit")

    code = models.CharField(_("code"), max_length=40, db_collation=CODE_COLLATION)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=250, blank=True)
    amount = models.PositiveSmallIntegerField(_("number"))
    unit = models.CharField(_("counted in"), max_length=12, choices=Unit)
    rolls = models.BooleanField(
        _("rolls over"),
        default=False,
        help_text=_("Calendar days only: a last day that is a day off moves to the next working day."),
    )
    whose = models.CharField(_("whose"), max_length=10, choices=Whose, default=Whose.AUTHORITY)
    event = models.CharField(_("what begins it"), max_length=120, blank=True)
    event_en = models.CharField(_("what begins it, in English"), max_length=160, blank=True)
    article = models.CharField(_("article"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.OWN)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering = ["code", "-valid_from"]
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="limit_once_per_first_day",
                violation_error_message=_("A row of this limit begins on that day already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="limit_ends_after_it_starts",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]
        triggers = [
            # Clocks that began under a row keep its number: the number of a row never changes.
            pgtrigger.Trigger(
                name="limit_is_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION 'limit % is kept: set its last day', OLD.code;
                    END IF;
                    IF (NEW.code, NEW.amount, NEW.unit, NEW.rolls, NEW.valid_from)
                        IS DISTINCT FROM (OLD.code, OLD.amount, OLD.unit, OLD.rolls, OLD.valid_from) THEN
                        RAISE EXCEPTION 'limit % is kept: add a row with a new first day', OLD.code;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.code} {self.label}：{self.amount} {self.get_unit_display()}"

    def holds_on(self, on) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def is_clock(self) -> bool:
        """Whether it measures time; others count times or people."""
        return self.unit in (self.Unit.WORKING_DAYS, self.Unit.HOURS, self.Unit.DAYS)

    @property
    def label(self) -> str:
        """What must be done, in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name

    @property
    def event_label(self) -> str:
        """What begins the clock, in the language of the reader."""
        return self.event if in_chinese() else self.event_en or self.event


class CodeTable(models.Model):
    """A row of a code table: kept as reviewed CSV, loaded by `load_reference`, valid from a day to a day."""

    code = models.CharField(_("code"), max_length=40, primary_key=True, db_collation=CODE_COLLATION)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=250)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.OWN)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name


class Regulator(CodeTable):
    """A department that answers for a trade (行业主管部门): 管行业必须管安全."""

    class Meta(CodeTable.Meta):
        verbose_name = _("sector regulator")
        verbose_name_plural = _("sector regulators")


class PlaceType(CodeTable):
    """What kind of place a unit is (场所类型), two levels deep, with the flags that usually go with it."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("kind of")
    )
    default_flags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    checklist_code = models.CharField(_("checklist"), max_length=40, blank=True)
    regulator = models.ForeignKey(
        Regulator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="place_types",
        verbose_name=_("regulator"),
    )

    class Meta(CodeTable.Meta):
        verbose_name = _("place type")
        verbose_name_plural = _("place types")


class SmallKind(CodeTable):
    """A kind of small place (九小场所) as one jurisdiction defines it: there is no national list."""

    region_code = models.CharField(
        _("jurisdiction"),
        max_length=24,
        blank=True,
        db_collation=CODE_COLLATION,
        help_text=_("Code of the area that made the list; empty for a published model list."),
    )
    # [{"measure": "area_m2", "op": "<", "value": 300}, ...]: all must hold. The operator is data:
    # texts differ on whether the number itself is included.
    thresholds = models.JSONField(_("thresholds"), default=list, blank=True)
    place_types = models.ManyToManyField(
        PlaceType, blank=True, related_name="small_kinds", verbose_name=_("place types")
    )

    class Meta(CodeTable.Meta):
        verbose_name = _("small-place kind")
        verbose_name_plural = _("small-place kinds")


class Clause(CodeTable):
    """One provision of a law or standard; `name` is its citation, `text` what it asks, in our own words."""

    law = models.CharField(_("law or standard"), max_length=120)
    law_en = models.CharField(_("law or standard in English"), max_length=200, blank=True)
    article = models.CharField(_("article"), max_length=20)
    paragraph = models.CharField(_("paragraph"), max_length=10, blank=True)
    item = models.CharField(_("item"), max_length=10, blank=True)
    text = models.TextField(_("what it asks"))
    text_en = models.TextField(_("what it asks, in English"), blank=True)

    class Meta(CodeTable.Meta):
        verbose_name = _("legal clause")
        verbose_name_plural = _("legal clauses")

    @property
    def summary(self):
        """What the clause asks, in the language of the reader."""
        return self.text if in_chinese() else self.text_en or self.text


class HazardGroup(CodeTable):
    """A chapter of the hazard catalogue (安全疏散, 消防设施 ...)."""

    class Meta(CodeTable.Meta):
        verbose_name = _("hazard group")
        verbose_name_plural = _("hazard groups")


class HazardCategory(CodeTable):
    """One finding of the hazard catalogue, named as the field says it."""

    class Grade(models.TextChoices):
        GENERAL = "general", _("General hazards only")
        ELEMENT = "element", _("May be an element of a major hazard")

    group = models.ForeignKey(HazardGroup, models.PROTECT, related_name="categories", verbose_name=_("group"))
    clauses = models.ManyToManyField(Clause, related_name="categories", verbose_name=_("legal basis"))
    default_grade = models.CharField(_("grade"), max_length=10, choices=Grade, default=Grade.GENERAL)
    on_site = models.BooleanField(_("may be corrected on the spot"), default=False)
    default_days = models.PositiveSmallIntegerField(
        _("days to rectify"), help_text=_("Calendar days for the owner, as the form proposes them.")
    )
    phrases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    parts = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    for_suspension = models.BooleanField(
        _("proposes stopping work"), default=False, help_text=_("Filing such a finding proposes 停产停业.")
    )

    class Meta(CodeTable.Meta):
        verbose_name = _("hazard category")
        verbose_name_plural = _("hazard categories")
        constraints = [
            models.CheckConstraint(
                condition=Q(default_days__gte=1),
                name="category_default_days_positive",
                violation_error_message=_("Give the owner at least one day."),
            )
        ]


class Checklist(models.Model):
    """A list of questions for one audience; a version that was used is never changed."""

    class Audience(models.TextChoices):
        OFFICER = "officer", _("Officers")
        GRID = "grid", _("Grid workers")

    code = models.CharField(_("code"), max_length=40, db_collation=CODE_COLLATION)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=250)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience)
    place_types = models.ManyToManyField(
        PlaceType, blank=True, related_name="checklists", verbose_name=_("place types")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    first_used_on = models.DateField(_("first used on"), null=True, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.OWN)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="checklist_version_once",
                violation_error_message=_("This version of the checklist exists already."),
            )
        ]

    def __str__(self):
        return f"{self.label} v{self.version}"

    @property
    def label(self) -> str:
        """The name in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name


class ChecklistItem(models.Model):
    """One question; where the place falls short, it becomes a finding of its category."""

    checklist = models.ForeignKey(
        Checklist, models.CASCADE, related_name="items", verbose_name=_("checklist")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    group = models.ForeignKey(HazardGroup, models.PROTECT, related_name="+", verbose_name=_("group"))
    question = models.CharField(_("question"), max_length=200)
    question_en = models.CharField(_("question in English"), max_length=300)
    category = models.ForeignKey(
        HazardCategory, models.PROTECT, related_name="+", verbose_name=_("category of the finding")
    )
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=300, blank=True)

    class Meta:
        ordering = ["checklist", "number"]
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "number"],
                name="checklist_item_number_once",
                violation_error_message=_("The checklist has an item with this number already."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_checklist_is_frozen",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("list_id", "bigint")],
                func="""
                    list_id := CASE TG_OP WHEN 'DELETE' THEN OLD.checklist_id ELSE NEW.checklist_id END;
                    IF EXISTS (SELECT 1 FROM reference_checklist
                               WHERE id = list_id AND first_used_on IS NOT NULL) THEN
                        RAISE EXCEPTION 'checklist % was used: make a new version', list_id;
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.label}"

    @property
    def label(self) -> str:
        """The question in the language of the reader."""
        return self.question if in_chinese() else self.question_en or self.question

    @property
    def hint_label(self):
        """The hint in the language of the reader."""
        return self.hint if in_chinese() else self.hint_en or self.hint


class CombinedUseLimit(CodeTable):
    """One number of the standard on combined-use sites (XF 703), with the operator that its text has."""

    clause = models.CharField(_("clause"), max_length=20)
    op = models.CharField(_("comparison"), max_length=2, choices=[(op, op) for op in ("<", "<=", ">", ">=")])
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2)

    class Meta(CodeTable.Meta):
        verbose_name = _("limit for combined-use sites")
        verbose_name_plural = _("limits for combined-use sites")


class PlaceFlag(models.TextChoices):
    """What the rules on major hazards ask about a place: legal sets, kind of building, kind of trade.

    Flags of the register have its codes here too; the kinds are the register's place types of the first level.
    `other` says in so many words what an empty list means: none of the three legal sets.
    """

    CROWDED = "crowded", _("Crowded place")
    FLAMMABLE = "flammable", _("Flammable or explosive place")
    IMPORTANT = "important", _("Important place")
    OTHER = "other", _("Other place")
    HIGH_RISE = "high_rise", _("High-rise building")
    UNDERGROUND = "underground", _("Underground building")
    COMBINED_USE = "combined_use", _("Three-in-one site")
    MULTI_USE = "multi_use", _("Multi-in-one site")
    SMALL_PLACE = "small_place", _("Nine-small place")
    KEY_UNIT = "key_unit", _("Key fire-safety unit")
    CHILDREN = "children", _("Place for children")
    ELDERLY = "elderly", _("Place for the elderly")
    LABOUR_INTENSIVE = "labour_intensive", _("Labour-intensive place")
    MIXED_BUSINESS = "mixed_business", _("Mixed business")
    HOTEL = "hotel", _("Hotel or inn")
    ENTERTAINMENT = "entertainment", _("Public entertainment place")
    SHOP = "shop", _("Shop or market")
    RESTAURANT = "restaurant", _("Restaurant")
    SCHOOL = "school", _("School or kindergarten")
    HOSPITAL = "hospital", _("Hospital or clinic")
    CARE_HOME = "care_home", _("Care home")
    FACTORY = "factory", _("Factory or workshop")
    WAREHOUSE = "warehouse", _("Warehouse or yard")
    DWELLING = "dwelling", _("Dwelling")
    PUBLIC_BUILDING = "public_building", _("Other public building")


PLACE_KINDS = tuple(PlaceFlag)[tuple(PlaceFlag).index(PlaceFlag.HOTEL) :]
"""Flags that say what is done there: where one is set, the others do not hold unless they are set too."""


def _frozen(name: str) -> pgtrigger.Protect:
    """Rows that determinations refer to: a correction is a new version of the whole set."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class RuleSetQuerySet(DatedQuerySet):
    """Versions of the rules, picked by the day of the decision."""

    def in_force(self, on):
        """The set that a decision on the day `on` is taken under, its latest version; None before the first."""
        return self.current(on).order_by("-valid_from", "-version").first()

    def last_before(self, rule_set):
        """What held before `rule_set` and has a text: for reference only."""
        older = self.filter(valid_from__lt=rule_set.valid_from).exclude(elements=None)
        return older.order_by("-valid_from", "-version").first()


class RuleSet(models.Model):
    """One version of the standard by which major fire hazards are judged. A version never changes.

    A set without elements gives no verdict: its text was not read, and nobody signed it off.
    """

    code = models.CharField(_("code"), max_length=40, db_collation=CODE_COLLATION)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=250)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    chapters = models.JSONField(_("chapters"), default=list)
    source = models.CharField(_("source"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence)
    digest = models.CharField(max_length=64, editable=False)
    signed_off_by = models.CharField(_("signed off by"), max_length=60, blank=True)
    signed_off_on = models.DateField(_("signed off on"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-version"]
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="rule_set_version_once",
                violation_error_message=_("This version of the rule set exists already."),
            ),
            models.UniqueConstraint(
                fields=["code", "digest"],
                name="rule_set_content_once",
                violation_error_message=_("A version with exactly this content exists already."),
            ),
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on__isnull=True)
                | Q(~Q(signed_off_by=""), signed_off_on__isnull=False),
                name="rule_set_signed_with_name_and_day",
                violation_error_message=_("A sign-off has a name and a day."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="rule_set_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="rule_set_kept", operation=pgtrigger.Delete)]

    def __str__(self):
        return f"{self.code} v{self.version}"

    @property
    def label(self) -> str:
        """The name in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name

    @property
    def verified(self) -> bool:
        """Somebody compared it with the printed standard and put a name to it."""
        return self.signed_off_on is not None


class RuleRow(models.Model):
    """What the rows of a rule set have in common: a code of the standard and words in both languages."""

    code = models.CharField(_("code"), max_length=40, db_collation=CODE_COLLATION)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=250)
    source = models.CharField(_("source"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence)
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        abstract = True
        ordering = ["rule_set", "position"]

    def __str__(self):
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        """The words in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name


def _places(label, **options) -> ArrayField:
    """Alternatives, each a list of flags that must all hold; empty for every place."""
    return ArrayField(models.CharField(max_length=80), verbose_name=label, default=list, **options)


class RuleElement(RuleRow):
    """One element of a set: where it applies, from which value it holds, and for which counting rules it counts."""

    class Kind(models.TextChoices):
        DIRECT = "direct", _("Direct element")
        COMPREHENSIVE = "comprehensive", _("Comprehensive element")

    class Parameter(models.TextChoices):
        BOOLEAN = "boolean", _("Present or not")
        RATIO = "ratio", _("Actual value ÷ required value")
        PERCENT = "percent", _("Damaged ÷ installed")

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="elements", verbose_name=_("rule set"))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    parameter = models.CharField(_("parameter"), max_length=7, choices=Parameter)
    # [{"limb": "", "place": ["high_rise", "underground"], "op": ">", "value": "0.30"}, ...]: within a limb the
    # first whose place fits is the one that holds.
    limits = models.JSONField(_("limits"), default=list)
    bare = models.BooleanField(
        _("may be cited without a value"),
        help_text=_("The clause has a limb without a number, such as “not installed”."),
    )
    most = models.DecimalField(
        _("largest sensible value"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    applies_to = _places(_("applies to"), blank=True)
    not_for = _places(_("not for"), blank=True)
    yields_to = models.CharField(
        _("gives way to"),
        max_length=40,
        blank=True,
        help_text=_("Where that clause holds, this one does not."),
    )
    by_word = models.BooleanField(
        _("the finder's word is taken"),
        help_text=_("Where the kind of place is not stated, whoever cites the clause says it."),
    )
    counts_for = ArrayField(models.CharField(max_length=4), verbose_name=_("counts for"), default=list)

    class Meta(RuleRow.Meta):
        verbose_name = _("element of a major hazard")
        verbose_name_plural = _("elements of major hazards")
        constraints = [models.UniqueConstraint(fields=["rule_set", "code"], name="rule_element_once")]
        triggers = [_frozen("rule_element_is_frozen")]


class CountingRule(RuleRow):
    """How many comprehensive elements make a place of some class a major hazard (5.3.3 of the 2017 text)."""

    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="counting_rules", verbose_name=_("rule set")
    )
    at_least = models.PositiveSmallIntegerField(_("at least"))
    applies_to = _places(_("applies to"), blank=True)
    not_for = _places(_("not for"), blank=True)

    class Meta(RuleRow.Meta):
        verbose_name = _("counting rule")
        verbose_name_plural = _("counting rules")
        constraints = [models.UniqueConstraint(fields=["rule_set", "code"], name="counting_rule_once")]
        triggers = [_frozen("counting_rule_is_frozen")]


class RuleExclusion(RuleRow):
    """A circumstance in which a hazard is not judged major, looked at last (5.1.3 of the 2017 text)."""

    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="exclusions", verbose_name=_("rule set")
    )
    letter = models.CharField(_("item"), max_length=4, blank=True)

    class Meta(RuleRow.Meta):
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [models.UniqueConstraint(fields=["rule_set", "code"], name="rule_exclusion_once")]
        triggers = [_frozen("rule_exclusion_is_frozen")]
