"""How many posts may be gone at once."""

from __future__ import annotations

import pytest

from tipsearch.crawler.losses import Losses


def losses(count: int, known: int, *, accept: bool = False) -> Losses:
    found = Losses("my blog", accept=accept)
    found.known = known
    found.add(f"https://blog.example/post-{n}/" for n in range(count))
    return found


@pytest.mark.parametrize(
    ("count", "known", "believed"),
    [
        (0, 0, True),
        (5, 5, True),
        (5, 20, True),
        (6, 20, False),
        (6, 60, True),
        (6, 59, False),
        (80, 800, True),
        (81, 800, False),
    ],
)
def test_more_than_five_and_more_than_a_tenth_are_too_many(count: int, known: int, believed: bool) -> None:
    found = losses(count, known)
    assert len(found.believed()) == (count if believed else 0)
    assert (found.refused() is None) is believed
    assert found.doubted == (0 if believed else count)


def test_the_user_may_accept_them() -> None:
    found = losses(20, 20, accept=True)
    assert (len(found.believed()), found.refused(), found.doubted) == (20, None, 0)


def test_the_refusal_says_how_many_and_what_to_do() -> None:
    error = losses(20, 40).refused()
    assert error is not None
    assert "20 of 40 posts" in error.message
    assert error.hint is not None
    assert "tipsearch refresh 'my blog' --accept-loss" in error.hint


def test_one_post_under_two_spellings_is_one() -> None:
    found = losses(1, 1)
    found.add(["http://www.blog.example/post-0/?utm_source=x"])
    assert len(found.believed()) == 1
