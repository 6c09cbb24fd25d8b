"""What the pages of the register ask for: one form for a unit, small ones for its moves and its end."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.days import today
from common.forms import OnceForm, VersionedForm
from common.templatetags.face import mask_phone
from reference.models import PlaceType, Region, Regulator, SmallKind
from reference.selectors import small_kinds
from units import cells
from units.flags import Flag
from units.models import RETIRING, SEEN_ON_SITE, LodgingSurvey, OperatingStatus, Unit, UnitPerson

Duty = UnitPerson.Duty
BUILDING = (
    "floor_area",
    "storeys",
    "underground_storeys",
    "height",
    "fire_resistance",
    "structure",
    "built_year",
    "exits",
    "stairs",
    "employees",
    "lodgers",
    "capacity",
)


class PlacePicker(forms.Form):
    """Township, then village: the select of villages follows the township (htmx; without scripts it is sent first)."""

    township = forms.ModelChoiceField(Region.objects.none(), label=_("Township"))
    village = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("Village or community"),
        required=False,
        empty_label=_("Not known: the township alone"),
    )

    def offer_places(self, user, permission: str, region: Region | None = None) -> None:
        """Fills the selects with what the person's posts allow; `region` is the choice to begin with."""
        codes = user.scope.codes_for(permission)
        on = today()
        towns = {code[:9] for code in codes if len(code) >= 9}
        inside = user.scope.q("code", permission)
        townships = Region.objects.current(on).filter(level="township")
        townships = (townships.filter(inside) | townships.filter(code__in=towns)).order_by("code")
        self.fields["township"].queryset = townships
        self.fields["township"].label_from_instance = lambda region: region.short_name
        if region is not None:
            self.initial |= {
                "township": region.code[:9],
                "village": region.code if len(region.code) > 9 else None,
            }
        elif len(towns) == 1 and len(codes) == 1:
            self.initial["township"] = next(iter(towns))
        where = f"{reverse('units:villages')}?for={'move' if permission == 'unit.correct' else 'register'}"
        self.fields["township"].widget.attrs |= {
            "hx-get": where,
            "hx-target": "#id_village",
            "hx-swap": "innerHTML",
        }
        chosen = self.data.get(self.add_prefix("township")) if self.is_bound else self.initial.get("township")
        villages = Region.objects.current(on).filter(level="village", parent_id=chosen or "")
        self.fields["village"].queryset = villages.filter(inside).order_by("code")
        self.fields["village"].label_from_instance = lambda region: region.short_name
        # Who answers for a village alone registers there and nowhere else.
        self.fields["village"].required = bool(codes) and all(len(code) > 9 for code in codes)

    @property
    def region(self) -> Region:
        """What was chosen: the village, or the township where it is not known."""
        return self.cleaned_data.get("village") or self.cleaned_data["township"]


