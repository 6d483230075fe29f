"""The links of the WordPress-like blog from one page of an archive to the others."""

from __future__ import annotations


def pager(base: str, path: str, number: int, last: int, *, numbered: bool) -> str:
    """The navigation below page `number` of `last`: older and newer posts, or WordPress's numbered pages."""

    def at(page: int) -> str:
        return base + (path if page == 1 else f"{path}page/{page}/")

    if not numbered:
        links = []
        if number < last:
            links.append(
                f'<div class="nav-previous"><a href="{at(number + 1)}">'
                '<span class="meta-nav">&larr;</span> Older posts</a></div>'
            )
        if number > 1:
            links.append(
                f'<div class="nav-next"><a href="{at(number - 1)}">'
                'Newer posts <span class="meta-nav">&rarr;</span></a></div>'
            )
        return f'<div id="nav-below" class="navigation">{"".join(links)}</div>'
    if last == 1:
        return ""
    parts = [f'<a class="prev page-numbers" href="{at(number - 1)}">Previous</a>'] if number > 1 else []
    shown = sorted({1, *range(max(1, number - 1), min(last, number + 1) + 1), last})
    for before, page in zip([0, *shown], shown, strict=False):
        if page > before + 1:
            parts.append('<span class="page-numbers dots">&hellip;</span>')
        if page == number:
            parts.append(f'<span aria-current="page" class="page-numbers current">{page}</span>')
        else:
            parts.append(f'<a class="page-numbers" href="{at(page)}">{page}</a>')
    if number < last:
        parts.append(f'<a class="next page-numbers" href="{at(number + 1)}">Next</a>')
    links_of_all = "\n".join(parts)
    return (
        '<nav class="navigation pagination" aria-label="Posts"><h2 class="screen-reader-text">Posts navigation</h2>'
        f'<div class="nav-links">{links_of_all}</div></nav>'
    )
