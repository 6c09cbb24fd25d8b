"""Measures on units as other systems read them. Days are days in Shanghai; instants carry their offset."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.days import now, today
from documents.models import Document
from hazards import clock_panel
from hazards.api import ClockSerializer
from hazards.models import HazardCase
from rectification import seal_selectors, selectors
from rectification.models import (
    AcceptanceCheck,
    Complaint,
    LookBack,
    Order,
    OrderItem,
    Resumption,
    Seal,
    Suspension,
    UnsealRequest,
    Watch,
    WatchLook,
)


class PaperRef(serializers.ModelSerializer):
    """A paper by its number; `/documents/{id}/` has the rest."""

    class Meta:
        model = Document
        fields = ["id", "number", "served_at"]
        read_only_fields = fields


class CaseRef(serializers.ModelSerializer):
    """A case behind a measure; `/cases/{id}/` has the rest."""

    class Meta:
        model = HazardCase
        fields = ["id", "number", "state", "due_on"]
        read_only_fields = fields


class OfficerSerializer(serializers.Serializer):
    """Who signed, with the card shown that day."""

    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")
    card_number = serializers.CharField()


class StepSerializer(serializers.Serializer):
    """A step that the caller's post carries, and what stands in its way now ("" where nothing does)."""

    name = serializers.CharField(help_text="POST to this name below the measure.")
    label = serializers.CharField()
    why_not = serializers.CharField()


class RefusalSerializer(serializers.Serializer):
    """Why an act is refused; `field` names the field that the sentence speaks of, where there is one."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence in the language of the caller.")
    field = serializers.CharField(required=False)


class WithClocks(serializers.Serializer):
    """A measure with the authority's own time limits over it, and why each ends on its day."""

    clocks = serializers.SerializerMethodField()

    @extend_schema_field(ClockSerializer(many=True))
    def get_clocks(self, row):
        return ClockSerializer(clock_panel.rows_about(row.clock_subject, at=now()), many=True).data


def person(source: str) -> serializers.CharField:
    """Somebody by name, null where nobody did it yet."""
    return serializers.CharField(source=f"{source}.name", default=None, allow_null=True)


class AtUnitSerializer(serializers.ModelSerializer):
    """What stands at a unit."""

    unit = serializers.IntegerField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    region = serializers.CharField(source="unit.region_id")


AT_UNIT = ["id", "unit", "unit_name", "region"]

# --- suspensions -----------------------------------------------------------------------------------------


class ResumptionSerializer(serializers.ModelSerializer):
    """One request to resume and its decision."""

    asked_by, decided_by = person("asked_by"), person("decided_by")
    document = PaperRef(allow_null=True)

    class Meta:
        model = Resumption
        fields = [
            "id", "words", "asked_by", "asked_at", "checked_at", "decision", "decided_by", "decided_at", "reason",
            "document",
        ]  # fmt: skip
        read_only_fields = fields


class AcceptanceSerializer(serializers.ModelSerializer):
    """One acceptance check (复工验收)."""

    recorded_by = person("recorded_by")
    officers = OfficerSerializer(many=True)
    document = PaperRef(allow_null=True)

    class Meta:
        model = AcceptanceCheck
        fields = [
            "id", "client_id", "held_on", "outcome", "note", "officers", "recorded_by", "recorded_at", "document",
        ]  # fmt: skip
        read_only_fields = fields