class UnitForm(PlacePicker, OnceForm, VersionedForm, forms.ModelForm):
    """Everything one fills in about a unit. On correction the place stands still: that is a move."""

    flags = forms.MultipleChoiceField(
        label=_("Flags"), choices=Flag.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    confirmed = forms.BooleanField(label=_("I looked at these: none of them is this unit."), required=False)
    reason = forms.CharField(label=_("Why it is corrected"), max_length=500, required=False)

    responsible_name = forms.CharField(label=_("Name"), max_length=50, required=False)
    responsible_phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    manager_name = forms.CharField(label=_("Name"), max_length=50, required=False)
    manager_phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    legal_name = forms.CharField(label=_("Name"), max_length=50, required=False)
    legal_phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    on_site_name = forms.CharField(label=_("Name"), max_length=50, required=False)
    on_site_phone = forms.CharField(label=_("Phone"), max_length=60, required=False)

    class Meta:
        model = Unit
        fields = [
            "name",
            "place_type",
            "small_kind",
            "supervision_class",
            "flags",
            "regulator",
            "credit_code",
            "address",
            "longitude",
            "latitude",
            *BUILDING,
            "operating_status",
            "note",
        ]
        widgets = {
            "longitude": forms.TextInput(attrs={"inputmode": "decimal"}),
            "latitude": forms.TextInput(attrs={"inputmode": "decimal"}),
            "note": forms.Textarea(attrs={"rows": 2}),
            "credit_code": forms.TextInput(attrs={"autocapitalize": "characters"}),
        }

    def __init__(self, *args, user, clear_phones=True, **kwargs):
        instance = kwargs.get("instance")
        row = instance if instance is not None and instance.pk else None
        super().__init__(*args, row=row, **kwargs)
        self.user, self.held = user, {}
        self._prepare_tables()
        if self.row is not None:
            for name in ("township", "village", "confirmed"):
                del self.fields[name]
            self._fill_people(clear_phones)
        else:
            del self.fields["reason"]
            self.offer_places(user, "unit.register")
        for duty in Duty:
            self.fields[f"{duty}_phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}
            self.fields[f"{duty}_name"].widget.attrs |= {"autocomplete": "off"}

    def _prepare_tables(self) -> None:
        on = today()
        for name, model in (("place_type", PlaceType), ("small_kind", SmallKind), ("regulator", Regulator)):
            rows = model.objects.current(on)
            if name == "small_kind":
                rows = small_kinds(self._first_code(), on)
            if self.row is not None and (code := getattr(self.row, f"{name}_id")):
                rows = rows | model.objects.filter(pk=code)
            self.fields[name].queryset = rows.order_by("position", "code")
            self.fields[name].label_from_instance = lambda row: row.label
        self.fields["place_type"].choices = grouped(self.fields["place_type"].queryset)
        status = [s for s in OperatingStatus if s not in RETIRING]
        self.fields["operating_status"].choices = [(s.value, s.label) for s in status]

    def _first_code(self) -> str:
        """Where the unit lies, as far as it is known: the list of the nine hangs on it."""
        if self.row is not None:
            return self.row.region_id
        return next(iter(self.user.scope.codes_for("unit.register")), "")

    def _fill_people(self, clear_phones: bool) -> None:
        for person in self.row.people.current():
            self.held[person.duty] = person
            self.initial[f"{person.duty}_name"] = person.name
            self.initial[f"{person.duty}_phone"] = person.phone if clear_phones else mask_phone(person.phone)

    def clean_credit_code(self):
        try:
            return cells.credit_code(self.cleaned_data["credit_code"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean(self):
        cleaned = super().clean()
        for duty in Duty:
            self._clean_phone(duty, cleaned)
        taken = Unit.objects.current().filter(credit_code=cleaned.get("credit_code") or "-")
        if self.row is not None:
            taken = taken.exclude(pk=self.row.pk)
        other = taken.first()
        if other is not None:
            seen = Unit.objects.visible_to(self.user).filter(pk=other.pk).exists()
            text = gettext("“%(name)s” (%(number)s) has this credit code.") if seen else ""
            words = text % {"name": other.name, "number": other.number}
            self.add_error(
                "credit_code", words or gettext("Another unit on the register has this credit code.")
            )
        return cleaned

    def _clean_phone(self, duty: str, cleaned: dict) -> None:
        field, name = f"{duty}_phone", f"{duty}_name"
        typed = cleaned.get(field) or ""
        known = self.held.get(duty)
        if known and typed and typed == mask_phone(known.phone):
            # Masked for this reader and left as it was.
            cleaned[field] = known.phone if cleaned.get(name) == known.name else ""
            return
        try:
            cleaned[field] = cells.phones(typed)
        except ValueError as error:
            self.add_error(field, str(error))
        if typed and not cleaned.get(name):
            self.add_error(name, gettext("Whose number is this?"))

    @property
    def people(self) -> list[dict]:
        """The people as the services take them."""
        return [
            {
                "duty": str(duty),
                "name": self.cleaned_data[f"{duty}_name"],
                "phone": self.cleaned_data[f"{duty}_phone"],
            }
            for duty in Duty
            if self.cleaned_data.get(f"{duty}_name")
        ]

    @property
    def facts(self) -> dict:
        """The facts of the unit as the services take them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def has_more_people(self) -> bool:
        """Whether somebody beside the person responsible was typed in, or refused."""
        later = [f"{duty}_{part}" for duty in list(Duty)[1:] for part in ("name", "phone")]
        return any(self[name].value() or self[name].errors for name in later)

    @property
    def people_fields(self):
        """(duty in words, its two fields), for the template."""
        return [(duty.label, self[f"{duty}_name"], self[f"{duty}_phone"]) for duty in Duty]


def grouped(place_types) -> list:
    """Place types under the kind they belong to, as groups of a select."""
    rows = list(place_types)
    children: dict = {}
    for row in rows:
        if row.parent_id:
            children.setdefault(row.parent_id, []).append((row.code, row.label))
    groups: list = [("", "---------")]
    for row in rows:
        if row.parent_id is None:
            below = children.get(row.code)
            groups.append((row.label, [(row.code, row.label), *below]) if below else (row.code, row.label))
    tops = {row.code for row in rows if row.parent_id is None}
    return groups + [(row.code, row.label) for row in rows if row.parent_id and row.parent_id not in tops]


class MoveForm(PlacePicker, VersionedForm):
    """Where a unit has gone."""

    address = forms.CharField(label=_("Address"), max_length=200)
    longitude = forms.DecimalField(label=_("Longitude"), required=False, max_digits=9, decimal_places=6)
    latitude = forms.DecimalField(label=_("Latitude"), required=False, max_digits=9, decimal_places=6)
    reason = forms.CharField(label=_("Why it moves"), max_length=500, required=False)

    def __init__(self, *args, user, row, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        self.offer_places(user, "unit.correct", row.region)
        self.initial.setdefault("address", row.address)

    def clean(self):
        cleaned = super().clean()
        if (cleaned.get("longitude") is None) != (cleaned.get("latitude") is None):
            self.add_error("longitude", gettext("Longitude and latitude belong together."))
        return cleaned


class RetireForm(forms.Form):
    """What became of a unit that leaves the register."""

    status = forms.ChoiceField(
        label=_("What became of it"), choices=[(s.value, s.label) for s in RETIRING], widget=forms.RadioSelect
    )
    stays = forms.CharField(
        label=_("Register number of the entry that stays"),
        max_length=20,
        required=False,
        help_text="131121-000001",
    )
    reason = forms.CharField(
        label=_("Explanation"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where something still stands open on the unit."),
    )

    def __init__(self, *args, user, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.unit = user, unit

    def clean_stays(self):
        number = cells.clean(self.cleaned_data["stays"])
        if not number:
            return None
        found = (
            Unit.objects.visible_to(self.user)
            .current()
            .filter(number=number)
            .exclude(pk=self.unit.pk)
            .first()
        )
        if found is None:
            raise forms.ValidationError(gettext("There is no other unit with this register number."))
        return found

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("status") == OperatingStatus.MERGED
            and not cleaned.get("stays")
            and "stays" not in self.errors
        ):
            self.add_error("stays", gettext("Which entry of the same unit stays on the register?"))
        if cleaned.get("status") != OperatingStatus.MERGED:
            cleaned["stays"] = None
        return cleaned


class RestoreForm(forms.Form):
    """Why a unit comes back."""

    reason = forms.CharField(label=_("Why it comes back"), max_length=500)


class WorkbookForm(forms.Form):
    """A ledger to import."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("Excel or WPS (.xlsx, .xls, .et), at most 20 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )


class LodgingSurveyForm(OnceForm, forms.ModelForm):
    """What was seen on a combined-use site; whatever is left open stays unknown."""

    class Meta:
        model = LodgingSurvey
        fields = list(SEEN_ON_SITE)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.NullBooleanField):
                field.widget.choices = [("unknown", _("Not known")), ("true", _("Yes")), ("false", _("No"))]
            elif name in ("use_class", "building"):
                field.choices = [("", _("Not known")), *LodgingSurvey._meta.get_field(name).choices]
