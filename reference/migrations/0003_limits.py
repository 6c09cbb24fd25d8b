"""The dated table of limits: how long the authority and others may take, how often, how many people."""

import csv
from pathlib import Path

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


DATA = Path(__file__).resolve().parent.parent / "data" / "limits.csv"


def load(apps, schema_editor):
    """The limits of today, so that an installation has them before the next `load_reference`."""
    Limit = apps.get_model("reference", "Limit")
    columns = {field.name for field in Limit._meta.fields}
    with DATA.open(encoding="utf-8", newline="") as source:
        for cells in csv.DictReader(source):
            values = {name: cell for name, cell in cells.items() if name in columns}
            values |= {"rolls": cells["rolls"] == "1", "valid_to": cells["valid_to"] or None}
            Limit.objects.create(**values)


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0002_rule_sets'),
    ]

    operations = [
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=250, verbose_name='English name')),
                ('amount', models.PositiveSmallIntegerField(verbose_name='number')),
                ('unit', models.CharField(choices=[('working_days', 'working days'), ('hours', 'clock hours'), ('days', 'calendar days'), ('times', 'times'), ('people', 'people')], max_length=12, verbose_name='counted in')),
                ('rolls', models.BooleanField(default=False, help_text='Calendar days only: a last day that is a day off moves to the next working day.', verbose_name='rolls over')),
                ('whose', models.CharField(choices=[('authority', 'Fire authority'), ('police', 'Police station'), ('owner', 'The unit')], default='authority', max_length=10, verbose_name='whose')),
                ('event', models.CharField(blank=True, max_length=120, verbose_name='what begins it')),
                ('event_en', models.CharField(blank=True, max_length=160, verbose_name='what begins it, in English')),
                ('article', models.CharField(blank=True, max_length=40, verbose_name='article')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
            ],
            options={
                'verbose_name': 'time limit',
                'verbose_name_plural': 'time limits',
                'ordering': ['code', '-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='limit_once_per_first_day', violation_error_message='A row of this limit begins on that day already.'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='limit_ends_after_it_starts', violation_error_message='The last day lies before the first.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='limit',
            trigger=pgtrigger.compiler.Trigger(name='limit_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'DELETE' THEN\n                        RAISE EXCEPTION 'limit % is kept: set its last day', OLD.code;\n                    END IF;\n                    IF (NEW.code, NEW.amount, NEW.unit, NEW.rolls, NEW.valid_from)\n                        IS DISTINCT FROM (OLD.code, OLD.amount, OLD.unit, OLD.rolls, OLD.valid_from) THEN\n                        RAISE EXCEPTION 'limit % is kept: add a row with a new first day', OLD.code;\n                    END IF;\n                    RETURN NEW;\n                ", hash='cfd6ec3f0bd34a420144810620477365859c139b', operation='UPDATE OR DELETE', pgid='pgtrigger_limit_is_kept_b957a', table='reference_limit', when='BEFORE')),
        ),
        migrations.RunPython(load, migrations.RunPython.noop, elidable=False),
    ]
