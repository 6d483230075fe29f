"""`tipsearch trends`: how often words come up, year by year, drawn in the terminal."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import click

from ..pipeline.home import Home
from .exits import NOTHING_FOUND
from .facets import print_bars
from .hits import answered
from .options import filter_options, format_option, with_home
from .output import clipped, hint, plural, say, say_json, styled

if TYPE_CHECKING:
    from ..index import Trend, YearCount


@click.command(short_help="How often words come up, year by year.")
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@click.option("--share", is_flag=True, help="Draw the share of each year's posts instead of their number.")
@filter_options
@format_option("text", "json", "csv")
@with_home
def trends(home: Home, /, queries: tuple[str, ...], fmt: str, **options: Any) -> int:
    """Draw how many posts of each year answer each QUERY; all are drawn to one scale.

    \b
    tipsearch trends empathy apology
    tipsearch trends '"active listening"' 'refund OR voucher' --share --source tips

    Exit status: 0 found, 1 no post answers any of them, 2 a query can't be answered as it stands.
    """
    if not all(query.strip() for query in queries):
        raise click.UsageError("Say what to look for: tipsearch trends QUERY..., each query in quotes.")
    share = options.pop("share")
    with answered(home, lambda index: index.trends(queries, **options)) as (_, found):
        pass
    for trend in found:
        told = [*trend.notes, *([f'did you mean "{clipped(trend.did_you_mean)}"?'] if trend.did_you_mean else [])]
        if not trend.total:
            told.insert(0, "no post answers")
        if told:
            hint(f"{clipped(trend.query, 40)}: {'; '.join(told)}")
    if fmt == "json":
        say_json({"trends": [_trend_json(trend) for trend in found]})
    elif fmt == "csv":
        click.echo(_csv(found), nl=False)
    else:
        _print(found, share=share)
    return 0 if any(trend.total for trend in found) else NOTHING_FOUND


def _print(found: tuple[Trend, ...], *, share: bool) -> None:
    values = [_value(year, share=share) for trend in found for year in trend.years]
    most = max(values, default=0.0)
    drawn = [trend for trend in found if trend.total]
    for number, trend in enumerate(drawn):
        if number:
            say()
        undated = f", {trend.undated:,} of them of no known year" if trend.undated else ""
        say(f"{styled(trend.query, bold=True)}: {plural(trend.total, 'post')}{undated}")
        rows = []
        for year in trend.years:
            value = _value(year, share=share)
            rows.append((str(year.year), f"{value:.1f} %" if share else f"{year.posts:,}", value))
        print_bars(rows, most=most)


def _value(year: YearCount, *, share: bool) -> float:
    return 100 * year.share if share else year.posts


def _trend_json(trend: Trend) -> dict[str, Any]:
    return {
        "query": trend.query,
        "total": trend.total,
        "undated": trend.undated,
        "years": [{"year": y.year, "posts": y.posts, "of": y.of, "share": round(y.share, 6)} for y in trend.years],
        "did_you_mean": trend.did_you_mean,
        "notes": list(trend.notes),
    }


def _csv(found: tuple[Trend, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("query", "year", "posts", "of", "share"))
    for trend in found:
        # What a spreadsheet would take for a formula gets an apostrophe before it (OWASP).
        query = f"'{trend.query}" if trend.query[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else trend.query
        writer.writerows((query, y.year, y.posts, y.of, f"{y.share:.6f}") for y in trend.years)
    return out.getvalue()
