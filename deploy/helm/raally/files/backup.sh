# A dump of the whole database, kept only when it can be read back; older ones go after RETENTION_DAYS.
file="$BACKUPS/raally-$(date -u +%Y%m%dT%H%M%SZ).dump"
trap 'rm -f "$file.part"' EXIT
pg_dump --dbname="$DATABASE_URL" --format=custom --file="$file.part"
pg_restore --list "$file.part" | grep -c 'TABLE DATA public event_p' >/dev/null
mv "$file.part" "$file"
find "$BACKUPS" -name 'raally-*.dump' -mtime "+$RETENTION_DAYS" -delete
ls -l "$file"
