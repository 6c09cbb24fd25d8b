import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('date', models.DateField(primary_key=True, serialize=False, verbose_name='day')),
                ('is_workday', models.BooleanField(verbose_name='working day')),
                ('note', models.CharField(blank=True, help_text="The holiday's name, or 补班 for a make-up working day.", max_length=40, verbose_name='note')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'calendar day',
                'verbose_name_plural': 'calendar days',
                'ordering': ['date'],
            },
        ),
        migrations.CreateModel(
            name='Checklist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=40, verbose_name='code')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('audience', models.CharField(choices=[('officer', 'Officers'), ('grid', 'Grid workers')], max_length=10, verbose_name='audience')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('first_used_on', models.DateField(blank=True, editable=False, null=True, verbose_name='first used on')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
            ],
            options={
                'verbose_name': 'checklist',
                'verbose_name_plural': 'checklists',
                'ordering': ['code', '-version'],
            },
        ),
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('law', models.CharField(max_length=120, verbose_name='law or standard')),
                ('law_en', models.CharField(blank=True, max_length=200, verbose_name='law or standard in English')),
                ('article', models.CharField(max_length=20, verbose_name='article')),
                ('paragraph', models.CharField(blank=True, max_length=10, verbose_name='paragraph')),
                ('item', models.CharField(blank=True, max_length=10, verbose_name='item')),
                ('text', models.TextField(verbose_name='what it asks')),
                ('text_en', models.TextField(blank=True, verbose_name='what it asks, in English')),
            ],
            options={
                'verbose_name': 'legal clause',
                'verbose_name_plural': 'legal clauses',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HazardGroup',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'hazard group',
                'verbose_name_plural': 'hazard groups',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Regulator',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'sector regulator',
                'verbose_name_plural': 'sector regulators',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HazardCategory',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('default_grade', models.CharField(choices=[('general', 'General hazards only'), ('element', 'May be an element of a major hazard')], default='general', max_length=10, verbose_name='grade')),
                ('on_site', models.BooleanField(default=False, verbose_name='may be corrected on the spot')),
                ('default_days', models.PositiveSmallIntegerField(help_text='Calendar days for the owner, as the form proposes them.', verbose_name='days to rectify')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('for_suspension', models.BooleanField(default=False, help_text='Filing such a finding proposes 停产停业.', verbose_name='proposes stopping work')),
                ('clauses', models.ManyToManyField(related_name='categories', to='reference.clause', verbose_name='legal basis')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='reference.hazardgroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'hazard category',
                'verbose_name_plural': 'hazard categories',
                'ordering': ['position', 'code'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('default_days__gte', 1)), name='category_default_days_positive', violation_error_message='Give the owner at least one day.')],
            },
        ),
        migrations.CreateModel(
            name='ChecklistItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('question', models.CharField(max_length=200, verbose_name='question')),
                ('question_en', models.CharField(max_length=300, verbose_name='question in English')),
                ('hint', models.CharField(blank=True, max_length=200, verbose_name='hint')),
                ('hint_en', models.CharField(blank=True, max_length=300, verbose_name='hint in English')),
                ('checklist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='reference.checklist', verbose_name='checklist')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.hazardcategory', verbose_name='category of the finding')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.hazardgroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'checklist item',
                'verbose_name_plural': 'checklist items',
                'ordering': ['checklist', 'number'],
                'constraints': [models.UniqueConstraint(fields=('checklist', 'number'), name='checklist_item_number_once', violation_error_message='The checklist has an item with this number already.')],
            },
        ),
        migrations.CreateModel(
            name='PlaceType',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('default_flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None)),
                ('checklist_code', models.CharField(blank=True, max_length=40, verbose_name='checklist')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='reference.placetype', verbose_name='kind of')),
                ('regulator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='place_types', to='reference.regulator', verbose_name='regulator')),
            ],
            options={
                'verbose_name': 'place type',
                'verbose_name_plural': 'place types',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='checklist',
            name='place_types',
            field=models.ManyToManyField(blank=True, related_name='checklists', to='reference.placetype', verbose_name='place types'),
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=24, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('short_name', models.CharField(max_length=100, verbose_name='short name')),
                ('path_name', models.CharField(blank=True, max_length=250, verbose_name='name with its county and township')),
                ('initials', models.CharField(blank=True, db_collation='C', max_length=100, verbose_name='pinyin initials')),
                ('level', models.CharField(choices=[('province', 'Province'), ('city', 'City'), ('county', 'County'), ('township', 'Township'), ('village', 'Village'), ('grid', 'Grid')], max_length=10, verbose_name='level')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='reference.region', verbose_name='part of')),
                ('successor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='reference.region', verbose_name='became')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['code'],
                'indexes': [models.Index(models.F('parent'), name='region_parent'), models.Index(models.F('successor'), condition=models.Q(('successor__isnull', False)), name='region_successor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{2,24}$')), name='region_code_is_digits', violation_error_message='A region code has 2 to 24 digits and nothing else.'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='region_ends_after_it_begins', violation_error_message='The last day lies before the first.')],
            },
        ),
        migrations.CreateModel(
            name='RegionMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(blank=True, help_text='Empty: since before our records.', null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='member_rows', to='reference.region', verbose_name='part of')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='reference.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'membership of a region',
                'verbose_name_plural': 'memberships of regions',
                'ordering': ['region', 'starts_on'],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('region', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='region_has_one_parent_a_day', violation_error_message='The region already belongs somewhere on these days.'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_it_starts', violation_error_message='The last day lies before the first.')],
            },
        ),
        migrations.CreateModel(
            name='SmallKind',
            fields=[
                ('code', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(max_length=250, verbose_name='English name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confidence', models.CharField(choices=[('read', 'Read in the text'), ('high', 'Known, not checked'), ('medium', 'Likely, to be confirmed locally'), ('own', 'Our own arrangement')], default='own', max_length=10, verbose_name='confidence')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('region_code', models.CharField(blank=True, db_collation='C', help_text='Code of the area that made the list; empty for a published model list.', max_length=24, verbose_name='jurisdiction')),
                ('thresholds', models.JSONField(blank=True, default=list, verbose_name='thresholds')),
                ('place_types', models.ManyToManyField(blank=True, related_name='small_kinds', to='reference.placetype', verbose_name='place types')),
            ],
            options={
                'verbose_name': 'small-place kind',
                'verbose_name_plural': 'small-place kinds',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checklistitem',
            trigger=pgtrigger.compiler.Trigger(name='used_checklist_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE list_id bigint;', func="\n                    list_id := CASE TG_OP WHEN 'DELETE' THEN OLD.checklist_id ELSE NEW.checklist_id END;\n                    IF EXISTS (SELECT 1 FROM reference_checklist\n                               WHERE id = list_id AND first_used_on IS NOT NULL) THEN\n                        RAISE EXCEPTION 'checklist % was used: make a new version', list_id;\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='5a6ac7e20a95b9edad6792c86da62a77ad717b86', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_used_checklist_is_frozen_7c93c', table='reference_checklistitem', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='checklist_version_once', violation_error_message='This version of the checklist exists already.'),
        ),
    ]
