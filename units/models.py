"""The register: units with their overlapping flags and people, what was changed when, and imports in waiting."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.scope import within
from units.flags import GRAVE, Flag
from units.text import terms


class SupervisionClass(models.TextChoices):
    """Who is expected to look at the unit, and how hard; a class of its own beside the flags."""

    KEY = "key", _("Key unit")
    GENERAL = "general", _("General unit")
    SMALL = "small", _("Small place")
    RESIDENTIAL = "residential", _("Residential building")
    VILLAGE = "village", _("Village")
    RENTAL = "rental", _("Rented housing")
    OTHER = "other", _("Other")


class OperatingStatus(models.TextChoices):
    """What became of the business. The last seven take a unit off the register."""

    OPERATING = "operating", _("Operating")
    IDLE = "idle", _("Idle")
    CLOSED = "closed", _("Closed down")
    MOVED = "moved", _("Moved away")
    DEMOLISHED = "demolished", _("Pulled down")
    DEREGISTERED = "deregistered", _("Deregistered")
    NOT_FOUND = "not_found", _("Not found")
    MERGED = "merged", _("Registered twice")
    MISTAKEN = "mistaken", _("Registered by mistake")


RETIRING = tuple(s for s in OperatingStatus if s not in (OperatingStatus.OPERATING, OperatingStatus.IDLE))


class FireResistance(models.IntegerChoices):
    """Fire-resistance grade of the building (GB 50016): 1 is the best."""

    ONE = 1, _("Grade 1")
    TWO = 2, _("Grade 2")
    THREE = 3, _("Grade 3")
    FOUR = 4, _("Grade 4")


class Structure(models.TextChoices):
    CONCRETE = "concrete", _("Reinforced concrete")
    STEEL = "steel", _("Steel")
    BRICK_CONCRETE = "brick_concrete", _("Brick and concrete")
    BRICK_WOOD = "brick_wood", _("Brick and wood")
    WOOD = "wood", _("Wood")
    SANDWICH = "sandwich", _("Sandwich panels")
    OTHER = "other", _("Other")


# What a form, an import or the API may write; the rest belongs to acts of its own.
FACTS = (
    "name",
    "credit_code",
    "address",
    "grid",
    "longitude",
    "latitude",
    "place_type",
    "small_kind",
    "supervision_class",
    "flags",
    "regulator",
    "floor_area",
    "storeys",
    "underground_storeys",
    "height",
    "fire_resistance",
    "structure",
    "built_year",
    "exits",
    "stairs",
    "employees",
    "lodgers",
    "capacity",
    "operating_status",
    "note",
)
LINKS = ("region", "grid", "place_type", "small_kind", "regulator", "merged_into")


class UnitQuerySet(models.QuerySet):
    """Units, picked by where they lie, what they are and what stands on them."""

    def visible_to(self, user):
        """The units where the person's posts reach. Every list, page, file and lookup of a unit starts here."""
        return self.filter(user.scope.q("region_id"))

    def current(self):
        """On the register."""
        return self.filter(retired_on=None)

    def retired(self):
        """Taken off the register."""
        return self.exclude(retired_on=None)

    def suspended(self):
        """Under an order to stop production or business (停产停业)."""
        return self.exclude(suspended_since=None)

    def sealed(self):
        """With a part under a temporary seal."""
        return self.exclude(sealed_since=None)

    def flagged(self, *codes):
        """Carrying every one of the flags."""
        return self.filter(flags__contains=list(codes))

    def under(self, code: str):
        """In the region `code` and everything inside it."""
        return self.filter(within("region_id", [code]))

    def not_inspected_since(self, day):
        """Nobody has been there since before `day`, or ever."""
        return self.filter(Q(last_inspected_on=None) | Q(last_inspected_on__lt=day))

    def search(self, text: str):
        """Every word of `text` in name, number, codes, address, people or pinyin initials; one character will do.

        Words of one and two characters go through the array of grams, longer ones through the trigram index.
        """
        found = self
        for term in terms(text):
            found = (
                found.filter(grams__contains=[term])
                if len(term) <= 2
                else found.filter(search_text__contains=term)
            )
        return found

    def for_rows(self):
        """What a row or card of a list shows, in one query."""
        return self.select_related("region", "place_type", "small_kind")