class SuspensionSerializer(AtUnitSerializer):
    """A suspension of a unit; what the unit may not do follows from `kind`."""

    proposed_by, decided_by, lifted_by = person("proposed_by"), person("decided_by"), person("lifted_by")
    document, lifting_document = PaperRef(allow_null=True), PaperRef(allow_null=True)

    class Meta:
        model = Suspension
        fields = [
            *AT_UNIT, "kind", "status", "reason", "is_repeat", "proposed_by", "proposed_at", "decided_by",
            "decided_at", "decision_note", "large_effect", "government_number", "document", "resume_asked_at",
            "lifted_by", "lifted_at", "lifting_document",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def with_everything(rows):
        return rows.select_related(
            "unit", "document", "lifting_document", "proposed_by", "decided_by", "lifted_by"
        )


class WholeSuspensionSerializer(WithClocks, SuspensionSerializer):
    """One suspension with the hazards behind it, its requests and checks, and the caller's steps."""

    cases = CaseRef(many=True)
    resumptions = ResumptionSerializer(many=True)
    checks = AcceptanceSerializer(many=True)
    steps = serializers.SerializerMethodField()

    class Meta(SuspensionSerializer.Meta):
        fields = [*SuspensionSerializer.Meta.fields, "cases", "resumptions", "checks", "clocks", "steps"]
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, row):
        user, checks, cases = self.context["request"].user, list(row.checks.all()), list(row.cases.all())
        return StepSerializer(
            selectors.suspension_steps(row, user, checks=checks, cases=cases), many=True
        ).data

    @staticmethod
    def with_everything(rows):
        return SuspensionSerializer.with_everything(rows).prefetch_related(
            "cases",
            "resumptions__asked_by",
            "resumptions__decided_by",
            "resumptions__document",
            "checks__officers__user",
            "checks__recorded_by",
            "checks__document",
        )


# --- seals -----------------------------------------------------------------------------------------------


class UnsealSerializer(serializers.ModelSerializer):
    """One request to lift a seal, its inspection and its decision."""

    asked_by, checked_by, decided_by = person("asked_by"), person("checked_by"), person("decided_by")
    document = PaperRef(allow_null=True)

    class Meta:
        model = UnsealRequest
        fields = [
            "id", "words", "asked_by", "asked_at", "outcome", "note", "officers", "checked_by", "checked_at",
            "decision", "decided_by", "decided_at", "reason", "document",
        ]  # fmt: skip
        read_only_fields = fields


class SealSerializer(AtUnitSerializer):
    """A part of a unit under seal, or proposed to be."""

    proposed_by, decided_by, lifted_by = person("proposed_by"), person("decided_by"), person("lifted_by")
    document, lifting_document = PaperRef(allow_null=True), PaperRef(allow_null=True)
    again_of = serializers.IntegerField(source="again_of_id", allow_null=True)
    has_run_out = serializers.SerializerMethodField(help_text="In force past its last instant.")
    study_is_late = serializers.BooleanField(help_text="On oral consent, and not studied within 24 hours.")

    class Meta:
        model = Seal
        fields = [
            *AT_UNIT, "client_id", "part", "circumstance", "reason", "status", "again_of", "proposed_by",
            "proposed_at", "urgent", "consent_by", "studied_at", "studied_by", "decided_by", "decided_at",
            "decision_note", "document", "starts_at", "ends_at", "executed_at", "has_run_out", "study_is_late",
            "lifted_by", "lifted_at", "lift_note", "lifting_document",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_run_out(self, row) -> bool:
        return row.has_run_out(now())

    @staticmethod
    def with_everything(rows):
        return rows.select_related(
            "unit", "document", "lifting_document", "proposed_by", "decided_by", "lifted_by"
        )


class WholeSealSerializer(WithClocks, SealSerializer):
    """One seal with the hazards behind it, who put it up, the requests to lift it, and the caller's steps."""

    cases = CaseRef(many=True)
    officers = OfficerSerializer(many=True)
    requests = UnsealSerializer(many=True)
    steps = serializers.SerializerMethodField()

    class Meta(SealSerializer.Meta):
        fields = [*SealSerializer.Meta.fields, "cases", "officers", "requests", "clocks", "steps"]
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, row):
        return StepSerializer(seal_selectors.steps(row, self.context["request"].user, now()), many=True).data

    @staticmethod
    def with_everything(rows):
        return SealSerializer.with_everything(rows).prefetch_related(
            "cases",
            "officers__user",
            "requests__asked_by",
            "requests__checked_by",
            "requests__decided_by",
            "requests__document",
        )


# --- looking again ---------------------------------------------------------------------------------------


