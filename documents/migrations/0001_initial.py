import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('reference', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.CharField(max_length=40)),
                ('form', models.CharField(max_length=24)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('body', 'form', 'year'), name='serial_once_per_body_form_year')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(choices=[('inspection', 'Inspection record'), ('correct_now', 'Order to correct at once'), ('correct_by', 'Order to correct by a deadline'), ('major', 'Order on a major fire hazard'), ('recheck', 'Re-inspection opinion'), ('suspension', 'Decision to stop production or business'), ('resumption', 'Decision to allow resumption'), ('resumption_refused', 'Decision to refuse resumption'), ('listing', 'Notice of government listing'), ('delisting', 'Notice of delisting'), ('referral', 'Referral'), ('extension', 'Reply on an extension'), ('meeting', 'Record of collective discussion')], max_length=24, verbose_name='form')),
                ('number', models.CharField(max_length=60, unique=True, verbose_name='number')),
                ('body', models.CharField(max_length=120, verbose_name='issuing body')),
                ('year', models.PositiveSmallIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('about', models.CharField(help_text='The unit or person it is for', max_length=200, verbose_name='addressee')),
                ('subject', models.CharField(blank=True, db_index=True, max_length=40)),
                ('content', models.JSONField(default=dict)),
                ('content_hash', models.CharField(max_length=64)),
                ('issued_at', models.DateTimeField()),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
                ('void_reason', models.CharField(blank=True, max_length=500)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.region')),
                ('voided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-issued_at', '-pk'],
                'indexes': [models.Index(fields=['region', '-issued_at'], name='document_by_region')],
                'constraints': [models.UniqueConstraint(fields=('body', 'form', 'year', 'serial'), name='document_serial_taken_once'), models.CheckConstraint(condition=models.Q(('voided_at', None), models.Q(('void_reason', ''), _negated=True), _connector='OR'), name='document_void_has_reason', violation_error_message='A paper is voided with a reason.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e38de9e0625b1ba86ee6799ab22f065e32ead9ee', operation='DELETE', pgid='pgtrigger_document_never_deleted_123dd', table='documents_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_content_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.content IS DISTINCT FROM NEW.content OR OLD.number IS DISTINCT FROM NEW.number OR OLD.content_hash IS DISTINCT FROM NEW.content_hash OR OLD.issued_at IS DISTINCT FROM NEW.issued_at)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='8bb607e0a6284285d64effd468324f6e9f399754', operation='UPDATE', pgid='pgtrigger_document_content_frozen_83fcc', table='documents_document', when='BEFORE')),
        ),
    ]
