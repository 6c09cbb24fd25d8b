"""Cases over the API: the list, one case, its events. Acts are added by the app that owns their papers."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from common.days import now, today
from hazards import clock_panel
from hazards.filters import CaseFilter
from hazards.models import CaseEvent, HazardCase
from hazards.selectors import acts_for
from hazards.words import act_label


class CaseSerializer(serializers.ModelSerializer):
    """A case as other systems read it. Days are days in Shanghai; instants carry their offset."""

    unit = serializers.IntegerField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    region = serializers.CharField(source="region_id")
    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.label")
    listed = serializers.ListField(source="listed_levels", child=serializers.CharField())
    overdue = serializers.SerializerMethodField()
    overdue_days = serializers.SerializerMethodField()
    acts = serializers.SerializerMethodField()

    class Meta:
        model = HazardCase
        fields = [
            "id", "number", "unit", "unit_name", "region", "category", "category_name", "description", "part",
            "grade", "state", "due_on", "original_due_on", "overdue", "overdue_days", "listed", "main_level",
            "round", "source", "opened_at", "opened_on", "closed_at", "closed_on", "version", "acts",
        ]  # fmt: skip
        read_only_fields = fields

    def get_overdue(self, case) -> bool:
        return case.is_overdue(today())

    def get_overdue_days(self, case) -> int:
        return case.overdue_days(today())

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_acts(self, case):
        return acts_for(case, self.context["request"].user)


class ClockSerializer(serializers.Serializer):
    """A time limit of the case: the owner's (code OWNER), or one that the authority has to keep."""

    code = serializers.CharField()
    name = serializers.CharField()
    whose = serializers.CharField()
    began_at = serializers.DateTimeField(help_text="In the future where a deadline has yet to expire.")
    began_by = serializers.CharField()
    due = serializers.SerializerMethodField(
        help_text="A day, which means its end in Shanghai; an instant for hours; null while a year is not loaded."
    )
    met_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()
    estimated = serializers.BooleanField()
    why = serializers.CharField()
    article = serializers.CharField(help_text="The rule and its article; empty for the owner's deadline.")

    def get_due(self, row) -> str | None:
        return row.due.isoformat() if row.due else None


class CaseDetailSerializer(CaseSerializer):
    """One case, with its clocks."""

    clocks = serializers.SerializerMethodField()

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "clocks"]
        read_only_fields = fields

    @extend_schema_field(ClockSerializer(many=True))
    def get_clocks(self, case):
        return ClockSerializer(clock_panel.rows(case, at=now()), many=True).data


class EventSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", default=None)
    label = serializers.SerializerMethodField()
    document = serializers.CharField(source="document.number", default=None)

    class Meta:
        model = CaseEvent
        fields = ["id", "act", "label", "from_state", "to_state", "by", "at", "reason", "document", "data"]
        read_only_fields = fields

    def get_label(self, event) -> str:
        return act_label(event.act)


class CaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Cases in one's jurisdiction; anything else does not exist."""

    queryset = HazardCase.objects.none()
    serializer_class = CaseSerializer
    filterset_class = CaseFilter

    def get_queryset(self):
        return HazardCase.objects.visible_to(self.request.user).for_rows()

    def get_serializer_class(self):
        return CaseDetailSerializer if self.action == "retrieve" else CaseSerializer

    @action(detail=True, filterset_class=None, pagination_class=None)
    def events(self, request, pk=None):
        """What happened to the case, the oldest first."""
        rows = self.get_object().events.select_related("by", "document")
        return Response(EventSerializer(rows, many=True).data)
