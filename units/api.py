"""The register over the API: list, one unit, register, correct. The same services as the pages."""

from django.utils.translation import gettext as _
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError

from common.days import today
from reference.models import PlaceType, Region, Regulator, SmallKind
from units import cells, registry, selectors, services
from units.filters import UnitFilter
from units.flags import Flag
from units.models import Unit

FACTS = [
    "name", "credit_code", "address", "longitude", "latitude", "place_type", "small_kind", "supervision_class",
    "flags", "regulator", "floor_area", "storeys", "underground_storeys", "height", "fire_resistance", "structure",
    "built_year", "exits", "stairs", "employees", "lodgers", "capacity", "note",
]  # fmt: skip


class UnitSerializer(serializers.ModelSerializer):
    """A unit as other systems read and write it. People's phones do not travel over the API."""

    region = serializers.PrimaryKeyRelatedField(
        queryset=Region.objects.filter(level__in=["township", "village"])
    )
    region_name = serializers.CharField(source="region.path_names", read_only=True)
    place_type = serializers.PrimaryKeyRelatedField(queryset=PlaceType.objects.all())
    place_type_name = serializers.CharField(source="place_type.label", read_only=True)
    small_kind = serializers.PrimaryKeyRelatedField(
        queryset=SmallKind.objects.all(), required=False, allow_null=True
    )
    regulator = serializers.PrimaryKeyRelatedField(
        queryset=Regulator.objects.all(), required=False, allow_null=True
    )
    flags = serializers.ListField(child=serializers.ChoiceField(Flag.choices), required=False)
    suspended = serializers.BooleanField(read_only=True)
    open_cases = serializers.IntegerField(read_only=True)
    client_id = serializers.UUIDField(required=False, write_only=True)

    class Meta:
        model = Unit
        fields = [
            "id", "number", "region", "region_name", "place_type_name", *FACTS, "operating_status", "suspended",
            "suspended_since", "sealed_since", "last_inspected_on", "retired_on", "open_cases", "created_at",
            "updated_at", "client_id",
        ]  # fmt: skip
        read_only_fields = [
            "operating_status",
            "suspended_since",
            "sealed_since",
            "last_inspected_on",
            "retired_on",
        ]

    def validate_region(self, region):
        """A region outside one's area is answered like one that does not exist."""
        if not self.context["request"].user.scope.covers(region.code):
            raise ValidationError(_("There is no such region in your area."))
        return region

    def validate_credit_code(self, code):
        try:
            return cells.credit_code(code)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def validate_name(self, name):
        return " ".join(name.split())

    def validate(self, data):
        moves = self.instance is not None and data.get("region", self.instance.region) != self.instance.region
        if moves and "address" not in data:
            raise ValidationError({"address": [_("A move needs the new address.")]})
        return data

    def create(self, data):
        return services.register(by=self.context["request"].user, on=today(), source="api", **data)

    def update(self, unit, data):
        """Facts are corrected; another region is a move, with its address and position."""
        by, on = self.context["request"].user, today()
        data.pop("client_id", None)
        region = data.pop("region", unit.region)
        if region != unit.region:
            place = {name: data.pop(name) for name in ("address", "longitude", "latitude") if name in data}
            unit = services.move(unit, region=region, by=by, on=on, **place)
        return services.correct(unit, by=by, on=on, **data) if data else unit


class NextStepSerializer(serializers.Serializer):
    """One thing to be done about a unit: what, by whom, by when, and where."""

    step = serializers.CharField()
    label = serializers.CharField()
    about = serializers.CharField()
    who = serializers.CharField()
    by = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    case = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()


class UnitFileSerializer(UnitSerializer):
    """One unit with what is to be done next, the most urgent first."""

    next_steps = serializers.SerializerMethodField()

    class Meta(UnitSerializer.Meta):
        fields = [*UnitSerializer.Meta.fields, "next_steps"]

    def get_next_steps(self, unit) -> NextStepSerializer(many=True):
        return NextStepSerializer(registry.next_steps(unit, today()), many=True).data


class UnitViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    """Units in the caller's area; filters: region (code prefix), flag, place_type, q and those of the page."""

    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    queryset = Unit.objects.none()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_serializer_class(self):
        """Asked for alone, a unit brings what comes next; a list does without."""
        return UnitFileSerializer if self.action == "retrieve" else UnitSerializer

    def get_queryset(self):
        """What the caller's posts reach; anything else is 404."""
        if getattr(self, "swagger_fake_view", False):
            return Unit.objects.none()
        units = Unit.objects.visible_to(self.request.user).select_related("region", "place_type")
        return units.defer("search_text", "grams").order_by("number")

    def filter_queryset(self, queryset):
        """A unit asked for by its id is found on or off the register."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def paginate_queryset(self, queryset):
        return selectors.with_counts(super().paginate_queryset(queryset))

    def get_object(self):
        return selectors.with_counts([super().get_object()])[0]

    def perform_create(self, serializer):
        selectors.with_counts([serializer.save()])

    def perform_update(self, serializer):
        selectors.with_counts([serializer.save()])


routes = [("units", UnitViewSet, "unit")]
