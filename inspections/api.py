"""Inspections over the API: the list, one record, what a whole filing must look like, photos that follow it.

The door that files and completes a visit belongs to the app that issues its papers: it takes `InspectionReads`
and adds `create` with `read_whole`.
"""

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common.days import now
from documents.models import Relation
from inspections import services
from inspections.filters import InspectionFilter
from inspections.models import Finding, Inspection, Kind, Result
from reference.forms import refuse_holiday
from reference.models import ChecklistItem, HazardCategory
from units.models import Unit

# --- what goes out


class FindingSerializer(serializers.ModelSerializer):
    """One finding with its case."""

    category = serializers.CharField(source="category_id")
    case = serializers.IntegerField(source="case_id")
    photos = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Finding
        fields = [
            "id", "client_id", "category", "description", "part", "corrected_on_site", "due_on", "case", "photos",
        ]  # fmt: skip
        read_only_fields = fields


class FiledCaseSerializer(serializers.Serializer):
    """The case that a finding opened, in short."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)


class PartySerializer(serializers.Serializer):
    """A department that took part, with its people."""

    department = serializers.CharField()
    people = serializers.ListField(child=serializers.CharField())


class InspectionSerializer(serializers.ModelSerializer):
    """A visit as other systems read it."""

    unit = serializers.IntegerField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    region = serializers.CharField(source="region_id")
    officers = serializers.SerializerMethodField()
    assistants = serializers.SerializerMethodField()
    cases = serializers.SerializerMethodField()
    findings = FindingSerializer(many=True)
    joint = PartySerializer(many=True)

    class Meta:
        model = Inspection
        fields = [
            "id", "number", "client_id", "unit", "unit_name", "region", "kind", "status", "started_at", "ended_at",
            "completed_at", "officers", "assistants", "cases", "findings",
            "joint",
        ]  # fmt: skip
        read_only_fields = fields

    def get_officers(self, visit) -> list[str]:
        return [member.user.username for member in visit.team.all() if member.is_officer]

    def get_assistants(self, visit) -> list[str]:
        return [member.user.username for member in visit.team.all() if not member.is_officer]

    def get_cases(self, visit) -> FiledCaseSerializer(many=True):
        cases = [finding.case for finding in visit.findings.all() if finding.case_id]
        return FiledCaseSerializer(cases, many=True).data


def with_everything(visits):
    """What the serializer reads, in a fixed number of statements."""
    return visits.select_related("unit").prefetch_related("team__user", "findings__case", "findings__photos")


class InspectionReads(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Visits of one's area, and one's own drafts."""

    queryset = Inspection.objects.none()
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilter

    def get_queryset(self):
        return with_everything(Inspection.objects.visible_to(self.request.user))


# --- what comes in


class PeopleByName(serializers.SlugRelatedField):
    """A person by user name."""

    def __init__(self, **options):
        super().__init__(slug_field="username", queryset=User.objects.filter(is_active=True), **options)
        self.error_messages["does_not_exist"] = _("Nobody is called “{value}” here.")


class AnswerInput(serializers.Serializer):
    """The answer to one item of the checklist."""

    item = serializers.PrimaryKeyRelatedField(queryset=ChecklistItem.objects.all())
    result = serializers.ChoiceField(choices=Result.choices)


class FindingInput(serializers.Serializer):
    """One hazard; `item` names the failing question it belongs to, otherwise its category does."""

    client_id = serializers.UUIDField()
    category = serializers.PrimaryKeyRelatedField(
        queryset=HazardCategory.objects.all(), pk_field=serializers.CharField()
    )
    description = serializers.CharField(max_length=2000)
    part = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    corrected_on_site = serializers.BooleanField(required=False, default=False)
    due_on = serializers.DateField(required=False, allow_null=True, default=None, validators=[refuse_holiday])
    item = serializers.PrimaryKeyRelatedField(
        queryset=ChecklistItem.objects.all(), required=False, allow_null=True, default=None
    )