class LookBackSerializer(serializers.ModelSerializer):
    """One look at one closed round of one case; `outcome` is empty while it waits."""

    unit = serializers.IntegerField(source="case.unit_id")
    unit_name = serializers.CharField(source="case.unit.name")
    region = serializers.CharField(source="case.region_id")
    case = CaseRef()
    late = serializers.SerializerMethodField()
    recorded_by = person("recorded_by")
    officers = OfficerSerializer(many=True)
    photos = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = LookBack
        fields = [
            *AT_UNIT, "client_id", "case", "round", "why", "due_on", "late", "draw", "outcome", "held_on", "note",
            "officers", "photos", "recorded_by", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_late(self, row) -> bool:
        return row.is_late(today())

    @staticmethod
    def with_everything(rows):
        return rows.select_related("case__unit", "recorded_by").prefetch_related("officers__user", "photos")


class WatchLookSerializer(serializers.ModelSerializer):
    """What somebody saw at the unit."""

    seen_by = person("seen_by")

    class Meta:
        model = WatchLook
        fields = ["id", "client_id", "outcome", "held_on", "note", "seen_by", "recorded_at"]
        read_only_fields = fields


class WatchSerializer(AtUnitSerializer):
    """A unit that must not produce, and the day of the next look."""

    suspension = serializers.IntegerField(source="suspension_id", allow_null=True)
    standing = serializers.SerializerMethodField()
    late = serializers.SerializerMethodField()

    class Meta:
        model = Watch
        fields = [
            *AT_UNIT, "why", "suspension", "since", "next_on", "until", "ended_on", "standing", "late",
        ]  # fmt: skip
        read_only_fields = fields

    def get_standing(self, row) -> bool:
        return row.stands(today())

    def get_late(self, row) -> bool:
        return row.is_late(today())

    @staticmethod
    def with_everything(rows):
        return rows.select_related("unit")


class WholeWatchSerializer(WatchSerializer):
    """One watch with all looks, the latest first."""

    looks = WatchLookSerializer(many=True)

    class Meta(WatchSerializer.Meta):
        fields = [*WatchSerializer.Meta.fields, "looks"]
        read_only_fields = fields

    @staticmethod
    def with_everything(rows):
        return WatchSerializer.with_everything(rows).prefetch_related("looks__seen_by")


# --- complaints ------------------------------------------------------------------------------------------


class ComplaintSerializer(WithClocks, AtUnitSerializer):
    """A complaint with its clock. Who complained is kept nowhere."""

    inspector = serializers.CharField(source="inspector.username")
    recorded_by, answered_by, dropped_by = person("recorded_by"), person("answered_by"), person("dropped_by")
    stage = serializers.CharField(help_text="unchecked, checked, answered or dropped")

    class Meta:
        model = Complaint
        fields = [
            *AT_UNIT, "client_id", "received_at", "matter", "words", "inspector", "recorded_by", "recorded_at",
            "stage", "inspection", "checked_at", "told", "answer", "answered_by", "answered_at", "drop_reason",
            "dropped_by", "dropped_at", "clocks",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def with_everything(rows):
        return rows.select_related("unit", "inspector", "recorded_by", "answered_by", "dropped_by")


# --- orders ----------------------------------------------------------------------------------------------


class OrderItemSerializer(serializers.ModelSerializer):
    """One hazard on the notice, as the notice says it."""

    case = CaseRef()

    class Meta:
        model = OrderItem
        fields = ["case", "due_on", "breach_due_on", "measure"]
        read_only_fields = fields


class OrderSerializer(AtUnitSerializer):
    """One notice with its hazards; it binds from `served_on`."""

    form = serializers.CharField(source="document.form")
    void = serializers.BooleanField(source="document.is_void")
    document = PaperRef()
    issued_by = person("issued_by")
    items = OrderItemSerializer(many=True)

    class Meta:
        model = Order
        fields = [
            *AT_UNIT, "client_id", "form", "document", "void", "issued_by", "issued_at", "interim", "served_on",
            "items",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def with_everything(rows):
        return rows.select_related("unit", "document", "issued_by").prefetch_related("items__case")
