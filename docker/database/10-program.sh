#!/bin/sh
# PostgreSQL's image runs this once, as the superuser, while its data volume is empty.
# The app's role has no privileges beyond its tables, so row-level security applies to it.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$APP_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role app login password :'password' nosuperuser nobypassrls nocreatedb nocreaterole;
create database app owner app template template0 encoding 'UTF8'
    locale_provider builtin builtin_locale 'C.UTF-8' locale 'C.UTF-8';
revoke connect on database app from public;
SQL
