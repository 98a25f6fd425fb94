"""Writes the vectors: cases of the promise that both halves must pass, as JSON files beside this one.

What a case expects stands here as it was written or worked out by hand, and Python's answer is compared with it before
a file is written; only hashes, sealed bytes and points are recorded as computed. Run from the repository's root:
`python -m sync.vectors.make`. Nothing here is random, so running it again changes nothing. Shapes: README.md.
"""

import json
from pathlib import Path

from sync.vectors.cases_of_bodies import bodies
from sync.vectors.cases_of_contacts import contacts
from sync.vectors.cases_of_copies import copies
from sync.vectors.cases_of_folding import chains, folds
from sync.vectors.cases_of_headers import headers
from sync.vectors.cases_of_lines import exchanges, lines, pulls, receipts
from sync.vectors.cases_of_person_keys import person_keys
from sync.vectors.cases_of_reports import reports
from sync.vectors.cases_of_sealing import seals

HERE = Path(__file__).parent


def files() -> dict[str, str]:
    """File name to text, for all files."""
    made = {
        "headers": headers(),
        "bodies": bodies(),
        "lines": lines(),
        "receipts": receipts(),
        "pull": pulls(),
        "exchanges": exchanges(),
        "reports": reports(),
        "copies": copies(),
        "contacts": contacts(),
        "seal": seals(),
        "person_keys": person_keys(),
        "fold": folds(),
        "chain": chains(),
    }
    return {f"{name}.json": json.dumps(value, indent=1) + "\n" for name, value in made.items()}


def main() -> None:
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
