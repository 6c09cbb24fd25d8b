"""Acts on cases over the API, and filing a whole inspection at once; measures on units stand in `unit_api`."""

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from common.days import today
from hazards.api import CaseSerializer, CaseViewSet
from inspections import services as visits
from inspections.api import FiledInspection, InspectionReads, WholeInspection, read_whole, receipt
from rectification import unit_api
from rectification.acts import DOINGS
from rectification.bodies import filled
from rectification.next_measures import after_failing
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
        """Do one act. 400 names the field that is wrong; 409 says why the act is refused.

        A re-inspection that was not passed answers `next_measures` as well, the likeliest first.
        """
        if act not in DOINGS:
            raise NotFound
        case = self.get_object()
        form = filled(DOINGS[act].form, request, case=case)
        DOINGS[act].do(case, form.cleaned_data, request.user, timezone.now())
        case = self.get_object()
        answer = dict(CaseSerializer(case, context={"request": request}).data)
        if act == "review" and case.is_live:
            answer["next_measures"] = after_failing(case, today())
        return Response(answer)


class InspectionViewSet(InspectionReads):
    """Inspections, and filing a whole one at once."""

    @extend_schema(request=WholeInspection, responses={201: FiledInspection, 200: FiledInspection})
    def create(self, request):
        """File a visit: everything it brings about is written, or nothing is.

        The same `client_id` again answers 200 with the same body and writes nothing.
        """
        facts, stop = read_whole(request)
        handing = filing.Handing(**stop.pop("handing")) if stop["handing"] else stop.pop("handing")
        with transaction.atomic():
            visit, is_new = visits.file_whole(**facts)
            filing.complete(visit, by=request.user, at=timezone.now(), handing=handing, **stop)
        return Response(receipt(visit), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


routes = [
    ("cases", CaseActsViewSet, "case"),
    ("inspections", InspectionViewSet, "inspection"),
    *unit_api.routes,
]
