"""Referrals (移送) of a case to the body that can act on it: accepted or returned, answered, with a day for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def standing(self):
        """Neither returned nor closed by us: the case lies with the department."""
        return self.filter(returned_at=None, settled_at=None)

    def unaccepted(self):
        return self.standing().filter(accepted_on=None, answered_on=None)

    def at_work(self):
        """Accepted, and no result yet."""
        return self.standing().filter(accepted_on__isnull=False, answered_on=None)

    def unanswered(self):
        return self.standing().filter(answered_on=None)

    def late(self, on):
        """Unanswered past the day for the reply: a day means its end."""
        return self.unanswered().filter(reply_due_on__lt=on)

    def answered(self):
        """The department reported its result, and we have not verified it yet."""
        return self.standing().filter(answered_on__isnull=False)


class Transfer(models.Model):
    """One referral: to whom, under which clause, why, by when they answer, and what became of it."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("To the department in charge")
        POLICE = "police", _("To the police station")
        FIRE = "fire", _("From the police station to the fire authority")

    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="transfers")
    kind = models.CharField(_("kind of referral"), max_length=10, choices=Kind, default=Kind.DEPARTMENT)
    regulator = models.ForeignKey(
        "reference.Regulator", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # As it was named that day, whatever the code table says later.
    department = models.CharField(_("department"), max_length=120)
    clause = models.CharField(_("under which clause"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), max_length=1000)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    is_late = models.BooleanField(_("referred after its limit"), default=False)
    reply_due_on = models.DateField(_("reply by"), null=True, blank=True)
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True, related_name="transfer")
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    accepted_by = models.CharField(_("accepted there by"), max_length=60, blank=True)
    their_number = models.CharField(_("their number"), max_length=80, blank=True)
    result = models.TextField(_("what they did"), max_length=1000, blank=True)
    answered_on = models.DateField(_("done on"), null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(max_length=1000, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(returned_at=None, settled_at=None),
                name="transfer_one_at_a_time_per_case",
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None, result="") | (Q(answered_on__isnull=False) & ~Q(result="")),
                name="transfer_answered_in_words",
                violation_error_message=_("A result has words and a day."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["reply_due_on"],
                name="transfer_unanswered",
                condition=Q(returned_at=None, settled_at=None, answered_on=None),
            )
        ]

    def __str__(self):
        return f"{self.case_id} → {self.department}"

    @property
    def stage(self) -> str:
        """Where it stands, in one word: waiting, accepted, answered, returned, closed."""
        if self.returned_at:
            return "returned"
        if self.settled_at:
            return "closed"
        if self.answered_on:
            return "answered"
        return "accepted" if self.accepted_on else "waiting"

    @property
    def is_unanswered(self) -> bool:
        return self.stage in ("waiting", "accepted")

    def is_overdue(self, on) -> bool:
        return self.is_unanswered and self.reply_due_on is not None and self.reply_due_on < on
