"""Papers over the API: reading them, and recording their service."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from common.days import now
from documents import services
from documents.filters import DocumentFilter
from documents.forms import Outcome, ServeForm
from documents.models import Document, Service


class ServiceSerializer(serializers.ModelSerializer):
    """One service or failed attempt."""

    class Meta:
        model = Service
        fields = [
            "id", "client_id", "succeeded", "method", "served_at", "receiver", "relation", "refused", "refusal_reason",
            "witness_1", "witness_2", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class DocumentSerializer(serializers.ModelSerializer):
    """A paper; its content is what was on it the day it was issued."""

    title = serializers.CharField(read_only=True)
    void = serializers.BooleanField(source="is_void", read_only=True)
    services = ServiceSerializer(many=True, read_only=True)

    class Meta:
        model = Document
        fields = [
            "id", "number", "form", "title", "about", "region", "issued_at", "served_at", "void", "content",
            "content_hash", "services",
        ]  # fmt: skip
        read_only_fields = fields


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers of one's area."""

    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter

    def get_queryset(self):
        return Document.objects.visible_to(self.request.user).prefetch_related("services")

    @extend_schema(request=OpenApiTypes.OBJECT, responses=DocumentSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def serve(self, request, pk=None):
        """Record how the paper was served. 400 names the field that is wrong; 409 says why it is refused."""
        document = self.get_object()
        form = ServeForm(facts_of(request.data), request.FILES)
        if not form.is_valid():
            raise ValidationError(form.errors)
        services.serve(
            document,
            form.delivery,
            served_at=form.cleaned_data["served_at"],
            by=request.user,
            at=now(),
            client_id=form.cleaned_data["client_id"],
        )
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_200_OK)


def facts_of(data) -> dict:
    """The body as the form reads it: the result is served and handed over unless it says otherwise."""
    if not hasattr(data, "items"):
        raise ValidationError({"non_field_errors": [_("An object is expected.")]})
    wrong = {
        name: [_("Words are expected.")] for name, value in data.items() if isinstance(value, dict | list)
    }
    if wrong:
        raise ValidationError(wrong)
    sent = {name: "" if value is None else str(value) for name, value in data.items()}
    return {"outcome": Outcome.SERVED, "method": "direct"} | sent


routes = [("documents", DocumentViewSet, "document")]
