#!/usr/bin/env bash
# A backup of a host's SQLite database, and when the last one succeeded, for the alert RaallyBackupOld.
#   BACKUPS=/var/backups/raally RETENTION_DAYS=30 TEXTFILE=/var/lib/prometheus/node-exporter deploy/host/backup.sh
# The environment must have the server's RAALLY_* options. The copy is consistent beside running servers and checked by
# `raally backup` itself; the key file is copied with it, since without it no backup can be read. Keep BACKUPS elsewhere.
set -euo pipefail

: "${BACKUPS:?where backups go}"
retention="${RETENTION_DAYS:-30}"
file="$BACKUPS/raally-$(date -u +%Y%m%dT%H%M%SZ).db"
umask 077
mkdir -p "$BACKUPS"

raally backup "$file"
key="${RAALLY_SECRET_KEY_FILE:-${RAALLY_DATA_DIR:-./data}/secret.key}"
install -m 0600 "$key" "$BACKUPS/$(sha256sum "$key" | cut -c1-16).secret.key"
find "$BACKUPS" -name 'raally-*.db' -mtime "+$retention" -delete

if [ -n "${TEXTFILE:-}" ]; then
    # Written beside and moved: the exporter never reads half a file.
    {
        echo '# HELP raally_backup_last_success_timestamp_seconds When the last good backup was made'
        echo '# TYPE raally_backup_last_success_timestamp_seconds gauge'
        echo "raally_backup_last_success_timestamp_seconds $(date +%s)"
        echo '# HELP raally_backup_bytes Size of the last good backup'
        echo '# TYPE raally_backup_bytes gauge'
        echo "raally_backup_bytes $(stat --format=%s "$file")"
    } >"$TEXTFILE/raally_backup.prom.part"
    chmod 644 "$TEXTFILE/raally_backup.prom.part"
    mv "$TEXTFILE/raally_backup.prom.part" "$TEXTFILE/raally_backup.prom"
fi
echo "$file"
