"""The HTML of the WordPress-like blog's pages, in the manner of a classic theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from .blog import VERSION, Archive, Blog, Kind
from .content import DemoPost, post_number, slugify
from .heads import head_links
from .markup import excerpt, heading, typeset
from .pager import pager

STYLE = "/wp-content/themes/harbor/style.css"


class Theme:
    """Renders the pages of one state of the blog, and keeps the pieces that many pages share."""

    def __init__(self, blog: Blog) -> None:
        self._blog = blog
        self._layout = blog.layout
        self._posts = blog.posts
        self._archives = blog.archives
        self._kept: dict[tuple[str, str], str] = {}

    def _keep(self, kind: str, key: str, make: Callable[[], str]) -> str:
        text = self._kept.get((kind, key))
        if text is None:
            text = self._kept[kind, key] = make()
        return text

    def frame(
        self,
        base: str,
        name: str,
        body_class: str,
        main: str,
        canonical: str = "",
        at: Archive | DemoPost | None = None,
    ) -> str:
        """A whole page around `main`, which shows `at`; `base` is the blog's address without a slash at its end."""
        title = f"{typeset(name)} | {self._layout.title}" if name else f"{self._layout.title} | {self._layout.tagline}"
        link = f'<link rel="canonical" href="{escape(base + canonical)}" />\n' if canonical else ""
        head = self._keep("head", base, lambda: self._masthead(base))
        aside = self._keep("aside", base, lambda: self._sidebar(base))
        return (
            f'<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<meta charset="UTF-8" />\n'
            f"<title>{escape(title)}</title>\n"
            f'<meta name="viewport" content="width=device-width" />\n'
            f'<meta name="generator" content="WordPress {VERSION}" />\n{head_links(self._blog, base, at)}'
            f'{link}<link rel="stylesheet" href="{base}{STYLE}" />\n</head>\n<body class="{body_class}">\n'
            f'{head}<div id="main">\n<div id="content" role="main">\n{main}\n</div>\n{aside}</div>\n'
            f'<div id="footer" role="contentinfo"><p>&copy; 2009&#8211;2025 {escape(self._layout.title)}. '
            '<a href="https://wordpress.org/">Proudly powered by WordPress.</a></p></div>\n</body>\n</html>\n'
        )

    def _masthead(self, base: str) -> str:
        links = "".join(
            f'<li class="menu-item"><a href="{base}{archive.path}">{escape(archive.name)}</a></li>'
            for archive in self._archives.values()
            if archive.path.startswith("/category/")
        )
        return (
            '<a class="skip-link screen-reader-text" href="#content">Skip to content</a>\n'
            f'<div id="header" role="banner"><p id="site-title"><a href="{base}/" rel="home">'
            f"{escape(self._layout.title)}</a></p>"
            f'<p id="site-description">{escape(self._layout.tagline)}</p>\n'
            f'<div id="access" role="navigation"><ul class="menu"><li class="menu-item"><a href="{base}/">Home</a></li>'
            f"{links}</ul></div></div>\n"
        )

    def _sidebar(self, base: str) -> str:
        def listed(posts: Iterable[DemoPost]) -> str:
            return "".join(
                f'<li><a href="{base}{self._layout.permalink(post)}">'
                f"{escape(typeset(post.teaser_heading), quote=False)}</a></li>\n"
                for post in posts
            )

        popular = sorted(self._posts, key=lambda p: (-len(p.comments), p.slug))[:5]
        tags = "".join(
            f'<a class="tag-cloud-link" href="{base}{archive.path}">{escape(archive.name)}</a>\n'
            for archive in self._archives.values()
            if archive.path.startswith("/tag/")
        )
        return (
            '<div id="primary" class="widget-area" role="complementary"><ul class="xoxo">\n'
            f'<li class="widget-container widget_search"><form role="search" method="get" action="{base}/">'
            '<label class="screen-reader-text" for="s">Search for:</label> <input type="text" name="s" id="s" /> '
            '<input type="submit" value="Search" /></form></li>\n'
            '<li class="widget-container widget_recent_entries"><h3 class="widget-title">Recent Posts</h3><ul>\n'
            f"{listed(self._posts[:5])}</ul></li>\n"
            '<li class="widget-container widget_popular_posts"><h3 class="widget-title">Popular Tips</h3><ol>\n'
            f"{listed(popular)}</ol></li>\n"
            f'<li class="widget-container widget_tag_cloud"><h3 class="widget-title">Topics</h3><p>{tags}</p></li>\n'
            "</ul></div>\n"
        )

    def archive(self, base: str, archive: Archive, number: int) -> str:
        """One page of an archive: the teasers, its full posts, the links to older and newer pages."""
        first = (number - 1) * self._layout.per_page
        top = self._keep(
            "teasers", base, lambda: "\n".join(self._teaser(base, p) for p in self._posts[: self._layout.teasers])
        )
        top_heading = f'<h1 class="page-title">{escape(archive.heading)}</h1>\n' if archive.heading else ""
        posts = "\n".join(self._full(base, post) for post in archive.posts[first : first + self._layout.per_page])
        last = max(1, -(-len(archive.posts) // self._layout.per_page))
        here = archive.path if number == 1 else f"{archive.path}page/{number}/"
        name = archive.name if number == 1 else f"{archive.name} - Page {number}".removeprefix(" - ")
        main = (
            f'{top_heading}<div class="latest-tips">\n{top}\n</div>\n{posts}\n'
            f"{pager(base, archive.path, number, last, numbered=self._layout.page_numbers)}"
        )
        return self.frame(base, name, archive.body_class, main, here, archive)

    def _teaser(self, base: str, post: DemoPost) -> str:
        title, more = escape(post.teaser_heading, quote=False), "Read more"
        text = escape(typeset(excerpt(post.body, self._layout.teaser_words)), quote=False)
        if self._blog.is_protected(post):
            title, text = f"Protected: {title}", self._blog.excerpt(post)
        if self._layout.teaser_links:
            link = f'href="{base}{self._layout.permalink(post)}"'
            title, more = f"<a {link}>{title}</a>", f'<a class="more-link" {link}>{more}</a>'
        return (
            f'<div class="tip-teaser hentry"><h2 class="entry-title">{title}</h2>\n'
            f'<div class="entry-summary"><p>{text} {more}</p></div></div>'
        )

    def _full(self, base: str, post: DemoPost) -> str:
        return self._keep("full", base + self._layout.permalink(post), lambda: self._article(base, post, single=False))

    def _article(self, base: str, post: DemoPost, *, single: bool) -> str:
        link = base + self._layout.permalink(post)
        title = self._blog.title(post)
        title_line = (
            f'<h1 class="entry-title">{title}</h1>'
            if single
            else f'<h2 class="entry-title"><a href="{link}" rel="bookmark">{title}</a></h2>'
        )
        day = f"{post.day:%B} {post.day.day}, {post.day.year}" if self._layout.posted_dates else ""
        if day and self._layout.time_elements:
            moment = self._blog.published(post).isoformat(timespec="seconds")
            day = f'<time class="published" datetime="{moment}">{day}</time>'
        categories = self._terms(base, "category", post)
        tags = self._terms(base, "tag", post)
        foot = f'<div class="entry-utility"><span class="tag-links">Tagged {tags}</span></div>' if tags else ""
        classes = ["post", "type-post", "status-publish", "hentry", *(f"tag-{slugify(t)}" for t in post.tags)]
        if self._blog.is_protected(post):
            classes.append("post-password-required")
        body = f'<div class="entry-content">\n{self._blog.content(post, base)}</div>'
        if self._layout.excerpts and not single:
            body = f'<div class="entry-summary">\n<p>{self._blog.excerpt(post)}</p>\n</div>'
        return (
            f'<div id="post-{post_number(post)}" class="{" ".join(classes)}">\n{title_line}\n'
            f'<div class="entry-meta"><span class="meta-prep">Posted on</span> <span class="entry-date">{day}</span> '
            f'in {categories} <span class="comments-link"><a href="{link}#respond">Please leave a comment</a></span>'
            f"</div>\n{body}\n{foot}\n</div>"
        )

    def _terms(self, base: str, kind: Kind, post: DemoPost) -> str:
        rel = "category tag" if kind == "category" else "tag"
        return ", ".join(
            f'<a href="{base}{term.path}" rel="{rel}">{escape(term.name, quote=False)}</a>'
            for term in self._blog.terms_of(kind, post)
        )

    def single(self, base: str, post: DemoPost) -> str:
        """A post's own page, with related posts and comments."""
        comments = "\n".join(
            f'<li class="comment"><div class="comment-author vcard"><cite class="fn">{escape(who)}</cite> says:</div>'
            f'<div class="comment-body"><p>{heading(said.strip())}</p></div></li>'
            for who, _, said in (comment.partition(":") for comment in post.comments)
        )
        related = "\n".join(
            f'<div class="related-post"><h4><a href="{base}{self._layout.permalink(other)}">'
            f"{escape(typeset(other.teaser_heading), quote=False)}</a></h4>"
            f"<p>{escape(typeset(excerpt(other.body, 12)), quote=False)}&hellip;</p></div>"
            for other in self._related(post)
        )
        main = (
            f"{self._article(base, post, single=True)}\n"
            f'<div class="related-posts"><h3>Related tips</h3>\n{related}</div>\n'
            f'<div id="comments"><ol class="commentlist">\n{comments}\n</ol>\n<div id="respond"><h3>Leave a Reply</h3>'
            f'<form action="{base}/wp-comments-post.php" method="post"><p><label for="comment">Comment</label> '
            '<textarea id="comment" name="comment" cols="45" rows="4"></textarea></p></form></div></div>'
        )
        name = f"Protected: {post.heading}" if self._blog.is_protected(post) else post.heading
        return self.frame(base, name, "single single-post", main, self._layout.permalink(post), post)

    def _related(self, post: DemoPost) -> list[DemoPost]:
        if not post.tags:
            return []
        same = self._archives[f"/tag/{slugify(post.tags[0])}/"].posts
        return [other for other in same[:4] if other is not post][:3]

    def missing(self, base: str) -> str:
        """What stands at an address that leads nowhere."""
        html = (
            '<div class="error404 not-found"><h1 class="page-title">That page has moved on</h1>'
            "<p>There is nothing at this address. Perhaps a search helps?</p></div>"
        )
        return self.frame(base, "Page not found", "error404", html)
