import common.pictures
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_initial'),
        ('hazards', '0001_initial'),
        ('reference', '0001_initial'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('group', models.CharField(max_length=60)),
                ('question', models.CharField(max_length=300)),
                ('result', models.CharField(blank=True, choices=[('ok', 'Passes'), ('fail', 'Fails'), ('na', 'Not applicable')], max_length=4)),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.hazardcategory')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.checklistitem')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('number', models.CharField(blank=True, max_length=32, null=True, unique=True, verbose_name='number')),
                ('kind', models.CharField(choices=[('spot', 'Supervisory spot check'), ('preopen', 'Check before opening'), ('complaint', 'Check of a complaint'), ('event', 'Check before a large event'), ('special', 'Special campaign'), ('recheck', 'Re-inspection'), ('release', 'Acceptance before resuming'), ('lookback', 'Look-back'), ('police', 'Routine check by the police station'), ('grid', 'Grid patrol')], default='spot', max_length=12, verbose_name='kind of inspection')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('completed', 'Completed'), ('discarded', 'Discarded')], default='draft', max_length=12)),
                ('on_site_person', models.CharField(blank=True, max_length=60, verbose_name='person on site')),
                ('on_site_phone', models.CharField(blank=True, max_length=30, verbose_name='phone of the person on site')),
                ('refused_signature', models.BooleanField(default=False, verbose_name='refused to sign')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('started_at', models.DateTimeField(verbose_name='began at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('no_suspension_reason', models.CharField(blank=True, max_length=500)),
                ('discard_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was discarded')),
                ('body_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('photos_follow', models.BooleanField(default=False, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('checklist', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='reference.checklist')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.document')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.region')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'inspection',
                'verbose_name_plural': 'inspections',
                'ordering': ['-started_at', '-pk'],
                'indexes': [models.Index(fields=['region', '-started_at'], name='inspection_by_region'), models.Index(fields=['unit', '-started_at'], name='inspection_by_unit'), models.Index(fields=['started_by', 'status'], name='inspection_drafts')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='inspection_ends_after_start', violation_error_message='The inspection ends before it begins.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'completed'), _negated=True), models.Q(('completed_at__isnull', False), ('ended_at__isnull', False), ('number__isnull', False)), _connector='OR'), name='inspection_completed_is_numbered', violation_error_message='A completed inspection has a number and an end.')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('description', models.TextField(max_length=2000, verbose_name='what was found')),
                ('part', models.CharField(blank=True, max_length=200, verbose_name='part of the premises')),
                ('corrected_on_site', models.BooleanField(default=False, verbose_name='corrected on the spot')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='rectification deadline')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('answer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='findings', to='inspections.answer')),
                ('case', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='finding', to='hazards.hazardcase')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.hazardcategory')),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='inspections.inspection')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('corrected_on_site', False), ('due_on', None), _connector='OR'), name='finding_corrected_or_due', violation_error_message='Corrected on the spot, or a deadline: not both.')],
            },
        ),
        migrations.AddField(
            model_name='answer',
            name='inspection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='inspections.inspection'),
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('file', models.ImageField(max_length=200, upload_to=common.pictures.private_path, verbose_name='photo')),
                ('sha256', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('uploaded_at', models.DateTimeField()),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='inspections.finding')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['uploaded_at', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_officer', models.BooleanField(default=True)),
                ('card_number', models.CharField(blank=True, max_length=40)),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team', to='inspections.inspection')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-is_officer', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('inspection', 'user'), name='team_member_once', violation_error_message='One person cannot be on the team twice.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='completed_inspection_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status = 'completed')", func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='51a0929fdbe93ec6377959d194f03e85b27cfb29', operation='DELETE', pgid='pgtrigger_completed_inspection_stays_77c1e', table='inspections_inspection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='completed_inspection_is_locked', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status = 'completed' AND (OLD.status IS DISTINCT FROM NEW.status OR OLD.number IS DISTINCT FROM NEW.number OR OLD.unit_id IS DISTINCT FROM NEW.unit_id OR OLD.region_id IS DISTINCT FROM NEW.region_id OR OLD.kind IS DISTINCT FROM NEW.kind OR OLD.checklist_id IS DISTINCT FROM NEW.checklist_id OR OLD.started_by_id IS DISTINCT FROM NEW.started_by_id OR OLD.started_at IS DISTINCT FROM NEW.started_at OR OLD.ended_at IS DISTINCT FROM NEW.ended_at OR OLD.completed_at IS DISTINCT FROM NEW.completed_at OR OLD.on_site_person IS DISTINCT FROM NEW.on_site_person OR OLD.on_site_phone IS DISTINCT FROM NEW.on_site_phone OR OLD.refused_signature IS DISTINCT FROM NEW.refused_signature OR OLD.note IS DISTINCT FROM NEW.note OR (OLD.document_id IS NOT NULL AND OLD.document_id IS DISTINCT FROM NEW.document_id) OR (OLD.no_suspension_reason <> '' AND OLD.no_suspension_reason IS DISTINCT FROM NEW.no_suspension_reason)))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='fe10f54cad0307866a86316521f28b0c9738c335', operation='UPDATE', pgid='pgtrigger_completed_inspection_is_locked_23c00', table='inspections_inspection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='finding',
            trigger=pgtrigger.compiler.Trigger(name='finding_of_completed_is_locked', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'DELETE' OR OLD.case_id IS NOT NULL OR NEW.case_id IS NULL THEN\n                IF EXISTS (SELECT 1 FROM inspections_inspection\n                           WHERE id = OLD.inspection_id AND status = 'completed') THEN\n                    RAISE EXCEPTION 'the inspection is completed: nothing of it is changed';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='c702610bcb2ab2aa974aa17d0d79c408530b1965', operation='UPDATE OR DELETE', pgid='pgtrigger_finding_of_completed_is_locked_dc49b', table='inspections_finding', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('inspection', 'item'), name='answer_once_per_item'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='answer',
            trigger=pgtrigger.compiler.Trigger(name='answer_of_completed_is_locked', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                IF EXISTS (SELECT 1 FROM inspections_inspection\n                           WHERE id = OLD.inspection_id AND status = 'completed') THEN\n                    RAISE EXCEPTION 'the inspection is completed: nothing of it is changed';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='85ce2325bc4e7bd46861412d781bae36762503ac', operation='UPDATE OR DELETE', pgid='pgtrigger_answer_of_completed_is_locked_43ae0', table='inspections_answer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='photo',
            trigger=pgtrigger.compiler.Trigger(name='photo_of_completed_is_locked', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                IF EXISTS (SELECT 1 FROM inspections_inspection\n                           WHERE id = (SELECT inspection_id FROM inspections_finding WHERE id = OLD.finding_id) AND status = 'completed') THEN\n                    RAISE EXCEPTION 'the inspection is completed: nothing of it is changed';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='393fd4cbd829227ee80e5a341d504d33f36cc2e5', operation='UPDATE OR DELETE', pgid='pgtrigger_photo_of_completed_is_locked_0cbda', table='inspections_photo', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='team_of_completed_is_locked', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                IF EXISTS (SELECT 1 FROM inspections_inspection\n                           WHERE id = OLD.inspection_id AND status = 'completed') THEN\n                    RAISE EXCEPTION 'the inspection is completed: nothing of it is changed';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='7c3b3ae914507e600ea8754f1e3803614edfcb93', operation='UPDATE OR DELETE', pgid='pgtrigger_team_of_completed_is_locked_a4b58', table='inspections_teammember', when='BEFORE')),
        ),
    ]
