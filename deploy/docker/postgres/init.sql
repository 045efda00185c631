-- The role that the server connects as: it owns its database and is no superuser, so that forced row-level security
-- holds for it. Dumps are made by a role that may read past it.
CREATE ROLE raally LOGIN;
-- Requests run as this one, which owns nothing.
CREATE ROLE raally_app NOLOGIN;
GRANT raally_app TO raally;
ALTER DATABASE raally OWNER TO raally;
GRANT ALL ON SCHEMA public TO raally;
CREATE ROLE raally_backup LOGIN BYPASSRLS;
GRANT pg_read_all_data TO raally_backup;
