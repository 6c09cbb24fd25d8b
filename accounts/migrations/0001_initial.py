import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('reference', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=50, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('card_number', models.CharField(blank=True, max_length=40, verbose_name='law-enforcement card number')),
                ('card_valid_to', models.DateField(blank=True, null=True, verbose_name='card valid to')),
                ('language', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=8, verbose_name='language')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='must choose a new password')),
                ('session_generation', models.PositiveIntegerField(default=0, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'account',
                'verbose_name_plural': 'accounts',
                'ordering': ['username'],
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('short_name', models.CharField(blank=True, help_text='As it stands in document numbers, e.g. 枣消.', max_length=20, verbose_name='short name')),
                ('kind', models.CharField(choices=[('brigade', 'Fire-and-rescue brigade'), ('committee', 'Fire-safety committee office'), ('township', 'Township government'), ('department', 'Government department'), ('government', 'Government')], max_length=12, verbose_name='kind')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offices', to='reference.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'office',
                'verbose_name_plural': 'offices',
                'ordering': ['region_id', 'kind', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('inspector', 'Inspector'), ('assistant', 'Assistant'), ('township_officer', 'Township officer'), ('county_office', 'Fire-safety committee office'), ('leader', 'Leader'), ('auditor', 'Auditor'), ('admin', 'Administrator')], max_length=20, verbose_name='role')),
                ('title', models.CharField(blank=True, max_length=50, verbose_name='title')),
                ('is_head', models.BooleanField(default=False, verbose_name='head of the township')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
                ('deputy_from', models.DateField(blank=True, null=True, verbose_name='deputy from')),
                ('deputy_to', models.DateField(blank=True, null=True, verbose_name='deputy to')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputy_posts', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='accounts.office', verbose_name='office')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='reference.region', verbose_name='region')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'post',
                'verbose_name_plural': 'posts',
                'ordering': ['region_id', 'role', '-starts_on'],
                'indexes': [models.Index(fields=['region', 'role'], name='post_region_role')],
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'region', 'starts_on'), name='post_once', violation_error_message='This person already holds this post from that day.'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='post_ends_after_start', violation_error_message='The last day lies before the first.'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), ('deputy_from__isnull', False), _connector='OR'), name='post_deputy_has_a_start', violation_error_message='Say from which day the deputy stands in.'), models.CheckConstraint(condition=models.Q(('deputy_to__isnull', True), ('deputy_to__gte', models.F('deputy_from')), _connector='OR'), name='post_deputy_ends_after_start', violation_error_message="The deputy's last day lies before the first."), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('user')), _negated=True), _connector='OR'), name='post_deputy_is_another', violation_error_message='Nobody can be their own deputy.')],
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username', models.CharField(max_length=150, verbose_name='user name')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('ok', models.BooleanField(verbose_name='let in')),
                ('door', models.CharField(default='page', max_length=10, verbose_name='door')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sign_ins', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['user', '-at'], name='signin_user_at')],
            },
        ),
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('created', 'Account opened'), ('changed', 'Facts corrected'), ('locked', 'Account locked'), ('unlocked', 'Account unlocked'), ('password_reset', 'New first password'), ('password_chosen', 'Password changed'), ('post_given', 'Post given'), ('post_ended', 'Post ended'), ('deputy_named', 'Deputy named'), ('signed_out', 'Other sessions ended')], max_length=20, verbose_name='act')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('about', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_events', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'act on an account',
                'verbose_name_plural': 'acts on accounts',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['about', '-at'], name='accountevent_about_at')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b2fcc0ac097507fbc8f168c4af9b0fbdec311f8f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a5014', table='accounts_accountevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signin',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='af476267881bdd7b52bf95a7f7349e1b41c705ac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_70b41', table='accounts_signin', when='BEFORE')),
        ),
    ]
