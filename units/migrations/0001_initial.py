import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
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
        django.contrib.postgres.operations.TrigramExtension(
        ),
        migrations.CreateModel(
            name='UnitSerial',
            fields=[
                ('county_code', models.CharField(db_collation='C', max_length=12, primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=200, verbose_name='file')),
                ('sheet', models.CharField(max_length=100, verbose_name='sheet')),
                ('header_line', models.PositiveIntegerField(verbose_name='line of the headings')),
                ('columns', models.JSONField(default=list)),
                ('ignored_lines', models.JSONField(default=list)),
                ('status', models.CharField(choices=[('preview', 'Awaiting confirmation'), ('committed', 'Written to the register'), ('undone', 'Undone')], default='preview', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(verbose_name='read at')),
                ('committed_at', models.DateTimeField(blank=True, null=True, verbose_name='written at')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='imported by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(db_collation='C', editable=False, max_length=20, unique=True, verbose_name='register number')),
                ('name', models.CharField(max_length=120, verbose_name='name of the unit')),
                ('name_initials', models.CharField(blank=True, editable=False, max_length=120, verbose_name='pinyin initials')),
                ('credit_code', models.CharField(blank=True, db_collation='C', max_length=18, verbose_name='unified social credit code')),
                ('address', models.CharField(max_length=200, verbose_name='address')),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='longitude')),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='latitude')),
                ('supervision_class', models.CharField(choices=[('key', 'Key unit'), ('general', 'General unit'), ('small', 'Small place'), ('residential', 'Residential building'), ('village', 'Village'), ('rental', 'Rented housing'), ('other', 'Other')], default='general', max_length=12, verbose_name='supervision class')),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('combined_use', 'Three-in-one site'), ('multi_use', 'Multi-in-one site'), ('small_place', 'Nine-small place'), ('key_unit', 'Key fire-safety unit'), ('crowded', 'Crowded place'), ('flammable', 'Flammable or explosive place'), ('high_rise', 'High-rise building'), ('underground', 'Underground building'), ('children', 'Place for children'), ('elderly', 'Place for the elderly'), ('labour_intensive', 'Labour-intensive place'), ('mixed_business', 'Mixed business')], max_length=20), blank=True, default=list, size=None, verbose_name='flags')),
                ('floor_area', models.DecimalField(blank=True, decimal_places=1, max_digits=9, null=True, verbose_name='floor area')),
                ('storeys', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='storeys above ground')),
                ('underground_storeys', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='storeys below ground')),
                ('height', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, verbose_name='building height')),
                ('fire_resistance', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Grade 1'), (2, 'Grade 2'), (3, 'Grade 3'), (4, 'Grade 4')], null=True, verbose_name='fire-resistance grade')),
                ('structure', models.CharField(blank=True, choices=[('concrete', 'Reinforced concrete'), ('steel', 'Steel'), ('brick_concrete', 'Brick and concrete'), ('brick_wood', 'Brick and wood'), ('wood', 'Wood'), ('sandwich', 'Sandwich panels'), ('other', 'Other')], max_length=16, verbose_name='structure')),
                ('built_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year built')),
                ('exits', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='safety exits')),
                ('stairs', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='evacuation stairs')),
                ('employees', models.PositiveIntegerField(blank=True, null=True, verbose_name='employees')),
                ('lodgers', models.PositiveIntegerField(blank=True, null=True, verbose_name='people sleeping on site')),
                ('capacity', models.PositiveIntegerField(blank=True, null=True, verbose_name='most people at one time')),
                ('operating_status', models.CharField(choices=[('operating', 'Operating'), ('idle', 'Idle'), ('closed', 'Closed down'), ('moved', 'Moved away'), ('demolished', 'Pulled down'), ('deregistered', 'Deregistered'), ('not_found', 'Not found'), ('merged', 'Registered twice'), ('mistaken', 'Registered by mistake')], default='operating', max_length=12, verbose_name='operating status')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='taken off the register on')),
                ('suspended_since', models.DateField(blank=True, null=True, verbose_name='suspended since')),
                ('suspension_note', models.CharField(blank=True, max_length=200, verbose_name='suspension')),
                ('last_inspected_on', models.DateField(blank=True, null=True, verbose_name='last inspected on')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('search_text', models.TextField(blank=True, editable=False)),
                ('grams', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, editable=False, size=None)),
                ('source', models.CharField(default='page', max_length=20, verbose_name='source')),
                ('client_id', models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ('created_at', models.DateTimeField(editable=False, verbose_name='registered at')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last changed')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='registered by')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grid_units', to='reference.region', verbose_name='grid')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='units.unit', verbose_name='stays as')),
                ('place_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='reference.placetype', verbose_name='place type')),
                ('region', models.ForeignKey(db_index=False, help_text='The township where the village is not known.', on_delete=django.db.models.deletion.PROTECT, related_name='units', to='reference.region', verbose_name='village or community')),
                ('regulator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='units', to='reference.regulator', verbose_name='sector regulator')),
                ('small_kind', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='units', to='reference.smallkind', verbose_name='kind of small place')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['number'],
                'indexes': [models.Index(fields=['region', 'number'], name='unit_region_number'), models.Index(models.OrderBy(models.F('last_inspected_on'), nulls_first=True), models.F('number'), name='unit_inspected'), models.Index(fields=['-updated_at', 'number'], name='unit_updated'), models.Index(fields=['name_initials', 'number'], name='unit_by_initials'), models.Index(condition=models.Q(('suspended_since__isnull', False)), fields=['region', 'suspended_since'], name='unit_suspended'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['flags'], name='unit_flags'), django.contrib.postgres.indexes.GinIndex(fields=['grams'], name='unit_grams'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['search_text'], name='unit_search', opclasses=['gin_trgm_ops'])],
                'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('credit_code', ''), _negated=True), ('retired_on__isnull', True)), fields=('credit_code',), name='unit_credit_code_once', violation_error_message='Another unit on the register has this credit code.'), models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('latitude__range', (3, 54)), ('longitude__isnull', False), ('longitude__range', (73, 136))), _connector='OR'), name='unit_position_in_china', violation_error_message='Give both coordinates (WGS-84): longitude 73 to 136, latitude 3 to 54.'), models.CheckConstraint(condition=models.Q(models.Q(('operating_status__in', ['operating', 'idle']), ('retired_on__isnull', True)), models.Q(('operating_status__in', ['closed', 'moved', 'demolished', 'deregistered', 'not_found', 'merged', 'mistaken']), ('retired_on__isnull', False)), _connector='OR'), name='unit_retired_has_reason', violation_error_message='A unit leaves the register with a reason and a day.'), models.CheckConstraint(condition=models.Q(('floor_area__isnull', True), ('floor_area__gt', 0), _connector='OR'), name='unit_floor_area_positive', violation_error_message='The floor area is more than zero, or left empty.'), models.CheckConstraint(condition=models.Q(('built_year__isnull', True), ('built_year__range', (1800, 2100)), _connector='OR'), name='unit_built_year_plausible', violation_error_message='The year of building is written with four digits, such as 1998.')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('raw', models.JSONField(default=list)),
                ('data', models.JSONField(default=dict)),
                ('verdict', models.CharField(choices=[('new', 'To be added'), ('update', 'Update'), ('unchanged', 'Unchanged'), ('bad', 'Needs correction')], max_length=10, verbose_name='verdict')),
                ('errors', models.JSONField(default=list)),
                ('notes', models.JSONField(default=list)),
                ('changes', models.JSONField(default=dict)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='units.importbatch')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='units.unit')),
            ],
            options={
                'ordering': ['batch', 'line'],
                'indexes': [models.Index(fields=['batch', 'verdict', 'line'], name='import_row_verdict')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'line'), name='import_line_once')],
            },
        ),
        migrations.CreateModel(
            name='UnitChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('registered', 'Registered'), ('corrected', 'File corrected'), ('moved', 'Moved to another place'), ('retired', 'Taken off the register'), ('restored', 'Restored'), ('merged', 'Merged'), ('imported', 'Imported'), ('undone', 'Import undone'), ('suspended', 'Suspended from business'), ('resumed', 'Resumed business')], max_length=12, verbose_name='act')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'change of a unit',
                'verbose_name_plural': 'changes of units',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['unit', '-at'], name='unit_change_unit_at')],
            },
        ),
        migrations.CreateModel(
            name='UnitPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(choices=[('responsible', 'Person responsible for fire safety'), ('manager', 'Fire-safety manager'), ('legal', 'Legal representative'), ('on_site', 'Contact on site')], max_length=12, verbose_name='duty')),
                ('name', models.CharField(max_length=50, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='phone')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'person of a unit',
                'verbose_name_plural': 'people of units',
                'ordering': ['unit', 'pk'],
                'indexes': [models.Index(fields=['phone'], name='unit_person_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('unit', 'duty'), name='unit_duty_held_by_one', violation_error_message='This duty is held by somebody already.'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='unit_person_ends_after_start', violation_error_message='The last day lies before the first.')],
            },
        ),
        migrations.CreateModel(
            name='PhoneView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to='units.unitperson', verbose_name='person')),
            ],
            options={
                'verbose_name': 'look at a phone number',
                'verbose_name_plural': 'looks at phone numbers',
                'ordering': ['-at'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitchange',
            trigger=pgtrigger.compiler.Trigger(name='unit_change_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b890279945eea5513c75a1f4c6accc16573598c', operation='UPDATE OR DELETE', pgid='pgtrigger_unit_change_append_only_957d2', table='units_unitchange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phoneview',
            trigger=pgtrigger.compiler.Trigger(name='phone_view_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3133682b2effefd83fc318b98b9970548d9f9604', operation='UPDATE OR DELETE', pgid='pgtrigger_phone_view_append_only_9190f', table='units_phoneview', when='BEFORE')),
        ),
    ]
