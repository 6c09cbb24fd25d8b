"""Acts on cases over the API, and filing a whole inspection at once."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
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
    """The body as a form reads it: words, and lists of words, under each name. 400 names what is neither."""
    if hasattr(request.data, "getlist"):
        return request.data
    facts, wrong = {}, {}
    for name, value in request.data.items():
        words = [_words(one) for one in (value if isinstance(value, list) else [value])]
        if None in words:
            wrong[name] = [_("Words, or a list of words, are expected.")]
        elif value is not None:
            facts[name] = words if isinstance(value, list) else words[0]
    if wrong:
        raise ValidationError(wrong)
    return facts


def _words(value) -> str | None:
    """A JSON value as it would stand in a form; None for what cannot stand there or cannot be stored."""
    if isinstance(value, dict | list):
        return None
    words = "" if value is None else str(value)
    # JSON can spell half of a surrogate pair, which no database stores.
    return words if words.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in words) else None


routes = [("cases", CaseActsViewSet, "case"), ("inspections", InspectionViewSet, "inspection")]
