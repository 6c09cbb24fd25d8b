#!/bin/sh
# Runs once, when PostgreSQL's volume is empty: the program's role owns its database and is no superuser.
set -eu
password=$(cat /run/secrets/database_password)
psql -v ON_ERROR_STOP=1 -v password="$password" --username "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE xiaohuan LOGIN PASSWORD :'password';
CREATE DATABASE xiaohuan OWNER xiaohuan;
SQL
