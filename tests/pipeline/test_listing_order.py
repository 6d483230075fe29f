"""What the order of a listing tells."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.pipeline.listing_order import Bounds, bounds_in_listing, narrowed, order_of_listing


def day(number: int) -> date:
    return date(2010, 1, 1) + timedelta(days=number)


class TestBounds:
    def test_an_undated_post_lies_between_its_neighbours(self) -> None:
        found = bounds_in_listing([day(9), None, None, day(4), None], None, None)
        assert found == [Bounds(), Bounds(day(4), day(9)), Bounds(day(4), day(9)), Bounds(), Bounds(None, day(4))]

    def test_the_pages_before_and_after_count(self) -> None:
        assert bounds_in_listing([None], day(9), day(4)) == [Bounds(day(4), day(9))]

    def test_one_date_proves_no_order(self) -> None:
        assert not any(bounds_in_listing([day(9), None], None, None))

    def test_a_listing_that_is_not_sorted_bounds_nothing(self) -> None:
        assert not any(bounds_in_listing([day(1), None, day(9), None, day(4)], None, None))

    def test_listings_are_narrowed_together_and_contradictions_say_nothing(self) -> None:
        assert narrowed([Bounds(day(1), day(9)), Bounds(day(3), None)]) == Bounds(day(3), day(9))
        assert not narrowed([Bounds(day(5), day(9)), Bounds(None, day(3))])

    @given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.data())
    def test_the_true_day_always_lies_inside(self, numbers: list[int], data: st.DataObject) -> None:
        true = [day(n) for n in sorted(numbers, reverse=True)]
        shown = [d if data.draw(st.booleans()) else None for d in true]
        for bounds, truth in zip(bounds_in_listing(shown, None, None), true, strict=True):
            assert bounds.not_before is None or bounds.not_before <= truth
            assert bounds.not_after is None or truth <= bounds.not_after


class TestOrder:
    @pytest.mark.parametrize(
        ("raws", "order"),
        [
            (["7/2/19", "6/11/19", "6/4/19"], "MDY"),
            (["2/7/19", "11/6/19", "4/6/19"], "DMY"),
            (["7/4/19", "6/5/19", "5/6/19"], None),
            (["1/12/18", "2/11/18", "3/10/18"], None),
            (["6/5/19", "5/6/19"], None),
            (["6/25/19", "6/18/19", "6/11/19"], None),
        ],
    )
    def test_the_reading_that_is_newest_first_is_right(self, raws: list[str], order: str | None) -> None:
        assert order_of_listing(raws) == order
