#!/bin/sh
# backup.sh FOLDER [KEEP]: copies the warehouse that BACKCOURT_WAREHOUSE names to FOLDER/TIME while no round has it. A copy
# appears when it was read again and found sound; the newest KEEP (7) of them stay.
set -eu
folder=$1
keep=${2:-7}
warehouse=${BACKCOURT_WAREHOUSE:?}
draft=$folder/draft

rm -rf "$draft"
mkdir -p "$draft"
# What a killed round committed last may still stand in the log beside the file, so that is copied too.
flock -w "${BACKUP_WAIT:-3600}" -E 4 "$(dirname "$warehouse")/lock" sh -c '
    cp "$1" "$2" && if [ -e "$1.wal" ]; then cp "$1.wal" "$2"; fi' copy "$warehouse" "$draft"

# Exit code 1 also says that something is not built yet, which is no fault of a copy: damage is.
backcourt verify --json --warehouse "$draft/$(basename "$warehouse")" > "$draft/verify.json" || true
python -c 'import json, sys
verdict = json.load(open(sys.argv[1]))["verdict"]
sys.exit(f"The copy is damaged; see {sys.argv[1]}" if verdict["damage"] or verdict["broken_seals"] else 0)' "$draft/verify.json"

mv "$draft" "$folder/$(date -u +%Y%m%dT%H%M%S.%NZ)"
ls -1d "$folder"/*Z | head -n "-$keep" | xargs -r rm -rf
