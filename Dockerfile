# One image for web, worker and beat; docker/entrypoint chooses.
FROM python:3.13-slim

# Pango renders the PDFs. Noto and DejaVu have what the app's own fonts lack: the syllabics, Cherokee and Osage of North
# America, the scripts that its immigrants write, symbols and emoji.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
        fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/accelerator accelerator \
    && install --directory --owner accelerator /srv/accelerator/media

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR=/var/lib/accelerator MEDIA_ROOT=/srv/accelerator/media
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY . .

# The addresses are placeholders: these two commands connect to nothing. Root owns the app folder, so translations
# are compiled here; at startup, `prepare` finds them up to date and writes nothing.
RUN export DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost SECRET_KEY=build \
    && python manage.py compile_catalogs
USER accelerator
RUN export DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost SECRET_KEY=build \
    && python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
ENTRYPOINT ["docker/entrypoint"]
CMD ["web"]
