"""Cases over the API: the list, one case, its events. Acts are added by the app that owns their papers."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from common.days import today
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

    @action(detail=True, filterset_class=None, pagination_class=None)
    def events(self, request, pk=None):
        """What happened to the case, the oldest first."""
        rows = self.get_object().events.select_related("by", "document")
        return Response(EventSerializer(rows, many=True).data)
