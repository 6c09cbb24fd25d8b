"""Numbered papers: gapless per issuing body, form and year; frozen once issued; voided, never reused; served once."""

import hashlib
import json
import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.pictures import Picture


class Form(models.TextChoices):
    """The forms of the field (消防监督检查法律文书), each with the character that stands in its number."""

    INSPECTION = "inspection", _("Inspection record")
    CORRECT_NOW = "correct_now", _("Order to correct at once")
    CORRECT_BY = "correct_by", _("Order to correct by a deadline")
    MAJOR = "major", _("Order on a major fire hazard")
    RECHECK = "recheck", _("Re-inspection opinion")
    SUSPENSION = "suspension", _("Decision to stop production or business")
    RESUMPTION = "resumption", _("Decision to allow resumption")
    RESUMPTION_REFUSED = "resumption_refused", _("Decision to refuse resumption")
    LISTING = "listing", _("Notice of government listing")
    DELISTING = "delisting", _("Notice of delisting")
    REFERRAL = "referral", _("Referral")
    EXTENSION = "extension", _("Reply on an extension")
    MEETING = "meeting", _("Record of collective discussion")
    SEAL = "seal", _("Decision on a temporary seal")
    UNSEAL = "unseal", _("Decision to lift a temporary seal")
    UNSEAL_REFUSED = "unseal_refused", _("Decision to keep a temporary seal")
    SUPERVISION = "supervision", _("Supervision order")
    SERVICE = "service", _("Receipt of service")
    ADVICE = "advice", _("Advice to correct")
    REVERSAL = "reversal", _("Notice that a closing is reversed")
    DEMAND = "demand", _("Demand to obey a stop")
    ENFORCEMENT = "enforcement", _("Decision on compulsory execution")
    LOOK_BACK = "look_back", _("Record of a look-back")


# The character between the body's short name and 字: 枣消限字〔2026〕第0001号.
FORM_MARK = {
    Form.INSPECTION: "检",
    Form.CORRECT_NOW: "即",
    Form.CORRECT_BY: "限",
    Form.MAJOR: "重",
    Form.RECHECK: "复",
    Form.SUSPENSION: "停",
    Form.RESUMPTION: "恢",
    Form.RESUMPTION_REFUSED: "不恢",
    Form.LISTING: "挂",
    Form.DELISTING: "摘",
    Form.REFERRAL: "移",
    Form.EXTENSION: "延",
    Form.MEETING: "议",
    Form.SEAL: "封",
    Form.UNSEAL: "解封",
    Form.UNSEAL_REFUSED: "不解封",
    Form.SUPERVISION: "督",
    Form.SERVICE: "送",
    Form.ADVICE: "告",
    Form.REVERSAL: "反销",
    Form.DEMAND: "催",
    Form.ENFORCEMENT: "强",
    Form.LOOK_BACK: "回",
}

MUST_BE_SERVED = (
    Form.CORRECT_NOW,
    Form.CORRECT_BY,
    Form.MAJOR,
    Form.SUSPENSION,
    Form.RESUMPTION,
    Form.RESUMPTION_REFUSED,
    Form.SEAL,
    Form.UNSEAL,
    Form.UNSEAL_REFUSED,
    Form.REVERSAL,
    Form.DEMAND,
    Form.ENFORCEMENT,
)
"""Papers that oblige or release a unit: they bind from their service (送达), not from their printing.

A reversal (反销号) is among them: what was closed obliges the unit again. An advice (督促告知书) is not: it is no
legal document and binds nobody, so nothing waits for its service, though a service may be recorded.
"""

NOT_SERVED = (Form.INSPECTION, Form.MEETING, Form.SERVICE, Form.LOOK_BACK)
"""Papers of the authority's own file."""


class Serial(models.Model):
    """The last number taken by one body for one form in one year; its row lock makes numbers gapless."""

    body = models.CharField(max_length=40)
    form = models.CharField(max_length=24)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "form", "year"], name="serial_once_per_body_form_year")
        ]

    def __str__(self):
        return f"{self.body} {self.form} {self.year}: {self.last}"


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("region_id"))

    def standing(self):
        return self.filter(voided_at=None)

    def awaiting_service(self):
        """What must be served and is not, as far as it stands."""
        return self.standing().filter(form__in=MUST_BE_SERVED, served_at=None)


