from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_channels'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='holder',
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
    ]
