# The product alone: PostgreSQL and Redis come from docker-compose.yml or from your own servers.
FROM python:3.11-slim AS build
WORKDIR /build
COPY dev.py requirements.lock ./
RUN python -m venv /opt/venv \
 && python dev.py requirements > requirements.txt \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/var/lib/xiaohuan/media \
    BEAT_FILE=/var/lib/xiaohuan/beat/schedule \
    WATCHDOG_FILE=/var/lib/xiaohuan/watchdog/known.json
# The volumes take their owner from these folders.
RUN groupadd --gid 10001 xiaohuan \
 && useradd --uid 10001 --gid xiaohuan --no-create-home --shell /usr/sbin/nologin xiaohuan \
 && install -d -o xiaohuan -g xiaohuan /var/lib/xiaohuan/media /var/lib/xiaohuan/beat /var/lib/xiaohuan/watchdog
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY config config
COPY common common
COPY reference reference
COPY accounts accounts
COPY notifications notifications
COPY documents documents
COPY units units
COPY hazards hazards
COPY inspections inspections
COPY rectification rectification
COPY dashboards dashboards
COPY operations operations
COPY devtools devtools
COPY templates templates
COPY static static
COPY locale locale
# Collecting needs settings, not servers; these values never leave the layer.
RUN SECRET_KEY=only-for-collecting-static-files-0123456789-0123456789 \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --no-input
USER xiaohuan
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["python", "-m", "config.probe", "web"]
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