class Unit(models.Model):
    """One household of the register (一户一档): a business or building that can be inspected on its own."""

    number = models.CharField(
        _("register number"), max_length=20, unique=True, db_collation="C", editable=False
    )
    name = models.CharField(_("name of the unit"), max_length=120)
    name_initials = models.CharField(_("pinyin initials"), max_length=120, blank=True, editable=False)
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, blank=True, db_collation="C"
    )
    region = models.ForeignKey(
        "reference.Region",
        models.PROTECT,
        related_name="units",
        db_index=False,  # the index on region and number serves
        verbose_name=_("village or community"),
        help_text=_("The township where the village is not known."),
    )
    grid = models.ForeignKey(
        "reference.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grid_units",
        verbose_name=_("grid"),
    )
    address = models.CharField(_("address"), max_length=200)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    place_type = models.ForeignKey(
        "reference.PlaceType", models.PROTECT, related_name="units", verbose_name=_("place type")
    )
    small_kind = models.ForeignKey(
        "reference.SmallKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("kind of small place"),
    )
    supervision_class = models.CharField(
        _("supervision class"), max_length=12, choices=SupervisionClass, default=SupervisionClass.GENERAL
    )
    flags = ArrayField(
        models.CharField(max_length=20, choices=Flag), default=list, blank=True, verbose_name=_("flags")
    )
    regulator = models.ForeignKey(
        "reference.Regulator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("sector regulator"),
    )

    floor_area = models.DecimalField(_("floor area"), max_digits=9, decimal_places=1, null=True, blank=True)
    storeys = models.PositiveSmallIntegerField(_("storeys above ground"), null=True, blank=True)
    underground_storeys = models.PositiveSmallIntegerField(_("storeys below ground"), null=True, blank=True)
    height = models.DecimalField(_("building height"), max_digits=5, decimal_places=1, null=True, blank=True)
    fire_resistance = models.PositiveSmallIntegerField(
        _("fire-resistance grade"), choices=FireResistance, null=True, blank=True
    )
    structure = models.CharField(_("structure"), max_length=16, choices=Structure, blank=True)
    built_year = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True)
    exits = models.PositiveSmallIntegerField(_("safety exits"), null=True, blank=True)
    stairs = models.PositiveSmallIntegerField(_("evacuation stairs"), null=True, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    lodgers = models.PositiveIntegerField(_("people sleeping on site"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("most people at one time"), null=True, blank=True)

    operating_status = models.CharField(
        _("operating status"), max_length=12, choices=OperatingStatus, default=OperatingStatus.OPERATING
    )
    retired_on = models.DateField(_("taken off the register on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("stays as")
    )
    # Headlines that the apps above keep through units.services.headlines: never written anywhere else.
    suspended_since = models.DateField(_("suspended since"), null=True, blank=True)
    suspension_note = models.CharField(_("suspension"), max_length=200, blank=True)
    sealed_since = models.DateField(_("part under seal since"), null=True, blank=True)
    seal_note = models.CharField(_("seal"), max_length=200, blank=True)
    last_inspected_on = models.DateField(_("last inspected on"), null=True, blank=True)

    note = models.CharField(_("note"), max_length=500, blank=True)
    search_text = models.TextField(blank=True, editable=False)
    grams = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=20, default="page")
    client_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("registered by"),
    )
    created_at = models.DateTimeField(_("registered at"), editable=False)
    updated_at = models.DateTimeField(_("last changed"), editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        indexes = [
            models.Index(fields=["region", "number"], name="unit_region_number"),
            models.Index(F("last_inspected_on").asc(nulls_first=True), "number", name="unit_inspected"),
            models.Index(fields=["-updated_at", "number"], name="unit_updated"),
            models.Index(fields=["name_initials", "number"], name="unit_by_initials"),
            models.Index(
                fields=["region", "suspended_since"],
                name="unit_suspended",
                condition=Q(suspended_since__isnull=False),
            ),
            models.Index(
                fields=["region", "sealed_since"],
                name="unit_sealed",
                condition=Q(sealed_since__isnull=False),
            ),
            GinIndex(fields=["flags"], name="unit_flags", fastupdate=False),
            # The 三合一 sites of an area and whether they stand still.
            models.Index(
                fields=["region", "suspended_since"],
                name="unit_combined",
                condition=Q(flags__contains=[Flag.COMBINED_USE.value], retired_on__isnull=True),
            ),
            GinIndex(fields=["grams"], name="unit_grams"),
            GinIndex(
                name="unit_search", fields=["search_text"], opclasses=["gin_trgm_ops"], fastupdate=False
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(retired_on__isnull=True),
                name="unit_credit_code_once",
                violation_error_message=_("Another unit on the register has this credit code."),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(73, 136),
                    latitude__range=(3, 54),
                ),
                name="unit_position_in_china",
                violation_error_message=_(
                    "Give both coordinates (WGS-84): longitude 73 to 136, latitude 3 to 54."
                ),
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True, operating_status__in=["operating", "idle"])
                | Q(retired_on__isnull=False, operating_status__in=[str(s) for s in RETIRING]),
                name="unit_retired_has_reason",
                violation_error_message=_("A unit leaves the register with a reason and a day."),
            ),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gt=0),
                name="unit_floor_area_positive",
                violation_error_message=_("The floor area is more than zero, or left empty."),
            ),
            models.CheckConstraint(
                condition=Q(built_year__isnull=True) | Q(built_year__range=(1800, 2100)),
                name="unit_built_year_plausible",
                violation_error_message=_("The year of building is written with four digits, such as 1998."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The dossier."""
        return reverse("units:dossier", args=[self.pk])

    @property
    def is_suspended(self) -> bool:
        """Under an order to stop production or business."""
        return self.suspended_since is not None

    @property
    def is_sealed(self) -> bool:
        """A part of it stands under a temporary seal."""
        return self.sealed_since is not None

    @property
    def suspended(self) -> bool:
        """The same, as the API and the cards call it."""
        return self.is_suspended

    @property
    def flag_labels(self) -> list[str]:
        """The flags in words."""
        return [str(flag.label) for flag in self.flag_list]

    @property
    def is_retired(self) -> bool:
        """No longer on the register."""
        return self.retired_on is not None

    @property
    def place_name(self) -> str:
        """Township and village, without the county that everybody knows."""
        names = self.region.path_names.split()
        return " ".join(names[1:] or names)

    @property
    def flag_list(self) -> list[Flag]:
        """The flags in the order of the table, whatever order they were ticked in."""
        return [flag for flag in Flag if flag in self.flags]

    @property
    def grave_flags(self) -> list[Flag]:
        """Those of the flags that say people may die in numbers here."""
        return [flag for flag in GRAVE if flag in self.flags]

    @property
    def plain_flags(self) -> list[Flag]:
        """The other flags."""
        return [flag for flag in self.flag_list if flag not in GRAVE]

    @property
    def is_combined_use(self) -> bool:
        """三合一 or 多合一: people sleep where goods are made, stored or sold."""
        return Flag.COMBINED_USE in self.flags or Flag.MULTI_USE in self.flags


class UnitPersonQuerySet(models.QuerySet):
    """People of units."""

    def current(self):
        """In the duty now."""
        return self.filter(ends_on=None)

    def visible_to(self, user):
        """The people of the units that the person sees."""
        return self.filter(user.scope.q("unit__region_id"))


class UnitPerson(models.Model):
    """A person who answers for fire safety at a unit, from a day to a day (Fire Law Art. 16, Order 61)."""

    class Duty(models.TextChoices):
        RESPONSIBLE = "responsible", _("Person responsible for fire safety")
        MANAGER = "manager", _("Fire-safety manager")
        LEGAL = "legal", _("Legal representative")
        ON_SITE = "on_site", _("Contact on site")

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="people", verbose_name=_("unit"))
    duty = models.CharField(_("duty"), max_length=12, choices=Duty)
    name = models.CharField(_("name"), max_length=50)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = UnitPersonQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "pk"]
        verbose_name = _("person of a unit")
        verbose_name_plural = _("people of units")
        indexes = [models.Index(fields=["phone"], name="unit_person_phone")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "duty"],
                condition=Q(ends_on__isnull=True),
                name="unit_duty_held_by_one",
                violation_error_message=_("This duty is held by somebody already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="unit_person_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self):
        return self.name


class PhoneView(models.Model):
    """Somebody read a masked phone number, and why (Personal Information Protection Law Art. 51, 54)."""

    person = models.ForeignKey(UnitPerson, models.CASCADE, related_name="views", verbose_name=_("person"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    at = models.DateTimeField(_("when"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("look at a phone number")
        verbose_name_plural = _("looks at phone numbers")
        triggers = [
            pgtrigger.Protect(name="phone_view_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class UnitChange(models.Model):
    """One act on the register: who, when, what became of which field, why. Append-only."""

    class Act(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        CORRECTED = "corrected", _("File corrected")
        MOVED = "moved", _("Moved to another place")
        RETIRED = "retired", _("Taken off the register")
        RESTORED = "restored", _("Restored")
        MERGED = "merged", _("Merged")
        IMPORTED = "imported", _("Imported")
        UNDONE = "undone", _("Import undone")
        SUSPENDED = "suspended", _("Suspended from business")
        RESUMED = "resumed", _("Resumed business")
        SEALED = "sealed", _("Part put under seal")
        UNSEALED = "unsealed", _("Seal taken off")
        PRODUCING = "producing", _("Found producing under a stop")

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="changes", verbose_name=_("unit"))
    act = models.CharField(_("act"), max_length=12, choices=Act)
    # {"field": [before, after]}; people as {"people": [[...], [...]]}.
    changes = models.JSONField(_("changes"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("change of a unit")
        verbose_name_plural = _("changes of units")
        indexes = [models.Index(fields=["unit", "-at"], name="unit_change_unit_at")]
        triggers = [
            pgtrigger.Protect(name="unit_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.unit_id} {self.act}"


class UnitSerial(models.Model):
    """The last register number of a county; its row lock makes the numbers follow each other."""

    county_code = models.CharField(max_length=12, primary_key=True, db_collation="C")
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.county_code}: {self.last}"


class ImportBatchQuerySet(models.QuerySet):
    """Imports."""

    def visible_to(self, user):
        """One's own: a workbook holds phone numbers of people elsewhere too."""
        return self.filter(by=user)


class ImportBatch(models.Model):
    """A workbook that was read but not (yet) written to the register."""

    class Status(models.TextChoices):
        PREVIEW = "preview", _("Awaiting confirmation")
        COMMITTED = "committed", _("Written to the register")
        UNDONE = "undone", _("Undone")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("imported by")
    )
    filename = models.CharField(_("file"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=100)
    header_line = models.PositiveIntegerField(_("line of the headings"))
    # [{"column": 3, "heading": "所属乡镇", "field": "township"}]; field "" where the heading is not known.
    columns = models.JSONField(default=list)
    ignored_lines = models.JSONField(default=list)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PREVIEW)
    created_at = models.DateTimeField(_("read at"))
    committed_at = models.DateTimeField(_("written at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        """The preview, later the result."""
        return reverse("units:import_batch", args=[self.pk])


class ImportRow(models.Model):
    """One line of a workbook: as it stands there, as we understand it, and what is wrong with it."""

    class Verdict(models.TextChoices):
        NEW = "new", _("To be added")
        UPDATE = "update", _("Update")
        UNCHANGED = "unchanged", _("Unchanged")
        BAD = "bad", _("Needs correction")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    raw = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    # [{"field": "village", "message": "..."}]
    errors = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["batch", "line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_line_once")]
        indexes = [models.Index(fields=["batch", "verdict", "line"], name="import_row_verdict")]

    def __str__(self):
        return f"{self.batch_id}:{self.line}"


class LodgingSurveyQuerySet(models.QuerySet):
    """Surveys of combined-use sites."""

    def latest_of(self, unit):
        """The one that counts; None where nobody looked yet."""
        return self.filter(unit=unit).order_by("-made_at", "-pk").first()


def _known_or_not(label) -> models.BooleanField:
    """Yes, no, or nobody knows."""
    return models.BooleanField(label, null=True, blank=True)


class LodgingSurvey(models.Model):
    """What somebody saw on a combined-use site: what XF 703 asks and the register does not hold. Kept as made."""

    class UseClass(models.TextChoices):
        A = "A", _("Class A (甲)")
        B = "B", _("Class B (乙)")
        C = "C", _("Class C (丙)")
        D = "D", _("Class D (丁)")
        E = "E", _("Class E (戊)")

    class Building(models.TextChoices):
        FACTORY = "factory", _("Factory building")
        WAREHOUSE = "warehouse", _("Warehouse building")
        SHOP = "shop", _("Shop")
        MARKET = "market", _("Market")
        PUBLIC = "public", _("Other public building")
        DWELLING = "dwelling", _("Dwelling")
        OTHER = "other", _("Other")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="lodging_surveys", verbose_name=_("unit"))
    use_class = models.CharField(
        _("fire hazard of production, storage or trade"), max_length=1, choices=UseClass, blank=True
    )
    building = models.CharField(_("kind of building"), max_length=10, choices=Building, blank=True)
    underground = _known_or_not(_("underground or half underground"))
    full_separation = _known_or_not(
        _("complete separation: wall without openings and floor of 1.50 h or more (4.2)")
    )
    fire_separation = _known_or_not(
        _("fire separation: wall of 2 h, floor of 1.5 h, class B door normally closed (5.1)")
    )
    separate_evacuation = _known_or_not(_("separate evacuation for lodging and for the rest"))
    auxiliary_evacuation = _known_or_not(_("separate auxiliary evacuation for lodging"))
    alarm = _known_or_not(_("alarm system or stand-alone smoke alarms in both parts"))
    sprinkler = _known_or_not(_("sprinkler or local sprinkler"))
    too_hard = _known_or_not(_("neither separation nor sprinkler is possible"))
    doors_open_outwards = _known_or_not(_("doors open outwards and easily from inside"))
    extinguishers = _known_or_not(_("extinguishers"))
    emergency_lights = _known_or_not(_("emergency lights"))
    exits_wide_enough = _known_or_not(_("exits wide enough"))
    verdict = models.JSONField(_("verdict on that day"), default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("surveyed by")
    )
    made_at = models.DateTimeField(_("surveyed at"))
    client_id = models.UUIDField(unique=True, editable=False)

    objects = LodgingSurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("survey of a combined-use site")
        verbose_name_plural = _("surveys of combined-use sites")
        indexes = [models.Index(fields=["unit", "-made_at"], name="lodging_survey_by_unit")]
        triggers = [
            pgtrigger.Protect(name="lodging_survey_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.unit_id} {self.made_at:%Y-%m-%d}"


SEEN_ON_SITE = (
    "use_class",
    "building",
    "underground",
    "full_separation",
    "fire_separation",
    "separate_evacuation",
    "auxiliary_evacuation",
    "alarm",
    "sprinkler",
    "too_hard",
    "doors_open_outwards",
    "extinguishers",
    "emergency_lights",
    "exits_wide_enough",
)
"""What a survey asks; everything else XF 703 asks about stands in the register."""
