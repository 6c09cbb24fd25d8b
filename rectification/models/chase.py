"""The chase: its ladder as rows, the matters it watches, what it has claimed, and each run."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rectification import wording
from rectification.watched import Watched as Kinds
from reference.models import in_chinese

PERSON = settings.AUTH_USER_MODEL


class Watched(models.TextChoices):
    """What a rung watches: the owner's deadline, or one of the things that somebody else owes."""

    DEADLINE = Kinds.DEADLINE, _("Owner's deadline")
    CLOCK = Kinds.CLOCK, _("Statutory clock of the authority")
    MILESTONE = Kinds.MILESTONE, _("Milestone of a rectification plan")
    REPORT = Kinds.REPORT, _("Progress report of a listing")
    EXTENSION = Kinds.EXTENSION, _("Decision on an extension")
    LOOK_BACK = Kinds.LOOK_BACK, _("Look-back")
    PATROL = Kinds.PATROL, _("Patrol of a unit that must not produce")
    INSTRUCTION = Kinds.INSTRUCTION, _("Answer to an instruction")
    REFERRAL = Kinds.REFERRAL, _("Reply to a referral")
    ORPHAN = Kinds.ORPHAN, _("Case that nobody answers for")
    RELAPSE = Kinds.RELAPSE, _("Relapse not ordered anew")


class Recipient(models.TextChoices):
    """Whom a rung tells; resolved to people through posts on the day of the run."""

    RESPONSIBLE = "responsible", _("Whoever has to act")
    ASKER = "asker", _("Whoever asked for it")
    OFFICER = "officer", _("Township officer")
    INSPECTOR = "inspector", _("Inspector in charge")
    TOWNSHIP_HEAD = "township_head", _("Township head")
    OFFICE = "office", _("Fire-safety committee office")
    SUPERVISOR = "supervisor", _("Office that supervises the listing")
    DEPARTMENT = "department", _("Department it was referred to")
    LEADER = "leader", _("County leader")
    OWNER = "owner", _("The unit's own person, by SMS")


class FollowUp(models.TextChoices):
    """What a rung suggests beside telling people; a person takes it up or sets it aside."""

    LIST = "list", _("List it publicly")
    SUSPEND = "suspend", _("Order the unit to stop production or business")
    INTERVIEW = "interview", _("Call the person responsible in")
    INSTRUCT = "instruct", _("Ask for an answer by a day")


class Measure(models.TextChoices):
    """In what the distance of a rung is counted."""

    WORKING_DAYS = "working_days", _("working days")
    HOURS = "hours", _("clock hours")


