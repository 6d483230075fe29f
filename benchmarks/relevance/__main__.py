"""How well public test collections are searched: nDCG@10, MAP and recall@100, beside other engines.

    python benchmarks/relevance FOLDER [FOLDER ...] [--systems tipsearch,whoosh,fts5,lucene]

Each folder is one collection; which files are expected stands in this folder's README. Documents are indexed in a
temporary folder, queries are asked as plain words with default settings, and means are over the queries for which
something is relevant. A system whose library is not installed is left out, and said to be.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from measures import average_precision, ndcg, recall
from readers import Collection, CollectionError, read
from systems import SYSTEMS, System

DEPTH = 1000
"""So many hits are asked for; what lies beyond adds nothing that shows to MAP."""

MEASURES = ("nDCG@10", "MAP", "recall@100")


def measure(collection: Collection, system: System) -> tuple[float, ...]:
    """The mean of each measure over a collection's judged queries."""
    figures = []
    with tempfile.TemporaryDirectory() as folder, system(collection, Path(folder)) as search:
        for query, grades in collection.judged():
            ranking = search(query, DEPTH)
            figures.append((ndcg(ranking, grades), average_precision(ranking, grades), recall(ranking, grades)))
    return tuple(map(statistics.fmean, zip(*figures, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="of: " + ", ".join(SYSTEMS))
    given = parser.parse_args()
    if unknown := set(given.systems.split(",")) - set(SYSTEMS):
        parser.error(f"there is no system {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}")
    try:
        collections = [read(folder) for folder in given.folders]
    except (CollectionError, OSError) as error:
        sys.exit(str(error))
    for collection in collections:
        judged = sum(1 for _ in collection.judged())
        print(f"{collection.name}: {len(collection.documents):,} documents, {judged} judged queries")
    print(f"\n{', '.join(MEASURES)}\n{'':10}" + "".join(f"{n:>24}" for n in (*(c.name for c in collections), "mean")))
    for name in given.systems.split(","):
        try:
            rows = [measure(collection, SYSTEMS[name]) for collection in collections]
        except ImportError as error:
            print(f"{name:10}left out: {error}")
            continue
        rows.append(tuple(map(statistics.fmean, zip(*rows, strict=True))))
        print(f"{name:10}" + "".join(f"{'   '.join(f'{figure:.3f}' for figure in row):>24}" for row in rows))


if __name__ == "__main__":
    main()
