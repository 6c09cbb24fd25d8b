"""Measures on units over the API: suspensions, seals, look-backs, watches, complaints, orders over several hazards.

Each POST calls the service behind the page, through the form of the page. A list that takes a POST answers 201, or
200 where the same `client_id` made the row before; a step answers 200 with the measure as it stands afterwards.
"""

from django.db import IntegrityError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts import roles
from common.days import now
from common.listing import key_in
from rectification import filters, forms, seal_forms, steps
from rectification import unit_serializers as shapes
from rectification.acts import DOINGS
from rectification.bodies import body_of, filled
from rectification.models import Complaint, LookBack, Order, Seal, Suspension, Watch
from rectification.order_forms import UnitOrderForm
from rectification.services import lookbacks, orders
from units.models import Unit


class Measures(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows of one kind in one's jurisdiction; anything else does not exist."""

    whole: type[serializers.Serializer]
    """What one row answers with; `serializer_class` is a row of the list."""

    def get_serializer_class(self):
        return self.serializer_class if self.action == "list" else self.whole

    def get_queryset(self):
        seen = self.queryset.model.objects.visible_to(self.request.user)
        return self.get_serializer_class().with_everything(seen)

    def stands(self, **key) -> dict:
        """A row as it is now."""
        row = self.get_queryset().filter(**key).first()
        if row is None:
            raise NotFound
        return self.get_serializer(row).data

    def made(self, run, client_id) -> Response:
        """201 with what `run` makes; 200 with what this `client_id` made before, also where two arrive together."""
        known = self.is_known(client_id)
        try:
            row = run()
        except IntegrityError:
            known, row = True, run()
        return Response(
            self.stands(pk=row.pk), status=status.HTTP_200_OK if known else status.HTTP_201_CREATED
        )

    def is_known(self, client_id) -> bool:
        return self.queryset.model.objects.filter(client_id=client_id).exists()

    def take(self, way: steps.Way) -> Response:
        """One step, and the measure as it stands afterwards."""
        row = self.get_object()
        way.need(self.request.user, row)
        form = filled(way.form, self.request)
        way.do(row, form.cleaned_data, self.request.user, now())
        return Response(self.stands(pk=row.pk))


def answers(done, *codes: int) -> dict:
    """What the schema says of a POST: done, by `codes`; 409 with the sentence of a refusal."""
    return dict.fromkeys(codes or (200,), done) | {409: shapes.RefusalSerializer}


def step(way: steps.Way, answer):
    """A POST for one step; in the schema its body is its form."""

    def offered(method):
        post = action(detail=True, methods=["post"], url_path=way.slug, filterset_class=None)(method)
        return extend_schema(request=body_of(way.form), responses=answers(answer))(post)

    return offered


class AtUnit(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, help_text="The unit, in one's jurisdiction.")


def unit_of(request) -> Unit:
    """The unit that the body names. 400 where it names none, 404 outside one's jurisdiction."""
    sent = AtUnit(data=request.data)
    sent.is_valid(raise_exception=True)
    found = Unit.objects.visible_to(request.user).filter(pk=sent.validated_data["unit"]).first()
    if found is None:
        raise NotFound(_("There is no such unit in your area."))
    return found


# --- suspensions -----------------------------------------------------------------------------------------


class SuspensionViewSet(Measures):
    """Suspensions (停产停业, 停止使用, 停止施工) of units, from the proposal to the resumption."""

    queryset = Suspension.objects.none()
    serializer_class, whole = shapes.SuspensionSerializer, shapes.WholeSuspensionSerializer
    filterset_class = filters.SuspensionFilter

    @extend_schema(
        request=body_of(forms.ProposeStopForm, unit=AtUnit().fields["unit"]),
        responses=answers(shapes.WholeSuspensionSerializer, 201),
    )
    def create(self, request):
        """Propose to stop a unit because of everything that stands there; the county office decides.

        409 `already_done` where a suspension of the unit stands or waits already.
        """
        unit = unit_of(request)
        roles.need(request.user, "suspension.propose", unit.region_id)
        facts = filled(forms.ProposeStopForm, request).cleaned_data
        made = steps.propose_stop(unit, facts, by=request.user, at=now())
        return Response(self.stands(pk=made.pk), status=status.HTTP_201_CREATED)

    @step(steps.SUSPENSION["decide"], shapes.WholeSuspensionSerializer)
    def decide(self, request, pk=None):
        """Put the suspension in force, with its paper. Not by whoever proposed it."""
        return self.take(steps.SUSPENSION["decide"])

    @step(steps.SUSPENSION["decline"], shapes.WholeSuspensionSerializer)
    def decline(self, request, pk=None):
        """Decline the proposal, with the reason why the unit may go on."""
        return self.take(steps.SUSPENSION["decline"])

    @step(steps.SUSPENSION["ask-to-resume"], shapes.WholeSuspensionSerializer)
    def ask_to_resume(self, request, pk=None):
        """Ask for the acceptance check (申请恢复), which is due within three working days."""
        return self.take(steps.SUSPENSION["ask-to-resume"])

    @step(steps.SUSPENSION["accept"], shapes.WholeSuspensionSerializer)
    def accept(self, request, pk=None):
        """Record the acceptance check (复工验收) of two officers; a pass needs every hazard behind it closed.

        The same `client_id` again records nothing more.
        """
        return self.take(steps.SUSPENSION["accept"])

    @step(steps.SUSPENSION["lift"], shapes.WholeSuspensionSerializer)
    def lift(self, request, pk=None):
        """Let the unit resume, with its paper: only after the latest acceptance check passed."""
        return self.take(steps.SUSPENSION["lift"])

    @step(steps.SUSPENSION["refuse"], shapes.WholeSuspensionSerializer)
    def refuse(self, request, pk=None):
        """Refuse the request to resume after a failed acceptance check, with reasons on a paper."""
        return self.take(steps.SUSPENSION["refuse"])


# --- seals -----------------------------------------------------------------------------------------------


class SealViewSet(Measures):
    """Temporary seals (临时查封) of parts of units, from the proposal to their lifting."""

    queryset = Seal.objects.none()
    serializer_class, whole = shapes.SealSerializer, shapes.WholeSealSerializer
    filterset_class = filters.SealFilter

    @extend_schema(
        request=body_of(
            seal_forms.ProposeSealForm,
            unit=AtUnit().fields["unit"],
            again_of=serializers.IntegerField(
                required=False,
                help_text="A seal that is up and goes on by a new decision: its part is sealed.",
            ),
        ),
        responses=answers(shapes.WholeSealSerializer, 200, 201),
    )
    def create(self, request):
        """Propose to seal a part, or with `urgent` "yes" record a sealing on oral consent, studied within 24 hours.

        The same `client_id` again answers 200 and writes nothing.
        """
        unit = unit_of(request)
        roles.need(request.user, "seal.propose", unit.region_id)
        again_of = self.again_of(unit)
        facts = filled(seal_forms.ProposeSealForm, request, unit=unit, again_of=again_of).cleaned_data
        by, at = request.user, now()
        return self.made(lambda: steps.propose_seal(unit, facts, again_of, by=by, at=at), facts["client_id"])

    def again_of(self, unit) -> Seal | None:
        """The earlier seal that the body names; whether it can be sealed again the service says."""
        number = str(self.request.data.get("again_of") or "")
        if not number:
            return None
        found = unit.seals.filter(pk=key_in(number)).first()
        if found is None:
            raise ValidationError({"again_of": [_("There is no such seal at this unit.")]})
        return found

    @step(steps.SEAL["decide"], shapes.WholeSealSerializer)
    def decide(self, request, pk=None):
        """Decide after the collective study of at least three, for 30 calendar days at most.

        An urgent seal is decided within 24 hours of the sealing, or must come off.
        """
        return self.take(steps.SEAL["decide"])

    @step(steps.SEAL["decline"], shapes.WholeSealSerializer)
    def decline(self, request, pk=None):
        """Decline the proposal; an urgent seal comes off at once."""
        return self.take(steps.SEAL["decline"])

    @step(steps.SEAL["execute"], shapes.WholeSealSerializer)
    def execute(self, request, pk=None):
        """Record that two officers put the seal up."""
        return self.take(steps.SEAL["execute"])

    @step(steps.SEAL["ask-to-lift"], shapes.WholeSealSerializer)
    def ask_to_lift(self, request, pk=None):
        """Ask to have the seal off (申请解除); the inspection is due within three working days."""
        return self.take(steps.SEAL["ask-to-lift"])

    @step(steps.SEAL["inspect"], shapes.WholeSealSerializer)
    def inspect(self, request, pk=None):
        """Record what two officers saw: whether the hazard is gone."""
        return self.take(steps.SEAL["inspect"])

    @step(steps.SEAL["lift"], shapes.WholeSealSerializer)
    def lift(self, request, pk=None):
        """Take the seal off, with its paper: after a passed inspection, at its end, or where the study is late."""
        return self.take(steps.SEAL["lift"])

    @step(steps.SEAL["refuse"], shapes.WholeSealSerializer)
    def refuse(self, request, pk=None):
        """Refuse to lift it after an inspection that found the hazard standing, with reasons on a paper."""
        return self.take(steps.SEAL["refuse"])


# --- looking again ---------------------------------------------------------------------------------------


class LookBackViewSet(Measures):
    """Look-backs (回头看) at closed hazards: those that wait, and what was seen."""

    queryset = LookBack.objects.none()
    serializer_class = whole = shapes.LookBackSerializer
    filterset_class = filters.LookBackFilter

    @extend_schema(request=body_of(forms.LookBackForm), responses=answers(shapes.LookBackSerializer))
    @action(detail=True, methods=["post"], filterset_class=None)
    def record(self, request, pk=None):
        """Record what two officers saw: it holds, or it is back, which opens the next round of the case.

        Photos travel as multipart. The same `client_id` again records nothing more.
        """
        row = self.get_object()
        roles.need(request.user, "case.look_back", row.case.region_id)
        facts = filled(forms.LookBackForm, request, case=row.case).cleaned_data
        lookbacks.refuse_passed(row, facts["client_id"])
        DOINGS["look-back"].do(row.case, facts, request.user, now())
        return Response(self.stands(pk=row.pk))


class WatchViewSet(Measures):
    """Units that must not produce (偷开巡查), and what was seen there."""

    queryset = Watch.objects.none()
    serializer_class, whole = shapes.WatchSerializer, shapes.WholeWatchSerializer
    filterset_class = filters.WatchFilter

    @step(steps.WATCH["look"], shapes.WholeWatchSerializer)
    def look(self, request, pk=None):
        """Note what was seen; a unit found at work is told to the office and the leader.

        The same `client_id` again notes nothing more.
        """
        return self.take(steps.WATCH["look"])


# --- complaints ------------------------------------------------------------------------------------------


class ComplaintViewSet(Measures):
    """Complaints (举报投诉) about units: received, checked within 24 hours or three working days, answered."""

    queryset = Complaint.objects.none()
    serializer_class = whole = shapes.ComplaintSerializer
    filterset_class = filters.ComplaintFilter

    @extend_schema(
        request=body_of(forms.ComplaintForm, unit=AtUnit().fields["unit"]),
        responses=answers(shapes.ComplaintSerializer, 200, 201),
    )
    def create(self, request):
        """Write a complaint down; from its receipt the clock of its kind runs.

        The check itself is an inspection of the kind `complaint`, which meets the clock when it is filed.
        The same `client_id` again answers 200 and writes nothing.
        """
        unit = unit_of(request)
        roles.need(request.user, "complaint.receive", unit.region_id)
        facts = filled(forms.ComplaintForm, request, unit=unit).cleaned_data
        by, at = request.user, now()
        return self.made(lambda: steps.receive_complaint(unit, facts, by=by, at=at), facts["client_id"])

    @step(steps.COMPLAINT["answer"], shapes.ComplaintSerializer)
    def answer(self, request, pk=None):
        """Note that the result was told to whoever complained, or why that was impossible."""
        return self.take(steps.COMPLAINT["answer"])

    @step(steps.COMPLAINT["drop"], shapes.ComplaintSerializer)
    def drop(self, request, pk=None):
        """Set a complaint aside that was written down twice or is none; its clock stops."""
        return self.take(steps.COMPLAINT["drop"])


# --- orders ----------------------------------------------------------------------------------------------


class OrderLine(serializers.Serializer):
    """One hazard on the notice."""

    case = serializers.IntegerField(min_value=1)
    due_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Not needed where all is corrected at once."
    )
    breach_due_on = serializers.DateField(required=False, allow_null=True, default=None)
    measure = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class OrderBody(AtUnit):
    """One notice over several hazards of a unit."""

    client_id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=orders.Kind.choices, default=orders.Kind.BY)
    interim = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    items = OrderLine(many=True, allow_empty=False, max_length=200)


