"""The page of benchmarks says what the stored results say."""

from benchmarks import report


def test_the_page_is_written_from_the_results():
    assert report.PAGE.read_text(encoding="utf-8") == report.page()