class HandingInput(serializers.Serializer):
    """How the order is handed over on the spot; left out, the person on site signs, if named."""

    choice = serializers.ChoiceField(choices=["signed", "refused", "later"])
    receiver = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    relation = serializers.ChoiceField(choices=Relation.choices, required=False, default=Relation.HEAD)
    refusal_reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    witness_1 = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    witness_2 = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class PartyInput(serializers.Serializer):
    """A department that took part in joint enforcement, with its people."""

    department = serializers.CharField(max_length=120)
    people = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=20)


class WholeInspection(serializers.Serializer):
    """A whole visit in one body; a three-in-one site is to stop unless `suspend` is false, with a reason."""

    client_id = serializers.UUIDField()
    unit = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    officers = PeopleByName(many=True)
    assistants = PeopleByName(many=True, required=False, default=list)
    answers = AnswerInput(many=True, required=False, default=list)
    findings = FindingInput(many=True, required=False, default=list)
    on_site_person = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    on_site_phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    refused_signature = serializers.BooleanField(required=False, default=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    joint = PartyInput(many=True, required=False, default=list)
    suspend = serializers.BooleanField(required=False, default=True)
    no_suspension_reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    handing = HandingInput(required=False, allow_null=True, default=None)


class FiledInspection(serializers.Serializer):
    """The receipt of a filing."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    cases = FiledCaseSerializer(many=True)
    findings = FindingSerializer(many=True)


def read_whole(request) -> tuple[dict, dict]:
    """(the arguments of `services.file_whole`, {"suspend", "no_suspension_reason", "handing"}) of a POST.

    Raises ValidationError by field; 404 for a unit outside one's jurisdiction, as at every door.
    """
    sent = WholeInspection(data=request.data)
    sent.is_valid(raise_exception=True)
    facts = dict(sent.validated_data)
    stop = {name: facts.pop(name) for name in ("suspend", "no_suspension_reason", "handing")}
    unit = (
        Unit.objects.visible_to(request.user)
        .select_related("place_type__parent")
        .filter(pk=facts["unit"])
        .first()
    )
    if unit is None:
        raise NotFound(gettext("There is no such unit in your area."))
    facts["answers"] = [(row["item"], row["result"]) for row in facts["answers"]]
    facts["findings"] = [dict(row) for row in facts["findings"]]
    facts["joint"] = [dict(row) for row in facts["joint"]]
    body_hash = services.fingerprint(sent.initial_data)
    return facts | {"unit": unit, "by": request.user, "at": now(), "body_hash": body_hash}, stop


def receipt(visit: Inspection) -> dict:
    """The body that 201 and a repeated 200 answer with."""
    return FiledInspection(_Receipt(with_everything(Inspection.objects.all()).get(pk=visit.pk))).data


class _Receipt:
    def __init__(self, visit: Inspection):
        self.id, self.number = visit.pk, visit.number
        self.findings = visit.findings.all()
        self.cases = [finding.case for finding in self.findings if finding.case_id]


# --- photos


class PhotoInput(serializers.Serializer):
    """A photo with the id that the phone gave it."""

    photo = serializers.FileField()
    client_id = serializers.UUIDField(required=False)


class PhotoReceipt(serializers.Serializer):
    """What was kept."""

    id = serializers.IntegerField()
    client_id = serializers.UUIDField()
    sha256 = serializers.CharField()


class FindingPhotos(APIView):
    """Photos of a finding; the same `client_id` again answers 200 and keeps nothing more."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=PhotoInput, responses={200: PhotoReceipt, 201: PhotoReceipt})
    def post(self, request, pk: int):
        """201 with the receipt; 409 with a sentence for what is no picture or comes too late."""
        finding = get_object_or_404(
            Finding.objects.visible_to(request.user).select_related("inspection"), pk=pk
        )
        sent = PhotoInput(data=request.data)
        sent.is_valid(raise_exception=True)
        shot, new = services.attach_photo(
            finding,
            upload=sent.validated_data["photo"],
            by=request.user,
            at=now(),
            client_id=sent.validated_data.get("client_id"),
        )
        return Response(
            PhotoReceipt(shot).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK
        )


urlpatterns = [path("findings/<int:pk>/photos/", FindingPhotos.as_view(), name="finding-photos")]