class OrderViewSet(Measures):
    """Orders (责令改正) to units: one notice, several hazards, each with its own deadline."""

    queryset = Order.objects.none()
    serializer_class = whole = shapes.OrderSerializer
    filterset_class = filters.OrderFilter

    @extend_schema(request=OrderBody, responses=answers(shapes.OrderSerializer, 200, 201))
    def create(self, request):
        """Issue one notice over hazards of a unit, or issue anew (重新下达) one that was never served.

        A hazard whose order was never served goes on the new notice, and the old paper becomes void; all that
        stands on the old one is ordered anew together. 409 `served` where the earlier order binds already.
        The same `client_id` again answers 200 and writes nothing.
        """
        unit = unit_of(request)
        roles.need(request.user, "case.order", unit.region_id)
        sent = OrderBody(data=request.data)
        sent.is_valid(raise_exception=True)
        form = self.filled(unit, sent.validated_data)
        facts, by, at = form.cleaned_data, request.user, now()
        return self.made(lambda: steps.issue_order(unit, form, by=by, at=at), facts["client_id"])

    def filled(self, unit, sent: dict) -> UnitOrderForm:
        """The form of the page, filled with the lines of the body. 400 with the mistakes of each line."""
        asked = [line["case"] for line in sent["items"]]
        if len(set(asked)) != len(asked):
            raise ValidationError({"items": [_("One hazard stands on the notice twice.")]})
        cases = unit.cases.filter(pk__in=asked).select_related("category")
        in_order = sorted(cases, key=lambda case: asked.index(case.pk))
        form = UnitOrderForm(as_typed(sent), cases=in_order, user=self.request.user)
        lost = set(asked) - {case.pk for case in form.cases}
        if lost:
            numbers = ", ".join(str(pk) for pk in sorted(lost))
            raise ValidationError({"items": [_("No case of this unit: %(numbers)s.") % {"numbers": numbers}]})
        if not form.is_valid():
            raise ValidationError(by_line(form.errors, sent["items"]))
        return form


