"""What a snippet costs: microseconds by the length of the post, beside Whoosh's highlights and looking at every word.

    python benchmarks/snippets.py

Made-up posts in sentences, with curly quotes as blogs have them; the query has two words, of which one stands in every
hundredth place and the other in every thousandth. Medians of seven rounds of twenty snippets, in one process.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from tipsearch.index.engine import Forms
from tipsearch.index.engine.stemming import stem
from tipsearch.index.finder import Finder
from tipsearch.index.snippets import Cutter

LENGTHS = (500, 5_000, 50_000)
ASKED = ("callers", "empathy")


def post(length: int, seed: int) -> str:
    """A text of about so many characters."""
    chance = random.Random(seed)
    words = ["".join(chance.choices("aeioulnrst", k=chance.randint(2, 9))) for _ in range(3_000)]
    pieces, size = [], 0
    while size < length:
        number = chance.randrange(1_000)
        word = ASKED[1] if not number else ASKED[0] if number < 10 else chance.choice(words)
        pieces.append(f"“{word}.”\n" if number % 17 == 0 else word)
        size += len(pieces[-1]) + 1
    return " ".join(pieces)


def highlights() -> Callable[[str], str]:
    """Whoosh's own way, with the settings that its hits have by default."""
    from whoosh.analysis import LanguageAnalyzer
    from whoosh.highlight import ContextFragmenter, HtmlFormatter, highlight

    analyzer = LanguageAnalyzer("en")
    terms = frozenset(token.text for word in ASKED for token in analyzer(word))
    fragments, form = ContextFragmenter(), HtmlFormatter()
    return lambda text: highlight(text, terms, analyzer, fragments, form)


def median_us(cut: Callable[[str], object], texts: list[str]) -> float:
    """Microseconds a text."""
    rounds = []
    for _ in range(7):
        started = time.perf_counter()
        for text in texts:
            cut(text)
        rounds.append((time.perf_counter() - started) / len(texts) * 1e6)
    return statistics.median(rounds)


def main() -> None:
    forms = Forms(frozenset(map(stem, ASKED)), frozenset())
    plain = highlights()
    print(f"{'characters':>10} {'snippet µs':>11} {'every word µs':>14} {'Whoosh µs':>10}")
    for length in LENGTHS:
        texts = [post(length, seed) for seed in range(20)]
        cutter, finder = Cutter(forms, stem), Finder(forms, stem)
        figures = [median_us(cut, texts) for cut in (cutter, finder.among_all, plain)]
        print("{:>10,} {:>11,.0f} {:>14,.0f} {:>10,.0f}".format(length, *figures))


if __name__ == "__main__":
    main()
