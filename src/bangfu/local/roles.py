"""The two database roles and the database, as SQL that may run any number of times.

The owner migrates; the application role serves requests, owns nothing and is bound by
row-level security. Neither is a superuser and neither bypasses row security: a
superuser would see every row whatever the policies say.
"""

from __future__ import annotations

SUPERUSER = "postgres"
OWNER_ROLE = "bangfu_owner"
APP_ROLE = "bangfu_app"
DATABASE = "bangfu"

ROLES_AND_DATABASE = f"""\
\\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT 'CREATE ROLE {OWNER_ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER_ROLE}') \\gexec
SELECT 'CREATE ROLE {APP_ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') \\gexec
ALTER ROLE {OWNER_ROLE} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION
 NOBYPASSRLS;
ALTER ROLE {APP_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
 NOBYPASSRLS;
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} ENCODING ''UTF8'''
    || ' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
\\connect {DATABASE}
GRANT CREATE, USAGE ON SCHEMA public TO {OWNER_ROLE};
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
"""  # noqa: S608 (constants of this module)
