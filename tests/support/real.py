"""Renderings of real pages: other people's text, no part of the project, that may lie beside a checkout."""

from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[3] / "shared" / "pages"

with_real_pages = pytest.mark.skipif(not REAL.is_dir(), reason="no folder of real renderings lies beside this checkout")
