"""Words that are nearly the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.index.spelling import allowed, edits, likeliest, within

WORDS = st.text("abc'-^]é漢", max_size=6)


def slowly(a: str, b: str) -> int:
    """Changes, additions, omissions and swaps of neighbours, by the definition."""
    if not a or not b:
        return len(a) + len(b)
    found = min(slowly(a[1:], b) + 1, slowly(a, b[1:]) + 1, slowly(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        found = min(found, slowly(a[2:], b[2:]) + 1)
    return found


@settings(max_examples=60, deadline=None)
@given(WORDS, st.lists(WORDS, max_size=12, unique=True), st.integers(1, 2))
def test_within_finds_the_near_words_and_no_others(word: str, vocabulary: list[str], distance: int) -> None:
    near = {other: found for other in vocabulary if (found := slowly(word, other)) <= distance}
    assert dict(within(word, vocabulary, distance)) == near
    assert all(edits(word, other, distance) == found for other, found in near.items())


def test_the_likeliest_is_the_nearest_then_the_one_that_begins_alike_then_the_most_frequent() -> None:
    counts = {"bell": 5, "cell": 9, "belt": 7, "ball": 6}
    assert likeliest("bel", counts, counts.__getitem__) == "belt"
    assert likeliest("xell", {"bell": 5, "cell": 9}, counts.__getitem__) == "cell"
    assert likeliest("be", counts, counts.__getitem__) is None
    assert likeliest("bell", {"bell": 5}, counts.__getitem__) is None
    assert (allowed("bells"), allowed("bellss")) == (1, 2)
