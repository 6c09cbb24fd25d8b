"""Acts on cases over the API, and filing a whole inspection at once."""

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from hazards.api import CaseSerializer, CaseViewSet
from inspections import services as visits
from inspections.api import FiledInspection, InspectionReads, WholeInspection, read_whole, receipt
from rectification.acts import DOINGS
from rectification.services import filing


class CaseActsViewSet(CaseViewSet):
    """Cases with their acts: POST /cases/{id}/{act}/ answers the case as it stands afterwards."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CaseSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path="(?P<act>(?!events/)[a-z-]+)",
        url_name="act",
        filterset_class=None,
    )
    def act(self, request, pk=None, act=""):
        """Do one act. 400 names the field that is wrong; 409 says why the act is refused."""
        if act not in DOINGS:
            raise NotFound
        case = self.get_object()
        form = DOINGS[act].form(facts_of(request), request.FILES, case=case, user=request.user)
        if not form.is_valid():
            raise ValidationError(form.errors)
        DOINGS[act].do(case, form.cleaned_data, request.user, timezone.now())
        return Response(CaseSerializer(self.get_object(), context={"request": request}).data)


class InspectionViewSet(InspectionReads):
    """Inspections, and filing a whole one at once."""

    @extend_schema(request=WholeInspection, responses={201: FiledInspection, 200: FiledInspection})
    def create(self, request):
        """File a visit: everything it brings about is written, or nothing is.

        The same `client_id` again answers 200 with the same body and writes nothing.
        """
        facts, stop = read_whole(request)
        with transaction.atomic():
            visit, is_new = visits.file_whole(**facts)
            filing.complete(visit, by=request.user, at=timezone.now(), **stop)
        return Response(receipt(visit), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def facts_of(request):
    """The body as a form reads it; a list where an object was expected is a mistake, not a crash."""
    if not hasattr(request.data, "get"):
        raise ValidationError({"detail": ["An object is expected."]}, code=status.HTTP_400_BAD_REQUEST)
    return request.data


routes = [("cases", CaseActsViewSet, "case"), ("inspections", InspectionViewSet, "inspection")]
