"""Acts on cases over the API, and filing a whole inspection at once."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from hazards.api import CaseSerializer, CaseViewSet
from rectification.acts import DOINGS


class CaseActsViewSet(CaseViewSet):
    """Cases with their acts: POST /cases/{id}/{act}/ answers the case as it stands afterwards."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CaseSerializer)
    @action(detail=True, methods=["post"], url_path="(?P<act>(?!events/)[a-z-]+)", url_name="act", filterset_class=None)
    def act(self, request, pk=None, act=""):
        """Do one act. 400 names the field that is wrong; 409 says why the act is refused."""
        if act not in DOINGS:
            raise NotFound
        case = self.get_object()
        form = DOINGS[act].form(facts_of(request), request.FILES, case=case, user=request.user)
        if not form.is_valid():
            raise ValidationError(form.errors)
        DOINGS[act].run(case, form.cleaned_data, request.user, timezone.now())
        return Response(CaseSerializer(self.get_object(), context={"request": request}).data)


def facts_of(request):
    """The body as a form reads it; a list where an object was expected is a mistake, not a crash."""
    if not hasattr(request.data, "get"):
        raise ValidationError({"detail": ["An object is expected."]}, code=status.HTTP_400_BAD_REQUEST)
    return request.data


routes = [("cases", CaseActsViewSet, "case")]
