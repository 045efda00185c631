#!/usr/bin/env python3
"""Writes crates/domain/data/holidays.gen.json from the PyPI package `holidays`.

The days that a region has off by law (category PUBLIC), of every country and of the parts of some
countries, from FIRST_YEAR to LAST_YEAR. Each day has an English name and the region's own.

    scripts/holidays.py           makes the file anew, with the pinned package in a throw-away venv
    scripts/holidays.py --check   tells whether the checked-in file is whole; needs nothing

The file: {generator, package, version, category, firstYear, lastYear, names, regions}, where
`names` is a list of [English, local] and `regions` maps an ISO 3166 code (DE, DE-BY) to
{name, days}; a day is [YYYYMMDD, index into names]. A region whose days are those of its country
has `sameAs` in place of `days`.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import venv

PACKAGE = "holidays"
VERSION = "0.108"
CATEGORY = "public"
FIRST_YEAR, LAST_YEAR = 2024, 2031
WITH_PARTS = "US GB DE ES BR FR IN CA AU CH AT PT IT NL MX AR CO CL".split()
FILE = pathlib.Path(__file__).parent.parent / "crates/domain/data/holidays.gen.json"
BYTES_MAX = 1_500_000


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if sys.argv[1:] == ["--with-package"]:
        return generate()
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        print(f"installing {PACKAGE}=={VERSION}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        python = pathlib.Path(folder, "bin/python")
        install = [python, "-m", "pip", "install", "--quiet", f"{PACKAGE}=={VERSION}"]
        subprocess.run(install, check=True)
        # Isolated, or this file would stand before the package of the same name.
        return subprocess.run([python, "-I", __file__, "--with-package"]).returncode


def generate():
    """Writes the file; the same package version always writes the same bytes."""
    import holidays

    if holidays.__version__ != VERSION:
        print(f"want {PACKAGE} {VERSION}, have {holidays.__version__}", file=sys.stderr)
        return 1
    found = {}
    countries = holidays.list_supported_countries(include_aliases=False)
    for country, parts in sorted(countries.items()):
        national = days_of(holidays, country, None)
        if not national:
            continue
        found[country] = (name_of_country(holidays, country), national)
        for part in sorted(parts) if country in WITH_PARTS else []:
            title = name_of_part(holidays, country, part)
            found[f"{country}-{part}"] = (title, days_of(holidays, country, part))
    names = sorted({pair for _, days in found.values() for pair in days.values()})
    index = {pair: number for number, pair in enumerate(names)}
    regions = {}
    for code, (title, days) in sorted(found.items()):
        country = code.split("-")[0]
        if code != country and days == found[country][1]:
            regions[code] = {"name": title, "sameAs": country}
        else:
            listed = [[day, index[pair]] for day, pair in sorted(days.items())]
            regions[code] = {"name": title, "days": listed}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(rendered(names, regions), encoding="utf-8")
    print(f"{len(regions)} regions, {FILE.stat().st_size} bytes", file=sys.stderr)
    return check()


def days_of(holidays, country, part):
    """{YYYYMMDD: (English name, local name)} of a region."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    plain = holidays.country_holidays(country, subdiv=part, years=[])
    languages = plain.supported_languages
    english = next((l for l in ("en_US", "en_GB") if l in languages), None)
    english = english or next((l for l in sorted(languages) if l.startswith("en")), None)
    local = plain.default_language

    def listed(language):
        entries = holidays.country_holidays(
            country, subdiv=part, years=years, language=language, categories=(CATEGORY,)
        )
        return {int(day.strftime("%Y%m%d")): name for day, name in entries.items()}

    if CATEGORY not in plain.supported_categories:
        return {}
    theirs = listed(local)
    ours = listed(english) if english else theirs
    return {
        day: (ours.get(day, name), name)
        for day, name in theirs.items()
        if FIRST_YEAR <= day // 10_000 <= LAST_YEAR
    }


def name_of_country(holidays, country):
    """The name in the package's own class: `UnitedStates` reads as `United States`."""
    base = type(holidays.country_holidays(country, years=[]))
    names = [c.__name__ for c in base.__mro__ if getattr(c, "country", None) == country]
    longest = max(names, key=len)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", longest)


def name_of_part(holidays, country, part):
    aliases = holidays.country_holidays(country, years=[]).subdivisions_aliases
    return next((name for name, code in aliases.items() if code == part), part)


def rendered(names, regions):
    """One name and one region per line, so that a new version of the package shows as a diff."""

    def text(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    head = {
        "generator": "scripts/holidays.py",
        "package": PACKAGE,
        "version": VERSION,
        "category": CATEGORY,
        "firstYear": FIRST_YEAR,
        "lastYear": LAST_YEAR,
    }
    lines = [f"{text(key)}:{text(value)}," for key, value in head.items()]
    lines += ['"names":[', ",\n".join(text(pair) for pair in names), "],"]
    regions = [f"{text(code)}:{text(region)}" for code, region in regions.items()]
    lines += ['"regions":{', ",\n".join(regions), "}"]
    return "{\n" + "\n".join(lines) + "\n}\n"


def check():
    """Is the file what this script writes: pins, order, dates, names?"""
    faults = []
    text = FILE.read_text(encoding="utf-8")
    data = json.loads(text)
    pins = {
        "package": PACKAGE,
        "version": VERSION,
        "category": CATEGORY,
        "firstYear": FIRST_YEAR,
        "lastYear": LAST_YEAR,
    }
    for key, value in pins.items():
        if data.get(key) != value:
            faults.append(f"{key} is {data.get(key)!r}, the script says {value!r}")
    names, regions = data["names"], data["regions"]
    if names != sorted(names) or list(regions) != sorted(regions):
        faults.append("names or regions are not in order")
    if text != rendered(names, regions):
        faults.append("the bytes are not those that the script writes")
    if len(text.encode()) > BYTES_MAX:
        faults.append(f"larger than {BYTES_MAX} bytes")
    used = set()
    for code, region in regions.items():
        if "sameAs" in region and "days" not in regions.get(region["sameAs"], {}):
            faults.append(f"{code}: no such region {region['sameAs']}")
        days = [day for day, _ in region.get("days", [])]
        used.update(name for _, name in region.get("days", []))
        if days != sorted(set(days)):
            faults.append(f"{code}: days are not in order or not unique")
        for day in days:
            year = datetime.datetime.strptime(str(day), "%Y%m%d").year
            if not FIRST_YEAR <= year <= LAST_YEAR:
                faults.append(f"{code}: {day} lies outside the years")
    if used != set(range(len(names))):
        faults.append("a name is missing or used by no day")
    for code, day in [("US", 20260703), ("DE", 20261003), ("DE-BY", 20260106), ("GB-SCT", 20261130)]:
        if day not in [listed for listed, _ in regions[code].get("days", [])]:
            faults.append(f"{code}: {day} is missing")
    for fault in faults:
        print(f"{FILE.name}: {fault}", file=sys.stderr)
    print(f"holidays: {len(regions)} regions checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
