import common.pictures
import django.contrib.postgres.fields
import django.db.models.deletion
import rectification.models.chase
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_initial'),
        ('hazards', '0001_initial'),
        ('inspections', '0001_initial'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChaseRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('due', models.PositiveIntegerField(default=0)),
                ('claimed', models.PositiveIntegerField(default=0)),
                ('messages', models.PositiveIntegerField(default=0)),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('notes', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-started_at'],
                'indexes': [models.Index(fields=['on'], name='chase_run_on')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('issued_at', models.DateTimeField()),
                ('served_on', models.DateField(blank=True, null=True, verbose_name='served on')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='order', to='documents.document')),
                ('inspection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='inspections.inspection')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='units.unit')),
            ],
            options={
                'ordering': ['-issued_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('held_on', models.DateField(verbose_name='re-inspected on')),
                ('recorded_at', models.DateTimeField()),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='documents.document')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='units.unit')),
            ],
            options={
                'ordering': ['-recorded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveSmallIntegerField(verbose_name='which re-inspection of this case')),
                ('outcome', models.CharField(choices=[('pass', 'Rectified'), ('fail', 'Not rectified')], max_length=4)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what was seen')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='new deadline')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_items', to='hazards.hazardcase')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='rectification.review')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('review', 'case'), name='review_item_once'), models.UniqueConstraint(fields=('case', 'sequence'), name='review_sequence_once_per_case'), models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('outcome', 'pass')), models.Q(('due_on__isnull', False), ('outcome', 'fail')), _connector='OR'), name='review_failed_has_new_deadline', violation_error_message='An item that fails gets a new deadline.')],
            },
        ),
        migrations.CreateModel(
            name='ReviewOfficer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('card_number', models.CharField(blank=True, max_length=40)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='officers', to='rectification.review')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('review', 'user'), name='review_officer_once', violation_error_message='One person cannot be on the team twice.')],
            },
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=80, verbose_name='English name')),
                ('offset', models.SmallIntegerField(verbose_name='working days from the deadline')),
                ('repeat_every', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='again every … working days')),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('officer', 'Township officer'), ('inspector', 'Inspector in charge'), ('township_head', 'Township head'), ('leader', 'County leader')], max_length=16), size=4, verbose_name='whom it tells')),
                ('subject', models.CharField(max_length=200, validators=[rectification.models.chase.check_template], verbose_name='subject')),
                ('body', models.TextField(max_length=2000, validators=[rectification.models.chase.check_template], verbose_name='text')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='to')),
            ],
            options={
                'verbose_name': 'rung of the chase',
                'verbose_name_plural': 'rungs of the chase',
                'ordering': ['offset', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('recipients__len__gte', 1)), name='rung_tells_somebody', violation_error_message='Say whom this rung tells.'), models.CheckConstraint(condition=models.Q(('repeat_every', None), ('repeat_every__gte', 1), _connector='OR'), name='rung_repeats_by_days', violation_error_message='A rung comes again after one working day at the earliest.'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='rung_ends_after_it_begins', violation_error_message='The last day lies before the first.')],
            },
        ),
        migrations.CreateModel(
            name='ChaseClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline_version', models.PositiveSmallIntegerField()),
                ('cycle', models.PositiveSmallIntegerField(default=0)),
                ('due_on', models.DateField()),
                ('on', models.DateField()),
                ('claimed_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('told', 'Told'), ('passed', 'Passed over: a later letter of the same rung was due as well')], default='told', max_length=6)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='hazards.hazardcase')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='rectification.chaserun')),
                ('rung', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rectification.rung')),
            ],
            options={
                'ordering': ['claimed_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('case', 'deadline_version', 'rung', 'cycle'), name='chase_claimed_once')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('words', models.TextField(max_length=2000, verbose_name='what was done')),
                ('submitted_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('passed', 'Passed'), ('failed', 'Failed')], max_length=8)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='hazards.hazardcase')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-submitted_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('case',), name='submission_one_awaiting_per_case')],
            },
        ),
        migrations.CreateModel(
            name='EvidencePhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('file', models.ImageField(max_length=200, upload_to=common.pictures.private_path, verbose_name='photo')),
                ('sha256', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('uploaded_at', models.DateTimeField()),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='rectification.reviewitem')),
                ('submission', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='rectification.submission')),
            ],
            options={
                'ordering': ['uploaded_at', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('submission__isnull', False), ('review_item__isnull', False), _connector='XOR'), name='evidence_belongs_to_one')],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('proposed', 'Proposed'), ('in_force', 'In force'), ('declined', 'Declined'), ('lifted', 'Lifted: the unit may resume')], default='proposed', max_length=10)),
                ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_note', models.CharField(blank=True, max_length=500)),
                ('resume_asked_at', models.DateTimeField(null=True)),
                ('resume_words', models.TextField(blank=True, max_length=1000, verbose_name='what was done')),
                ('lifted_at', models.DateTimeField(null=True)),
                ('cases', models.ManyToManyField(blank=True, related_name='suspensions', to='hazards.hazardcase')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspension', to='documents.document')),
                ('inspection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='inspections.inspection')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifting_document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lifted_suspension', to='documents.document')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resume_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='units.unit')),
            ],
            options={
                'ordering': ['-proposed_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['proposed', 'in_force'])), fields=('unit',), name='suspension_one_standing_per_unit', violation_error_message='A suspension of this unit stands already.')],
            },
        ),
        migrations.CreateModel(
            name='AcceptanceCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('held_on', models.DateField(verbose_name='checked on')),
                ('outcome', models.CharField(choices=[('pass', 'Accepted'), ('fail', 'Not accepted')], max_length=4)),
                ('note', models.CharField(max_length=1000, verbose_name='what was seen')),
                ('recorded_at', models.DateTimeField()),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.document')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='rectification.suspension')),
            ],
            options={
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(max_length=120, verbose_name='department')),
                ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                ('sent_at', models.DateTimeField()),
                ('returned_at', models.DateTimeField(blank=True, null=True)),
                ('return_reason', models.TextField(blank=True, max_length=1000)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='hazards.hazardcase')),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfer', to='documents.document')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('returned_at', None)), fields=('case',), name='transfer_one_standing_per_case')],
            },
        ),
        migrations.CreateModel(
            name='AcceptanceOfficer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('card_number', models.CharField(blank=True, max_length=40)),
                ('check_record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='officers', to='rectification.acceptancecheck')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('check_record', 'user'), name='acceptance_officer_once')],
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('until', models.DateField(verbose_name='extend until')),
                ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                ('interim', models.TextField(max_length=1000, verbose_name='measures until then')),
                ('asked_at', models.DateTimeField()),
                ('is_late', models.BooleanField(default=False, verbose_name='asked after the deadline')),
                ('decision', models.CharField(blank=True, choices=[('granted', 'Granted'), ('refused', 'Refused')], max_length=8)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=500)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='hazards.hazardcase')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.document')),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('case',), name='extension_one_undecided_per_case')],
            },
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('province', 'Listed by the province'), ('city', 'Listed by the city'), ('county', 'Listed by the county')], max_length=8, verbose_name='level')),
                ('is_main', models.BooleanField(default=False, verbose_name='main listing')),
                ('paper_number', models.CharField(max_length=80, verbose_name='government document number')),
                ('leader_name', models.CharField(max_length=60, verbose_name='supervising leader')),
                ('department', models.CharField(blank=True, max_length=120, verbose_name='supervising department')),
                ('responsible', models.CharField(blank=True, max_length=60, verbose_name='person responsible for rectification')),
                ('requirement', models.TextField(blank=True, max_length=1000, verbose_name='what is required')),
                ('listed_on', models.DateField(verbose_name='listed on')),
                ('registrar_code', models.CharField(help_text='Region of the body that listed; nobody of a narrower one delists.', max_length=24)),
                ('delisted_on', models.DateField(blank=True, null=True, verbose_name='board taken down on')),
                ('delisting_paper', models.CharField(blank=True, max_length=80, verbose_name='document number of the delisting')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='listings', to='hazards.hazardcase')),
                ('delisted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delisting_document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delisted_listing', to='documents.document')),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='listing', to='documents.document')),
                ('listed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-listed_on', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('delisted_on', None)), fields=('case', 'level'), name='listing_stands_once_per_level', violation_error_message='This level has listed the case already.'), models.UniqueConstraint(condition=models.Q(('delisted_on', None), ('is_main', True)), fields=('case',), name='listing_one_main_per_case')],
            },
        ),
        migrations.CreateModel(
            name='OrderItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(verbose_name='rectification deadline')),
                ('measure', models.CharField(blank=True, max_length=500, verbose_name='what must be done')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_items', to='hazards.hazardcase')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='rectification.order')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('order', 'case'), name='order_item_once')],
            },
        ),
    ]
