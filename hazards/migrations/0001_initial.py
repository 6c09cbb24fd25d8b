import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_initial'),
        ('reference', '0001_initial'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HazardCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, unique=True, verbose_name='case number')),
                ('description', models.TextField(max_length=2000, verbose_name='what was found')),
                ('part', models.CharField(blank=True, max_length=200, verbose_name='part of the premises')),
                ('source', models.CharField(choices=[('inspection', 'Inspection'), ('report', 'Public report'), ('self_check', "Unit's own check"), ('ledger', 'Imported ledger'), ('referral', 'Referred by a department')], default='inspection', max_length=16, verbose_name='source')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('opened_on', models.DateField(verbose_name='found on')),
                ('state', models.CharField(choices=[('registered', 'Registered'), ('ordered', 'Being rectified'), ('submitted', 'Awaiting re-inspection'), ('closed', 'Closed'), ('transferred', 'Transferred'), ('suspended', 'Discontinued'), ('void', 'Void')], default='registered', max_length=12, verbose_name='state')),
                ('state_on', models.DateField(verbose_name='in this state since')),
                ('grade', models.CharField(choices=[('general', 'General hazard'), ('major', 'Major fire hazard')], default='general', max_length=8, verbose_name='grade')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='rectification deadline')),
                ('original_due_on', models.DateField(blank=True, null=True, verbose_name='original deadline')),
                ('deadline_version', models.PositiveSmallIntegerField(default=0)),
                ('asked_until', models.DateField(blank=True, help_text='Empty: no request waits.', null=True, verbose_name='extension asked until')),
                ('listed_levels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('province', 'Listed by the province'), ('city', 'Listed by the city'), ('county', 'Listed by the county')], max_length=8), blank=True, default=list, size=None, verbose_name='listed by')),
                ('main_level', models.CharField(blank=True, choices=[('province', 'Listed by the province'), ('city', 'Listed by the city'), ('county', 'Listed by the county')], max_length=8, verbose_name='main listing')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('on_site', models.BooleanField(default=False, verbose_name='corrected on the spot')),
                ('next_chase_on', models.DateField(blank=True, help_text='The day from which the chase looks at this case again; empty: nothing to chase.', null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.hazardcategory', verbose_name='category')),
                ('inspector', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='inspector in charge')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.region', verbose_name='region')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'hazard case',
                'verbose_name_plural': 'hazard cases',
                'ordering': ['-opened_on', '-pk'],
                'indexes': [models.Index(fields=['region', 'state', 'due_on'], name='case_region_state_due'), models.Index(fields=['region', 'opened_on'], include=('state', 'due_on', 'original_due_on', 'closed_on'), name='case_figures'), models.Index(fields=['unit', 'state'], name='case_unit_state'), models.Index(fields=['state', 'due_on'], name='case_state_due'), models.Index(condition=models.Q(('next_chase_on__isnull', False)), fields=['next_chase_on'], name='case_next_chase'), models.Index(models.OrderBy(models.F('grade'), descending=True), models.F('due_on'), models.F('id'), condition=models.Q(('state__in', ['ordered', 'registered', 'submitted'])), name='case_worst_first'), models.Index(condition=models.Q(('state__in', ['ordered', 'registered', 'submitted'])), fields=['region', 'due_on'], include=('state',), name='case_standing'), models.Index(condition=models.Q(('state__in', ['ordered', 'registered', 'submitted'])), fields=['inspector', 'state', 'due_on'], name='case_inspector_standing'), models.Index(fields=['-opened_on', '-id'], name='case_newest'), models.Index(condition=models.Q(('state', 'closed')), fields=['-closed_on', '-id'], name='case_closed_last'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['listed_levels'], name='case_listed'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['number'], name='case_number_parts', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['description'], name='case_words', opclasses=['gin_trgm_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_on__isnull', True)), _connector='OR'), name='case_closed_has_day', violation_error_message='A closed case has the day on which it was closed.'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ordered', 'submitted']), _negated=True), ('due_on__isnull', False), _connector='OR'), name='case_ordered_has_deadline', violation_error_message='An ordered case has a deadline.'), models.CheckConstraint(condition=models.Q(('due_on', None), ('due_on__gte', models.F('opened_on')), _connector='OR'), name='case_deadline_not_before_finding', violation_error_message='The deadline is earlier than the day of the finding.')],
            },
        ),
        migrations.CreateModel(
            name='Determination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.CharField(choices=[('general', 'General hazard'), ('major', 'Major fire hazard')], max_length=8)),
                ('held_on', models.DateField(verbose_name='meeting held on')),
                ('attendees', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='people at the meeting')),
                ('clauses', models.CharField(max_length=500, verbose_name='clauses relied on')),
                ('conclusion', models.TextField(verbose_name='conclusion')),
                ('recorded_at', models.DateTimeField()),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='determinations', to='hazards.hazardcase')),
            ],
            options={
                'ordering': ['recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='DeadlineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField(null=True)),
                ('previous', models.DateField(null=True)),
                ('act', models.CharField(max_length=24)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deadlines', to='hazards.hazardcase')),
            ],
            options={
                'ordering': ['version'],
                'constraints': [models.UniqueConstraint(fields=('case', 'version'), name='deadline_version_once_per_case')],
            },
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=24)),
                ('from_state', models.CharField(blank=True, max_length=12)),
                ('to_state', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('on', models.DateField()),
                ('reason', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='hazards.hazardcase')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'indexes': [models.Index(fields=['case', 'at'], name='event_by_case')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deadlineentry',
            trigger=pgtrigger.compiler.Trigger(name='deadline_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a7f5b639e22ae339c94e706caf437fb1149ab185', operation='UPDATE OR DELETE', pgid='pgtrigger_deadline_append_only_26bf7', table='hazards_deadlineentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='caseevent',
            trigger=pgtrigger.compiler.Trigger(name='event_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f010f51909fb1dd0bce45a11f5d1a5df9c0f882f', operation='UPDATE OR DELETE', pgid='pgtrigger_event_append_only_bac28', table='hazards_caseevent', when='BEFORE')),
        ),
    ]