def check_template(template: str) -> None:
    """Refuse a letter that asks for a fact which nothing has; it would stop the chase in the morning."""
    try:
        unknown = wording.unknown_names(template)
    except ValueError as bad:
        raise ValidationError(
            gettext("Write facts as one name in braces, such as {unit}. Not understood: %(what)s")
            % {"what": bad}
        ) from bad
    if unknown:
        raise ValidationError(
            gettext("No such fact: %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(wording.FACTS)}
        )


class RungQuerySet(models.QuerySet):
    def current(self, on):
        """The rungs in force on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)

    def since(self, on):
        """The rungs of which a day may still be owed: in force on a day, or later."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on))


def chosen(choices, **options) -> ArrayField:
    """Several of `choices`; empty means all of them."""
    return ArrayField(
        models.CharField(max_length=16, choices=choices), default=list, blank=True, db_default=[], **options
    )


class Rung(models.Model):
    """One step of the ladder of one kind of thing: when, counted from its day, whom it tells, in which words.

    A negative offset lies before the day. `repeat_every` makes it come again, for as long as the thing stands.
    A rung owes only what falls on the days of its own validity: a changed rung is a new row with the same `code`,
    so nothing is said twice and nothing of yesterday comes up again.
    """

    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    watched = models.CharField(
        _("what it watches"), max_length=12, choices=Watched, default=Watched.DEADLINE, db_default="deadline"
    )
    grades = chosen(
        [("general", _("General hazard")), ("major", _("Major fire hazard"))],
        verbose_name=_("of which grade"),
    )
    levels = chosen(
        [
            ("none", _("Not listed")),
            ("county", _("Listed by the county")),
            ("city", _("Listed by the city")),
            ("province", _("Listed by the province")),
        ],
        verbose_name=_("of which listing"),
    )
    clocks = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        db_default=[],
        verbose_name=_("which clocks"),
        help_text=_("Codes of the table of limits, such as C4; empty: all of them."),
    )
    measure = models.CharField(
        _("counted in"),
        max_length=12,
        choices=Measure,
        default=Measure.WORKING_DAYS,
        db_default="working_days",
    )
    offset = models.SmallIntegerField(
        _("distance from the day"), help_text=_("Negative: before the day. Working days, or hours.")
    )
    repeat_every = models.PositiveSmallIntegerField(_("again every … working days"), null=True, blank=True)
    recipients = ArrayField(
        models.CharField(max_length=16, choices=Recipient),
        size=len(Recipient),
        verbose_name=_("whom it tells"),
    )
    urgent = models.BooleanField(
        _("cannot wait"),
        default=False,
        db_default=False,
        help_text=_(
            "A letter of its own at once, whatever the hour, instead of a line in the morning's digest."
        ),
    )
    channels = chosen(
        [("email", _("E-mail")), ("webhook", _("SMS or government gateway")), ("bot", _("Bot"))],
        verbose_name=_("must also go by"),
        help_text=_("Beside the inbox, and whatever the person has chosen."),
    )
    follow_ups = chosen(FollowUp, verbose_name=_("what it suggests"))
    subject = models.CharField(_("subject"), max_length=200, validators=[check_template])
    body = models.TextField(_("text"), max_length=2000, validators=[check_template])
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    changed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("end saved at"), null=True, blank=True)

    objects = RungQuerySet.as_manager()

    class Meta:
        ordering = ["watched", "offset", "code", "valid_from"]
        verbose_name = _("rung of the chase")
        verbose_name_plural = _("rungs of the chase")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="rung_one_version_from_a_day",
                violation_error_message=_("This rung has a version from that day already."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to=None),
                name="rung_one_open_version",
                violation_error_message=_("This rung has a version without an end already."),
            ),
            models.CheckConstraint(
                condition=Q(recipients__len__gte=1),
                name="rung_tells_somebody",
                violation_error_message=_("Say whom this rung tells."),
            ),
            models.CheckConstraint(
                condition=Q(repeat_every=None) | Q(repeat_every__gte=1),
                name="rung_repeats_by_days",
                violation_error_message=_("A rung comes again after one working day at the earliest."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="rung_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(measure="working_days") | Q(urgent=True, watched__in=["clock", "relapse"]),
                name="rung_by_the_hour_is_urgent",
                violation_error_message=_(
                    "Only a letter about a clock or a relapse that cannot wait is counted in hours."
                ),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self):
        """The name in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name


class Matter(models.Model):
    """One thing that somebody owes by a day, as the chase sees it: the owner's deadline, a clock, an answer.

    Triggers on the tables of the things themselves write the rows, whatever the door (migrations/sql). A new day is a
    new `version`, which begins a new ladder. `next_on` is the day from which the chase looks again, `next_at` the
    instant for rungs counted in hours; both are empty once the thing is done.
    """

    watched = models.CharField(max_length=12, choices=Watched)
    subject = models.BigIntegerField(help_text="The row of the thing itself; for an orphan, its case.")
    version = models.PositiveSmallIntegerField(default=1)
    case = models.ForeignKey("hazards.HazardCase", models.CASCADE, null=True, related_name="matters")
    unit = models.ForeignKey("units.Unit", models.CASCADE, related_name="matters")
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField(null=True, help_text="Of a look-back: the round it looks at.")
    code = models.CharField(max_length=40, blank=True, help_text="Of a clock.")
    title = models.CharField(max_length=200, help_text="What is owed, in Chinese, as letters name it.")
    person = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    asker = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    next_on = models.DateField(null=True)
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watched", "subject"], name="matter_once")]
        indexes = [
            models.Index(fields=["next_on", "id"], name="matter_next_on", condition=Q(next_on__isnull=False)),
            models.Index(fields=["next_at", "id"], name="matter_next_at", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.watched} {self.subject}: {self.title}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ChaseRunQuerySet(models.QuerySet):
    def mornings(self):
        """The runs that work off the day, not the looks at clocks by the hour in between."""
        return self.filter(hourly=False)

    def telling(self):
        """Without the looks by the hour that found nothing: they come every five minutes."""
        return self.exclude(hourly=True, claimed=0, skipped=0)

    def finished(self):
        return self.mornings().filter(finished_at__isnull=False, held=False)

    def waiting(self):
        """Held until a person releases them."""
        return self.filter(held=True, released_at=None, finished_at__isnull=False)


class ChaseRun(models.Model):
    """One run with its counts; `/readyz` asks the last one whether the chase is late.

    `notes` says why things were skipped, for people: see `rectification.chase.engine.Tally`. A held run has counted
    and said nothing: it waits for a person.
    """

    on = models.DateField()
    hourly = models.BooleanField(default=False, db_default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    claimed = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=dict)
    held = models.BooleanField(default=False, db_default=False)
    released_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    objects = ChaseRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["on"], name="chase_run_on")]

    def __str__(self):
        return f"{self.on}"


class ChaseClaimQuerySet(models.QuerySet):
    def told(self):
        """Those that said something to somebody."""
        return self.filter(outcome="told")


class ChaseClaim(models.Model):
    """That one person was told one thing by one rung, once: whoever runs, however often.

    Unique by thing, version of its day, rung, cycle, role and person. A cycle passed over has nobody.
    """

    class Outcome(models.TextChoices):
        TOLD = "told", _("Told")
        ALSO = "also", _("Told in another role of the same rung")
        PASSED_OVER = "passed", _("Passed over: a later letter of the same rung was due as well")
        NO_PHONE = "no_phone", _("Not told: the unit has no telephone number on record")

    class Via(models.TextChoices):
        POST = "post", _("Holds the post")
        DEPUTY = "deputy", _("Stands in as the deputy")
        OFFICE = "office", _("The post is vacant: the office is told in its stead")
        PHONE = "phone", _("By telephone number")

    watched = models.CharField(max_length=12, choices=Watched, default=Watched.DEADLINE)
    subject = models.BigIntegerField(default=0, help_text="The row of the thing; of the deadline, its case.")
    version = models.PositiveSmallIntegerField()
    rung = models.ForeignKey(Rung, models.PROTECT, related_name="+", db_index=False)
    cycle = models.PositiveSmallIntegerField(default=0)
    recipient = models.CharField(max_length=16, choices=Recipient, blank=True)
    person = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    via = models.CharField(max_length=6, choices=Via, blank=True)
    post = models.ForeignKey(
        "accounts.Post", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    run = models.ForeignKey(ChaseRun, models.PROTECT, related_name="claims", db_index=False)
    due_on = models.DateField()
    on = models.DateField()
    claimed_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.TOLD)

    objects = ChaseClaimQuerySet.as_manager()

    class Meta:
        ordering = ["claimed_at", "pk"]
        # The unique index begins with the thing, so it serves the ledger of a case too.
        constraints = [
            models.UniqueConstraint(
                fields=["watched", "subject", "version", "rung", "cycle", "recipient", "person"],
                name="chase_claimed_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["run", "person"], name="chase_claim_digest")]

    def __str__(self):
        return f"{self.watched} {self.subject} {self.rung_id}/{self.cycle}"


class SuggestionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(settled_at=None)

    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))


class Suggestion(models.Model):
    """What a rung suggested for a case; taken up or set aside with a reason, by a person."""

    case = models.ForeignKey("hazards.HazardCase", models.CASCADE, related_name="suggestions")
    what = models.CharField(_("suggestion"), max_length=10, choices=FollowUp)
    rung = models.ForeignKey(Rung, models.PROTECT, related_name="+")
    made_on = models.DateField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    taken = models.BooleanField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["made_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "what"], condition=Q(settled_at=None), name="suggestion_open_once"
            )
        ]

    def __str__(self):
        return f"{self.case_id} {self.what}"