class Document(models.Model):
    """One issued paper. `content` is what was on it that day, whatever the register says later."""

    form = models.CharField(_("form"), max_length=24, choices=Form)
    number = models.CharField(_("number"), max_length=60, unique=True)
    body = models.CharField(_("issuing body"), max_length=120)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+")
    about = models.CharField(_("addressee"), max_length=200, help_text=_("The unit or person it is for"))
    # What the paper is about, as the app above names it: "unit:12". Papers know nothing of units.
    subject = models.CharField(max_length=40, blank=True, db_index=True)
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    void_reason = models.CharField(max_length=500, blank=True)
    # A headline of `services`, written by documents.services.serve alone.
    served_at = models.DateTimeField(_("served at"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "form", "year", "serial"], name="document_serial_taken_once"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""),
                name="document_void_has_reason",
                violation_error_message=_("A paper is voided with a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["region", "-issued_at"], name="document_by_region"),
            models.Index(
                fields=["region", "issued_at"],
                name="document_awaiting_service",
                condition=Q(served_at=None, voided_at=None, form__in=[str(form) for form in MUST_BE_SERVED]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="document_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="document_content_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.content IS DISTINCT FROM NEW.content OR OLD.number IS DISTINCT FROM NEW.number"
                    " OR OLD.content_hash IS DISTINCT FROM NEW.content_hash"
                    " OR OLD.issued_at IS DISTINCT FROM NEW.issued_at"
                ),
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("documents:detail", args=[self.pk])

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None

    @property
    def title(self) -> str:
        """What stands on top of it: its own title where the form has several (停产停业, 停止使用, 停止施工)."""
        return self.content.get("title") or self.get_form_display()

    @property
    def awaits_service(self) -> bool:
        """It must be served, and nobody has served it yet."""
        return self.form in MUST_BE_SERVED and self.served_at is None and not self.is_void


class Method(models.TextChoices):
    """The ways of service (送达方式), Civil Procedure Law, ch. 7, which the administrative laws refer to."""

    DIRECT = "direct", _("Handed over")
    LEFT = "left", _("Left on the premises")
    POST = "post", _("By registered post")
    PROXY = "proxy", _("Through another body")
    ELECTRONIC = "electronic", _("By electronic means")
    NOTICE = "notice", _("By public notice")


class Relation(models.TextChoices):
    """What the person who signs is to the addressee."""

    HEAD = "head", _("Legal representative or person in charge")
    STAFF = "staff", _("Employee who receives papers")
    FAMILY = "family", _("Adult family member")
    AGENT = "agent", _("Authorised agent")
    OTHER = "other", _("Other")


class Service(models.Model):
    """送达回证: one attempt to bring a paper to its addressee. Append-only; it succeeds once per paper."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="services")
    succeeded = models.BooleanField(_("served"), default=True)
    method = models.CharField(_("how it was served"), max_length=10, choices=Method, default=Method.DIRECT)
    served_at = models.DateTimeField(_("served at"))
    receiver = models.CharField(_("received by"), max_length=60, blank=True)
    relation = models.CharField(_("relation to the addressee"), max_length=8, choices=Relation, blank=True)
    refused = models.BooleanField(_("signature refused"), default=False)
    refusal_reason = models.CharField(_("reason"), max_length=500, blank=True)
    witness_1 = models.CharField(_("first witness"), max_length=60, blank=True)
    witness_2 = models.CharField(_("second witness"), max_length=60, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second officer"),
    )
    # The numbered receipt (Form.SERVICE), issued with the service; a failed attempt has none.
    receipt = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="receipt_of", verbose_name=_("receipt")
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(succeeded=True),
                name="service_succeeds_once",
                violation_error_message=_("This paper was served already."),
            ),
            models.CheckConstraint(
                condition=Q(refused=False)
                | (
                    ~Q(refusal_reason="")
                    & ~Q(witness_1="")
                    & ~Q(witness_2="")
                    & ~Q(witness_1=models.F("witness_2"))
                ),
                name="service_refused_before_two_witnesses",
                violation_error_message=_("A refusal is witnessed by two different people, with its reason."),
            ),
            models.CheckConstraint(
                condition=Q(colleague=None) | ~Q(colleague=models.F("recorded_by")),
                name="service_by_two_different_officers",
                violation_error_message=_("The second officer is somebody else."),
            ),
            models.CheckConstraint(
                condition=Q(receipt=None) | Q(succeeded=True),
                name="service_receipt_of_what_was_served",
                violation_error_message=_("What was not served has no receipt."),
            ),
            models.CheckConstraint(
                condition=Q(succeeded=True) | ~Q(refusal_reason=""),
                name="service_failed_has_reason",
                violation_error_message=_("Say why it could not be served."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="service_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.document_id} {self.method} {self.served_at:%Y-%m-%d}"


class ReceiptPhoto(Picture):
    """The signed receipt, or the paper left at the door; seen by those who see the paper."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="photos")

    def __str__(self):
        return str(self.pk)


def fingerprint(content: dict) -> str:
    """SHA-256 over the canonical JSON of a paper's content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
