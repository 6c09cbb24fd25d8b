import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(blank=True, db_default='', verbose_name='text')),
                ('link', models.CharField(blank=True, db_default='', max_length=300, verbose_name='link')),
                ('about', models.CharField(blank=True, db_default='', max_length=60, verbose_name='about')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('on', models.DateField(verbose_name='day')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='written')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['recipient', '-created_at', '-id'], name='message_inbox'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['recipient'], name='message_unread'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about'], name='message_about')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('in_app', 'Inbox'), ('email', 'E-mail')], max_length=10, verbose_name='channel')),
                ('state', models.CharField(choices=[('pending', 'To be sent'), ('sent', 'Sent'), ('failed', 'Will be tried again'), ('dead', 'Given up')], db_default='pending', default='pending', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='next attempt')),
                ('last_error', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='last error')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['next_attempt_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'failed'])), fields=['next_attempt_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('state', 'dead')), fields=['id'], name='delivery_dead')],
                'constraints': [models.UniqueConstraint(fields=('message', 'channel'), name='delivery_once_per_channel', violation_error_message='This message already goes this way.')],
            },
        ),
    ]
