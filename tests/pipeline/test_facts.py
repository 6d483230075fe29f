"""Source facts: date order, closing lines, signatures, and the scopes within the source of saved pages."""

from support.entries import entry, teaser
from tipsearch.pipeline import Entry, Source
from tipsearch.pipeline.facts import (
    Facts,
    body_text,
    scope_of,
    without_closing_lines,
    without_signatures,
)
from tipsearch.pipeline.reading import Reading, read_entry
from tipsearch.pipeline.resolver import known_entries
from tipsearch.pipeline.tallies import source_facts

TIPS = Source(name="tips")


def readings(*entries: Entry) -> list[Reading]:
    return [read_entry(known) for known in known_entries(entries)]


def facts_of(*entries: Entry, source: Source = TIPS) -> Facts:
    return source_facts(readings(*entries), source)[""]


class TestDateOrder:
    def test_one_value_above_twelve_settles_it_and_is_quoted(self) -> None:
        facts = facts_of(entry("Listen – 5/6/19"), entry("Wait – 13/6/19"))
        assert (facts.date_order, facts.order_from) == ("DMY", "evidence")
        assert "13/6/19" in facts.order_evidence[0]

    def test_labels_settle_it_too(self) -> None:
        facts = facts_of(entry("Listen", dates=(("Posted on 11/13/2018", "label"),)))
        assert (facts.date_order, facts.order_from) == ("MDY", "evidence")

    def test_without_evidence_the_configured_order_holds_else_month_first_is_assumed(self) -> None:
        assert facts_of(entry("Listen – 5/6/19")).order_from == "assumption"
        facts = facts_of(entry("Listen – 5/6/19"), source=Source(name="tips", date_order="DMY"))
        assert (facts.date_order, facts.order_from) == ("DMY", "configuration")

    def test_an_unmistakable_date_beside_an_ambiguous_one_settles_it(self) -> None:
        both = (("5/6/2019", "label"), ("2019-06-05T09:00:00+02:00", "time"))
        facts = facts_of(entry("Listen", dates=both), entry("Wait – 7/8/19"))
        assert (facts.date_order, facts.order_from) == ("DMY", "evidence")
        assert "5/6/2019" in facts.order_evidence[0]

    def test_a_weekday_settles_it_in_a_label_which_software_wrote_and_not_in_a_title(self) -> None:
        assert facts_of(entry("Listen", dates=(("Tuesday, 03/04/2018", "label"),))).date_order == "DMY"
        assert facts_of(entry("Listen – Tuesday, 03/04/2018")).order_from == "assumption"

    def test_contradicting_values_settle_nothing(self) -> None:
        facts = facts_of(entry("Listen – 6/13/19"), entry("Wait – 13/6/19"))
        assert (facts.date_order, facts.order_from) == ("MDY", "assumption")


class TestClosingLines:
    def test_lines_recurring_at_the_end_of_three_titles_peel_off_one_after_another(self) -> None:
        posts = [entry(f"Tip {n}", f"Body {n}.\n\nAsk us anything.\n\nSee our shop.") for n in "abc"]
        facts = facts_of(*posts)
        assert facts.closing_lines == {"Ask us anything.", "See our shop."}
        assert body_text(readings(posts[0])[0], facts)[0] == "Body a."

    def test_two_carriers_are_not_enough_and_one_title_counts_once(self) -> None:
        assert not facts_of(*[entry(f"Tip {n}", f"Body.{n}\nAsk us.") for n in "ab"]).closing_lines
        assert not facts_of(*[entry("Tip", f"Body {n}\nAsk us.") for n in "abcd"]).closing_lines

    def test_a_closing_line_amid_the_text_stays(self) -> None:
        assert without_closing_lines(["Ask us.", "Body.", "Ask us."], frozenset({"Ask us."})) == ["Ask us.", "Body."]

    def test_a_post_of_nothing_else_keeps_its_lines(self) -> None:
        assert without_closing_lines(["Ask us."], frozenset({"Ask us."})) == ["Ask us."]

    def test_excerpts_are_cut_and_have_no_closing_lines(self) -> None:
        assert not facts_of(*[teaser(f"Tip {n}", f"Body {n}\nAsk us.") for n in "abc"]).closing_lines


class TestSignatures:
    def test_a_recurring_name_becomes_the_author_wherever_it_stands(self) -> None:
        signed = [entry(f"Tip {n}", f"Body {n}. -- ann lee") for n in "abc"]
        amid = teaser("Tip d", "Body d. -- ann lee Exercise: list three tips -- slowly -- and tr...")
        facts = facts_of(*signed, amid)
        assert facts.signatures == {"ann lee"}
        assert body_text(readings(amid)[0], facts) == (
            "Body d. Exercise: list three tips -- slowly -- and tr",
            "ann lee",
        )
        assert body_text(readings(signed[0])[0], facts) == ("Body a.", "ann lee")

    def test_a_name_that_does_not_recur_stays(self) -> None:
        posts = [entry("Tip a", "Body. -- ann lee"), entry("Tip b", "Body. -- bo ray"), entry("Tip c", "Body. -- cy")]
        assert not facts_of(*posts).signatures

    def test_a_longer_name_is_not_cut_in_two(self) -> None:
        assert without_signatures(["Body. -- ann leeds"], frozenset({"ann lee"})) == (["Body. -- ann leeds"], None)

    def test_a_dash_before_a_name_counts_only_on_a_line_of_its_own(self) -> None:
        posts = [entry(f"Tip {n}", f"Body {n} — always\n— Ann Lee") for n in "abc"]
        assert facts_of(*posts).signatures == {"Ann Lee"}


class TestScopes:
    def test_a_named_source_is_one_blog(self) -> None:
        assert scope_of(readings(entry("Tip", permalink="https://example.com/tip"))[0]) == ""

    def test_saved_pages_have_facts_by_site_or_else_by_layout(self) -> None:
        saved = [
            entry("A – 13/6/19", source="saved", permalink="https://www.example.com/a"),
            entry("B – 6/13/19", source="saved", page_url="http://example.org/x"),
            entry("C", source="saved", layout="wordpress-text"),
        ]
        facts = source_facts(readings(*saved), Source(name="saved"))
        assert {scope: f.date_order for scope, f in facts.items()} == {
            "example.com": "DMY",
            "example.org": "MDY",
            "wordpress-text": "MDY",
        }