def as_typed(sent: dict) -> dict:
    """The lines as the page's form names their fields."""
    typed = {"kind": sent["kind"], "interim": sent["interim"], "client_id": sent.get("client_id")}
    for line in sent["items"]:
        key = line["case"]
        typed |= {f"take-{key}": "on", f"due-{key}": line["due_on"], f"breach-{key}": line["breach_due_on"]}
        typed[f"measure-{key}"] = line["measure"]
    return typed


def by_line(errors: dict, lines: list[dict]) -> dict:
    """The mistakes of the form, those of a line under its place in `items`, counted from 0 as the shape's own are."""
    names = {"due": "due_on", "breach": "breach_due_on", "measure": "measure", "take": "case"}
    places = {str(line["case"]): str(place) for place, line in enumerate(lines)}
    told: dict = {}
    for field, mistakes in errors.items():
        part, _dash, key = field.partition("-")
        if key in places:
            told.setdefault("items", {}).setdefault(places[key], {})[names[part]] = mistakes
        else:
            told[field] = mistakes
    return told


routes = [
    ("suspensions", SuspensionViewSet, "suspension"),
    ("seals", SealViewSet, "seal"),
    ("lookbacks", LookBackViewSet, "lookback"),
    ("watches", WatchViewSet, "watch"),
    ("complaints", ComplaintViewSet, "complaint"),
    ("orders", OrderViewSet, "order"),
]
